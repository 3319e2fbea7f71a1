"""What a rule is; the rules themselves stand in `rules`."""

from __future__ import annotations

from ci_scriptcheck.model.result import Level
from ci_scriptcheck.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of finding."""

    code: str
    level: Level
    title: str
    why: str
    example: str
    cure: str
