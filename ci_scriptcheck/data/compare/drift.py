"""Two tables held against each other as a whole: which columns they have, and how their values are distributed.

Whether a shift is one is told from chance: of two samples of one distribution, the population stability index is
(1/n + 1/m) times a chi-squared number, whose degrees of freedom are the classes but one (Yurdakul, 2018).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare import (
    matching,
    profile,
    rows,
    stacked,
    table_pair,
    telling,
    words,
)
from ci_scriptcheck.data.compare.matching import MOMENTS, NUMBERS
from ci_scriptcheck.model.drift import TableDrift

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from ci_scriptcheck.data.compare.matching import Match
    from ci_scriptcheck.data.compare.opening import Side
    from ci_scriptcheck.data.compare.profile import Profile, Summary
    from ci_scriptcheck.data.validate.terms import Evidence
    from ci_scriptcheck.model.comparison import ColumnComparison

NULLS = 0.01
"""Share of the rows that have to lose a value, or to gain one, for a column to be told."""
_FAR = 0.05
"""Part of the span from the 5th to the 95th percentile by which few different numbers have to move, on the whole, to
be told. Of a normal distribution that has an index of 0.1, it is twice as much."""
_TIMES = 2.0
"""How many times as many different values there have to be."""
_Z = 3.09
"""Of the normal distribution, beyond which lies one of a thousand."""
_TOGETHER = 25
"""Columns that are looked at together: to count different values takes DuckDB some megabytes for each."""
_MOST_KEPT = 2_000_000
"""Cells of a side up to which they lie in memory, and are not read for every query."""
_NUMBER_CLASSES = 10
_UNIQUE = 0.97
"""Share of the rows that have a value of their own in a numbering, as large tables only estimate it."""
_DENSE = 20
"""Numbers for each row that a numbering uses up at most."""


def compared(
    connection: duckdb.DuckDBPyConnection,
    before: Sequence[Path],
    after: Sequence[Path],
    evidence: Evidence,
) -> TableDrift:
    """Compare two tables.

    Args:
        connection: That can reach all files.
        before: The files of the one.
        after: The files of the other.
        evidence: What may be told.

    Returns:
        Without a name, which its caller knows.

    Raises:
        UnreadableError: a file is broken, or larger than what is looked at.
        duckdb.Error: there is more to look at than the limits allow.
    """
    sides = (
        stacked.stacked(connection, before, "files_before"),
        stacked.stacked(connection, after, "files_after"),
    )
    columns = [*_shifted(connection, sides, evidence), *table_pair.one_sided(*sides)]
    return TableDrift(
        name="",
        files_before=len(before),
        files_after=len(after),
        rows_before=sides[0].rows,
        rows_after=sides[1].rows,
        columns=tuple(sorted(columns, key=table_pair.badness)),
    )


def _shifted(
    connection: duckdb.DuckDBPyConnection, sides: tuple[Side, Side], evidence: Evidence
) -> Iterator[ColumnComparison]:
    counts = sides[0].rows, sides[1].rows
    for batch in words.batches(matching.matched(connection, *sides), _TOGETHER):
        _laid_beside(connection, sides, batch)
        found = profile.profiles(connection, batch, counts)
        for match in batch:
            one = found[match.cell]
            if match.has_new_type or match.has_new_zone or is_shifted(one, match.meant):
                yield telling.column(match, one, rows=None, evidence=evidence)


def _laid_beside(
    connection: duckdb.DuckDBPyConnection, sides: tuple[Side, Side], matches: tuple[Match, ...]
) -> None:
    """Make the relations that figures are taken of; in memory, unless that would take too much."""
    selects = matching.selected(matches)
    for name, side in zip(rows.SIDES, sides, strict=True):
        kind = "table" if side.rows * len(matches) <= _MOST_KEPT else "view"
        for old in ("table", "view"):
            connection.execute(f"drop {old} if exists {name}_{old}")
        query = f"create temp {kind} {name}_{kind} as select {selects[name]} from {side.relation}"  # noqa: S608  (written here)
        connection.execute(query)
        connection.execute(f"create or replace temp view {name} as from {name}_{kind}")


def is_shifted(found: Profile, meant: str) -> bool:
    """Say whether the values of a column lie otherwise, and by more than chance would move them.

    Args:
        found: The column on both sides.
        meant: Its type, in the words of schemas.
    """
    before, after = found.before, found.after
    if not before.rows or not after.rows:
        return False
    if not before.filled or not after.filled:
        return bool(before.filled or after.filled)
    if _has_other_gaps(before, after):
        return True
    if meant in MOMENTS:
        return _has_other_span(before, after)
    if found.psi is None:
        return _has_other_variety(before, after)
    is_numbering = meant == "int" and _is_numbering(before) and _is_numbering(after)
    return not is_numbering and _has_moved(found, meant)


def _has_other_gaps(before: Summary, after: Summary) -> bool:
    """Compare how many rows have no value, or an infinite one."""
    if bool(before.infinite) != bool(after.infinite):
        return True
    if min(before.rows, after.rows) < profile.LEAST_ROWS:
        return False
    shares = [1 - side.filled / side.rows for side in (before, after)]
    return abs(shares[1] - shares[0]) > max(NULLS, _chance_of_share(shares, before, after))


def _has_moved(found: Profile, meant: str) -> bool:
    before, after = found.before, found.after
    classes = _NUMBER_CLASSES if meant in NUMBERS else max(before.distinct, after.distinct)
    least = max(table_pair.SHIFTED, chance(before.filled, after.filled, classes))
    if (found.psi or 0.0) < least:
        return False
    has_few_numbers = (
        meant in NUMBERS and max(before.distinct, after.distinct) <= profile.MOST_VALUES
    )
    return not has_few_numbers or _have_gone_far(before, after)


def _have_gone_far(before: Summary, after: Summary) -> bool:
    """Tell from the quantiles whether numbers that many rows share moved by more than a trifle.

    The index does not say by how much: where each step of a scale becomes a little larger, all rows of some classes
    go over to others.
    """
    levels = profile.LEVELS
    ways = [
        abs(float(after.quantiles[level]) - float(before.quantiles[level])) for level in levels
    ]
    ends = [[float(side.quantiles[level]) for side in (before, after)] for level in (0.05, 0.95)]
    return sum(ways) / len(ways) >= _FAR * (max(ends[1]) - min(ends[0]))


def chance(before: int, after: int, classes: int) -> float:
    """Give the population stability index that two samples of one distribution exceed once in a thousand times.

    Args:
        before: Rows of the one sample.
        after: Rows of the other.
        classes: Into which they are counted.
    """
    freedom = max(classes - 1, 1)
    # Wilson and Hilferty's approximation of chi-squared.
    part = 2 / (9 * freedom)
    return (1 / before + 1 / after) * freedom * (1 - part + _Z * math.sqrt(part)) ** 3


def _chance_of_share(shares: Sequence[float], before: Summary, after: Summary) -> float:
    whole = before.rows + after.rows
    share = (shares[0] * before.rows + shares[1] * after.rows) / whole
    return _Z * math.sqrt(share * (1 - share) * (1 / before.rows + 1 / after.rows))


def _has_other_span(before: Summary, after: Summary) -> bool:
    """Compare how long a time moments cover; that they are later says nothing of two executions."""
    if min(before.filled, after.filled) < profile.LEAST_ROWS:
        return False
    if not before.quantiles or not after.quantiles:
        return False
    spans = [float(one.quantiles[0.95] - one.quantiles[0.05]) for one in (before, after)]
    return max(spans) > _TIMES * min(spans)


def _is_numbering(found: Summary) -> bool:
    """Say whether a column numbers rows: each value once, and with few between them. Later rows have higher ones."""
    if not found.quantiles or found.distinct < _UNIQUE * found.filled:
        return False
    span = float(found.quantiles[0.95] - found.quantiles[0.05])
    return span < _DENSE * found.filled


def _has_other_variety(before: Summary, after: Summary) -> bool:
    """Tell of texts that are too many for an index: an identifier that is the same in all rows now."""
    if min(before.filled, after.filled) < profile.LEAST_ROWS:
        return False
    counts = after.distinct / before.distinct
    shares = counts * before.filled / after.filled
    # More rows bring more values, and no larger share of them.
    return min(counts, shares) >= _TIMES or max(counts, shares) <= 1 / _TIMES
