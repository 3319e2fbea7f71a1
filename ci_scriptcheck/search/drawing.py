"""Draws tables for a search: ordinary ones, and such as hold what programs often break at.

A table depends on the seed and its number alone, so that a search can be repeated.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from ci_scriptcheck.search import cells, tables
from ci_scriptcheck.search.tables import Drawable
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ci_scriptcheck.model.contract import Column, Scalar
    from ci_scriptcheck.search.tables import Row, Tables

MOST_ROWS = 30
_SIZES = (1, 2, 2, 3, 3, 5, 8, 13, MOST_ROWS)
USUAL_ROWS = 5
_FIRST_SIZES = (USUAL_ROWS, 0, 1, 2)
"""Rows of the first tables: an ordinary one, none, one, two."""

_EDGE, _NULL, _SAME, _TWICE = 0.3, 0.3, 0.1, 0.25
"""How often a column holds an edge, misses a cell, or repeats one; and rows are there twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Where tables are drawn from.

    Attributes:
        least: Rows that each table has at least.
    """

    ports: tuple[Drawable, ...]
    seed: int
    least: int = 0

    def tables(self, number: int) -> Tables:
        """Draw the tables of this number, one for each input."""
        found: dict[str, tuple[Row, ...]] = {}
        for one in self._suppliers_first():
            rng = random.Random(f"{self.seed}/{one.dataset.name}/{number}")  # noqa: S311  (no secret)
            found[one.port] = tuple(self._rows(one, number, rng, found))
        is_enough = all(len(rows) >= self.least for rows in found.values())
        return found if is_enough else self.plain(dict.fromkeys(found, self.least))

    def plain(self, sizes: Mapping[str, int]) -> Tables:
        """Give tables of the plainest cells, by port as many rows as wanted or as may differ."""
        found: dict[str, tuple[Row, ...]] = {}
        for one in self._suppliers_first():
            rows = sizes.get(one.port, USUAL_ROWS)
            columns = {
                column.name: plain_cells(column, rows, tables.referred(column, self.ports, found))
                for column in one.columns
            }
            rows = min(map(len, columns.values()))
            found[one.port] = tuple(_different(one, _as_rows(columns, rows)))
        return found

    def _suppliers_first(self) -> list[Drawable]:
        """Put what others refer to before them; circles stay as they are."""
        names = {one.dataset.name for one in self.ports}
        waiting, ordered = list(self.ports), list[Drawable]()
        while waiting:
            done = {one.dataset.name for one in ordered}
            ready = [one for one in waiting if _needs(one) & names <= {*done, one.dataset.name}]
            ordered += ready or waiting
            waiting = [one for one in waiting if one not in ordered]
        return ordered

    def _rows(
        self, one: Drawable, number: int, rng: random.Random, before: Tables
    ) -> Sequence[Row]:
        usual = number >= len(_FIRST_SIZES)
        size = max(rng.choice(_SIZES) if usual else _FIRST_SIZES[number], self.least)
        columns = {}
        for column in one.columns:
            pool = tables.referred(column, self.ports, before)
            columns[column.name] = _cells(column, size, rng, pool, is_first=number == 0)
        size = min((len(found) for found in columns.values()), default=0)
        rows = _as_rows(columns, size)
        if number and size > 1 and rng.random() < _TWICE:
            alone = {column.name for column in one.columns if column.unique}
            own = {name: value for name, value in rows[-1].items() if name in alone}
            rows[-1] = {**rows[0], **own}
        return _with_few_nulls(one, _different(one, rows))


def plain_cells(column: Column, count: int, pool: list[Scalar] | None) -> list[Scalar]:
    """Give the plainest cells for so many rows; fewer where not so many differ."""
    usual = list(cells.plain(column)) if pool is None else pool
    if column.unique:
        return usual[:count]
    return usual[:1] * count


def _needs(one: Drawable) -> set[str]:
    return {column.referred[0] for column in one.columns if column.referred is not None}


def _as_rows(columns: dict[str, list[Scalar]], size: int) -> list[Row]:
    return [{name: found[at] for name, found in columns.items()} for at in range(size)]


def _cells(
    column: Column, count: int, rng: random.Random, pool: list[Scalar] | None, *, is_first: bool
) -> list[Scalar]:
    if pool is not None and not pool:
        return []
    found = [cells.drawn(column, rng) if pool is None else rng.choice(pool) for _ in range(count)]
    if column.unique:
        found = _all_different(column, found, pool)
    if is_first or not found:
        return found
    if pool is None:
        _put_edges(column, found, rng)
    if rng.random() < _NULL:
        for _ in range(tables.most_nulls(column.nulls, len(found))):
            found[rng.randrange(len(found))] = None
    return found


def _put_edges(column: Column, found: list[Scalar], rng: random.Random) -> None:
    known = cells.edges(column)
    if not known or rng.random() >= _EDGE:
        return
    if not column.unique and rng.random() < _SAME:
        found[:] = [rng.choice(known)] * len(found)
        return
    value = rng.choice(known)
    if not column.unique or value not in found:
        found[rng.randrange(len(found))] = value


def _all_different(column: Column, found: list[Scalar], pool: list[Scalar] | None) -> list[Scalar]:
    """Put values that are not there yet in place of those that are there twice."""
    spare = [one for one in (cells.plain(column) if pool is None else pool) if one not in found]
    seen: set[Scalar] = set()
    different: list[Scalar] = []
    for value in found:
        if value not in seen:
            different.append(value)
        elif spare:
            different.append(spare.pop(0))
        else:
            continue
        seen.add(different[-1])
    return different


def _different(one: Drawable, rows: list[Row]) -> list[Row]:
    """Leave out rows that repeat a value that must not be repeated."""
    alone = [column.name for column in one.columns if column.unique]
    key = one.dataset.schema.key
    groups = [(name,) for name in alone] + ([tuple(key)] if key else [])
    kept: list[Row] = []
    seen: list[set[tuple[Scalar, ...]]] = [set() for _ in groups]
    for row in rows:
        found = [tuple(row.get(name) for name in group) for group in groups]
        is_new = all(cell not in known for cell, known in zip(found, seen, strict=True))
        # A missing value is not equal to another, but a key must not miss any.
        if is_new and not (key and None in found[-1]):
            kept.append(row)
            for cell, known in zip(found, seen, strict=True):
                if None not in cell:
                    known.add(cell)
    return kept


def _with_few_nulls(one: Drawable, rows: list[Row]) -> list[Row]:
    """Leave out rows until no column misses more cells than it may."""
    for column in one.columns:
        missing = [row for row in rows if row[column.name] is None]
        if len(missing) > tables.most_nulls(column.nulls, len(rows)):
            return _with_few_nulls(one, [row for row in rows if row is not missing[-1]])
    return rows
