"""What differs between equal runs is set aside from what differs between base and head."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ci_scriptcheck.data.compare.noise import without_noise, without_times
from ci_scriptcheck.model.comparison import (
    UNSEEN,
    ColumnComparison,
    Fate,
    FileComparison,
    TableComparison,
    ValueComparison,
)


def a_file(path: str = "d.csv", fate: Fate = Fate.CHANGED, **given: Any) -> FileComparison:
    return FileComparison(path=path, fate=fate, **given)


def a_table(*columns: ColumnComparison, **given: Any) -> TableComparison:
    parts: dict[str, Any] = {"rows_before": 100, "rows_after": 100, "columns": columns}
    return TableComparison(**parts | given)


def a_column(name: str, rows: int | None = None, **given: Any) -> ColumnComparison:
    return ColumnComparison(name=name, fate=given.pop("fate", Fate.CHANGED), rows=rows, **given)


def a_value(path: str, before: str | None = "1", after: str | None = "2") -> ValueComparison:
    fate = Fate.NEW if before is None else Fate.GONE if after is None else Fate.CHANGED
    return ValueComparison(path=path, fate=fate, before=before, after=after)


def a_document(*values: ValueComparison, count: int | None = None) -> FileComparison:
    return a_file("m.json", values=values, values_count=len(values) if count is None else count)


def test_what_differs_only_by_the_change_is_left_as_it_is() -> None:
    found = (a_file("a.txt", note="differs in line 1"), a_file("b.txt", Fate.GONE))

    rest = without_noise(found, [a_file("c.txt", note="differs in line 1")])

    assert (rest.files, rest.noise) == (found, ())


def test_a_file_that_differs_as_a_whole_each_time_is_noise() -> None:
    rest = without_noise([a_file("m.pkl", note="SHA 1")], [a_file("m.pkl", note="SHA 2")])

    assert (rest.files, rest.noise) == ((), ("m.pkl",))


def test_a_file_that_is_gone_is_left_though_it_differs_each_time() -> None:
    gone = a_file("m.pkl", Fate.GONE)

    assert without_noise([gone], [a_file("m.pkl", note="SHA 2")]).files == (gone,)


def test_a_file_that_is_there_by_chance_is_noise() -> None:
    rest = without_noise([a_file("x", Fate.NEW)], [a_file("x", Fate.GONE)])

    assert (rest.files, rest.noise) == ((), ("x",))


def test_a_time_in_a_name_is_noise_and_what_the_file_holds_is_not() -> None:
    found = a_file(
        "r-20240301.json", path_after="r-20240303.json", values=(a_value("auc"),), values_count=1
    )
    repeat = a_file("r-20240301.json", path_after="r-20240302.json")

    rest = without_noise([found], [repeat])

    (left,) = rest.files
    assert (left.path_after, left.values) == (None, (a_value("auc"),))
    assert rest.noise == ("r-20240301.json",)


def test_a_file_that_has_its_partner_takes_no_other_for_its_noise() -> None:
    found = a_file("region-100002.csv", note="SHA 1")

    rest = without_noise([found], [a_file("region-100001.csv", note="SHA 2")])

    assert rest.files == (found,)


def test_files_are_the_same_though_the_times_in_their_names_differ() -> None:
    rest = without_noise(
        [a_file("r-20240301.pkl", note="SHA 1", path_after="r-20240302.pkl")],
        [a_file("r-20240305.pkl", note="SHA 2", path_after="r-20240306.pkl")],
    )

    assert rest.files == ()


def test_a_column_that_differs_each_time_is_noise_and_the_others_are_left() -> None:
    table = a_table(a_column("at", 100), a_column("price", 7), key=("id",), changed=100)
    repeat = a_table(a_column("at", 100), key=("id",), changed=100)

    rest = without_noise([a_file(table=table)], [a_file(table=repeat)])

    (left,) = rest.files
    assert left.table == a_table(a_column("price", 7), key=("id",), changed=7)
    assert rest.noise == ("d.csv: at",)


def test_a_table_with_nothing_but_columns_of_chance_is_no_difference() -> None:
    table = a_table(a_column("at", 100), key=("id",), changed=100)

    rest = without_noise([a_file(table=table)], [a_file(table=table)])

    assert (rest.files, rest.noise) == ((), ("d.csv: at",))


def test_a_new_type_is_no_chance() -> None:
    changed = a_column("at", 100, type_before="datetime", type_after="string", psi=0.4)
    again = a_column("at", 100, type_before="datetime", type_after="datetime")

    rest = without_noise(
        [a_file(table=a_table(changed, changed=100))], [a_file(table=a_table(again, changed=100))]
    )

    (left,) = rest.files
    assert left.table is not None
    (column,) = left.table.columns
    assert (column.type_after, column.rows, column.psi) == ("string", None, None)


def left_of(column: ColumnComparison, again: ColumnComparison) -> ColumnComparison | None:
    """Give what is left of a column that also differs between two equal runs."""
    rest = without_noise([a_file(table=a_table(column))], [a_file(table=a_table(again))])
    assert rest.noise == (f"d.csv: {column.name}",)
    columns = [one for file in rest.files if file.table for one in file.table.columns]
    return next(iter(columns), None)


def test_values_that_are_gone_are_no_chance_though_what_they_were_is() -> None:
    emptied = a_column("score", 100, nulls_after=100, psi=0.1)

    assert left_of(emptied, a_column("score", 100)) == a_column("score", nulls_after=100)


@pytest.mark.parametrize(("came", "is_left"), [(3, False), (30, False), (90, True)])
def test_of_cells_that_are_empty_by_chance_only_far_more_are_told(
    came: int, is_left: bool
) -> None:
    emptied = a_column("score", 100, nulls_before=50, nulls_after=50 + came)
    again = a_column("score", 100, nulls_before=50, nulls_after=46)

    assert (left_of(emptied, again) is not None) is is_left


@pytest.mark.parametrize("again", [0.0, 0.3, 9.0])
def test_values_of_chance_may_lie_anywhere_as_one_draw_moves_a_whole_column(again: float) -> None:
    assert left_of(a_column("score", 100, psi=9.0), a_column("score", 100, psi=again)) is None


@pytest.mark.parametrize("after", ["null", '"failed"', "{}", "[]", "true"])
def test_a_number_of_chance_that_is_none_any_more_is_told(after: str) -> None:
    found = a_document(a_value("score", "0.11", after), a_value("x", "1", "2"))

    rest = without_noise([found], [a_document(a_value("score", "0.11", "0.12"), a_value("x"))])

    (left,) = rest.files
    assert [value.after for value in left.values] == [after]


def test_a_number_of_chance_may_be_whole_by_luck() -> None:
    found = a_document(a_value("score", "0.5", "1"))

    assert without_noise([found], [a_document(a_value("score", "0.5", "0.12"))]).files == ()


def test_a_key_with_brackets_is_no_item_of_a_list() -> None:
    found = a_document(a_value('["x[0]"]'), a_value('["x[1]"]', "2.5", "9.5"))

    rest = without_noise([found], [a_document(a_value('["x[0]"]', "1", "3"))])

    (left,) = rest.files
    assert [value.path for value in left.values] == ['["x[1]"]']


def test_of_what_nobody_looked_into_nothing_is_set_aside() -> None:
    unseen = a_file("b.csv", note=f"{UNSEEN} behind 200 others that differ")
    archive = a_file("m.tar", note=f"{UNSEEN} to its end: 20 further members differ")
    inside = a_document(a_value("at"))
    again = replace(archive, members=(inside,))

    rest = without_noise([unseen, again], [unseen, again])

    assert rest.files == (unseen, archive)
    assert rest.noise == ("m.tar: m.json: at",)


def test_rows_that_come_and_go_each_time_leave_how_many_more_there_are() -> None:
    table = a_table(rows_after=130, gone=100, new=130)
    repeat = a_table(gone=100, new=100)

    rest = without_noise([a_file(table=table)], [a_file(table=repeat)])

    (left,) = rest.files
    assert left.table is not None
    assert (left.table.gone, left.table.new) == (0, 30)


def test_a_number_of_rows_that_differs_each_time_is_noise() -> None:
    table = a_table(rows_after=130, new=30, key=("id",))
    repeat = a_table(rows_after=90, gone=10, key=("id",))

    rest = without_noise([a_file(table=table)], [a_file(table=repeat)])

    assert (rest.files, rest.noise) == ((), ("d.csv",))


def test_an_order_that_differs_each_time_is_noise() -> None:
    table = a_table(is_reordered=True)

    rest = without_noise([a_file(table=table)], [a_file(table=table)])

    assert (rest.files, rest.noise) == ((), ("d.csv",))


def test_a_value_that_differs_each_time_is_noise_in_each_item_of_a_list() -> None:
    found = a_file(
        "m.json",
        values=(a_value("folds[0].seconds"), a_value("folds[1].seconds"), a_value("auc")),
        values_count=3,
    )
    repeat = a_file("m.json", values=(a_value("folds[0].seconds"),), values_count=1)

    rest = without_noise([found], [repeat])

    (left,) = rest.files
    assert (left.values, left.values_count) == ((a_value("auc"),), 1)
    assert rest.noise == ("m.json: folds[*].seconds",)


def test_an_item_of_chance_speaks_for_no_item_of_another_kind() -> None:
    seconds = a_value("rows[0]", "0.25", "0.5")
    others = (
        a_value("rows[1]", "100", "90"),
        a_value("rows[2]", '"eur"', '"usd"'),
        a_value("rows[3]", "true", "false"),
        a_value("rows[4]", "0.5", "null"),
    )

    rest = without_noise([a_document(seconds, *others)], [a_document(seconds)])

    (left,) = rest.files
    assert (left.values, left.values_count) == (others, 4)
    assert rest.noise == ("m.json: rows[0]",)


def test_an_item_that_loses_its_fraction_by_luck_is_noise() -> None:
    found = a_document(a_value("rows[1]", "0.97", "1"), a_value("rows[2]", "1.0", "0.99"))

    rest = without_noise([found], [a_document(a_value("rows[0]", "0.5", "0.51"))])

    assert (rest.files, rest.noise) == ((), ("m.json: rows[*]",))


def test_a_value_of_chance_that_is_gone_is_told() -> None:
    gone = a_value("rows[1]", "0.25", None)
    found = a_document(a_value("seconds", "0.25", None), gone)
    repeat = a_document(a_value("seconds", "0.25", "0.5"), a_value("rows[1]", "0.25", "0.5"))

    (left,) = without_noise([found], [repeat]).files

    assert [value.path for value in left.values] == ["seconds", "rows[1]"]


def test_a_list_whose_length_is_chance_has_items_that_come_and_go() -> None:
    found = a_document(a_value("rows[7]", "0.25", None), a_value("rows[8]", "0.25", None))

    rest = without_noise([found], [a_document(a_value("rows[8]", None, "0.5"))])

    assert rest.files == ()


def test_where_not_all_that_differs_again_is_shown_a_list_is_noise_as_a_whole() -> None:
    found = a_document(a_value("rows[0]", '"a"', '"b"'), a_value("rows[1]", "1", "2"))
    repeat = a_document(a_value("rows[0]", '"a"', '"c"'), count=60)

    assert without_noise([found], [repeat]).files == ()


def test_of_values_that_are_not_shown_as_many_are_left_as_cannot_be_noise() -> None:
    found = a_file("m.json", values=(a_value("a"),), values_count=80)
    repeat = a_file("m.json", values=(a_value("a"),), values_count=60)

    (left,) = without_noise([found], [repeat]).files

    assert left.values_count == 20


def test_a_member_that_differs_each_time_is_noise() -> None:
    found = a_file("m.tar", members=(a_file("a.pkl", note="SHA"), a_file("b.txt", note="line 1")))
    repeat = a_file("m.tar", members=(a_file("a.pkl", note="SHA"),))

    rest = without_noise([found], [repeat])

    (left,) = rest.files
    assert [member.path for member in left.members] == ["b.txt"]
    assert rest.noise == ("m.tar: a.pkl",)


def test_that_equal_runs_cannot_be_compared_sets_nothing_aside() -> None:
    found = a_file(note="cannot be read on head: broken Parquet")

    rest = without_noise([found], [a_file(note="cannot be compared: not read within 120 s")])

    assert (rest.files, rest.noise) == ((found,), ())


def test_what_a_pickle_names_is_left_though_its_bytes_differ_each_time() -> None:
    name = ValueComparison(path="os.system", fate=Fate.NEW)
    found = a_file("m.pkl", values=(name,), values_count=1, note="SHA 1")

    (left,) = without_noise([found], [a_file("m.pkl", note="SHA 2")]).files

    assert (left.values, left.note) == ((name,), None)


def test_where_base_is_not_run_again_texts_with_other_times_are_set_aside() -> None:
    report = replace(a_document(a_value("moment")), format_before="text", format_after="text")
    metrics = a_document(a_value("seconds"))
    archive = a_file("a.tar", members=(report,))
    both = a_file("b.tar", members=(report, metrics))

    assert without_times([report, metrics, archive, both]) == (
        metrics,
        replace(both, members=(metrics,)),
    )
