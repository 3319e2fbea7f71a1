"""How made data differ from real ones, and what a schema should say so that they do not."""

from __future__ import annotations

from typing import Any

import pytest

from ci_scriptcheck.model.contract import Column, ColumnType, Schema
from ci_scriptcheck.model.made_and_real import Aspect, differing
from ci_scriptcheck.model.port_profile import ColumnProfile, TableProfile
from ci_scriptcheck.model.schema_suggestion import ColumnChange, suggested

MADE, REAL = 100, 10_000


def a_schema(kind: ColumnType = ColumnType.FLOAT, **given: Any) -> Schema:
    return Schema(columns=(Column(name="x", type=kind, **given),))


def a_profile(kind: str | None = "float", **given: Any) -> ColumnProfile:
    return ColumnProfile(name="x", type=kind, **{"distinct": 50} | given)


def a_table(rows: int, *columns: ColumnProfile, **given: Any) -> TableProfile:
    return TableProfile(name="x.csv", rows=rows, columns=columns, **given)


def aspects(schema: Schema, made: ColumnProfile, real: ColumnProfile) -> list[Aspect]:
    found = differing(schema, [a_table(MADE, made)], [a_table(REAL, real)])
    return [aspect for table in found for column in table.columns for aspect in column.aspects]


def changes(schema: Schema, made: ColumnProfile, real: ColumnProfile) -> list[dict[str, Any]]:
    found, _ = suggested(schema, [a_table(MADE, made)], [a_table(REAL, real)])
    return [dict(one.keys) for one in found]


def changes_of(
    schema: Schema, made: list[TableProfile], real: list[TableProfile]
) -> list[dict[str, Any]]:
    return [dict(one.keys) for one in suggested(schema, made, real)[0]]


def notes(schema: Schema, made: ColumnProfile, real: ColumnProfile) -> tuple[str, ...]:
    return suggested(schema, [a_table(MADE, made)], [a_table(REAL, real)])[1]


ALIKE = a_profile(low=0.0, high=100.0)


def test_of_data_that_are_alike_nothing_is_told() -> None:
    real = a_profile(low=1.0, high=99.0)

    assert aspects(a_schema(max=100), ALIKE, real) == []
    assert changes(a_schema(max=100), ALIKE, real) == []


@pytest.mark.parametrize(
    ("schema", "real", "aspect", "change"),
    [
        (
            a_schema(max=100),
            a_profile(low=0.0, high=470.0, outside=4_000),
            Aspect.RANGE,
            {"max": 470.0},
        ),
        (
            a_schema(min=0, max=100),
            a_profile(low=-12.0, high=90.0, outside=900, too_low=900),
            Aspect.RANGE,
            {"min": -12.0},
        ),
        (
            a_schema(),
            a_profile(low=1e6, high=2e6),
            Aspect.RANGE,
            {"min": 1e6, "max": 2e6},
        ),
        (a_schema(), a_profile(nulls=417, low=0.0, high=99.0), Aspect.GAPS, {"nulls": 0.049}),
        (
            a_schema(ColumnType.INT, min=0),
            a_profile("string", is_told=True),
            Aspect.TYPE,
            {"type": "string", "min": None},
        ),
        (
            a_schema(ColumnType.INT, unique=True),
            a_profile("int", distinct=9_000),
            Aspect.REPEATS,
            {"unique": False},
        ),
        (
            a_schema(ColumnType.CATEGORY, values=("a", "b")),
            a_profile("string", distinct=3, strange=1, strange_rows=20, named=("c",)),
            Aspect.VALUES,
            {"values": ("a", "b", "c")},
        ),
        (
            a_schema(ColumnType.CATEGORY, values=(1, 2)),
            a_profile("int", distinct=3, strange=1, strange_rows=20, named=("3",)),
            Aspect.VALUES,
            {"values": (1, 2, 3)},
        ),
        (
            a_schema(ColumnType.CATEGORY, values=("a", "b")),
            a_profile("string", distinct=4_000, strange=3_999, strange_rows=9_000),
            Aspect.VALUES,
            {"type": "string", "values": None},
        ),
    ],
)
def test_what_differs_is_told_and_what_would_cure_it_is_suggested(
    schema: Schema, real: ColumnProfile, aspect: Aspect, change: dict[str, Any]
) -> None:
    kind = schema.columns[0].value_type or ColumnType.STRING
    distinct = {"distinct": MADE} if schema.columns[0].unique else {}
    made = a_profile(kind.value, low=0.0, high=100.0, **distinct)

    assert aspect in aspects(schema, made, real)
    assert changes(schema, made, real) == [change]


