"""Figures of data as people read them: shares, ranges, how many values differ."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ci_scriptcheck.model.contract import Scalar
    from ci_scriptcheck.model.port_profile import ColumnProfile


def share(part: float) -> str:
    """Write a share so that nothing is 0 % or 100 % that is not."""
    percent = 100 * part
    if 0 < percent < 0.01:
        return "less than 0.01 %"
    if percent < 10:
        return f"{percent:.2g} %"
    digits = 2 if 99 < percent < 100 else 0
    return f"{math.floor(percent * 10**digits + 0.5 * (not digits)) / 10**digits:g} %"


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
