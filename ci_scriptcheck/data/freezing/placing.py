"""Rows of a table placed with the made rows of the tables that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck.data.freezing import drawing, numbers
from ci_scriptcheck.data.freezing.means import Cell
from ci_scriptcheck.model.frozen import FEWEST, FrozenColumn, How
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from ci_scriptcheck.data.freezing.joining import Join
    from ci_scriptcheck.data.freezing.means import Means
    from ci_scriptcheck.data.freezing.source import Table

    Rng = np.random.Generator
    Rows = Mapping[str, list[Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many rows are made of each table."""

    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Cells of a column that come of rows of another table.

    Attributes:
        is_given: For each row, whether it has such a row.
        is_carried: Whether the other rows have values of their own.
    """

    told: FrozenColumn
    cells: tuple[Cell, ...]
    is_given: tuple[bool, ...]
    is_carried: bool


def sizes(ordered: Sequence[Table], joins: Sequence[Join], most: int) -> Sizes:
    """Say how many rows are made of each table, parents first: as many for each other as there are.

    Args:
        ordered: Each behind those that its rows belong to.
        joins: How they do.
        most: Rows of the largest of those that belong together.
    """
    rows = {}
    for table in ordered:
        # Tables that belong together get smaller by the same share, others by themselves.
        largest = max(one.rows for one in ordered if one.name in _related(table.name, joins))
        wanted = round(table.rows * most / largest) if largest > most else table.rows
        rows[table.name] = min(table.rows, most, max(wanted, FEWEST))
    for table in reversed(ordered):
        for join in joins:
            if join.table == table.name and join.parent and join.each.min() >= 1:
                fitting = max(round(rows[table.name] * (1 - join.without)), 1)
                rows[join.parent] = min(rows[join.parent], fitting)
    for table in ordered:
        for join in joins:
            if join.table == table.name and join.parent and join.is_once:
                most_rows = rows[join.parent] / max(1 - join.without, 0.01)
                rows[table.name] = max(min(rows[table.name], int(most_rows)), 1)
    return Sizes(rows=rows)


def _related(name: str, joins: Sequence[Join]) -> set[str]:
    """Give all tables to which rows of one belong, or that belong to it, over however many others."""
    found, size = {name}, 0
    while size < len(found):
        size = len(found)
        for join in joins:
            # Things of which no table has a row each are a table nobody has.
            ends = {join.table, join.parent or f"\0{join.columns[0]}"}
            if found & ends:
                found |= ends
    return found


def place(
    means: Means, table: Table, join: Join, wanted: Sizes, made: Mapping[str, Rows]
) -> dict[str, Placed]:
    """Give the columns of a table that repeat what rows of another one say."""
    number = wanted.rows[table.name]
    filled = min(table.columns[name].filled for name in join.columns)
    missing = numbers.holes(1 - filled / table.rows, number)
    with_value = number - missing
    strange = min(numbers.holes(join.without, with_value), with_value)
    known = with_value - strange
    rng = means.rng(table.name, *join.columns, "join")
    parents = _parents(means, table, join, made, known)
    if not parents:
        known, strange = 0, with_value
    if join.is_once and known > len(parents):
        known, strange = len(parents), with_value - len(parents)
    chosen = _chosen(join, len(parents), known, rng)
    cells: list[tuple[Cell, ...]] = [parents[at] for at in chosen]
    cells += _strangers(means, table, join, parents, strange)
    cells += [(None,) * len(join.columns)] * missing
    order = [int(one) for one in rng.permutation(number)]
    placed = {}
    for turn, name in enumerate(join.columns):
        laid: list[Cell] = [None] * number
        for at, row in zip(order, cells, strict=True):
            laid[at] = row[turn]
        placed[name] = _placed(table, join, name, laid, [True] * number, is_carried=False)
    for name in join.carried:
        laid, is_given = [None] * number, [False] * number
        for at, parent in zip(order, chosen, strict=False):
            laid[at], is_given[at] = made[join.parent or ""][name][parent], True
        placed[name] = _placed(table, join, name, laid, is_given, is_carried=True)
    return placed


def _chosen(join: Join, parents: int, known: int, rng: Rng) -> list[int]:
    """Give for each row that has a parent which one."""
    if join.is_once:
        return [int(one) for one in rng.permutation(parents)[:known]]
    if not known:
        return []
    parted = numbers.fan_out(join.each, parents, known, rng=rng)
    return [at for at, times in enumerate(parted) for _ in range(times)]


def _placed(
    table: Table,
    join: Join,
    name: str,
    cells: list[Cell],
    is_given: list[bool],
    *,
    is_carried: bool,
) -> Placed:
    column = table.columns[name]
    alone = How.NUMBERED if column.kind in {"int", "float"} else How.CODED
    told = FrozenColumn(
        name=name,
        type=column.kind,
        how=How.JOINED if join.parent else alone,
        nulls=1 - column.filled / table.rows,
        is_unique=column.is_unique,
        with_parent=join.parent,
    )
    return Placed(told=told, cells=tuple(cells), is_given=tuple(is_given), is_carried=is_carried)


def _parents(
    means: Means, table: Table, join: Join, made: Mapping[str, Rows], known: int
) -> list[tuple[Cell, ...]]:
    if join.parent is not None:
        rows = made[join.parent]
        return list(zip(*(rows[name] for name in join.parent_columns), strict=True))
    # Things that no table has a row of: as many as leave each as many rows as in the real data.
    count = max(round(known / float(join.each.mean())), min(join.each.size, FEWEST))
    count = min(count, known)
    column = table.columns[join.columns[0]]
    if column.is_moment:
        drawn = drawing.drawn(means, table, column.name, count)
        return [(cell,) for part in drawn.parts for cell in part]
    things = drawing.things(means, column.name, count, table)
    return [(one,) for one in things]


def _strangers(
    means: Means,
    table: Table,
    join: Join,
    parents: Sequence[tuple[Cell, ...]],
    number: int,
) -> list[tuple[Cell, ...]]:
    """Make values to which no row of the other table belongs."""
    if not number:
        return []
    if len(join.columns) == 1:
        return _one_by_one(means, table, join.columns[0], {one for (one,) in parents}, number)
    rng = means.rng(table.name, *join.columns, "strange")
    known, found = set(parents), list[tuple[Cell, ...]]()
    for _ in range(100 * number):
        if len(found) == number or not parents:
            break
        mixed = tuple(
            parents[int(rng.integers(len(parents)))][turn] for turn in range(len(join.columns))
        )
        if mixed not in known:
            found.append(mixed)
            known.add(mixed)
    while len(found) < number:
        found.append(tuple(None for _ in join.columns) if not parents else parents[0])
    return found


def _one_by_one(
    means: Means, table: Table, name: str, known: set[Cell], number: int
) -> list[tuple[Cell, ...]]:
    """Make values of a column that no row of the other table has."""
    column = table.columns[name]
    if not column.is_moment:
        some = drawing.things(means, name, number + len(known), table, purpose="strange")
        strange: list[tuple[Cell, ...]] = [(one,) for one in some if one not in known]
        return strange[:number]
    found = drawing.drawn(means, table, name, number + len(known))
    some = [cell for part in found.parts for cell in part]
    others = [cell for cell in some if cell not in known] or some
    return [(others[turn % len(others)],) for turn in range(number)]
