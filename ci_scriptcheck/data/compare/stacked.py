"""The files of one table as one side of a comparison, whatever columns each of them has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare import opening, words
from ci_scriptcheck.data.compare.opening import Column, Side
from ci_scriptcheck.data.validate.cells import JSON, TEXT, family_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

_TOLD = frozenset({TEXT, JSON})
"""Families of cells that declare no type."""


def stacked(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], name: str) -> Side:
    """Open files as one table; a column that a file does not have is empty in its rows.

    Args:
        connection: That can reach them.
        paths: At least one.
        name: For the relation, in this connection.

    Raises:
        UnreadableError: one is broken, or larger than what is looked at.
        duckdb.Error: there is more to look at than the limits allow.
    """
    sides = [
        opening.opened(connection, path, f"{name}_{number}") for number, path in enumerate(paths)
    ]
    if len(sides) == 1:
        return sides[0]
    names = list(dict.fromkeys(column for side in sides for column in side.columns))
    selects = [
        f"select {_cells(side, names)} from {side.relation}"  # noqa: S608  (written here)
        for side in sides
    ]
    connection.execute(f"create temp view {name} as {' union all '.join(selects)}")
    described = connection.execute(f"describe {name}").fetchall()
    columns = [
        _column(column, number, str(kind), sides)
        for number, (column, (_, kind, *_)) in enumerate(zip(names, described, strict=True))
    ]
    told = words.told(connection, name, [(one.source, one.family) for one in columns])
    return Side(
        part=sides[0].part,
        relation=name,
        rows=sum(side.rows for side in sides),
        columns={
            one.name: Column(
                name=one.name,
                source=one.source,
                family=one.family,
                sql=one.sql,
                word=told.get(one.source, one.word),
            )
            for one in columns
        },
    )


def _cells(side: Side, names: Sequence[str]) -> str:
    found = (
        f"{side.columns[name].source if name in side.columns else 'null'} as s{number}"
        for number, name in enumerate(names)
    )
    return ", ".join(found) or "1 as s0"


def _column(name: str, number: int, sql: str, sides: Sequence[Side]) -> Column:
    families = {side.columns[name].family for side in sides if name in side.columns}
    family = families.pop() if len(families) == 1 and families <= _TOLD else family_of(sql)
    word = None if family in _TOLD else words.of_native(sql)
    return Column(name=name, source=f"s{number}", family=family, sql=sql, word=word)
