"""How a file of a second run differs from that of the first; `data.file_difference` finds it."""

from __future__ import annotations

from enum import StrEnum

from ci_scriptcheck.values import dataclass


class Kind(StrEnum):
    """What in a file differs."""

    TIMES = "times"
    """Nothing but what looks like a time or a duration."""
    DATA = "data"
    """Text or a table."""
    BYTES = "bytes"
    """What only the program that wrote it can read, such as a pickled model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a file of a second run differs from that of the first."""

    how: str
    kind: Kind
