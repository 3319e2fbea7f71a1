"""Figures of private data are rounded, so that none is the value of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model import rounding
from ci_scriptcheck.model.rounding import Way

if TYPE_CHECKING:
    from datetime import date

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def test_two_significant_digits_are_left_outward() -> None:
    assert rounding.number(98_765, Way.UP) == 99_000
    assert rounding.number(98_765, Way.DOWN) == 98_000
    assert rounding.number(-1_234, Way.DOWN) == -1_300
    assert rounding.number(0.012345, Way.UP) == 0.013
    assert rounding.number(42, Way.UP) == 42


@given(st.integers() | FLOATS)
def test_a_range_holds_what_it_was_rounded_from(value: float) -> None:
    assert rounding.number(value, Way.DOWN) <= value <= rounding.number(value, Way.UP)


@given(st.integers() | FLOATS)
def test_what_was_rounded_stays_as_it_is(value: float) -> None:
    once = rounding.number(value, Way.UP)

    assert rounding.number(once, Way.UP) == once
    assert type(once) is type(value)


@given(st.dates(), st.dates())
def test_days_of_one_month_are_told_alike(one: date, other: date) -> None:
    is_same = (one.year, one.month) == (other.year, other.month)

    for way in (Way.DOWN, Way.UP):
        assert (rounding.day(one, way) == rounding.day(other, way)) is is_same
