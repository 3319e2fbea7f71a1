"""Makes tables that break a script as small and plain as they can be, while they still do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.search import cells, drawing, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ci_scriptcheck.model.contract import Scalar
    from ci_scriptcheck.search.budget import Budget
    from ci_scriptcheck.search.drawing import Drawing
    from ci_scriptcheck.search.tables import Drawable, Row, Tables


def shrink(
    drawn: Drawing, found: Tables, breaks: Callable[[Tables], bool], budget: Budget
) -> Tables:
    """Give the smallest tables that were found to break the script.

    Args:
        drawn: Where the tables are from.
        found: Tables that break it.
        breaks: Says whether others do, by the same rule at the same place.
        budget: How often that may be asked.
    """
    best = found
    tried = {_frozen(found)}
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for candidate in _smaller(drawn, best):
            known = _frozen(candidate)
            if known in tried or not tables.are_allowed(drawn.ports, candidate):
                continue
            tried.add(known)
            if not budget.allows_another():
                return best
            if breaks(candidate):
                best = candidate
                is_smaller = True
                break
    return best


def others(drawn: Drawing, found: Tables) -> Iterator[tuple[str, int, str, Scalar, Tables]]:
    """Give the tables with one cell made ordinary: port, row, column, value, and the tables."""
    for one in drawn.ports:
        for at, row in enumerate(found[one.port]):
            for column in one.columns:
                pool = tables.referred(column, drawn.ports, found)
                usual = cells.plain(column) if pool is None else pool
                different = [value for value in usual if value != row[column.name]][:2]
                for value in different:
                    changed = _with_cell(found, one.port, at, column.name, value)
                    if tables.are_allowed(drawn.ports, changed):
                        yield one.port, at, column.name, value, changed


def _smaller(drawn: Drawing, found: Tables) -> Iterator[Tables]:
    for one in drawn.ports:
        yield from _with_fewer_rows(one.port, found, drawn.least)
    for one in drawn.ports:
        yield from _with_plain_columns(drawn, one, found)
    for one in drawn.ports:
        yield from _with_simpler_cells(one, found)


def _with_fewer_rows(port: str, found: Tables, least: int) -> Iterator[Tables]:
    rows = found[port]
    size = len(rows)
    while size:
        for start in range(0, len(rows), size):
            kept = rows[:start] + rows[start + size :]
            if len(kept) >= least:
                yield {**found, port: kept}
        size //= 2


def _with_plain_columns(drawn: Drawing, one: Drawable, found: Tables) -> Iterator[Tables]:
    rows = found[one.port]
    for column in one.columns:
        pool = tables.referred(column, drawn.ports, found)
        usual = drawing.plain_cells(column, len(rows), pool)
        if len(usual) == len(rows) and usual != [row[column.name] for row in rows]:
            changed = tuple(
                {**row, column.name: value} for row, value in zip(rows, usual, strict=True)
            )
            yield {**found, one.port: changed}


def _with_simpler_cells(one: Drawable, found: Tables) -> Iterator[Tables]:
    for at, row in enumerate(found[one.port]):
        for column in one.columns:
            for value in cells.simpler(column, row[column.name]):
                yield _with_cell(found, one.port, at, column.name, value)


def _with_cell(found: Tables, port: str, at: int, column: str, value: Scalar) -> Tables:
    rows = found[port]
    changed: Row = {**rows[at], column: value}
    return {**found, port: (*rows[:at], changed, *rows[at + 1 :])}


def _frozen(found: Tables) -> str:
    return repr(
        sorted((port, [sorted(row.items()) for row in rows]) for port, rows in found.items())
    )
