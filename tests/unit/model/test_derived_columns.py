"""Of a column that is made of others, it is said where its range comes from."""

from __future__ import annotations

from typing import Any

import pytest

from ci_scriptcheck.model.contract import Column, ColumnType, Schema
from ci_scriptcheck.model.port_profile import ColumnProfile, TableProfile
from ci_scriptcheck.model.schema_suggestion import suggested

ELSEWHERE = (
    "`price` takes its values from `prices.price`: what brings both nearer has to be said there"
)
OF_ITS_FORMULA = (
    "`price` comes out of its `formula`: what brings both nearer has to be said there,"
    " or of the columns that it names"
)


def a_table(low: float, high: float) -> TableProfile:
    column = ColumnProfile(name="price", type="float", distinct=900, low=low, high=high)
    return TableProfile(name="orders.csv", rows=1_000, columns=(column,))


def suggested_for(real: TableProfile, **given: Any) -> tuple[object, tuple[str, ...]]:
    column = Column(name="price", type=ColumnType.FLOAT, **given)
    return suggested(Schema(columns=(column,)), [a_table(0, 1_000)], [real])


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"references": "prices.price"}, ELSEWHERE),
        ({"formula": "price * 10"}, OF_ITS_FORMULA),
        ({"formula": "items + 1"}, OF_ITS_FORMULA),
    ],
)
@pytest.mark.parametrize("real", [a_table(0, 90_000), a_table(0, 100)])
def test_no_bounds_are_suggested_and_it_is_said_why(
    real: TableProfile, given: dict[str, Any], why: str
) -> None:
    assert suggested_for(real, **given) == ((), (why,))


@pytest.mark.parametrize("given", [{"references": "prices.price"}, {"formula": "items + 1"}])
def test_nothing_is_said_of_a_range_that_is_alike(given: dict[str, Any]) -> None:
    assert suggested_for(a_table(0, 990), **given) == ((), ())


def test_of_a_column_that_is_drawn_by_itself_bounds_are_suggested() -> None:
    changes, notes = suggested_for(a_table(0, 90_000))

    assert changes
    assert notes == ()
