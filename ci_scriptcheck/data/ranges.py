"""Between what the cells of a column are drawn: least and greatest, where its schema leaves them open too."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar

from ci_scriptcheck.data.unmakeable import UnmakeableError
from ci_scriptcheck.model.contract import ColumnType

if TYPE_CHECKING:
    from ci_scriptcheck.model.contract import Column, Scalar

Bound = TypeVar("Bound", int, float)
_EPOCH = date(1970, 1, 1)
_DAY = 24 * 60 * 60
_USUAL = date(2024, 1, 1), date(2024, 12, 31)
_YEAR = 365
"""Days; a bound on one side leaves room for as many, where it lies outside of the usual ones, too."""


def whole_bounds(column: Column, rows: int) -> tuple[int, int]:
    """Give the least and the greatest whole number, with room for so many rows without duplicates."""
    room = max(1000, 10 * rows) if column.unique else 1000
    low, high = _number(column, column.min), _number(column, column.max)
    if low is None and high is None:
        return (1 if column.unique else 0), room
    least = math.ceil(low if low is not None else min(0.0, (high or 0) - room))
    most = math.floor(high if high is not None else least + room)
    return _ordered(column, least, most)


def float_bounds(column: Column) -> tuple[float, float]:
    """Give the least and the greatest number."""
    low, high = _number(column, column.min), _number(column, column.max)
    least = low if low is not None else min(0.0, (high if high is not None else 100.0) - 100.0)
    most = high if high is not None else max(least + 100.0, least)
    return _ordered(column, float(least), float(most))


def days(column: Column) -> tuple[int, int]:
    """Give the first and the last day, counted from 1970."""
    first, last = (
        None if bound is None else _days_since_epoch(_moment(column, bound).date())
        for bound in (column.min, column.max)
    )
    start, end = _open_ended(first, last, 1)
    return _ordered(column, int(start), int(end))


def seconds(column: Column) -> tuple[int, int]:
    """Give the first and the last moment in seconds since 1970."""
    first, last = (
        None if bound is None else _since_epoch(_moment(column, bound))
        for bound in (column.min, column.max)
    )
    start, end = _open_ended(first, last, _DAY)
    return _ordered(column, math.ceil(start), math.floor(end))


def most_names(column: Column, rows: int) -> int:
    """Say how many different texts a column without values and pattern is drawn from."""
    if column.min is not None or column.max is not None:
        raise UnmakeableError(f"column `{column.name}` holds texts, which have no min and max")
    return max(1000, 10 * rows) if column.unique else 1000


def is_within(column: Column, value: Scalar) -> bool:
    """Say whether a given value lies within the bounds of its column; only numbers have any."""
    if not isinstance(value, int | float):
        return True
    above = not isinstance(column.min, int | float) or column.min <= value
    return above and (not isinstance(column.max, int | float) or value <= column.max)


def as_cell(column: Column, bound: Scalar) -> int | float | date | datetime | None:
    """Give a bound as a cell of its column holds it, `None` where it bounds nothing."""
    match column.type:
        case ColumnType.DATE:
            return _moment(column, bound).date()
        case ColumnType.DATETIME:
            moment = _moment(column, bound)
            return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
        case ColumnType.INT:
            number = _number(column, bound)
            if number is None:
                return None
            return math.ceil(number) if bound == column.min else math.floor(number)
        case _:
            return _number(column, bound)


def _ordered(column: Column, least: Bound, most: Bound) -> tuple[Bound, Bound]:
    if least > most:
        raise UnmakeableError(f"column `{column.name}` has no value between {least} and {most}")
    return least, most


def _number(column: Column, bound: Scalar) -> float | int | None:
    if bound is None or (isinstance(bound, float) and math.isinf(bound)):
        return None
    if isinstance(bound, int | float):
        return bound
    raise UnmakeableError(f"`{bound}` is no number, and bounds column `{column.name}`")


def _moment(column: Column, bound: Scalar) -> datetime:
    try:
        return datetime.fromisoformat(str(bound))
    except ValueError:
        message = f"`{bound}` is no date, and bounds column `{column.name}`"
        raise UnmakeableError(message) from None


def _open_ended(first: float | None, last: float | None, day: int) -> tuple[float, float]:
    """Give both ends of a time of which one may be open, or both; so many units are a day."""
    usual = tuple(_days_since_epoch(one) * day for one in _USUAL)
    limits = tuple(_days_since_epoch(one) * day for one in (date.min, date.max))
    # The last day is meant as a whole.
    if first is None:
        begin = usual[0] if last is None else min(usual[0], last - _YEAR * day)
        first = max(begin, limits[0])
    if last is None:
        last = min(max(usual[1] + day - 1, first + _YEAR * day), limits[1] + day - 1)
    return first, last


def _days_since_epoch(day: date) -> int:
    return (day - _EPOCH).days


def _since_epoch(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
