"""Moments like real ones: by day and by time of day, and all of them moved by a number of weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ci_scriptcheck.data.freezing import moments, numbers, source
from ci_scriptcheck.data.freezing.means import Cell, Drawn, Means
from ci_scriptcheck.model.frozen import FEWEST, FrozenColumn, How
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from ci_scriptcheck.data.freezing.source import Table

    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Rng = np.random.Generator

_WEEK = 7 * moments.DAY
_UNITS = (moments.DAY, moments.HOUR, moments.MINUTE, moments.SECOND, 1_000, 1)
_SENSIBLE = (-2_208_988_800_000_000, 4_102_444_800_000_000)
"""1900 and 2100; a moment outside of them says *never* or *always*."""


def shift(means: Means, table: Table, name: str) -> int:
    """Give by how many microseconds moments are moved: by whole weeks, for all tables the same."""
    if means.keeps(table, name):
        return 0
    rng = means.rng("weeks")
    return int(rng.integers(8, 150)) * _WEEK * (1 if rng.random() < 0.5 else -1)


def unit_of(values: Floats) -> int:
    """Say in what steps moments were taken down."""
    whole = values.astype(np.int64)
    return next(unit for unit in _UNITS if not (whole % unit).any())


def sensible(values: Floats) -> Floats:
    """Leave out moments that stand for *never* and the like, unless most are such."""
    found = values[(values >= _SENSIBLE[0]) & (values <= _SENSIBLE[1])]
    return found if 2 * found.size > values.size else values


def drawn(means: Means, table: Table, told: FrozenColumn, number: int) -> Drawn:
    """Make so many moments, none of them missing."""
    column = table.columns[told.name]
    real = source.ordered(means.connection, table, told.name)
    if not real.size:
        return Drawn(told=told, parts=((None,) * number,))
    rng = means.rng(table.name, told.name, "moments")
    by = shift(means, table, told.name)
    usual = sensible(real)
    values, counts = np.unique(real[~np.isin(real, usual)], return_counts=True)
    never = [
        (int(value), int(count))
        for value, count in zip(values, counts, strict=True)
        if count >= FEWEST
    ]
    whole = usual.size + sum(count for _, count in never)
    times = numbers.quotas([count / whole for _, count in never], number)
    rest = number - sum(times)
    made = _apart(usual, rest, rng) if column.is_unique else _irregular(usual, rest, rng)
    cells: list[Cell] = [one + by for one in made]
    ends = [value for (value, _), one in zip(never, times, strict=True) for value in [value] * one]
    return Drawn(
        told=replace(told, how=How.STAYED if by == 0 else How.MOVED),
        parts=((*cells, *ends),),
        sql=source.ordered_sql(column),
    )


def _apart(real: Floats, number: int, rng: Rng) -> list[int]:
    """Make moments of which none comes twice: in equal steps, where the real ones are a series."""
    unit = unit_of(real)
    ordered = np.sort(real)
    gaps = np.diff(ordered)
    if not gaps.size:
        return [int(ordered[0]) + turn * unit for turn in range(number)]
    step = max(int(np.median(gaps) // unit) * unit, unit)
    if np.count_nonzero(gaps == step) >= 0.8 * gaps.size:
        start = int(ordered[:FEWEST].mean() // unit) * unit
        return [start + turn * step for turn in range(number)]
    made, last = [], -(2**62)
    for one in _irregular(real, number, rng):
        last = max(one, last + unit)
        made.append(last)
    return made


def _irregular(real: Floats, number: int, rng: Rng) -> list[int]:
    """Make moments that lie like real ones, by their days and by their time of day."""
    unit = unit_of(real)
    whole = real.astype(np.int64)
    clock = (whole % moments.DAY).astype(np.float64)
    days = np.floor_divide(whole, moments.DAY).astype(np.float64)
    if unit == moments.DAY or np.unique(days).size < FEWEST:
        spread = numbers.spread_of(real, is_whole=True, with_spikes=False)
        found = numbers.drawn(spread, number, rng=rng, real=np.empty(0))
        return [int(one // unit) * unit for one in found]
    by_day = numbers.spread_of(days, is_whole=True, with_spikes=False)
    dated = numbers.drawn(by_day, number, rng=rng, real=np.empty(0))
    times = _clock(clock, number, rng)
    return sorted(
        int(day) * moments.DAY + int(time // unit) * unit
        for day, time in zip(dated, times, strict=True)
    )


def _clock(clock: Floats, number: int, rng: Rng) -> list[float]:
    known = numbers.common(clock)
    if known is not None:
        whole = sum(count for _, count in known)
        parted = numbers.quotas([count / whole for _, count in known], number)
        found = [
            value for (value, _), one in zip(known, parted, strict=True) for value in [value] * one
        ]
    else:
        spread = numbers.spread_of(clock, is_whole=True, with_spikes=False)
        found = numbers.drawn(spread, number, rng=rng, real=np.empty(0)).tolist()
    return [float(one) for one in rng.permutation(found)]
