"""Tables of base and head compared: rows by key, by content or by place, and columns by their values."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ci_scriptcheck.data.compare.comparison import compare
from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.comparison import Fate
from tests.functional.data.comparing import column, differing, figures, names, table

if TYPE_CHECKING:
    from pathlib import Path

BASE = "id,city,price\n1,Ulm,1.5\n2,Bonn,2.5\n3,Ulm,3.5\n"


def test_a_changed_cell_is_found_by_key_though_rows_moved(tmp_path: Path) -> None:
    after = "id,city,price\n3,Ulm,3.5\n2,Bonn,9.5\n1,Ulm,1.5\n"

    found = table(tmp_path, "d.csv", BASE, after, key=("id",))

    assert (found.key, found.changed, found.gone, found.new) == (("id",), 1, 0, 0)
    assert names(found) == ["price"]
    assert column(found, "price").rows == 1
    assert figures(column(found, "price"))["mean"] == ("2.5", "4.83333")


def test_rows_that_came_and_went_are_counted_by_key(tmp_path: Path) -> None:
    after = "id,city,price\n2,Bonn,2.5\n3,Ulm,3.5\n4,Jena,1\n5,Jena,1\n"

    found = table(tmp_path, "d.csv", BASE, after, key=("id",))

    assert (found.rows_before, found.rows_after) == (3, 4)
    assert (found.changed, found.gone, found.new) == (0, 1, 2)
    assert found.columns == ()


@pytest.mark.parametrize("key", [(), ("id",)])
@pytest.mark.parametrize("more", ["", "4,Ulm,0.1\n"])
def test_rounding_is_no_difference(tmp_path: Path, key: tuple[str, ...], more: str) -> None:
    before = BASE + more + "5,Ulm,0.3\n6,Ulm,inf\n7,Ulm,\n"
    after = BASE + more + "5,Ulm,0.30000000000000004\n6,Ulm,inf\n7,Ulm,\n"

    assert differing(tmp_path, "d.csv", before, after, key=key) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [("0.3", "0.300000001"), ("inf", "1e300"), ("inf", "-inf"), ("1e-300", "0"), ("", "0.1")],
)
def test_what_is_more_than_rounding_is_told(tmp_path: Path, before: str, after: str) -> None:
    found = table(tmp_path, "d.csv", f"{BASE}5,Ulm,{before}\n", f"{BASE}5,Ulm,{after}\n")

    assert (found.changed, names(found)) == (1, ["price"])


@pytest.mark.slow
def test_rounding_of_wide_tables_is_no_difference(tmp_path: Path) -> None:
    wide = 450
    before = pa.table({f"c{number}": [0.3, 1.0] for number in range(wide)} | {"id": [1, 2]})
    after = pa.table({f"c{number}": [0.1 + 0.2, 1.0] for number in range(wide)} | {"id": [1, 2]})

    assert differing(tmp_path / "a", "d.parquet", before, after) is None
    assert differing(tmp_path / "b", "d.parquet", before, after, key=("id",)) is None


def test_a_byte_order_mark_is_told(tmp_path: Path) -> None:
    found = differing(tmp_path, "d.csv", BASE, f"\ufeff{BASE}")

    assert found is not None
    assert found.note == "begins with a byte order mark on head only"
    assert not found.is_opaque


def test_rows_in_another_order_are_nothing_but_that(tmp_path: Path) -> None:
    after = "id,city,price\n3,Ulm,3.5\n1,Ulm,1.5\n2,Bonn,2.5\n"

    found = table(tmp_path, "d.csv", BASE, after)

    assert found.is_reordered
    assert (found.changed, found.gone, found.new, found.columns) == (0, 0, 0, ())


def test_the_same_table_written_otherwise_does_not_differ(tmp_path: Path) -> None:
    rows = pa.table({"id": [1, 2, 3], "x": [0.5, None, 2.0]})
    (tmp_path / "base").mkdir()
    (tmp_path / "head").mkdir()
    pq.write_table(rows, tmp_path / "base" / "d.parquet", compression="none")
    pq.write_table(rows, tmp_path / "head" / "d.parquet", compression="zstd")

    assert compare(tmp_path / "base", tmp_path / "head", CompareTerms()) == ()


@pytest.mark.parametrize(
    ("key", "after", "why", "instead"),
    [
        (("code",), BASE, "it has no column `code` on base", ("id",)),
        (("id",), BASE.replace("3,", "2,"), "`id` is not unique on head", ()),
        (("city",), BASE, "`city` is not unique on base", ("id",)),
        (("city", "id"), BASE + "3,Ulm,4\n", "`city`, `id` are not unique on head", ()),
    ],
)
def test_a_key_that_does_not_tell_rows_apart_is_said_and_not_used(
    tmp_path: Path, key: tuple[str, ...], after: str, why: str, instead: tuple[str, ...]
) -> None:
    found = table(tmp_path, "d.csv", BASE, after + "9,Ulm,1\n", key=key)

    assert (found.why_no_key, found.key) == (why, instead)
    assert found.is_key_found is bool(instead)
    assert found.new >= 1


def test_without_a_key_rows_at_the_same_place_are_pairs_where_that_explains_more(
    tmp_path: Path,
) -> None:
    found = table(tmp_path, "d.csv", BASE, BASE.replace("Bonn", "Köln"))

    assert (found.changed, found.gone, found.new) == (1, 0, 0)
    assert column(found, "city").rows == 1


def test_without_a_key_equal_rows_are_pairs_where_that_explains_more(tmp_path: Path) -> None:
    after = "id,city,price\n3,Ulm,3.5\n4,Jena,2.5\n1,Ulm,1.5\n"

    found = table(tmp_path, "d.csv", BASE, after)

    assert (found.changed, found.gone, found.new) == (0, 1, 1)
    assert set(names(found)) == {"id", "city"}
    assert column(found, "city").rows is None


def test_without_a_key_a_column_that_is_unique_pairs_rows_where_that_explains_more(
    tmp_path: Path,
) -> None:
    before = BASE + "4,Jena,4.5\n"
    after = "id,city,price\n4,Jena,9.5\n3,Ulm,9.5\n2,Bonn,9.5\n1,Ulm,9.5\n"

    found = table(tmp_path, "d.csv", before, after)

    assert (found.key, found.is_key_found) == (("id",), True)
    assert (found.changed, found.gone, found.new, names(found)) == (4, 0, 0, ["price"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("id,v\na,1\nb,2\nc,3\n", "id,v\nx,1\ny,2\nz,3\n"),
        ("id,v\n1.5,1\n2.5,1\n3.5,1\n", "id,v\n3.5,2\n2.5,2\n1.5,2\n"),
        ("id,v\na,1\nb,1\nb,1\n", "id,v\nb,2\nb,2\na,2\n"),
        ("id,v\na,1\nb,1\n,1\n", "id,v\n,2\nb,2\na,2\n"),
        ("id,v\na,1\nb,1\nc,1\n", "id\na\nb\nc\n"),
    ],
    ids=["drawn anew", "measured", "repeated", "empty", "no row differs"],
)
def test_what_is_no_key_or_explains_less_pairs_no_rows(
    tmp_path: Path, before: str, after: str
) -> None:
    assert table(tmp_path, "d.csv", before, after).key == ()


def test_a_key_that_was_named_is_not_said_to_be_found(tmp_path: Path) -> None:
    found = table(tmp_path, "d.csv", BASE, BASE.replace("2.5", "9.5"), key=("id",))

    assert (found.key, found.is_key_found) == (("id",), False)


def test_columns_that_came_went_or_have_a_new_type_are_told_the_worst_first(
    tmp_path: Path,
) -> None:
    before = pa.table({"id": [1, 2], "old": ["a", "b"], "n": [1, 2], "x": [1.0, 2.0]})
    after = pa.table({"id": [1, 2], "n": ["1", "2"], "x": [1.0, 3.0], "late": [True, False]})

    found = table(tmp_path, "d.parquet", before, after, key=("id",))

    assert [(one.name, one.fate, one.type_before, one.type_after) for one in found.columns] == [
        ("old", Fate.GONE, "string", None),
        ("n", Fate.CHANGED, "int", "string"),
        ("x", Fate.CHANGED, "float", "float"),
        ("late", Fate.NEW, None, "bool"),
    ]
    assert [one.rows for one in found.columns] == [None, 0, 1, None]
    assert found.changed == 1


def test_a_postcode_that_lost_its_zero_is_text_that_became_a_number(tmp_path: Path) -> None:
    found = table(tmp_path, "d.csv", "id,zip\n1,01234\n2,79100\n", "id,zip\n1,1234\n2,79100\n")

    assert names(found) == ["zip"]
    assert (column(found, "zip").type_before, column(found, "zip").type_after) == ("string", "int")
    assert column(found, "zip").rows == 1


def test_a_number_that_is_written_otherwise_is_the_same(tmp_path: Path) -> None:
    assert differing(tmp_path, "d.csv", "x\n1.50\n2.25\n", "x\n1.5\n2.250\n") is None


@pytest.mark.parametrize(
    "number", ["12345678901234567890", "1234567890123456.5", "0.1234567890123456789"]
)
def test_digits_that_no_number_holds_are_compared_all_the_same(
    tmp_path: Path, number: str
) -> None:
    other = number[:-1] + ("1" if number[-1] != "1" else "2")
    if number.startswith("0."):
        other = "0.2234567890123456789"

    found = table(tmp_path, "d.csv", f"x\n{number}\n", f"x\n{other}\n")

    assert column(found, "x").rows == 1


def test_a_value_that_is_no_number_means_the_same_as_none(tmp_path: Path) -> None:
    before = pa.table({"id": [1, 2, 3], "x": pa.array([1.0, None, 3.0])})
    after = pa.table({"id": [1, 2, 3], "x": pa.array([1.0, math.nan, 3.0])})

    assert differing(tmp_path, "d.parquet", before, after) is None


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("d.csv", "id,x\n1,0.5\n2,\n", "id,x\n1,0.5\n2,NaN\n"),
        ("d.jsonl", '{"x": 0.5}\n{"x": null}\n', '{"x": 0.5}\n{"x": NaN}\n'),
        ("d.jsonl", '{"x": 0.5}\n{}\n', '{"x": 0.5}\n{"x": NaN}\n'),
    ],
)
def test_a_value_that_is_no_number_is_none_in_text_as_well(
    tmp_path: Path, name: str, before: str, after: str
) -> None:
    assert differing(tmp_path, name, before, after) is None


def test_a_word_for_no_number_is_a_word_in_a_column_of_text(tmp_path: Path) -> None:
    found = table(tmp_path, "d.csv", "id,c\n1,Ulm\n2,\n", "id,c\n1,Ulm\n2,NaN\n", key=("id",))

    assert column(found, "c").rows == 1


def test_infinite_numbers_are_counted_and_left_out_of_the_mean(tmp_path: Path) -> None:
    before = pa.table({"id": [1, 2, 3], "x": [1.0, 2.0, 3.0]})
    after = pa.table({"id": [1, 2, 3], "x": [1.0, math.inf, 3.0]})

    found = table(tmp_path, "d.parquet", before, after, key=("id",))

    assert figures(column(found, "x"))["infinite"] == ("0", "1")
    assert column(found, "x").rows == 1
    assert "mean" not in figures(column(found, "x"))


def test_moments_of_several_time_zones_are_compared_as_instants(tmp_path: Path) -> None:
    before = "id,at\n1,2024-03-01T10:00:00+01:00\n2,2024-03-01T12:00:00Z\n3,2024-03-01T09:00:00\n"
    after = "id,at\n1,2024-03-01T09:00:00Z\n2,2024-03-01T07:00:00-05:00\n3,2024-03-01T09:30:00Z\n"

    found = table(tmp_path, "d.csv", before, after, key=("id",))

    assert found.changed == 1
    assert column(found, "at").type_after == "datetime"


def test_a_time_zone_that_a_column_gained_is_told(tmp_path: Path) -> None:
    moment = datetime(2024, 3, 1, 9, tzinfo=UTC)
    before = pa.table({"at": pa.array([moment], pa.timestamp("us"))})
    after = pa.table({"at": pa.array([moment], pa.timestamp("us", "UTC"))})

    found = table(tmp_path, "d.parquet", before, after)

    assert figures(column(found, "at")) == {"time zone": ("none", "UTC")}
    assert found.changed == 0


def test_names_that_differ_only_in_case_are_two_columns(tmp_path: Path) -> None:
    before = pa.table({"a": [1, 2], "A": [3, 4]})
    after = pa.table({"a": [1, 2], "A": [3, 5]})

    assert names(table(tmp_path, "d.parquet", before, after)) == ["A"]


def test_a_column_that_changed_its_case_is_gone_and_new(tmp_path: Path) -> None:
    found = table(tmp_path, "d.csv", "Price\n1\n", "price\n1\n")

    assert [(one.name, one.fate) for one in found.columns] == [
        ("Price", Fate.GONE),
        ("price", Fate.NEW),
    ]


def test_of_columns_with_the_same_name_each_is_compared(tmp_path: Path) -> None:
    found = table(tmp_path, "d.csv", "a,a\n1,2\n", "a,a\n1,3\n")

    assert names(found) == ["a (2)"]


@pytest.mark.slow
def test_five_thousand_columns_are_compared(tmp_path: Path) -> None:
    cells = {f"c{number}": [number, 1, 2] for number in range(5_000)}
    cells["c0"] = [7, 8, 9]
    changed = {**cells, "c4321": [0, 1, 2]}

    found = table(tmp_path, "d.parquet", pa.table(cells), pa.table(changed), key=("c0",))

    assert found.changed == 1
    assert [(one.name, one.rows) for one in found.columns] == [("c4321", 1)]


@pytest.mark.parametrize(
    ("before", "after", "rows"),
    [("a,b\n", "a,b\n1,2\n", (0, 1)), ("a,b\n1,2\n", "a,b\n", (1, 0)), ("", "a\n1\n", (0, 1))],
    ids=["filled", "emptied", "of nothing"],
)
def test_empty_tables_are_tables(
    tmp_path: Path, before: str, after: str, rows: tuple[int, int]
) -> None:
    found = table(tmp_path, "d.csv", before, after)

    assert (found.rows_before, found.rows_after) == rows


def test_two_empty_tables_with_other_columns_differ_by_those(tmp_path: Path) -> None:
    found = table(tmp_path, "d.csv", "a,b\n", "a,c\n", key=("a",))

    assert [(one.name, one.fate) for one in found.columns] == [
        ("b", Fate.GONE),
        ("c", Fate.NEW),
    ]


def test_tables_of_two_formats_are_compared_by_their_rows(tmp_path: Path) -> None:
    (tmp_path / "parquet").mkdir()
    rows = pa.table({"id": [1, 2, 3], "city": ["Ulm", "Bonn", "Ulm"], "price": [1.5, 2.5, 9.0]})
    pq.write_table(rows, tmp_path / "parquet" / "d.csv")

    found = differing(
        tmp_path, "d.csv", BASE, (tmp_path / "parquet" / "d.csv").read_bytes(), key=("id",)
    )

    assert found is not None
    assert (found.format_before, found.format_after) == ("csv", "parquet")
    assert found.table is not None
    assert [(one.name, one.rows) for one in found.table.columns] == [("price", 1)]


def test_the_same_rows_in_another_format_are_told(tmp_path: Path) -> None:
    rows = pa.table({"zip": ["79100", "10115"], "x": [1.0, 2.0]})

    found = differing(tmp_path, "d", "zip,x\n79100,1\n10115,2\n", rows)

    assert found is not None
    assert found.table is None
    assert found.note == "holds the same rows in another format"


def test_columns_in_another_order_are_told(tmp_path: Path) -> None:
    found = differing(tmp_path, "d.csv", "a,b\n1,2\n", "b,a\n2,1\n")

    assert found is not None
    assert (found.table, found.note) == (None, "its columns stand in another order")


def test_other_marks_between_cells_are_told(tmp_path: Path) -> None:
    found = differing(tmp_path, "d.csv", "a,b\n1,2\n", "a;b\n1;2\n")

    assert found is not None
    assert found.note == "its cells are parted by ',' on base and by ';' on head"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("d.parquet", b"PAR1 and no more", "broken Parquet, perhaps cut short"),
        ("d.csv", b"a,b\n1,2\n1,2,3\n", "3 cells in line 3, and 2 in the header"),
        ("d.csv", b"a,b\n1,\xff\xfe\n", "text that is not UTF-8 in line 2"),
    ],
)
def test_a_side_that_cannot_be_read_is_told_with_the_reason(
    tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    sound = pa.table({"a": [1]}) if name.endswith("parquet") else BASE

    notes = [
        found.note
        for before, after in ((sound, content), (content, sound), (content, content + b" "))
        if (found := differing(tmp_path, name, before, after)) and found.table is None
    ]

    assert notes == [f"cannot be read on {side}: {why}" for side in ("head", "base", "base")]


def test_a_folder_that_is_called_like_a_partition_adds_no_column(tmp_path: Path) -> None:
    found = table(tmp_path, "day=2024-03-01/d.csv", "a\n1\n", "a\n2\n")

    assert names(found) == ["a"]


def test_a_first_line_of_numbers_is_a_row(tmp_path: Path) -> None:
    found = table(tmp_path, "d.csv", "1,2\n3,4\n", "1,2\n3,5\n")

    assert (found.rows_before, names(found)) == (2, ["column 2"])


def test_a_shift_of_numbers_has_a_stability_index_and_quantiles(tmp_path: Path) -> None:
    before = pa.table({"id": range(1_000), "x": [float(number) for number in range(1_000)]})
    after = pa.table({"id": range(1_000), "x": [float(number + 500) for number in range(1_000)]})

    shifted = column(table(tmp_path, "d.parquet", before, after, key=("id",)), "x")

    assert shifted.rows == 1_000
    assert shifted.psi is not None
    assert shifted.psi > 1
    assert figures(shifted)["p50"] == ("499", "999")


def test_of_few_rows_no_shift_is_told(tmp_path: Path) -> None:
    found = table(tmp_path, "d.csv", BASE, BASE.replace("Bonn", "Köln"))

    assert column(found, "city").psi is None


def test_values_of_text_are_counted_and_new_ones_come_first(tmp_path: Path) -> None:
    before = pa.table({"id": range(200), "c": ["low"] * 100 + ["high"] * 100})
    after = pa.table({"id": range(200), "c": ["low"] * 90 + ["odd"] * 10 + ["high"] * 100})

    found = column(table(tmp_path, "d.parquet", before, after, key=("id",)), "c")

    assert list(figures(found)) == ['"odd"', "distinct", '"low"']
    assert figures(found)['"odd"'] == (None, "10")
    assert found.psi is not None


def test_real_data_show_only_what_stands_for_ten_rows(tmp_path: Path) -> None:
    before = pa.table({"id": range(100), "c": ["x"] * 100, "n": range(100)})
    after = pa.table(
        {"id": range(100), "c": ["x"] * 80 + ["y"] * 15 + ["Jane"] * 5, "n": range(1, 101)}
    )

    found = table(tmp_path, "d.parquet", before, after, key=("id",), evidence=Evidence.AGGREGATES)

    assert set(figures(column(found, "c"))) == {'"x"', '"y"', "distinct"}
    assert set(figures(column(found, "n"))) == {"mean", "p50"}
    assert "Jane" not in str(found)


def test_quantiles_of_real_data_are_rounded_so_that_none_is_the_value_of_a_row(
    tmp_path: Path,
) -> None:
    start = datetime(2024, 1, 1, 17, 41, tzinfo=UTC)
    before = pa.table(
        {
            "id": range(300),
            "paid": [98765.4321 + number for number in range(300)],
            "count": [98765 + number for number in range(300)],
            "near": [98700 + number / 10 for number in range(300)],
            "at": [start + timedelta(hours=number) for number in range(300)],
        }
    )
    after = before
    for place, name, change in ((1, "paid", 2.0), (2, "count", 2), (3, "near", 1.0001)):
        moved = pa.array([one * change for one in before[name].to_pylist()])
        after = after.set_column(place, name, moved)
    moved = pa.array([one + timedelta(days=3) for one in before["at"].to_pylist()])
    after = after.set_column(4, "at", moved)

    found = table(tmp_path, "d.parquet", before, after, key=("id",), evidence=Evidence.AGGREGATES)

    assert figures(column(found, "paid"))["p50"] == ("98900", "198000")
    assert figures(column(found, "count"))["p50"] == ("98,900", "198,000")
    assert set(figures(column(found, "near"))) == {"mean"}
    assert figures(column(found, "at"))["p50"] == ("2024-01-07", "2024-01-10")


@pytest.mark.parametrize(
    ("gone", "edited", "key", "has_mean"),
    [
        (0, 9, ("id",), False),  # 300 times the difference of the means is what nine rows hold
        (0, 10, ("id",), True),
        (1, 299, ("id",), False),
        (10, 290, ("id",), True),
        (1, 0, (), False),
        (0, 1, (), False),
    ],
)
def test_means_of_real_data_are_told_where_no_few_rows_came_between_them(
    tmp_path: Path, gone: int, edited: int, key: tuple[str, ...], *, has_mean: bool
) -> None:
    before = pa.table({"id": [n // (1 if key else 2) for n in range(300)], "paid": [5.5] * 300})
    moved = pa.array([5.5 + 1000 * (n < edited) for n in range(300)])
    after = before.set_column(1, "paid", moved).slice(0, 300 - gone)

    found = table(tmp_path, "d.parquet", before, after, key=key, evidence=Evidence.AGGREGATES)

    told = {name for one in found.columns if one.name == "paid" for name in figures(one)}
    assert ("mean" in told) == has_mean
    public = table(tmp_path / "public", "d.parquet", before, after, key=key)
    assert not edited or "mean" in figures(column(public, "paid"))


def test_a_cell_of_real_data_that_became_empty_is_not_told_by_means(tmp_path: Path) -> None:
    before = pa.table({"id": range(100), "paid": [float(n) for n in range(100)]})
    after = before.set_column(1, "paid", pa.array([None, *(float(n) for n in range(2, 101))]))

    found = table(tmp_path, "d.parquet", before, after, key=("id",), evidence=Evidence.AGGREGATES)

    assert "mean" not in figures(column(found, "paid"))


def test_a_column_whose_values_shift_because_rows_went_is_told(tmp_path: Path) -> None:
    before = pa.table({"id": range(2_000), "x": [float(number) for number in range(2_000)]})

    found = table(tmp_path, "d.parquet", before, before.slice(0, 1_000), key=("id",))

    assert (found.gone, names(found)) == (1_000, ["x"])
    assert column(found, "x").rows == 0
