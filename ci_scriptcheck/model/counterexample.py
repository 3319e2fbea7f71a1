"""Small tables that break a script, as a report needs them: all cells written out."""

from __future__ import annotations

from collections.abc import Mapping

from ci_scriptcheck.model.plan import Task
from ci_scriptcheck.model.result import Finding, Table, TaskResult
from ci_scriptcheck.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample:
    """Tables that the schemas of a script's inputs allow, and that break it.

    Attributes:
        tables: Input port → its rows.
        blame: What of them breaks the script, a sentence each.
        again: The command that finds them again.
        is_final: Whether nothing simpler was found to break it in the same way.
        run: Folder with what the run read, wrote and printed.
    """

    task: Task
    result: TaskResult
    finding: Finding
    tables: Mapping[str, Table]
    blame: tuple[str, ...]
    again: str
    is_final: bool
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What a search cost.

    Attributes:
        asked: How many tables were to be drawn.
        tables: How many were drawn and tried.
        runs: How often the script was started in all.
    """

    asked: int
    tables: int
    runs: int
    seconds: float

    @property
    def rate(self) -> int:
        """Runs in a second."""
        return round(self.runs / self.seconds) if self.seconds > 0 else 0
