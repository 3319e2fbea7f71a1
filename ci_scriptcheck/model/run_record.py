"""What a run has come to: the plan with a result for each of its tasks, and where it took place."""

from __future__ import annotations

from ci_scriptcheck.model.plan import Plan
from ci_scriptcheck.model.result import TaskResult
from ci_scriptcheck.model.stopped import Stopped
from ci_scriptcheck.values import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where the run took place."""

    system: str
    python: str
    processors: int
    workers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRun:
    """One of the machines that a run was shared among.

    Attributes:
        run: Name of its run directory, relative to the repository there.
        tasks: How many it ran, those that only give inputs included.
        seconds: Its wall time.
    """

    number: int
    run: str
    tasks: int
    seconds: float
    machine: Machine
    attempt: int = 1
    interrupted: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """The complete result of a run: everything that is reported comes from it.

    Attributes:
        run: Name of the run directory, relative to the repository.
        results: One for each task of the plan, in the plan's order.
        seconds: Wall time from the first look at git to the record; of the longest share, where
            several machines ran.
        machine: Of the first share, where several ran.
        interrupted: Name of the signal that ended the run early.
        shares: The machines, where there were several and their records were merged.
        missing: Shares that have left no record, so that nothing is known of what they answer for.
        stopped: Why nothing could be checked, or not all that was planned; `None` where the run came to its end.
    """

    plan: Plan
    run: str
    results: tuple[TaskResult, ...]
    seconds: float
    machine: Machine
    interrupted: str | None = None
    shares: tuple[ShareRun, ...] = ()
    missing: tuple[int, ...] = ()
    stopped: Stopped | None = None

    def of_head(self) -> RunRecord:
        """Give the record without the tasks of base, which only show what is compared with."""
        tasks = self.plan.of_head()
        names = {task.id for task in tasks}
        results = tuple(result for result in self.results if result.task in names)
        return replace(self, plan=replace(self.plan, tasks=tasks), results=results)
