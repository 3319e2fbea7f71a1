"""Whether a number is the one that was expected: whole ones exactly, others within a tolerance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


def is_alike(expected: float, found: float | Decimal, tolerance: float) -> bool:
    """Say whether a number counts as the expected one.

    Keys, dates as `20240101` and seconds since 1970 are whole numbers in which the last digit
    matters, so a whole number is met by itself alone, and by what rounds to it where a computation
    missed it by a last digit.

    Args:
        expected: What was written down; an `int` is exact.
        found: A `Decimal` where it was text, so that no digit is lost.
        tolerance: By how much others may differ, relative to their size, and absolutely near 0.
    """
    if isinstance(expected, int):
        return expected == found or (
            _is_broken_number(found)
            and round(found) == expected
            and _is_close(expected, found, tolerance)
        )
    return _is_close(expected, found, tolerance) or (math.isnan(expected) and math.isnan(found))


def _is_broken_number(number: float | Decimal) -> bool:
    # A whole number of more than 308 digits is none that `isfinite` takes.
    return not isinstance(number, int) and math.isfinite(number) and number != int(number)


def _is_close(expected: float, found: float | Decimal, tolerance: float) -> bool:
    try:
        return math.isclose(expected, found, rel_tol=tolerance, abs_tol=tolerance)
    except OverflowError:
        # A whole number of more than 308 digits is close to none of which it is not the same.
        return False
