"""Names that hold a time, or speak of one."""

from __future__ import annotations

import re

from ci_scriptcheck.model import json_path

_WORD = re.compile(r"[a-z]+|[A-Z][a-z]*")
_TIMES = frozenset(
    [
        "time",
        "times",
        "timestamp",
        "date",
        "seconds",
        "secs",
        "sec",
        "ms",
        "millis",
        "duration",
        "elapsed",
        "runtime",
        "latency",
    ]
)
_STAMP = re.compile(r"\d[\d_:.T-]{4,}\d")


def without_time(name: str) -> str:
    """Give a name without what looks like a time in it."""
    return _STAMP.sub("", name)


def speaks_of_time(way: str) -> bool:
    """Say whether what a way into a document ends in is called a time, as `fit.processing_time`."""
    last = json_path.last_part(way)
    words = _WORD.findall(last) if isinstance(last, str) else ()
    return not _TIMES.isdisjoint(word.lower() for word in words)
