"""Moments of a row that always come in one order, such as an order and its delivery: the later ones are made from the earlier ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ci_scriptcheck.data.freezing import dates, numbers, source
from ci_scriptcheck.data.freezing.means import Cell, Drawn, Means
from ci_scriptcheck.model.frozen import FEWEST, FrozenColumn, How

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ci_scriptcheck.data.freezing.source import Table


def bases(means: Means, table: Table, without: Collection[str]) -> Mapping[str, str]:
    """Give for columns of moments another one that none of their moments comes before, or none behind.

    Args:
        means: What columns are made with.
        table: The table.
        without: Columns that are made in another way.
    """
    found: dict[str, str] = {}
    earlier: list[str] = []
    for name, column in table.columns.items():
        if not column.is_moment or name in without:
            continue
        for base in earlier:
            is_same = dates.shift(means, table, base) == dates.shift(means, table, name)
            gaps, _ = _gaps(means, table, base, name)
            if is_same and gaps.size >= FEWEST and (gaps.min() >= 0 or gaps.max() <= 0):
                found[name] = base
                break
        else:
            earlier.append(name)
    return found


def drawn(means: Means, table: Table, name: str, base: str, number: int) -> Drawn:
    """Make so many gaps between a moment and the one that it is made from.

    A moment that stands for *never* is no gap, and given as text.
    """
    column = table.columns[name]
    gaps, others = _gaps(means, table, base, name)
    values, counts = np.unique(others, return_counts=True)
    never = [
        (value, count) for value, count in zip(values, counts, strict=True) if count >= FEWEST
    ]
    whole = gaps.size + sum(count for _, count in never)
    times = numbers.quotas([count / whole for _, count in never], number)
    spread = numbers.spread_of(gaps, is_whole=True, with_spikes=False)
    rng = means.rng(table.name, name, "gaps")
    made = numbers.drawn(spread, number - sum(times), rng=rng, real=np.empty(0))
    cells: list[Cell] = [round(gap) for gap in made.tolist()]
    for (value, _), one in zip(never, times, strict=True):
        cells += [str(int(value))] * one
    is_later = bool(gaps.min() >= 0)
    told = FrozenColumn(
        name=name,
        type=column.kind,
        how=How.STAYED if dates.shift(means, table, name) == 0 else How.MOVED,
        nulls=1 - column.filled / table.rows,
        is_unique=column.is_unique,
        after=base if is_later else None,
        before=None if is_later else base,
    )
    sql = f"({source.ordered_sql(column)}) - ({source.ordered_sql(table.columns[base])})"
    return Drawn(told=told, parts=(tuple(cells),), sql=sql)


def put(
    means: Means, table: Table, rows: dict[str, list[Cell]], plan: Drawn, base: str
) -> list[Cell]:
    """Turn gaps into moments, behind those of the column that they are made from."""
    name = plan.told.name
    usual = dates.sensible(source.ordered(means.connection, table, name))
    unit, is_later = dates.unit_of(usual), plan.told.after is not None
    known = [cell for cell in rows[base] if isinstance(cell, int)]
    rng = means.rng(table.name, name, "bases")
    made: list[Cell] = []
    taken = set[int]()
    for gap, from_ in zip(rows[name], rows[base], strict=True):
        if isinstance(gap, int) and known:
            start = from_ if isinstance(from_, int) else known[int(rng.integers(len(known)))]
            moment = (start + gap) // unit * unit
            moment += unit if is_later and moment < start else 0
            while plan.told.is_unique and moment in taken:
                moment += unit if is_later else -unit
            taken.add(moment)
            made.append(moment)
        else:
            made.append(int(gap) if isinstance(gap, str) else gap)
    return made


def _gaps(means: Means, table: Table, base: str, name: str) -> tuple[source.Floats, source.Floats]:
    """Give the gaps between moments that are some, and the moments of the column that stand for *never*."""
    one, other = source.both(means.connection, table, base, name)
    is_usual = np.isin(other, dates.sensible(other))
    is_some = is_usual & np.isin(one, dates.sensible(one))
    return (other - one)[is_some], other[~is_usual]
