"""What was counted about a column, as the figures that a person is shown."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare.matching import MOMENTS
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model import rounding
from ci_scriptcheck.model.comparison import ColumnComparison, Fate, Figure
from ci_scriptcheck.model.rounding import Way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.data.compare.matching import Match
    from ci_scriptcheck.data.compare.profile import Profile, Summary

SHOWN_FROM = 10
"""Rows of real data that a figure has to stand for, a category or one side of a quantile."""

_SHOWN = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
_DIGITS = 3
"""Significant ones that are told of a quantile of private data."""
_MOST_FIGURES = 8
_MOST_CATEGORIES = 5
_WIDEST = 40
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def column(
    match: Match,
    profile: Profile,
    *,
    rows: int | None,
    evidence: Evidence,
    one_sided: tuple[int, ...] = (),
) -> ColumnComparison:
    """Tell how a column differs that both sides have.

    Args:
        match: The column.
        profile: Its figures.
        rows: In how many pairs of rows it differs; `None` where rows are not paired.
        evidence: What may be told.
        one_sided: How many rows have no partner, of base and of head; nothing where that is not known.
    """
    filled = abs(profile.before.filled - profile.after.filled)
    has_mean = evidence is Evidence.VALUES or are_many(rows or 0, filled, *one_sided)
    found = [*_figures(match, profile, evidence, has_mean=has_mean)]
    found.sort(key=lambda weighed: -weighed[0])
    zone = []
    if match.has_new_zone:
        words = ["UTC" if zoned else "none" for zoned in match.zones]
        zone = [Figure(name="time zone", before=words[0], after=words[1])]
    return ColumnComparison(
        name=match.name,
        fate=Fate.CHANGED,
        type_before=match.types[0],
        type_after=match.types[1],
        rows=rows,
        nulls_before=profile.before.rows - profile.before.filled,
        nulls_after=profile.after.rows - profile.after.filled,
        psi=profile.psi,
        figures=(*zone, *(figure for _, figure in found))[:_MOST_FIGURES],
    )


def are_many(*rows: int) -> bool:
    """Say whether two means may be told of private data: both give what the rows hold that came between, if few did."""
    return all(count == 0 or count >= SHOWN_FROM for count in rows)


def _figures(
    match: Match, profile: Profile, evidence: Evidence, *, has_mean: bool
) -> Iterator[tuple[float, Figure]]:
    """Give the figures that differ, each with how much it tells."""
    before, after = profile.before, profile.after
    counts = before.distinct, after.distinct
    if counts[0] != counts[1]:
        yield (
            abs(math.log((counts[1] + 1) / (counts[0] + 1))),
            Figure(name="distinct", before=_distinct(before), after=_distinct(after)),
        )
    if before.infinite != after.infinite:
        yield (
            10.0,
            Figure(name="infinite", before=f"{before.infinite:,}", after=f"{after.infinite:,}"),
        )
    yield from _categories(match, profile, evidence)
    yield from _numbers(match, profile, evidence, has_mean=has_mean)


def _distinct(summary: Summary) -> str:
    return f"about {summary.distinct:,}" if summary.is_estimate else f"{summary.distinct:,}"


def _categories(
    match: Match, profile: Profile, evidence: Evidence
) -> Iterator[tuple[float, Figure]]:
    counts = profile.before.counts, profile.after.counts
    least = 1 if evidence is Evidence.VALUES else SHOWN_FROM
    wholes = [max(sum(side.values()), 1) for side in counts]
    found = []
    for value in sorted(counts[0].keys() | counts[1].keys()):
        rows = [side.get(value, 0) for side in counts]
        # One that has fallen below the least is as telling as its rows.
        if rows[0] == rows[1] or any(0 < count < least for count in rows):
            continue
        shift = abs(rows[1] / wholes[1] - rows[0] / wholes[0])
        weight = shift + (1.0 if 0 in rows else 0.0)
        name = value if match.meant == "bool" else f'"{_short(value)}"'
        before, after = (f"{count:,}" if count else None for count in rows)
        found.append((weight, Figure(name=name, before=before, after=after)))
    found.sort(key=lambda weighed: -weighed[0])
    yield from found[:_MOST_CATEGORIES]


def _numbers(
    match: Match, profile: Profile, evidence: Evidence, *, has_mean: bool
) -> Iterator[tuple[float, Figure]]:
    sides = profile.before, profile.after
    low, high = (profile.before.quantiles.get(level, 0.0) for level in (0.05, 0.95))
    spread = abs(float(high) - float(low)) or abs(float(high)) or 1.0
    pairs = {
        name: tuple(side.quantiles.get(level) for side in sides) for name, level in _SHOWN.items()
    }
    levels = {**_SHOWN, "mean": None}
    if has_mean:
        pairs["mean"] = tuple(side.mean for side in sides)
    for name, (before, after) in pairs.items():
        if before == after or not all(_may_show(side, levels[name], evidence) for side in sides):
            continue
        weight = 1.0 if before is None or after is None else abs(after - before) / spread
        # A mean is nobody's value; a quantile is, so that of private data a part of it is told.
        is_rounded = evidence is not Evidence.VALUES and name != "mean"
        write = _rounded if is_rounded else _written
        texts = [write(match, value, name) for value in (before, after)]
        if texts[0] != texts[1]:
            yield weight, Figure(name=name, before=texts[0], after=texts[1])


def _may_show(summary: Summary, level: float | None, evidence: Evidence) -> bool:
    """Say whether a figure stands for enough rows; a quantile for those beyond it on either side."""
    if evidence is Evidence.VALUES or not summary.filled:
        return True
    share = 1.0 if level is None else min(level, 1 - level)
    return round(summary.filled * share, 6) >= SHOWN_FROM


def _rounded(match: Match, value: float | None, name: str) -> str | None:
    """Write three significant digits of a quantile, and of a moment its day."""
    if value is None:
        return None
    if match.meant in MOMENTS:
        return (_written(match, value, name) or "").partition(" ")[0]
    return _written(match, rounding.number(value, Way.NEAREST, _DIGITS), name)


def _written(match: Match, value: float | None, name: str) -> str | None:
    if value is None:
        return None
    if match.meant in MOMENTS and name != "mean":
        try:
            moment = _EPOCH + timedelta(microseconds=int(value))
        except OverflowError:
            return f"{value:.6g}"
        if match.meant == "date":
            return moment.date().isoformat()
        return moment.replace(tzinfo=None).isoformat(" ")
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"


def _short(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
