"""Real tables → a small sample of made rows that have their schema, shares, keys and joins."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ci_scriptcheck.data.freezing import (
    after,
    drawing,
    groups,
    joining,
    numbers,
    source,
    together,
    writing,
)
from ci_scriptcheck.data.freezing.means import Cell, Drawn, Means
from ci_scriptcheck.data.freezing.placing import Placed, Sizes, place, sizes
from ci_scriptcheck.data.freezing.texts import Said
from ci_scriptcheck.data.sample import UnreadableError
from ci_scriptcheck.model.frozen import Frozen, FrozenColumn, FrozenJoin, FrozenTable, How
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ci_scriptcheck.data.freezing.joining import Join
    from ci_scriptcheck.data.freezing.source import Table
    from ci_scriptcheck.model.frozen import Given, Wish

    Rows = dict[str, list[Cell]]

_TURNS = 200
"""Rounds in which rows that should differ are given each other's values."""


def freeze(given: Sequence[Given], wish: Wish, folder: Path) -> Frozen:
    """Write a sample of some tables, a folder for each dataset.

    Args:
        given: The tables.
        wish: How they are frozen.
        folder: Where the folders go.

    Raises:
        UnreadableError: a table is broken, or too large; the text names it.
    """
    paths = [[Path(file) for file in one.files] for one in given]
    with source.all_opened(given) as (connection, tables):
        _check(wish, tables)
        said = Said(
            connection,
            [
                (table.relation, column.name)
                for table in tables
                for column in table.columns.values()
                if column.kind == "string"
            ],
        )
        means = Means(
            connection=connection, tables=tables, wish=wish, digest=_digest(paths), said=said
        )
        return _frozen(means, folder)


def _check(wish: Wish, tables: Sequence[Table]) -> None:
    """Refuse names that no column has: something would be replaced, or torn apart, in silence.

    Raises:
        UnreadableError: there is such a name.
    """
    known = {name for table in tables for name in table.columns}
    known |= {f"{table.name}.{name}" for table in tables for name in table.columns}
    for option, names in (("keep", wish.keep), ("by", wish.by)):
        strange = next((name for name in names if name not in known), None)
        if strange is not None:
            raise UnreadableError(
                f"none of them has a column `{strange}`, which `--{option}` names"
            )


def _digest(paths: Sequence[Sequence[Path]]) -> bytes:
    """Give a number that only those know who have the data."""
    found = hashlib.blake2b()
    for some in paths:
        for path in some:
            with path.open("rb") as file:
                found.update(hashlib.file_digest(file, "blake2b").digest())
        found.update(b"\0")
    return found.digest()


def _frozen(means: Means, folder: Path) -> Frozen:
    joins = joining.joins(means.connection, means.tables, means.wish)
    ordered = joining.in_order(means.tables, joins)
    keys = {table.name: joining.keys(means.connection, table) for table in ordered}
    wanted = sizes(ordered, joins, means.wish.rows)
    made: dict[str, Rows] = {}
    told: dict[str, FrozenTable] = {}
    for table in ordered:
        rows, columns, grouped, within = _rows(means, table, joins, wanted, made)
        own = [one for one in joins if one.table == table.name]
        unique = [keys[table.name]] if keys[table.name] else []
        unique += [one.parent_columns for one in joins if one.parent == table.name]
        for key in unique:
            _differ(means, table, rows, key, own)
        made[table.name] = rows
        told[table.name] = FrozenTable(
            name=table.name,
            rows=len(next(iter(rows.values()), [])),
            of_rows=table.rows,
            files=(),
            columns=columns,
            key=keys[table.name],
            together=grouped,
            within=within,
        )
    tables = tuple(
        replace(told[table.name], files=writing.write(table, made[table.name], folder))
        for table in means.tables
    )
    return Frozen(tables=tables, joins=tuple(_join_told(one) for one in joins))


def _join_told(join: Join) -> FrozenJoin:
    return FrozenJoin(
        table=join.table,
        columns=join.columns,
        parent=join.parent,
        parent_columns=join.parent_columns,
        each=round(float(join.each.mean()), 2),
        without=round(join.without, 4),
    )


