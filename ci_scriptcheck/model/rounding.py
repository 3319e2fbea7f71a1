"""Figures of private data, rounded so that none of them is the value of a row."""

from __future__ import annotations

import calendar
import math
import sys
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from enum import Enum
from typing import Literal

DIGITS = 2
"""Significant ones that are left of a number."""


class Way(Enum):
    """Into which direction a figure is rounded."""

    DOWN = ROUND_FLOOR
    UP = ROUND_CEILING
    NEAREST = ROUND_HALF_EVEN


Outward = Literal[Way.DOWN, Way.UP]
"""Away from what a range holds; the end of a range is never rounded to the nearest."""


def number(value: float, way: Way, digits: int = DIGITS) -> float:
    """Leave so many significant digits of a number; a whole one stays whole."""
    if isinstance(value, int):
        return _whole(value, way, digits)
    exact = Decimal(repr(value))
    if not exact or not exact.is_finite():
        return value
    step = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    rounded = float((exact / step).to_integral_value(way.value) * step)
    return rounded if math.isfinite(rounded) else math.copysign(sys.float_info.max, rounded)


def _whole(value: int, way: Way, digits: int) -> int:
    # With as many digits as a number has; those of a `Decimal` end at 28.
    step: int = 10 ** max(len(str(abs(value))) - digits, 0)
    match way:
        case Way.DOWN:
            return value // step * step
        case Way.UP:
            return -(-value // step) * step
        case Way.NEAREST:
            return (value + step // 2) // step * step


def day(moment: date, way: Outward) -> str:
    """Give the first day of a moment's month, or the last, in ISO 8601."""
    last = calendar.monthrange(moment.year, moment.month)[1]
    return date(moment.year, moment.month, 1 if way is Way.DOWN else last).isoformat()
