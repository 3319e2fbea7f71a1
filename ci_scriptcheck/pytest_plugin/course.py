"""The tasks of a plan under the names that pytest gives them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ci_scriptcheck.model.plan import Plan
from ci_scriptcheck.pytest_plugin.agenda import Forecast, Job, forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One plan that a pytest session works off.

    Attributes:
        tasks: The tasks that become items, by their ids; what the others would do is done already,
            or along with the first task that needs it.
        ready: Those of `tasks` whose result is known: they take no time and wait for nothing.
        prefix: What stands before a task's id in a node id.
    """

    plan: Plan
    run_directory: Path
    tasks: frozenset[str]
    ready: frozenset[str] = frozenset()
    prefix: str = ""

    def item(self, task: str) -> str:
        """Give the node id of a task."""
        return f"{self.prefix}{task}"

    def task(self, item: str) -> str:
        """Give the task's id that a node id was made from."""
        return item.removeprefix(self.prefix)

    def jobs(self) -> tuple[Job, ...]:
        """List all tasks of the plan as the agenda wants them."""
        return tuple(
            Job(id=self.item(task.id), weight=0.0)
            if task.id in self.ready
            else Job(
                id=self.item(task.id),
                needs=tuple(self.item(need) for need in task.needs()),
                weight=task.weight,
            )
            for task in self.plan.tasks
        )

    def forecast(self, *, workers: int | None = None) -> Forecast:
        """Say how long the items will take so many workers, and how many can be of use."""
        return forecast(
            self.jobs(),
            wanted=frozenset(self.item(task) for task in self.tasks),
            done=self.done(),
            workers=workers,
        )

    def done(self) -> frozenset[str]:
        """List the node ids of the plan's other tasks."""
        return frozenset(
            self.item(task.id) for task in self.plan.tasks if task.id not in self.tasks
        )
