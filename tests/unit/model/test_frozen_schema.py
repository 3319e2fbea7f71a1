"""What the schema of a dataset has to allow for, so that a frozen sample fits it."""

from __future__ import annotations

from typing import Any

import pytest

from ci_scriptcheck.model.contract import Column, ColumnType, Schema
from ci_scriptcheck.model.frozen import FrozenColumn, FrozenTable, How
from ci_scriptcheck.model.frozen_schema import allowing, reasons
from ci_scriptcheck.model.mismatch import Mismatch
from ci_scriptcheck.model.port_profile import ColumnProfile, TableProfile

ROWS = 300


def a_column(kind: ColumnType = ColumnType.INT, **given: Any) -> Column:
    return Column(name="x", type=kind, **given)


def a_mismatch(rule: str, rows: int = 30, **given: Any) -> Mismatch:
    words = {"column": "x", "expected": "1 to 20", "found": "values from -1 to 35"} | given
    return Mismatch(rule=rule, rows=rows, of_rows=ROWS, **words)


def a_table(how: How, **given: Any) -> FrozenTable:
    column = FrozenColumn(name="x", type="int", how=how, **given)
    return FrozenTable(name="x", rows=ROWS, of_rows=5_000, files=("x.csv",), columns=(column,))


def a_sample(**given: Any) -> TableProfile:
    profile = ColumnProfile(name="x", **{"type": "int"} | given)
    return TableProfile(name="x.csv", rows=ROWS, columns=(profile,))


UNKNOWN = TableProfile(name="x.csv")
NUMBERS = a_sample(low=-1, high=35)


def a_real_table(**given: Any) -> TableProfile:
    profile = ColumnProfile(name="x", **{"type": "int"} | given)
    return TableProfile(name="x.csv", rows=5_000, columns=(profile,))


def change(
    column: Column,
    table: FrozenTable,
    sample: TableProfile,
    one: Mismatch,
    real: TableProfile = UNKNOWN,
) -> dict[str, Any]:
    found, left = allowing(Schema(columns=(column,)), table, sample, real, [one])
    assert left == ()
    return dict(found[0].keys)


def test_gaps_are_allowed_for_as_the_sample_and_the_real_data_have_them() -> None:
    table = a_table(How.DRAWN, nulls=0.1234)

    found = change(a_column(), table, NUMBERS, a_mismatch("SC305"))

    assert found == {"nulls": 0.13}


def test_bounds_that_many_rows_break_are_widened_to_what_the_sample_holds() -> None:
    column = a_column(min=1, max=20)

    assert change(column, a_table(How.DRAWN), NUMBERS, a_mismatch("SC306")) == {
        "min": -1,
        "max": 35,
    }


def test_bounds_are_widened_so_that_the_real_data_fit_them_as_well() -> None:
    column, table = a_column(min=1, max=20), a_table(How.DRAWN)
    real = a_real_table(low=-1, high=57, beyond=9, outside=500)

    found = change(column, table, NUMBERS, a_mismatch("SC306"), real)

    assert found == {"min": -1, "max": 57, "outside": 0.0018}


def test_rows_that_no_bound_leaves_out_are_not_let_pass() -> None:
    column, table = a_column(min=-5, max=20), a_table(How.DRAWN)
    real = a_real_table(low=-1, high=57, beyond=9, below=9, outside=500)

    found = change(column, table, NUMBERS, a_mismatch("SC306"), real)

    assert found == {"max": 57}


def test_as_many_rows_are_let_pass_as_are_odd_in_the_real_data() -> None:
    column, table = a_column(min=1, max=20), a_table(How.DRAWN)
    real = a_real_table(low=-1, high=20, outside=45)

    found = change(column, table, NUMBERS, a_mismatch("SC306", rows=1), real)

    assert found == {"outside": 0.009}


def test_bounds_that_few_rows_break_stay_and_let_these_pass() -> None:
    column = a_column(min=1, max=20)

    found = change(column, a_table(How.DRAWN), NUMBERS, a_mismatch("SC306", rows=2))

    assert found == {"outside": 0.0067}


@pytest.mark.parametrize("how", [How.MOVED, How.NUMBERED, How.JOINED])
def test_what_lies_elsewhere_on_purpose_has_no_bounds_any_more(how: How) -> None:
    column, one = a_column(min=1, max=20), a_mismatch("SC306", rows=2)

    assert change(column, a_table(how), NUMBERS, one) == {"min": None, "max": None}


def test_values_of_a_category_are_listed_as_the_sample_has_them() -> None:
    column = a_column(ColumnType.CATEGORY, values=("AT", "DE"))
    sample = a_sample(type="string", distinct=3, strange=1, strange_rows=30, named=("CH",))

    found = change(column, a_table(How.KEPT), sample, a_mismatch("SC307"))

    assert found == {"values": ("AT", "DE", "CH")}


def test_values_that_are_too_many_to_be_listed_are_left_to_a_person() -> None:
    schema = Schema(columns=(a_column(ColumnType.CATEGORY, values=("AT",)),))
    sample = a_sample(type="string", distinct=40, strange=39, strange_rows=200, named=("CH",))
    one = a_mismatch("SC307", found="values", expected="`AT`")

    found, left = allowing(schema, a_table(How.KEPT), sample, UNKNOWN, [one])

    assert (found, left) == ((), ("`x`: values in 30 of 300 rows, where `AT` is expected",))


def test_what_repeats_is_not_unique() -> None:
    found = change(a_column(unique=True), a_table(How.DRAWN), NUMBERS, a_mismatch("SC308"))

    assert found == {"unique": False}


def test_several_things_about_a_column_are_one_change_with_all_reasons() -> None:
    column, table = a_column(min=1, max=20), a_table(How.DRAWN)
    gaps = a_mismatch("SC305", found="no value in 10 % of rows", expected="a value in every row")
    both = [gaps, a_mismatch("SC306")]

    found, _ = allowing(Schema(columns=(column,)), table, NUMBERS, UNKNOWN, both)

    assert [dict(one.keys) for one in found] == [{"nulls": 0.1, "min": -1, "max": 35}]
    assert [*reasons(found, table, both)] == [
        "`x`: no value in 10 % of rows, where a value in every row is expected;"
        " values from -1 to 35 in 30 of 300 rows, where 1 to 20 is expected"
    ]


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (
            a_mismatch("SC310", found="texts", expected="a match of `[A-Z]{2}`"),
            "`x`: texts in 30 of 300 rows, where a match of `[A-Z]{2}` is expected",
        ),
        (a_mismatch("SC301", column="y"), "there is no column `y`"),
        (
            a_mismatch("SC312", column="y"),
            "`y` is a further column, and the schema is closed",
        ),
        (
            a_mismatch("SC313", column="totals", expected="sum(x) > 0"),
            "`totals` does not hold: `sum(x) > 0`",
        ),
    ],
)
def test_what_no_key_of_a_column_can_say_is_left_to_a_person(one: Mismatch, told: str) -> None:
    schema, table = Schema(columns=(a_column(),)), a_table(How.CODED)

    found, left = allowing(schema, table, NUMBERS, UNKNOWN, [one])

    assert (found, left) == ((), (told,))