def test_a_few_rows_that_repeat_what_is_unique_are_told_and_change_no_schema() -> None:
    schema = a_schema(ColumnType.INT, unique=True)
    real = a_profile("int", distinct=REAL - 9)

    assert aspects(schema, a_profile("int", distinct=MADE), real) == [Aspect.REPEATS]
    assert changes(schema, a_profile("int", distinct=MADE), real) == []


def test_bounds_move_as_a_whole_where_real_data_lie_elsewhere() -> None:
    real = a_profile(low=1_000.0, high=1_200.0, outside=REAL)

    assert changes(a_schema(min=0, max=100), ALIKE, real) == [{"min": 1_000.0, "max": 1_200.0}]


def test_a_number_without_fraction_is_one_with_room_for_it() -> None:
    real = a_profile("int", low=0, high=100)

    assert aspects(a_schema(max=100), ALIKE, real) == []
    assert changes(a_schema(max=100), ALIKE, real) == []


def test_values_that_may_not_be_named_are_counted() -> None:
    schema = a_schema(ColumnType.CATEGORY, values=("a",))
    real = a_profile("string", distinct=3, strange=2, strange_rows=7)

    (said,) = notes(schema, a_profile("string"), real)

    assert changes(schema, a_profile("string"), real) == []
    assert said.startswith("`x` has 2 values that may not be named here (7 of 10,000 rows")


def test_a_bound_that_was_seen_in_public_data_is_rounded_before_it_becomes_a_rule() -> None:
    real = a_profile(low=0.5, high=471.25, outside=4_000)

    assert changes(a_schema(max=100), ALIKE, real) == [{"max": 480.0}]


MOMENTS = a_profile("datetime", low="2025-01-01", high="2025-12-31")


def test_a_day_that_was_seen_becomes_the_first_of_its_month() -> None:
    schema = a_schema(ColumnType.DATETIME, min="2025-01-01")
    low, high = "2024-02-03 04:05:06", "2025-07-19 10:11:12"
    real = a_profile("datetime", low=low, high=high, outside=4_000, too_low=4_000)

    assert changes(schema, MOMENTS, real) == [{"min": "2024-02-01"}]


def test_an_end_that_time_has_passed_is_taken_away_and_none_put_in_its_place() -> None:
    schema = a_schema(ColumnType.DATETIME, min="2025-01-01", max="2025-12-31")
    low, high = "2025-02-03 04:05:06", "2026-07-19 10:11:12"
    real = a_profile("datetime", low=low, high=high, outside=4_000)

    assert changes(schema, MOMENTS, real) == [{"max": None}]


def test_where_a_few_rows_are_beyond_the_end_of_what_grows_it_is_asked_whether_there_is_one() -> (
    None
):
    schema = a_schema(ColumnType.DATETIME, max="2025-12-31")
    real = a_profile("datetime", low="2025-01-01", high="2026-01-31", outside=24)

    assert changes(schema, MOMENTS, real) == []
    assert notes(schema, MOMENTS, real) == (
        "24 of 10,000 rows have `x` above 2025-12-31: mistakes, or a rule?"
        " Without `max` it is one, `outside: 0.0044` lets them pass",
    )


def test_numbers_that_count_up_get_a_least_one_only() -> None:
    made = a_profile("int", low=1, high=1_000, distinct=MADE)
    real = a_profile("int", low=700_000, high=710_000, distinct=REAL)
    again = a_profile("int", low=700_000, high=701_000, distinct=MADE)

    assert changes(a_schema(ColumnType.INT, unique=True), made, real) == [{"min": 700_000}]
    assert aspects(a_schema(ColumnType.INT, unique=True, min=700_000), again, real) == []


