"""The tasks of a plan under the names that pytest gives them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.model.plan import Plan, Task
from ci_scriptcheck.pytest_plugin.agenda import Forecast, Job, forecast
from ci_scriptcheck.run.reuse import is_wanted
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping


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
                needs=tuple(self.item(need) for need in task.waits_for()),
                weight=task.weight,
            )
            for task in self.plan.tasks
        )

    def forecast(self, *, workers: int | None = None) -> Forecast:
        """Say how long the items will take so many workers, and how many can be of use.

        Where a step alone and a node are the same run, one of them is reused and takes no time.
        """
        first = self._first_alike()
        done = self.done()
        jobs = tuple(
            replace(job, needs=tuple(dict.fromkeys(first[need] for need in job.needs)))
            for job in self.jobs()
            if first[job.id] == job.id
        )
        wanted = frozenset(first[self.item(task)] for task in self.tasks) - done
        return forecast(jobs, wanted=wanted, done=done, workers=workers)

    def done(self) -> frozenset[str]:
        """List the node ids of the plan's other tasks."""
        return frozenset(
            self.item(task.id) for task in self.plan.tasks if task.id not in self.tasks
        )

    def _first_alike(self) -> Mapping[str, str]:
        """Give for each item the first one that runs the same on the same; mostly this is itself."""
        first: dict[str, str] = {}
        found: dict[str, str] = {}
        for task in self.plan.tasks:
            item = self.item(task.id)
            same = item if not is_wanted(self.plan) else found.setdefault(_what_runs(task), item)
            first[item] = same
        return first


def _what_runs(task: Task) -> str:
    script = (task.step, task.script, task.settings, sorted(task.variables.items()))
    return repr((script, task.scenario, task.blocked, task.inputs, task.outputs))
