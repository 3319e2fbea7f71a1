"""How a task ended, as pages and comments show it: by a word, a mark and a colour that agree."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.result import BROKEN, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.result import TaskResult


class Standing(StrEnum):
    """What an outcome means for the run, the worst first; a style sheet has a colour for each."""

    FAILED = "failed"
    EXCUSED = "excused"
    PASSED = "passed"
    WAITING = "waiting"
    REUSED = "reused"


MARKS: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.PASSED: "✓",
        Outcome.FAILED: "✗",
        Outcome.VACUOUS: "∅",
        Outcome.CRASHED: "!",
        Outcome.TIMED_OUT: "◷",
        Outcome.NOT_RUN: "\N{EN DASH}",
        Outcome.REUSED: "↺",
    }
)
"""A mark for each outcome, in characters that fonts have."""


WORDS: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.FAILED: "failed",
        Standing.EXCUSED: "not counted",
        Standing.PASSED: "passed",
        Standing.WAITING: "not run",
        Standing.REUSED: "reused",
    }
)
"""A word for each standing, where outcomes of one standing are named together."""


def standing(task: Task, result: TaskResult, plan: Plan) -> Standing:
    """Say what the outcome of a task means for the run."""
    if verdict.is_failure(task, result, plan):
        return Standing.FAILED
    if result.outcome in BROKEN:
        return Standing.EXCUSED
    return {
        Outcome.NOT_RUN: Standing.WAITING,
        Outcome.REUSED: Standing.REUSED,
    }.get(result.outcome, Standing.PASSED)


def word(outcome: Outcome) -> str:
    """Write an outcome as people say it."""
    return outcome.value.replace("_", " ")