def _rows(
    means: Means,
    table: Table,
    joins: Sequence[Join],
    wanted: Sizes,
    made: Mapping[str, Rows],
) -> tuple[Rows, tuple[FrozenColumn, ...], tuple[str, ...], str | None]:
    """Make the rows of a table whose parents are made."""
    number = wanted.rows[table.name]
    placed: dict[str, Placed] = {}
    for join in joins:
        if join.table == table.name:
            placed |= place(means, table, join, wanted, made)
    bases = after.bases(means, table, placed)
    own = [name for name in table.columns if name not in placed or placed[name].is_carried]
    plans = _plans(means, table, joins, {name: bases.get(name) for name in own}, number)
    rows, grouped, within = _laid_out(means, table, plans, number)
    for name, base in bases.items():
        if plans[name].told.after or plans[name].told.before:
            rows[name] = after.put(means, table, rows, plans[name], base)
    for name, one in placed.items():
        if one.is_carried:
            kept = rows[name]
            rows[name] = [
                cell if is_given else own
                for cell, is_given, own in zip(one.cells, one.is_given, kept, strict=True)
            ]
        else:
            rows[name] = list(one.cells)
    columns = tuple(
        placed[name].told if name in placed else plans[name].told for name in table.columns
    )
    ordered = {name: rows[name] for name in table.columns if name in rows}
    return _sorted(means, table, ordered), columns, grouped, within


def _plans(
    means: Means,
    table: Table,
    joins: Sequence[Join],
    names: Mapping[str, str | None],
    number: int,
) -> dict[str, Drawn]:
    """Make the values of columns, those of moments from the column that is named with them."""
    keys = {name for one in joins if one.parent == table.name for name in one.parent_columns}
    plans = {}
    for name, base in names.items():
        column = table.columns[name]
        missing = 1 - column.filled / table.rows if table.rows else 0.0
        filled = number - numbers.holes(missing, number)
        is_id = column.is_unique and (joining.is_id(name) or name in keys)
        if column.kind == "int" and is_id:
            plans[name] = _numbered(means, table, name, filled)
        elif base is not None and filled:
            plans[name] = after.drawn(means, table, name, base, filled)
        else:
            plans[name] = drawing.drawn(means, table, name, filled)
    return plans


def _numbered(means: Means, table: Table, name: str, number: int) -> Drawn:
    column = table.columns[name]
    told = FrozenColumn(
        name=name,
        type="int",
        how=How.NUMBERED,
        nulls=1 - column.filled / table.rows,
        is_unique=True,
    )
    return Drawn(told=told, parts=(tuple(drawing.ids(means, table, name, number)),))


def _laid_out(
    means: Means, table: Table, plans: Mapping[str, Drawn], number: int
) -> tuple[Rows, tuple[str, ...], str | None]:
    """Place the values of columns in rows, so that they go together by rank as the real ones do."""
    joined = [name for name, plan in plans.items() if plan.sql is not None]
    kinded = [name for name in joined if plans[name].grouping()[1] is not None]
    asked = [str(plans[name].sql) for name in joined]
    asked += [str(plans[name].grouping()[1]) for name in kinded]
    seen = source.side_by_side(means.connection, table, asked) if asked else []
    ranks = _as_ranks({name: (plans[name], one) for name, one in zip(joined, seen, strict=False)})
    kinds = dict(zip(kinded, seen[len(joined) :], strict=True))
    missing = _missing(means, table, plans, number)
    columns = [one for _, one in ranks.values()]
    scores = {name: together.normal_scores(one) for name, (_, one) in ranks.items()}
    group = groups.chosen(kinds, scores)
    rng = means.rng(table.name, "together")
    rows: Rows = {}
    if group is None:
        found = together.orders(together.correlations(columns), number, rng=rng)
    else:
        rows[group] = _placed(means, table, plans[group], ranks[group][0], None, missing[group])
        made = _kinds(rows[group], plans[group])
        latent = groups.latent(made, kinds[group], columns, rng=rng)
        found = [np.argsort(np.round(one, 9), kind="stable") for one in latent]
    order = dict(zip(ranks, found, strict=True))
    for name, plan in plans.items():
        if name != group and plan.told.how is not How.LEFT_OUT:
            parts = ranks[name][0] if name in ranks else tuple(range(len(plan.parts)))
            rows[name] = _placed(means, table, plan, parts, order.get(name), missing[name])
    is_seen = table.rows >= together.FEWEST
    return rows, tuple(joined) if is_seen else (), group


