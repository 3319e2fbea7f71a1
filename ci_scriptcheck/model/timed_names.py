"""Names of files without the times that they may hold."""

from __future__ import annotations

import re

_STAMP = re.compile(r"\d[\d_:.T-]{4,}\d")


def without_time(name: str) -> str:
    """Give a name without what looks like a time in it."""
    return _STAMP.sub("", name)