def test_numbers_called_ids_get_no_greatest_one_though_they_repeat() -> None:
    schema = Schema(columns=(Column(name="customer_id", type=ColumnType.INT, min=1, max=1_000),))
    made = ColumnProfile(name="customer_id", type="int", distinct=100, low=1, high=1_000)
    real = ColumnProfile(
        name="customer_id", type="int", distinct=900, low=1, high=1_300, outside=2_300
    )

    found, _ = suggested(schema, [a_table(MADE, made)], [a_table(REAL, real)])

    assert [dict(one.keys) for one in found] == [{"max": None}]


def test_what_grows_is_not_like_what_is_made_where_it_begins_much_later() -> None:
    schema = a_schema(ColumnType.DATETIME, min="2025-01-01")
    real = a_profile("datetime", low="2026-01-01", high="2026-03-31")

    assert aspects(schema, MOMENTS, real) == [Aspect.RANGE]
    assert changes(schema, MOMENTS, real) == []
    assert notes(schema, MOMENTS, real) == (
        "`x` really begins in the second half of the range that is made, or above it:"
        " a greater `min` would bring both nearer, if it is a rule",
    )


def test_gaps_that_were_allowed_for_with_room_are_no_difference_though_more_are_made() -> None:
    schema = a_schema(nulls=0.66)
    made, real = a_profile(low=0.0, high=100.0, nulls=33), a_profile(low=0.0, high=99.0, nulls=2)
    tables = [a_table(MADE, made)], [a_table(10, real)]

    assert changes_of(a_schema(), *tables) == [{"nulls": 0.66}]
    assert differing(schema, *tables) == ()


@pytest.mark.parametrize("rows_without", [98, 124])
def test_a_sample_with_a_few_more_gaps_than_are_allowed_proves_nothing(rows_without: int) -> None:
    schema = a_schema(nulls=0.2)
    real = a_table(484, a_profile(low=0.0, high=99.0, nulls=rows_without))
    tables = [a_table(MADE, a_profile(low=0.0, high=99.0, nulls=10))], [real]

    assert suggested(schema, *tables, is_sample=True) == ((), ())
    assert differing(schema, *tables, is_sample=True) == ()
    assert len(suggested(schema, *tables)[0]) == 1


def test_a_sample_with_many_more_gaps_than_are_allowed_proves_that_there_are_more() -> None:
    real = a_table(484, a_profile(low=0.0, high=99.0, nulls=125))
    made = [a_table(MADE, a_profile(low=0.0, high=99.0, nulls=10))]

    found, _ = suggested(a_schema(nulls=0.2), made, [real], is_sample=True)

    assert [dict(one.keys) for one in found] == [{"nulls": 0.33}]


@pytest.mark.parametrize(
    ("profile", "is_unique"),
    [
        (ColumnProfile(name="number", type="int", distinct=REAL, low=1, high=12_000), True),
        (ColumnProfile(name="number", type="int", distinct=REAL, low=1, high=10**9), False),
        (ColumnProfile(name="order_id", type="string", distinct=REAL), True),
        (ColumnProfile(name="email", type="string", distinct=REAL), False),
        (ColumnProfile(name="order_id", type="string", distinct=REAL - 1, nulls=1), False),
        (ColumnProfile(name="order_id", type="string", distinct=REAL - 1), False),
    ],
    ids=["counted", "drawn from many", "called an id", "a text", "with a gap", "repeated"],
)
def test_a_new_column_is_called_unique_only_where_it_is_by_no_chance(
    profile: ColumnProfile, is_unique: bool
) -> None:
    found, _ = suggested(
        a_schema(), [a_table(MADE, ALIKE)], [a_table(REAL, a_profile(low=0.0, high=99.0), profile)]
    )

    assert ("unique" in found[0].keys) == is_unique


def test_columns_that_only_real_data_have_are_added_with_all_that_is_known() -> None:
    real = a_table(
        REAL,
        a_profile(low=0.0, high=99.0),
        ColumnProfile(name="id", type="int", distinct=REAL, low=1_000, high=12_000),
        ColumnProfile(name="tags", type="json", distinct=9),
        ColumnProfile(name="void"),
    )

    found, said = suggested(a_schema(), [a_table(MADE, ALIKE)], [real])

    keys: dict[str, Any] = {"type": "int", "unique": True, "min": 1_000}
    assert found == (ColumnChange(name="id", is_new=True, keys=keys),)
    assert said == ("`tags` holds lists or records, which no schema describes",)


