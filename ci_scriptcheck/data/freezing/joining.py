"""How tables belong together: told by settings, or by names and by what the values have in common."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from ci_scriptcheck.data.freezing import numbers
from ci_scriptcheck.data.freezing.source import tell_apart, tuple_sql
from ci_scriptcheck.data.sample import cell_of
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from ci_scriptcheck.data.freezing.source import Column, Table
    from ci_scriptcheck.model.frozen import Wish

    Floats = np.ndarray[Any, np.dtype[np.float64]]

_ID = re.compile(r"(^|_|\b)(id|key|code|uuid|guid|number|no|nr|num)$|[a-z]Id$|ID$", re.IGNORECASE)
_SAYS_NOTHING = frozenset(
    {"id", "key", "code", "index", "number", "no", "nr", "num", "row", "uuid"}
)
"""Names that a key of any table may have."""
_SHARED = 0.5
"""Share of a table's values that must be in the other one, for a name to be more than chance."""
_MOST_COLUMNS = 8
_WIDEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """How rows of a table belong to those of another.

    Attributes:
        parent: The other table; `None` for values that no table has once each.
        each: Rows of the table for each row of the other one.
        without: Share of its rows, of those with a value, whose value the other one has not.
        is_once: Whether each value comes once at most in the table, too.
        carried: Columns that both have, and that say the same in rows that belong together.
    """

    table: str
    columns: tuple[str, ...]
    parent: str | None
    parent_columns: tuple[str, ...]
    each: Floats
    without: float
    is_once: bool
    carried: tuple[str, ...] = ()


def is_id(name: str) -> bool:
    """Say whether a column is called like something that tells things apart."""
    return bool(_ID.search(name))


def keys(connection: duckdb.DuckDBPyConnection, table: Table) -> tuple[str, ...]:
    """Give the columns that together tell the rows apart, where no single one does."""
    if len(table.given.key) > 1 and all(name in table.columns for name in table.given.key):
        return table.given.key if tell_apart(connection, table, table.given.key) else ()
    if table.rows < 2 or any(
        column.is_unique and column.filled == table.rows for column in table.columns.values()
    ):
        return ()
    usable = [
        column
        for column in table.columns.values()
        if column.kind in {"string", "int", "date", "datetime"} and column.filled == table.rows
    ]
    usable.sort(key=lambda column: (not is_id(column.name), -column.distinct))
    for pair in combinations([column.name for column in usable[:_MOST_COLUMNS]], 2):
        if tell_apart(connection, table, pair):
            return tuple(name for name in table.columns if name in pair)
    return ()


def joins(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], wish: Wish
) -> tuple[Join, ...]:
    """Find how tables belong together, and which columns stand for things that have no table."""
    found = between(connection, tables)
    return (*found, *_alone(connection, tables, found, wish))


def between(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], *, widest: int = _WIDEST
) -> tuple[Join, ...]:
    """Find how tables belong together; no column belongs to two others, and no table to itself by a detour.

    Args:
        connection: Which the tables are opened with.
        tables: All of them.
        widest: Columns of a key, at most; those of more take much longer to find.
    """
    found: list[Join] = []
    told_apart: dict[tuple[str, tuple[str, ...]], bool] = {}
    for child, columns, parent, parent_columns, is_told in _asked(tables, widest):
        taken = {(one.table, name) for one in found for name in one.columns}
        is_taken = any((child.name, name) in taken for name in columns)
        if is_taken or _leads_to(found, parent.name, child.name):
            continue
        theirs = (parent.name, parent_columns)
        if theirs not in told_apart:
            told_apart[theirs] = tell_apart(connection, parent, parent_columns)
        if not told_apart[theirs]:
            continue
        join = _join(connection, child, columns, parent, parent_columns)
        least = 0.0 if is_told else _SHARED
        if join is not None and 1 - join.without > least:
            found.append(join)
    return tuple(found)


def _asked(
    tables: Sequence[Table], widest: int
) -> Iterator[tuple[Table, tuple[str, ...], Table, tuple[str, ...], bool]]:
    """Give what could be a join, the likeliest first."""
    by_name = {table.name: table for table in tables}
    for child in tables:
        for name, reference in child.given.references.items():
            dataset, _, column = reference.partition(".")
            parent = by_name.get(dataset)
            known = parent is not None and column in parent.columns
            if parent is not None and known and name in child.columns and parent is not child:
                yield child, (name,), parent, (column,), True
    for width in range(1, widest + 1):
        for parent in tables:
            for child in tables:
                if child is parent:
                    continue
                for columns, theirs in _alike(child, parent, width):
                    yield child, columns, parent, theirs, False


