"""Which bounds a column should have so that what is made lies where real data do.

A bound that is suggested is the end of the range that is told, rounded, as what was seen is no rule. Of private data
up to nine rows may lie beyond it, so it is suggested together with the share of them. Where few rows break a bound,
it stays: they may be mistakes, which only somebody who may see them can judge. A bound on one side says nothing of the
other one, which is suggested where what is made ends elsewhere. What grows with time gets no upper one: it would be
broken tomorrow.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ci_scriptcheck.model import rounding
from ci_scriptcheck.model.contract import Column, Json, Scalar
from ci_scriptcheck.model.made_and_real import (
    Course,
    Ends,
    allowed_ends,
    are_other_ranges,
    begins_before,
    course_of,
    ends_of,
    is_broken,
    number_of,
    reaches_beyond,
    room,
)
from ci_scriptcheck.model.port_profile import GAPS, ColumnProfile
from ci_scriptcheck.model.rounding import Outward, Way
from ci_scriptcheck.model.shares import RowsSeen, with_room


def is_few(rows: int, of_rows: int) -> bool:
    """Say whether so few rows are otherwise that it may well be by mistake."""
    return rows < GAPS * of_rows


def bounds_of(
    column: Column, made: ColumnProfile, real: ColumnProfile, seen: RowsSeen
) -> tuple[dict[str, Json], list[str]]:
    """Widen bounds to the real range, and draw some where there are none and what is made ends elsewhere."""
    course = course_of(column, real, seen)
    broken = is_broken(column, real, seen)
    is_wide = broken and not is_few(real.outside, seen.rows)
    widened = _widened(column, real, course) if is_wide else {}
    made_ends = _ends_with(widened, made)
    real_ends = ends_of(real) if widened else allowed_ends(column, real, seen)
    is_other = are_other_ranges(made_ends, real_ends, course)
    found = dict(widened)
    if made_ends is not None and real_ends is not None and is_other:
        found |= _missing(column, made_ends, real_ends, _range(real, course))
    # Rows that somebody is asked about are not let pass unasked.
    is_asked = broken and not widened
    outside = 0 if is_asked else _kept(real, found)
    beyond = _beyond(real, found)
    notes = []
    if is_asked:
        notes.append(_question(column, real, seen.rows, beyond, course))
    elif is_other and not found and made_ends is not None and real_ends is not None:
        notes.append(_why_none(column, made_ends, real_ends, course))
    return found | (_share(outside + beyond, seen, column.outside) if found else {}), notes


def _widened(column: Column, real: ColumnProfile, course: Course) -> dict[str, Json]:
    """Widen those bounds that the real range breaks; where all of it lies elsewhere, both move.

    The upper one of what grows is taken away.
    """
    ends = ends_of(real)
    if ends is None:
        return {}
    lowest, highest = number_of(column.min), number_of(column.max)
    is_elsewhere = (lowest is not None and ends[1] < lowest) or (
        highest is not None and ends[0] > highest
    )
    is_above = highest is not None and ends[1] > highest
    widened = {
        key: bound
        for key, bound in _range(real, course).items()
        if is_elsewhere
        or (key == "min" and lowest is not None and ends[0] < lowest)
        or (key == "max" and is_above)
    }
    if course is Course.GROWING and is_above:
        widened["max"] = None
    return widened


def _ends_with(bounds: Mapping[str, Json], made: ColumnProfile) -> Ends | None:
    """Give the ends of what is made once bounds are written."""
    ends = ends_of(made)
    if ends is None:
        return None
    low, high = number_of(bounds.get("min")), number_of(bounds.get("max"))
    return ends[0] if low is None else low, ends[1] if high is None else high


def _missing(
    column: Column, made: Ends, real: Ends, bounds: Mapping[str, Json]
) -> dict[str, Json]:
    """Draw bounds on the sides where there is none: on both, or on one if what is made ends elsewhere there."""
    is_open = column.min is None and column.max is None
    return {
        key: bounds[key]
        for key, end, other in zip(("min", "max"), made, real, strict=True)
        if key in bounds
        and getattr(column, key) is None
        and (is_open or abs(other - end) > room(made))
    }


def _why_none(column: Column, made: Ends, real: Ends, course: Course) -> str:
    """Say why nothing is suggested for a range that is made otherwise, and breaks no bound."""
    if course is Course.GROWING and not begins_before(made, real):
        return (
            f"`{column.name}` really begins in the second half of the range that is made, or above it:"
            " a greater `min` would bring both nearer, if it is a rule"
        )
    if begins_before(made, real) or (course is Course.STEADY and reaches_beyond(made, real)):
        return f"`{column.name}` is made in only a part of what its bounds allow; others would not change that"
    return (
        f"`{column.name}` really fills less than half of the range that is made, within its bounds:"
        " narrower ones would bring both nearer, if they are a rule"
    )


def _range(profile: ColumnProfile, course: Course) -> dict[str, Json]:
    low, high = outward(profile.low, Way.DOWN), outward(profile.high, Way.UP)
    return {"min": low} if course is Course.GROWING else {"min": low, "max": high}


def of_a_new_column(profile: ColumnProfile, seen: RowsSeen) -> dict[str, Json]:
    """Draw bounds for a column that no schema speaks of."""
    bounds = _range(profile, course_of(None, profile, seen))
    return bounds | _share(_beyond(profile, bounds), seen, 0.0)


def rows_outside(real: ColumnProfile, keys: Mapping[str, Json]) -> int:
    """Count the rows at most that lie outside of the bounds of a column once these keys are written."""
    return _kept(real, keys) + _beyond(real, keys)


def _kept(real: ColumnProfile, keys: Mapping[str, Json]) -> int:
    """Count the rows that lie outside of those bounds that stay."""
    too_low = 0 if "min" in keys else real.too_low
    return too_low + (0 if "max" in keys else real.outside - real.too_low)


def _beyond(real: ColumnProfile, keys: Mapping[str, Json]) -> int:
    """Count the rows at most that lie outside of those bounds that are written: ends of the range that is told."""
    below = real.below if keys.get("min") is not None else 0
    return below + (real.beyond - real.below if keys.get("max") is not None else 0)


def _share(outside: int, seen: RowsSeen, allowed: float) -> dict[str, Json]:
    """Let those rows be that lie outside of the bounds: the same data are to fit them, and the next."""
    is_more = RowsSeen(rows=seen.rows).exceeds(outside, allowed)
    return {"outside": with_room(outside, seen.rows)} if is_more else {}


def outward(end: Scalar, way: Outward) -> Scalar:
    """Round an end of a range: what was seen is no rule, of public data either."""
    if isinstance(end, int | float) and not isinstance(end, bool):
        return rounding.number(end, way)
    return None if end is None else rounding.day(datetime.fromisoformat(str(end)).date(), way)


def _question(column: Column, real: ColumnProfile, rows: int, more: int, course: Course) -> str:
    """Ask what the rows outside of the bounds of a column are.

    Args:
        column: As the schema has it.
        real: What it really holds.
        rows: Of the real table.
        more: Rows at most that lie beyond a bound that is suggested.
        course: Whether its values grow.
    """
    if column.max is None:
        where = f"below {column.min}"
    else:
        where = (
            f"above {column.max}"
            if column.min is None
            else f"outside of {column.min} to {column.max}"
        )
    share = with_room(real.outside + more, rows)
    is_grown = course is Course.GROWING and real.outside > real.too_low
    rule = "Without `max` it is one" if is_grown else "Other bounds make it one"
    return (
        f"{real.outside:,} of {rows:,} rows have `{column.name}` {where}: mistakes, or a rule?"
        f" {rule}, `outside: {share:g}` lets them pass"
    )