def test_columns_that_real_data_do_not_have_are_named_and_left_to_a_person() -> None:
    found, said = suggested(a_schema(), [a_table(MADE, ALIKE)], [a_table(REAL)])

    assert (found, said) == ((), ("`x` is in no real data",))


def test_rows_that_share_a_key_are_told() -> None:
    schema = Schema(columns=a_schema().columns, key=("x",))
    real = a_table(REAL, a_profile(low=0.0, high=99.0), repeated=20)

    _, said = suggested(schema, [a_table(MADE, ALIKE)], [real])

    assert said == ("20 of 10,000 rows share `x` with another one",)


def test_what_repeats_another_column_or_is_computed_gets_no_bounds() -> None:
    real = a_profile(low=0.0, high=1e6)

    assert changes(a_schema(references="other.x"), ALIKE, real) == []
    assert changes(a_schema(formula="x * 2"), ALIKE, real) == []


def test_nothing_is_suggested_where_it_is_not_known_which_tables_belong_together() -> None:
    tables = [a_table(REAL, ALIKE), TableProfile(name="y.csv", rows=3)]
    made = [TableProfile(name="a.csv"), TableProfile(name="b.csv")]

    assert suggested(a_schema(), made, tables) == ((), ())
    assert differing(a_schema(), made, tables) == ()


def test_moments_that_files_declare_as_text_are_left_to_the_check_of_each_value() -> None:
    made = a_profile("date", is_told=True)
    schema = a_schema(ColumnType.DATE)

    assert changes(schema, made, a_profile("string")) == []
    assert changes(schema, made, a_profile("string", is_told=True)) == [{"type": "string"}]


def test_tables_of_one_schema_are_taken_together() -> None:
    schema = Schema(
        columns=(
            Column(name="x", type=ColumnType.FLOAT, max=100),
            Column(name="label", type=ColumnType.INT),
        )
    )
    names = ("test.csv", "train.csv")
    label = ColumnProfile(name="label", type="int", distinct=2)
    made = [TableProfile(name=name, rows=50, columns=(ALIKE, label)) for name in names]
    real = [
        TableProfile(name=names[0], rows=100, columns=(a_profile(low=0.0, high=90.0),)),
        TableProfile(
            name=names[1],
            rows=300,
            columns=(a_profile(low=5.0, high=470.0, nulls=20, outside=200), label),
        ),
    ]

    found, said = suggested(schema, made, real)

    assert [dict(one.keys) for one in found] == [{"nulls": 0.094, "max": 470.0}]
    assert said == ("`label` is in some real tables only",)


def test_bounds_that_few_rows_break_stay_and_it_is_asked_what_those_are() -> None:
    schema = a_schema(ColumnType.INT, min=1, max=20)
    made, real = a_profile("int", low=1, high=20), a_profile("int", low=-1, high=20, outside=24)

    assert changes(schema, made, real) == []
    assert notes(schema, made, real) == (
        "24 of 10,000 rows have `x` outside of 1 to 20: mistakes, or a rule?"
        " Other bounds make it one, `outside: 0.0044` lets them pass",
    )


def test_rows_that_may_lie_outside_are_nothing_to_ask_about() -> None:
    schema = a_schema(ColumnType.INT, min=1, max=20, outside=0.0024)
    made, real = a_profile("int", low=1, high=20), a_profile("int", low=-13, high=20, outside=24)

    assert aspects(schema, made, real) == []
    assert changes(schema, made, real) == []
    assert notes(schema, made, real) == ()


def test_rows_beyond_what_is_told_are_allowed_for_with_the_bounds() -> None:
    schema = a_schema(ColumnType.INT, max=20)
    made = a_profile("int", low=1, high=20)
    real = a_profile("int", low=1, high=800, outside=9_000, beyond=7)

    assert changes(schema, made, real) == [{"max": 800, "outside": 0.0021}]


def test_a_column_without_bounds_gets_some_that_all_rows_fit() -> None:
    real = a_profile("int", low=2, high=800, beyond=6, below=4)

    assert changes(a_schema(ColumnType.INT), a_profile("int", low=1, high=20), real) == [
        {"min": 2, "max": 800, "outside": 0.002}
    ]


