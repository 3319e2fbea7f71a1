"""Law: real data fit the bounds that are suggested for them, though what is told of private ones leaves rows out.

No more of them are let pass than lie outside of these bounds.
"""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_scriptcheck.data import port_profile
from ci_scriptcheck.data.compare.terms import ProfileTerms
from ci_scriptcheck.data.ranges import float_bounds
from ci_scriptcheck.data.validate.terms import Evidence, Terms
from ci_scriptcheck.data.validate.validation import validate
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    Scalar,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.made_and_real import differing
from ci_scriptcheck.model.port_profile import ColumnProfile, TableProfile
from ci_scriptcheck.model.schema_suggestion import suggested
from ci_scriptcheck.model.shares import with_room
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ci_scriptcheck.model.mismatch import Mismatch

pytestmark = pytest.mark.slow

FIRST = date(2024, 1, 1)


def day(number: float) -> str:
    return (FIRST + timedelta(days=int(number) % 4_000)).isoformat()


CELLS: Mapping[ColumnType, Callable[[float], Scalar]] = {
    ColumnType.INT: int,
    ColumnType.FLOAT: float,
    ColumnType.DATE: day,
}

TAILS = st.integers(-(10**9), 10**9)
# Of fewer than twenty private rows no range is told, and up to nine lie beyond each end of it.
NUMBERS = st.tuples(
    st.lists(st.integers(0, 300), min_size=15, max_size=80), st.lists(TAILS, max_size=25)
).map(lambda parts: [*parts[0], *parts[1]])
BOUND = st.none() | st.integers(-50, 350)


def a_dataset(column: Column) -> Dataset:
    return Dataset(
        name="x",
        schema=Schema(columns=(column,)),
        files=(TableFile(name="x.csv", format=Format.CSV),),
        origin=Synthesized(),
    )


def broken(folder: Path, column: Column) -> list[Mismatch]:
    found = validate(folder, a_dataset(column), Terms(evidence=Evidence.AGGREGATES))
    return [one for one in found if one.rule == "SC306"]


def strays(numbers: list[int], write: Callable[[float], Scalar], column: Column) -> int:
    """Count the cells outside of the bounds of a column; days in ISO 8601 are in the order of their texts."""
    cells: list[Any] = [write(one) for one in numbers]
    low: Any = column.min
    high: Any = column.max
    return sum(
        (low is not None and one < low) or (high is not None and one > high) for one in cells
    )


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(sorted(CELLS)),
    numbers=NUMBERS,
    bounds=st.tuples(BOUND, BOUND),
    evidence=st.sampled_from(Evidence),
)
def test_the_same_data_fit_the_bounds_that_were_suggested_for_them(
    kind: ColumnType,
    numbers: list[int],
    bounds: tuple[int | None, int | None],
    evidence: Evidence,
) -> None:
    write = CELLS[kind]
    low, high = (None if bound is None else write(bound) for bound in bounds)
    if low is not None and high is not None:
        low, high = sorted((low, high), key=str if kind is ColumnType.DATE else float)
    column = Column(name="x", type=kind, min=low, max=high)
    ends: list[Scalar] = [write(0), write(100)]
    made = TableProfile(
        name="x.csv",
        rows=100,
        columns=(ColumnProfile(name="x", type=kind.value, low=ends[0], high=ends[1]),),
    )

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "x.csv").write_text("x\n" + "".join(f"{write(one)}\n" for one in numbers))
        terms = ProfileTerms(evidence=evidence, schema=Schema(columns=(column,)))
        real = port_profile.profiled(folder, terms)
        changes, notes = suggested(Schema(columns=(column,)), [made], real)
        before = broken(folder, column)
        keys: dict[str, Any] = dict(changes[0].keys) if changes else {}
        is_asked = any("mistakes, or a rule?" in note for note in notes)
        after = replace(column, **keys)
        if is_asked:
            assert before
        else:
            assert broken(folder, after) == []
        if "outside" in keys:
            # No room for more rows than there are, but by chance.
            assert keys["outside"] <= with_room(strays(numbers, write, after), len(numbers))


@settings(max_examples=300, deadline=None)
@given(
    bounds=st.tuples(BOUND, BOUND),
    low=st.integers(-10_000, 10_000),
    width=st.integers(0, 10_000),
    odd=st.tuples(st.integers(0, 500), st.integers(0, 500)),
)
def test_a_range_that_differs_comes_with_something_to_do_and_changes_end(
    bounds: tuple[int | None, int | None], low: int, width: int, odd: tuple[int, int]
) -> None:
    least, most = bounds
    if least is not None and most is not None:
        least, most = sorted((least, most))
    column = Column(name="x", type=ColumnType.FLOAT, min=least, max=most)
    for _ in range(3):
        schema, real = Schema(columns=(column,)), a_real_range(column, low, low + width, odd)
        made = a_range(1_000, *float_bounds(column))
        changes, notes = suggested(schema, [made], [real])
        assert bool(changes or notes) >= bool(differing(schema, [made], [real]))
        if not changes:
            return
        keys: dict[str, Any] = dict(changes[0].keys)
        column = replace(column, **keys)
    raise AssertionError(f"a change is suggested each time: {column}")


def a_range(rows: int, low: float, high: float, **given: Any) -> TableProfile:
    column = ColumnProfile(name="x", type="float", low=low, high=high, **given)
    return TableProfile(name="x.csv", rows=rows, columns=(column,))


def a_real_range(column: Column, low: int, high: int, odd: tuple[int, int]) -> TableProfile:
    """Give 1,000 rows, of which those in `odd` lie beyond a bound that the range breaks; all do where it is elsewhere."""
    below = isinstance(column.min, int | float) and low < column.min
    above = isinstance(column.max, int | float) and high > column.max
    too_low, too_high = max(odd[0], 1) * below, max(odd[1], 1) * above
    if isinstance(column.min, int | float) and high < column.min:
        too_low = 1_000
    if isinstance(column.max, int | float) and low > column.max:
        too_high = 1_000
    return a_range(1_000, float(low), float(high), outside=too_low + too_high, too_low=too_low)