def _placed(
    means: Means,
    table: Table,
    plan: Drawn,
    parts: Sequence[int],
    order: Any,  # noqa: ANN401  (row numbers, or none)
    missing: set[int],
) -> list[Cell]:
    """Put the values of a column into rows, in an order of rows or in one of chance."""
    name, values = plan.told.name, [cell for part in parts for cell in plan.parts[part]]
    number = len(values) + len(missing)
    mixed = means.rng(table.name, name, "order").permutation(number)
    places = [int(one) for one in (mixed if order is None else order) if int(one) not in missing]
    if plan.told.how is How.NUMBERED:
        places.sort()
    cells: list[Cell] = [None] * number
    for at, value in zip(places, values, strict=True):
        cells[at] = value
    return cells


def _kinds(cells: Sequence[Cell], plan: Drawn) -> Any:  # noqa: ANN401  (an array)
    """Give for each made row the number of its value; -1 where it has none."""
    known = {cell: turn for turn, part in enumerate(plan.grouping()[0]) for cell in part}
    return np.array([-1.0 if cell is None else known[cell] for cell in cells])


def _as_ranks(
    seen: Mapping[str, tuple[Drawn, Any]],
) -> dict[str, tuple[tuple[int, ...], Any]]:
    """Give the parts of categories an order: that of the means of the numbers that differ most between them."""
    ranks = {
        name: together.normal_scores(values)
        for name, (plan, values) in seen.items()
        if not plan.is_category
    }
    found = {}
    for name, (plan, values) in seen.items():
        parts = tuple(range(len(plan.parts)))
        if plan.is_category:
            parts = together.order_of_parts(values, len(parts), list(ranks.values()))
            turns = np.full(len(parts) + 1, np.nan)
            turns[list(parts)] = np.arange(len(parts))
            known = np.where(np.isfinite(values), values, len(parts)).astype(int)
            values = turns[known]
        found[name] = (parts, values)
    return found


def _missing(
    means: Means, table: Table, plans: Mapping[str, Drawn], number: int
) -> dict[str, set[int]]:
    """Choose the rows in which columns have no value: the same ones for columns that miss theirs together."""
    holes = {
        name: number - sum(map(len, plan.parts))
        for name, plan in plans.items()
        if plan.told.how is not How.LEFT_OUT
    }
    having = [name for name, count in holes.items() if 0 < count < number]
    groups = source.missing_together(means.connection, table, having)
    found = {name: set(range(number)) if count else set() for name, count in holes.items()}
    for group in groups:
        order = means.rng(table.name, *group, "missing").permutation(number)
        for name in group:
            found[name] = {int(one) for one in order[: holes[name]]}
    return found


def _differ(
    means: Means, table: Table, rows: Rows, key: Sequence[str], own: Sequence[Join]
) -> None:
    """See to it that no two rows have the same values of a key: they swap values, or are left out."""
    if not all(name in rows for name in key):
        return
    joined = {name for join in own for name in join.columns}
    # What belongs to a row of another table may change places, if nothing else came with it.
    movable = {join.columns[0] for join in own if len(join.columns) == 1 and not join.carried}
    free = [name for name in key if name not in joined] or [one for one in key if one in movable]
    rng = means.rng(table.name, *key, "differ")
    number = len(rows[key[0]])
    for turn in range(_TURNS):
        twice = _twice(rows, key)
        if not twice or not free:
            break
        name = free[turn % len(free)]
        for place_ in twice:
            other = int(rng.integers(number))
            cells = rows[name]
            cells[place_], cells[other] = cells[other], cells[place_]
    gone = set(_twice(rows, key))
    for name, cells in rows.items():
        rows[name] = [cell for place_, cell in enumerate(cells) if place_ not in gone]


def _twice(rows: Rows, key: Sequence[str]) -> list[int]:
    seen, found = set[tuple[Cell, ...]](), []
    for place_, cells in enumerate(zip(*(rows[name] for name in key), strict=True)):
        if cells in seen:
            found.append(place_)
        seen.add(cells)
    return found


def _sorted(means: Means, table: Table, rows: Rows) -> Rows:
    """Put rows into the order of the moments by which the real ones are sorted."""
    for name, column in table.columns.items():
        is_here = name in rows and all(cell is not None for cell in rows[name])
        if column.is_moment and is_here and source.is_sorted(means.connection, table, name):
            order = sorted(range(len(rows[name])), key=lambda at: (rows[name][at], at))
            return {one: [cells[at] for at in order] for one, cells in rows.items()}
    return rows