def test_where_half_of_the_gaps_are_made_that_are_allowed_they_are_no_difference() -> None:
    schema = a_schema(nulls=0.031)
    made, real = a_profile(low=0.0, high=100.0, nulls=1), a_profile(low=0.0, high=100.0, nulls=306)

    assert aspects(schema, made, real) == []


def test_texts_that_are_really_few_are_told_with_what_would_make_them_so() -> None:
    made, real = a_profile("string", distinct=100), a_profile("string", distinct=3)

    assert aspects(a_schema(ColumnType.STRING), made, real) == [Aspect.VARIETY]
    assert notes(a_schema(ColumnType.STRING), made, real) == (
        "`x` has 3 different values: `type: category` with `values` makes it so",
    )


def test_rows_within_a_bound_that_stays_are_not_let_pass() -> None:
    schema = a_schema(ColumnType.DATETIME, min="2019-01-01", max="2024-06-30")
    made = a_profile("datetime", low="2019-01-01", high="2024-06-30")
    low, high = "2019-02-01", "2024-07-31"
    real = a_profile("datetime", low=low, high=high, outside=400, beyond=3, below=3)

    assert changes(schema, made, real) == [{"max": None}]


def test_rows_on_a_side_without_a_bound_are_not_let_pass() -> None:
    schema, made = a_schema(max=1_000), a_profile(low=0.0, high=1_000.0)
    real = a_profile(low=49.0, high=2_100.0, outside=4_000, beyond=14, below=9)

    assert changes(schema, made, real) == [{"max": 2_100.0, "outside": 0.0018}]


def test_rows_outside_of_a_bound_that_stays_are_let_pass_with_the_other_one() -> None:
    schema = a_schema(min=0, max=100)
    real = a_profile(low=0.0, high=470.0, outside=4_005, too_low=5, beyond=12, below=5)

    assert changes(schema, ALIKE, real) == [{"max": 470.0, "outside": 0.0028}]


def test_a_bound_on_one_side_does_not_hide_that_the_other_one_is_missing() -> None:
    real = a_profile(low=49.0, high=2_100.0)

    assert changes(a_schema(min=0), ALIKE, real) == [{"max": 2_100.0}]
    assert notes(a_schema(min=0), ALIKE, real) == ()


def test_the_missing_bound_is_offered_beside_the_question_what_a_few_rows_are() -> None:
    schema = a_schema(min=0)
    real = a_profile(low=-1.0, high=2_100.0, outside=24, too_low=24, beyond=9)

    assert changes(schema, ALIKE, real) == [{"max": 2_100.0, "outside": 0.0024}]
    assert notes(schema, ALIKE, real) == (
        "24 of 10,000 rows have `x` below 0: mistakes, or a rule?"
        " Other bounds make it one, `outside: 0.0056` lets them pass",
    )


@pytest.mark.parametrize(
    ("made", "real", "why"),
    [
        (
            (0.0, 6_000.0),
            (5_000.0, 6_000.0),
            "`x` really fills less than half of the range that is made, within its bounds:"
            " narrower ones would bring both nearer, if they are a rule",
        ),
        (
            (0.0, 100.0),
            (0.0, 6_000.0),
            "`x` is made in only a part of what its bounds allow; others would not change that",
        ),
    ],
    ids=["narrower", "wider"],
)
def test_where_no_bound_is_offered_for_a_range_that_differs_it_is_said_why(
    made: tuple[float, float], real: tuple[float, float], why: str
) -> None:
    schema = a_schema(min=0, max=6_000)
    ours, theirs = (a_profile(low=low, high=high) for low, high in (made, real))

    assert aspects(schema, ours, theirs) == [Aspect.RANGE]
    assert changes(schema, ours, theirs) == []
    assert notes(schema, ours, theirs) == (why,)


def test_a_lack_of_bounds_on_a_side_that_is_made_as_it_is_needs_none() -> None:
    made, real = a_profile(low=0.0, high=100.0), a_profile(low=60.0, high=100.0)

    assert changes(a_schema(min=0), made, real) == []
    assert len(notes(a_schema(min=0), made, real)) == 1


def test_no_bound_is_drawn_against_one_that_nearly_all_rows_may_break() -> None:
    schema, real = a_schema(max=0, outside=1.0), a_profile(low=1.0, high=9.0, outside=REAL)

    assert changes(schema, a_profile(low=-100.0, high=0.0), real) == []
