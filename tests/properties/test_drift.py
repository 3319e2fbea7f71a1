"""Laws of what is told of two executions: one way as the other, nothing of equal data, whatever the order of rows."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_scriptcheck.data.compare import port_drift
from ci_scriptcheck.data.compare.terms import DriftTerms

if TYPE_CHECKING:
    from ci_scriptcheck.model.drift import Drift

pytestmark = pytest.mark.slow
FEW = settings(max_examples=20, deadline=None)


@st.composite
def columns(draw: st.DrawFn) -> pa.Array:
    """Draw numbers that many rows share, or none do, some of which are missing."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = draw(st.integers(90, 400))
    steps = draw(st.sampled_from([1, 2, 25, 1_000_000]))
    values = rng.exponential(draw(st.floats(0.05, 2.0)), rows)
    scale = draw(st.sampled_from([1.0, 1.1, -3.0]))
    numbers = np.round(values * steps) / steps * scale
    missing = rng.random(rows) < draw(st.sampled_from([0.0, 0.02, 0.5]))
    return pa.array(numbers, mask=missing)


def told(before: pa.Array, after: pa.Array) -> Drift:
    with tempfile.TemporaryDirectory() as name:
        for side, column in (("before", before), ("after", after)):
            Path(name, side).mkdir()
            pq.write_table(pa.table({"x": column}), Path(name, side, "d.parquet"))
        return port_drift.compared(Path(name, "before"), Path(name, "after"), DriftTerms())


def shifts(found: Drift) -> list[tuple[str, str | None]]:
    return [
        (column.name, None if column.psi is None else f"{column.psi:.9f}")
        for table in found.tables
        for column in table.columns
    ]


@FEW
@given(columns(), columns())
def test_what_is_told_one_way_is_told_the_other_way(one: pa.Array, other: pa.Array) -> None:
    there, back = told(one, other), told(other, one)

    assert shifts(there) == shifts(back)
    assert [table.name for table in there.tables] == [table.name for table in back.tables]


@FEW
@given(columns(), st.integers(0, 2**32 - 1))
def test_the_same_rows_in_another_order_do_not_differ(column: pa.Array, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(column))

    assert told(column, column.take(pa.array(order))).is_empty


@FEW
@given(columns(), columns(), st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_nothing_of_what_is_told(
    one: pa.Array, other: pa.Array, seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(len(other))

    assert shifts(told(one, other)) == shifts(told(one, other.take(pa.array(order))))
