"""Why a task is not run: what forbids it, or what it needs and does not have. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.result import Outcome, TaskResult
from ci_scriptcheck.model.scenario import Expect
from ci_scriptcheck.model.source import Upstream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.plan import Plan, Task


def why_not(
    plan: Plan, tasks: Mapping[str, Task], task: Task, upstream: Mapping[str, TaskResult]
) -> str | None:
    """Say why a task is not run, given the results of the tasks it needs; `None`: it is run.

    `tasks` are the plan's, by id.
    """
    if task.blocked is not None:
        return task.blocked
    for name in task.needs():
        if not upstream[name].is_usable:
            return because_of(task, tasks[name], upstream[name])
    return _given_nothing(plan, task, upstream)


def left_out(task: str, why: str) -> TaskResult:
    """Give the result of a task that is not run."""
    return TaskResult(task=task, outcome=Outcome.NOT_RUN, why_not=why)


def because_of(task: Task, supplier: Task, result: TaskResult) -> str:
    """Say why a task is not run whose supplier ended so that nobody can read what it wrote."""
    name = supplier.node if supplier.pipeline == task.pipeline else supplier.id
    if result.outcome is not Outcome.NOT_RUN:
        return not_run.needs(name)
    why = result.why_not or not_run.UNKNOWN
    # The first that failed is named all along the chain, not the last before this one.
    if why == not_run.INTERRUPTED or not_run.is_need(why):
        return why
    return not_run.needs_what_was_not_run(name, why)


def _given_nothing(plan: Plan, task: Task, upstream: Mapping[str, TaskResult]) -> str | None:
    """Tell of suppliers that passed by refusing bad data, so that there is nothing to read."""
    if plan.scenario_of(task).expect is Expect.SUCCESS:
        return None
    for item in task.inputs:
        if not isinstance(item.source, Upstream) or not item.required:
            continue
        written = upstream[item.source.task].outputs.get(item.source.port)
        if written is None or not written.files:
            return not_run.refused_by(item.source.task)
    return None