def _alike(
    child: Table, parent: Table, width: int
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Pair columns by their names: the same ones, or `customer_id` with the `id` of customers."""
    if width == 1:
        for name, column in parent.columns.items():
            if not column.is_unique or column.kind not in _JOINING:
                continue
            if name.lower() not in _SAYS_NOTHING and _can_join(child, name, column):
                yield (name,), (name,)
            for one in (
                parent.name,
                parent.name.removesuffix("s"),
                parent.name.removesuffix("es"),
            ):
                longer = f"{one}_{name}"
                if _can_join(child, longer, column):
                    yield (longer,), (name,)
        return
    both = [
        name
        for name, column in parent.columns.items()
        if name in child.columns
        and {column.kind, child.columns[name].kind} <= _JOINING
        and column.filled == parent.rows
        and not column.is_unique
    ]
    for columns in combinations(both[:_MOST_COLUMNS], width):
        yield columns, columns


def _can_join(child: Table, name: str, theirs: Column) -> bool:
    found = child.columns.get(name)
    return found is not None and (
        found.kind in _JOINING or (found.kind, theirs.kind) == ("float", "int")
    )


_JOINING = frozenset({"string", "int", "date", "datetime"})


def _join(
    connection: duckdb.DuckDBPyConnection,
    child: Table,
    columns: tuple[str, ...],
    parent: Table,
    theirs: tuple[str, ...],
) -> Join | None:
    of_child, of_parent = _key(child, columns), _key(parent, theirs)
    rows = connection.execute(
        f"with c as (select {of_child} as k, count(*) as n from {child.relation} group by 1), "  # noqa: S608  (quoted)
        f"p as (select {of_parent} as k from {parent.relation}) "
        "select p.k is not null, coalesce(c.n, 0) from p full join c on p.k = c.k where c.k is not null or p.k is not null "
        "order by all"
    ).fetchnumpy()
    is_known, counts = (np.asarray(one) for one in rows.values())
    each = counts[is_known.astype(bool)].astype(np.float64)
    strange = float(counts[~is_known.astype(bool)].sum())
    whole = float(each.sum()) + strange
    if not each.sum():
        return None
    return Join(
        table=child.name,
        columns=columns,
        parent=parent.name,
        parent_columns=theirs,
        each=each,
        without=strange / whole,
        is_once=bool(counts.max() <= 1),
        carried=_carried(connection, child, columns, parent, theirs),
    )


def _key(table: Table, columns: Sequence[str]) -> str:
    """Write the values by which rows are joined: where some are missing, pandas writes 12 as 12.0."""
    if len(columns) > 1 or table.columns[columns[0]].kind != "float":
        return tuple_sql(columns)
    return f"regexp_replace({cell_of(columns[0])}, '[.]0+$', '')"


def _carried(
    connection: duckdb.DuckDBPyConnection,
    child: Table,
    columns: tuple[str, ...],
    parent: Table,
    theirs: tuple[str, ...],
) -> tuple[str, ...]:
    """Find columns that both have, and that say the same wherever rows belong together."""
    both = [
        name
        for name, column in child.columns.items()
        if name in parent.columns
        and name not in {*columns, *theirs}
        and column.kind == parent.columns[name].kind not in {"nested", "empty"}
        and (column.filled, parent.columns[name].filled) == (child.rows, parent.rows)
    ]
    if not both:
        return ()
    cells = ", ".join(f"{cell_of(name)} as v{turn}" for turn, name in enumerate(both))
    same = ", ".join(
        f"count(*) filter (c.v{turn} is distinct from p.v{turn})" for turn in range(len(both))
    )
    found = connection.execute(
        f"with c as (select {_key(child, columns)} as k, {cells} from {child.relation}), "  # noqa: S608  (quoted)
        f"p as (select {_key(parent, theirs)} as k, {cells} from {parent.relation}) "
        f"select {same} from c join p on c.k = p.k"
    ).fetchall()[0]
    return tuple(name for name, other in zip(both, found or (), strict=False) if other == 0)


def _alone(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[Table],
    found: Sequence[Join],
    wish: Wish,
) -> Iterator[Join]:
    """Give columns whose values stand for things of which no table has a row each."""
    taken = {(one.table, name) for one in found for name in one.columns}
    taken |= {(one.table, name) for one in found for name in one.carried}
    parents = {(one.parent, name) for one in found for name in one.parent_columns}
    for table in tables:
        for name, column in table.columns.items():
            is_taken = (table.name, name) in taken | parents
            if is_taken or not _is_thing(table, column, wish):
                continue
            cell = cell_of(name)
            counts = connection.execute(
                f"select count(*) as n from {table.relation} where {cell} is not null group by {cell} order by n"  # noqa: S608  (quoted)
            ).fetchnumpy()["n"]
            yield Join(
                table=table.name,
                columns=(name,),
                parent=None,
                parent_columns=(name,),
                each=np.asarray(counts, dtype=np.float64),
                without=0.0,
                is_once=False,
            )


def _is_thing(table: Table, column: Column, wish: Wish) -> bool:
    """Say whether the values of a column stand for things: by its name, or as they are long numbers of which there are few."""
    name = column.name
    if column.is_unique or column.kind not in _JOINING:
        return False
    if name in wish.by:
        return True
    is_kept = (
        name in wish.keep or f"{table.name}.{name}" in wish.keep or name in table.given.values
    )
    if is_kept or column.kind not in {"string", "int"}:
        return False
    if column.kind == "string":
        return is_id(name) and not column.values
    few = np.array([float(value) for value in column.values])
    return is_id(name) or (few.size > 0 and numbers.tells_apart(few))


def _leads_to(found: Sequence[Join], start: str, goal: str) -> bool:
    """Say whether a table belongs to another one already, over however many others."""
    seen, open_ = set[str](), [start]
    while open_:
        name = open_.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            open_ += [one.parent for one in found if one.table == name and one.parent]
    return False


def in_order(tables: Sequence[Table], found: Sequence[Join]) -> list[Table]:
    """Sort tables so that each comes behind those that its rows belong to."""
    left = list(tables)
    ordered: list[Table] = []
    while left:
        names = {table.name for table in left}
        free = next(
            table
            for table in left
            if not any(one.table == table.name and one.parent in names for one in found)
        )
        ordered.append(free)
        left.remove(free)
    return ordered
