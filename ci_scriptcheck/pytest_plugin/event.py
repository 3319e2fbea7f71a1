"""What a run tells while it goes on, for whoever shows its progress."""

from __future__ import annotations

from enum import StrEnum

from ci_scriptcheck.model.result import TaskResult
from ci_scriptcheck.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStarted:
    """A task has begun; it may begin once more, if its worker dies.

    Attributes:
        worker: Name of the worker; `None` where the run has no workers.
    """

    task: str
    worker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFinished:
    """A task has its result; told once for each task, also for those that are not run."""

    result: TaskResult
    worker: str | None = None


Event = TaskStarted | TaskFinished


class OnFailure(StrEnum):
    """What a failure means for the tasks that have not begun."""

    CONTINUE = "continue"
    STOP = "stop"
