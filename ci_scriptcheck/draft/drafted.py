"""A dataset that was concluded from something, with what a person should know about each part."""

from __future__ import annotations

from collections.abc import Mapping

from ci_scriptcheck.model.contract import Dataset
from ci_scriptcheck.values import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A drafted dataset.

    Attributes:
        remarks: What holds of all of it, a line each; where it comes from stands first.
        notes: Column → what was seen of it, or that something is a guess.
    """

    dataset: Dataset
    remarks: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file that no dataset was drafted from, and why."""

    file: str
    why: str
