"""Figures of a column on both sides: how its values lie, and how far that has shifted.

The population stability index is the sum of (a - b) ln(a / b) over shares b of base and a of head, in
ten classes, or one class for each value of text; a class without rows counts as a share of 0.0001. Classes of numbers
are bound by the deciles, each halfway between those of both sides: so neither side is the measure of the other, and
the index is the same from head to base.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.data.compare.matching import MOMENTS, NUMBERS, Match
from ci_scriptcheck.data.compare.rows import SIDES
from ci_scriptcheck.data.compare.words import batches
from ci_scriptcheck.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

LEAST_ROWS = 100
"""Rows with a value, on either side, from which on a shift is told from chance."""

MOST_VALUES = 100
"""Different texts up to which their shares are compared one by one."""

LEVELS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Of quantiles; those from a tenth to nine tenths bound the classes."""
_LEAST_SHARE = 1e-4
_MOST_CELLS = 20_000_000
"""That lie in memory at once to be sorted."""
_MOST_TOGETHER = 100
_MOST_SORTED = 50_000_000
"""Rows of which quantiles are told."""
_COUNTED = 100_000
"""Rows up to which different values are counted, and not estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How the values of a column lie on one side.

    Attributes:
        rows: Of the table.
        filled: Rows with a value.
        distinct: Different values.
        is_estimate: Whether `distinct` is one.
        infinite: Rows with an infinite number.
        mean: Of finite numbers.
        quantiles: Level → number; moments as microseconds since 1970.
        counts: Value of text or bool → its rows, where there are few; else nothing.
    """

    rows: int
    filled: int
    distinct: int
    is_estimate: bool = False
    infinite: int = 0
    mean: float | None = None
    quantiles: Mapping[float, float] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A column on both sides.

    Attributes:
        psi: How far its values have shifted; `None` where that cannot be told.
    """

    before: Summary
    after: Summary
    psi: float | None = None


def profiles(
    connection: duckdb.DuckDBPyConnection, matches: Sequence[Match], rows: tuple[int, int]
) -> dict[str, Profile]:
    """Look at columns on both sides.

    Args:
        connection: That knows the relations `before` and `after`.
        matches: The columns.
        rows: Of base and of head.

    Returns:
        By the names of the relations' columns.
    """
    found: dict[str, Profile] = {}
    most = min(_MOST_TOGETHER, max(_MOST_CELLS // max(*rows, 1), 1))
    for batch in batches(matches, most):
        left, right = (
            _summaries(connection, side, batch, count)
            for side, count in zip(SIDES, rows, strict=True)
        )
        classes = _classes(connection, batch, left, right)
        for match in batch:
            counts = classes.get(match.cell)
            before, after = left[match.cell], right[match.cell]
            psi = None if counts is None else stability(*counts)
            if counts is not None and match.meant not in NUMBERS | MOMENTS:
                before, after = _with_counts(before, counts[0]), _with_counts(after, counts[1])
            found[match.cell] = Profile(before=before, after=after, psi=psi)
    return found


def stability(before: Mapping[Any, int], after: Mapping[Any, int]) -> float | None:
    """Give the population stability index of rows by class; `None` where a side has few."""
    wholes = sum(before.values()), sum(after.values())
    if min(wholes) < LEAST_ROWS:
        return None
    total = 0.0
    # In one order, as the last digit of a sum hangs on it.
    for name in sorted(before.keys() | after.keys(), key=str):
        b = max(before.get(name, 0) / wholes[0], _LEAST_SHARE)
        a = max(after.get(name, 0) / wholes[1], _LEAST_SHARE)
        total += (a - b) * math.log(a / b)
    return total


def _with_counts(summary: Summary, counts: Mapping[Any, int]) -> Summary:
    return Summary(
        rows=summary.rows,
        filled=summary.filled,
        distinct=len(counts),
        counts={_named(value): count for value, count in counts.items()},
    )


def _named(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _summaries(
    connection: duckdb.DuckDBPyConnection, side: str, matches: Iterable[Match], rows: int
) -> dict[str, Summary]:
    count = "count(distinct {0})" if rows <= _COUNTED else "approx_count_distinct({0})"
    inner, outer, asked = [], [], []
    for match in matches:
        inner.append(f"{match.cell}")
        parts = [f"count({match.cell})", count.format(match.cell)]
        if match.meant in NUMBERS | MOMENTS:
            number = f"m{match.cell}"
            inner.append(f"{_finite(match)} as {number}")
            levels = f"quantile_disc({number}, {list(LEVELS)})" if rows <= _MOST_SORTED else "null"
            parts += [f"count({number})", f"avg({number})", levels]
        outer += parts
        asked.append((match, len(parts)))
    query = f"select {', '.join(outer)} from (select {', '.join(inner)} from {side})"  # noqa: S608  (ours)
    answer = iter(connection.execute(query).fetchone() or ())
    return {
        match.cell: _summary(match, rows, [next(answer) for _ in range(width)])
        for match, width in asked
    }


def _finite(match: Match) -> str:
    """Write a value as a number that has a place in an order, and none where it is infinite."""
    cell = match.cell
    if match.meant in MOMENTS:
        return f"case when isfinite({cell}) then epoch_us({cell}) end"
    if match.meant == "int":
        return cell
    return f"case when isfinite({cell}::double) then {cell}::double end"


def _summary(match: Match, rows: int, answer: Sequence[Any]) -> Summary:
    filled, distinct, *more = answer
    is_estimate = rows > _COUNTED
    if not more:
        return Summary(rows=rows, filled=filled, distinct=distinct, is_estimate=is_estimate)
    finite, mean, levels = more
    quantiles = dict(zip(LEVELS, levels, strict=True)) if levels else {}
    return Summary(
        rows=rows,
        filled=filled,
        distinct=distinct,
        is_estimate=is_estimate,
        infinite=filled - finite,
        mean=None if match.meant in MOMENTS else mean,
        quantiles=quantiles,
    )


def _classes(
    connection: duckdb.DuckDBPyConnection,
    matches: Iterable[Match],
    before: Mapping[str, Summary],
    after: Mapping[str, Summary],
) -> dict[str, tuple[dict[Any, int], dict[Any, int]]]:
    """Count rows by class on both sides, of the columns that can be put into classes."""
    asked = {}
    for match in matches:
        cell, edges = match.cell, _edges(before[match.cell], after[match.cell])
        if match.meant in NUMBERS | MOMENTS:
            if edges:
                bounds = f"[{', '.join(str(edge) for edge in edges)}]::double[]"
                asked[cell] = f"histogram(({_finite(match)})::double, {bounds})"
        elif max(before[cell].distinct, after[cell].distinct) <= MOST_VALUES:
            asked[cell] = f"histogram({cell})"
    if not asked:
        return {}
    answers = [
        connection.execute(f"select {', '.join(asked.values())} from {side}").fetchone() or ()  # noqa: S608  (ours)
        for side in SIDES
    ]
    counted = [[dict(counts or {}) for counts in answer] for answer in answers]
    return {cell: (b, a) for cell, b, a in zip(asked, *counted, strict=True)}


def _edges(before: Summary, after: Summary) -> list[float]:
    levels = [level for level in LEVELS if 0.1 <= level <= 0.9]
    if not before.quantiles or not after.quantiles:
        return []
    # Halved first: a sum of two large ones could be infinite.
    return sorted(
        {
            float(before.quantiles[level]) / 2 + float(after.quantiles[level]) / 2
            for level in levels
        }
    )
