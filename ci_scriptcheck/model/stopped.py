"""Why nothing, or not everything, could be checked: what a set-up with which a run cannot go on leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Excerpt, Place
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.errors import ScriptcheckError

INTERNAL = 70
"""The exit code of a fault of our own."""

_CODES = frozenset({2, 3, 4, 5, INTERNAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """An error of the set-up as a value, so that a record can tell it; parts as those of `ScriptcheckError`.

    Attributes:
        code: What the command ended with.
        attempt: Of the job; what a later one leaves stands for this.
    """

    what: str
    where: Place | None = None
    facts: tuple[str, ...] = ()
    advice: str | None = None
    excerpt: Excerpt | None = None
    code: int = INTERNAL
    attempt: int = 1

    @property
    def exit_code(self) -> int:
        """Give the exit code; a record of somebody else's may hold any number, and none of them is a pass."""
        return self.code if self.code in _CODES else INTERNAL


def of_error(error: ScriptcheckError, *, attempt: int = 1) -> Stopped:
    """Keep what an error says."""
    return Stopped(
        what=error.what,
        where=error.where,
        facts=error.facts,
        advice=error.advice,
        excerpt=error.excerpt,
        code=error.exit_code,
        attempt=attempt,
    )
