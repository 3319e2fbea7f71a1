"""A search for tables that break a script: drawn, tried, and made smaller until nothing is left out."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import Scalar
from ci_scriptcheck.search import shrinking
from ci_scriptcheck.search.budget import (
    BLAMING_RUNS,
    BLAMING_SECONDS,
    SHRINKING_RUNS,
    SHRINKING_SECONDS,
    Budget,
)
from ci_scriptcheck.search.tables import Tables
from ci_scriptcheck.search.trying import Broken
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.search.drawing import Drawing
    from ci_scriptcheck.search.trying import Trying


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """What breaks the script: one cell, or how many rows there are.

    Attributes:
        row: Counted from 0; `None` where it is the number of rows.
        instead: With this value, or number of rows, it ends well.
    """

    port: str
    row: int | None = None
    column: str | None = None
    instead: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Tables that break the script.

    Attributes:
        number: Of the drawn tables that they come from.
        is_final: Whether they were made as small as they can be.
    """

    number: int
    tables: Tables
    broken: Broken
    blame: tuple[Blame, ...] = ()
    is_final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a search is.

    Attributes:
        tables: How many were drawn and tried.
        runs: How often the script was started in all.
        seconds: Since the first table.
    """

    tables: int
    runs: int
    seconds: float
    found: Found | None = None


def search(trying: Trying, drawn: Drawing, count: int, tell: Callable[[Standing], None]) -> None:
    """Try tables until one breaks the script, then make it small.

    Args:
        trying: Runs the script.
        drawn: Where the tables are from.
        count: How many are tried.
        tell: Told after each run; what it was told last holds whenever the search is broken off.

    Raises:
        Interrupted: the hosts are being ended.
    """
    began, before = time.monotonic(), trying.runs

    def standing(number: int, found: Found | None = None) -> None:
        seconds = time.monotonic() - began
        tell(Standing(tables=number, runs=trying.runs - before, seconds=seconds, found=found))

    for number in range(count):
        tables = drawn.tables(number)
        broken = trying.broken(tables)
        found = Found(number=number, tables=tables, broken=broken) if broken else None
        standing(number + 1, found)
        if found is not None:
            _made_small(trying, drawn, found, partial(standing, number + 1))
            return


def _made_small(
    trying: Trying, drawn: Drawing, found: Found, tell: Callable[[Found], None]
) -> None:
    way = found.broken.way
    best = found

    def breaks(tables: Tables) -> bool:
        nonlocal best
        broken = trying.broken(tables)
        if broken is not None and broken.way == way:
            best = Found(number=found.number, tables=tables, broken=broken)
        tell(best)
        return best.tables is tables

    shrinking_budget = Budget(
        lambda: trying.timeouts, runs=SHRINKING_RUNS, seconds=SHRINKING_SECONDS
    )
    shrinking.shrink(drawn, found.tables, breaks, shrinking_budget)
    blame = _blame(trying, drawn, best.tables)
    # Once more, so that the files and the folders of the run are those of the smallest table.
    broken = trying.broken(best.tables) or best.broken
    tell(
        Found(
            number=best.number,
            tables=best.tables,
            broken=broken,
            blame=blame,
            is_final=not shrinking_budget.is_spent,
        )
    )


def _blame(trying: Trying, drawn: Drawing, tables: Tables) -> tuple[Blame, ...]:
    """Find the cells without which the script ends well, or else the number of rows."""
    found: dict[tuple[str, int, str], Blame] = {}
    budget = Budget(lambda: trying.timeouts, runs=BLAMING_RUNS, seconds=BLAMING_SECONDS)
    for port, row, column, value, changed in shrinking.others(drawn, tables):
        if not budget.allows_another():
            break
        if (port, row, column) not in found and trying.broken(changed) is None:
            found[port, row, column] = Blame(port=port, row=row, column=column, instead=value)
    if found:
        return tuple(found.values())
    return tuple(_rows_to_blame(trying, drawn, tables))


def _rows_to_blame(trying: Trying, drawn: Drawing, tables: Tables) -> list[Blame]:
    budget = Budget(lambda: trying.timeouts, runs=BLAMING_RUNS, seconds=BLAMING_SECONDS)
    sizes = {port: len(rows) for port, rows in tables.items()}
    for one in drawn.ports:
        for more in (1, 2):
            wanted = sizes[one.port] + more
            rows = drawn.plain({**sizes, one.port: wanted})[one.port]
            changed = {**tables, one.port: rows}
            if not budget.allows_another():
                return []
            if len(rows) == wanted and trying.broken(changed) is None:
                return [Blame(port=one.port, instead=wanted)]
    return []
