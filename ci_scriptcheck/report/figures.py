"""Figures of data as people read them: shares, ranges, how many values differ."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ci_scriptcheck.model.contract import Scalar
    from ci_scriptcheck.model.port_profile import ColumnProfile

TIMES = "\N{MULTIPLICATION SIGN}"
_LEAST = 0.0001
_MINUS = "\N{MINUS SIGN}"
_MANY = 10.0
"""Times from which on a figure is told as so many times the other one."""


def share(part: float) -> str:
    """Write a share so that nothing is 0 % or 100 % that is not."""
    percent = 100 * part
    if 0 < percent < 0.01:
        return "less than 0.01 %"
    if percent < 10:
        return f"{percent:.2g} %"
    digits = 2 if 99 < percent < 100 else 0
    return f"{math.floor(percent * 10**digits + 0.5 * (not digits)) / 10**digits:g} %"


def moved_by(before: str | None, after: str | None) -> str:
    """Write by which share a number moved, as `+20 %`; nothing where that says nothing."""
    one, other = _number(before), _number(after)
    if one is None or other is None or one * other <= 0:
        return ""
    factor = other / one
    if not math.isfinite(factor) or abs(factor - 1) < _LEAST:
        return ""
    if factor >= _MANY:
        return f"{TIMES}{factor:.3g}"
    return f"{'+' if factor > 1 else _MINUS}{share(abs(factor - 1))}"


def _number(written: str | None) -> float | None:
    try:
        return None if written is None else float(written.replace(",", ""))
    except ValueError:
        return None


def span(profile: ColumnProfile) -> str:
    """Write between what the values of a column lie; nothing where that may not be told."""
    if profile.low is None or profile.high is None:
        return ""
    low, high = _amount(profile.low), _amount(profile.high)
    return low if low == high else f"{low} to {high}"


def different(profile: ColumnProfile) -> str:
    """Write how many values differ."""
    return f"{'about ' * profile.is_estimate}{profile.distinct:,}"


def _amount(value: Scalar) -> str:
    """Write a number or a moment as people read it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
