"""Columns that are gone while a new one holds the same values in the same rows: they are only called otherwise.

It is asked only where there are such columns of one type, which is seldom, and it ends at the first row that differs.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare import matching

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

    from ci_scriptcheck.data.compare.opening import Column, Side

MOST_ROWS = 5_000_000
MOST_PAIRS = 20
"""Columns that are gone, each with a new one, that are held against each other."""


def found(connection: duckdb.DuckDBPyConnection, before: Side, after: Side) -> Mapping[str, str]:
    """Give the columns that are gone from a table with as many rows, with the one that holds what they held.

    Raises:
        duckdb.Error: there is more to look at than the limits allow.
    """
    if before.rows != after.rows or before.rows > MOST_ROWS:
        return {}
    names: dict[str, str] = {}
    for gone, new in islice(_pairs(before, after), MOST_PAIRS):
        is_free = gone.name not in names and new.name not in names.values()
        if is_free and _are_the_same(connection, before, after, (gone, new)):
            names[gone.name] = new.name
    return names


def _pairs(before: Side, after: Side) -> Iterator[tuple[Column, Column]]:
    come = [one for name, one in after.columns.items() if name not in before.columns]
    for name, gone in before.columns.items():
        if name not in after.columns:
            # A column without any value has no type, and says nothing.
            yield from ((gone, new) for new in come if gone.word == new.word is not None)


def _are_the_same(
    connection: duckdb.DuckDBPyConnection,
    before: Side,
    after: Side,
    columns: tuple[Column, Column],
) -> bool:
    one = matching.match("v0", *columns)
    here = f"(select {one.left} as b from {before.relation})"  # noqa: S608  (written here)
    there = f"(select {one.right} as a from {after.relation})"  # noqa: S608  (written here)
    other = f"select 1 from {here} positional join {there} where b is distinct from a limit 1"  # noqa: S608  (ours)
    if connection.execute(other).fetchone() is not None:
        return False
    value = f"select 1 from {here} where b is not null limit 1"  # noqa: S608  (ours)
    return connection.execute(value).fetchone() is not None
