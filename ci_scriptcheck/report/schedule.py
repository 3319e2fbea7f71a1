"""A plan as a table: what would be checked, why, and where the inputs come from."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.change import ScriptChanged, in_words
from ci_scriptcheck.model.plan import Purpose
from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.model.source import Copied, Fetched, Synthetic, Upstream
from ci_scriptcheck.report import grid, lines, mistake
from ci_scriptcheck.report.page import counted, listed, seconds, visible
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.source import Source
    from ci_scriptcheck.report.page import Page

MOST_INPUTS = 3
SHOWN_FROM = 0.1
"""Seconds, from which on it is told what is run twice."""

NOTHING: Mapping[str, TaskResult] = MappingProxyType({})


def render(plan: Plan, page: Page, ready: Mapping[str, TaskResult] = NOTHING) -> str:
    """Write the plan and what was found while making it.

    Args:
        plan: The plan.
        page: What it is written on.
        ready: The results that are known without running: kept ones, and of what cannot be run.
    """
    parts = [f"{lines.header(plan, None, page)}\n{page.flow(lines.scope(plan))}"]
    left_out = _left_out(plan.of_head(), ready)
    checked = [
        task
        for task in plan.of_head()
        if task.purpose is Purpose.CHECK and task.id not in left_out
    ]
    reused = frozenset(ready) - left_out.keys()
    if checked:
        rows = [_row(task, plan, reused) for task in checked]
        parts.append("\n".join(grid.lines(("step", "why", "inputs"), rows, page.width)))
    if left_out:
        parts.append("\n".join(_not_run(left_out, page)))
    parts += mistake.project_findings(plan.findings, plan, page)
    return "\n\n".join(parts) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How a plan was cut, in seconds of work that earlier runs let expect.

    Attributes:
        total: Of all tasks, each run once.
        longest: Of the longest share.
        mean: Of a share on average.
        twice: Of what one machine does although another one does it as well.
    """

    count: int
    total: float
    longest: float
    mean: float
    twice: float


def shared(plan: Plan, shares: Shares, page: Page) -> str:
    """Write into how many shares a plan was cut, and how even they are."""
    told = [lines.header(plan, None, page), page.flow(lines.scope(plan))]
    if plan.tasks:
        work = f"{counted(shares.count, 'share')} of {seconds(shares.total)} of work"
        if shares.count > 1:
            times = f"{shares.longest / shares.mean:.2f} times the mean"
            even = f"the longest {seconds(shares.longest)}, {times}"
            twice = f"{seconds(shares.twice)} run twice" if shares.twice >= SHOWN_FROM else ""
            work = "; ".join(part for part in (f"{work}: {even}", twice) if part)
        told.append(work)
    return "\n".join(told) + "\n"


def why(task: Task) -> str:
    """Say why a task is checked, naming the script that changed."""
    if isinstance(task.reason, ScriptChanged):
        return f"{task.reason.file} {in_words(task.reason)}"
    return in_words(task.reason)


def _row(task: Task, plan: Plan, reused: frozenset[str]) -> tuple[str, str, str]:
    tasks = plan.by_id()
    inputs = dict.fromkeys(
        _source(item.source, tasks[task.id], plan, reused) for item in task.inputs
    )
    shown = listed([visible(name) for name in inputs], MOST_INPUTS) or "none"
    mark = " (reused)" if task.id in reused else ""
    return visible(task.id), visible(why(task)) + mark, shown


def _source(source: Source, task: Task, plan: Plan, reused: frozenset[str]) -> str:
    match source:
        case Synthetic(dataset=dataset):
            return f"{dataset} (made)"
        case Fetched(dataset=dataset):
            return f"{dataset} (real)"
        case FromProduction(parts=parts):
            return f"{', '.join(one.fixture for one in parts)} (real)"
        case Copied(path=path):
            return path
        case Upstream(task=supplier):
            known = plan.by_id().get(supplier)
            same = known is not None and known.pipeline == task.pipeline
            name = known.node if known is not None and same else supplier
            return f"{name} (reused)" if supplier in reused else name
        case _:
            assert_never(source)


def _left_out(tasks: Sequence[Task], ready: Mapping[str, TaskResult]) -> dict[str, str]:
    """Say why tasks will not be run: by themselves, or for want of what others would write."""
    reasons = {task.id: task.blocked for task in tasks}
    for task in tasks:
        result = ready.get(task.id)
        if result is not None and result.outcome is Outcome.NOT_RUN:
            reasons[task.id] = result.why_not or not_run.UNKNOWN
    return {name: reason for name, reason in reasons.items() if reason is not None}


def _not_run(left_out: Mapping[str, str], page: Page) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for name, reason in left_out.items():
        reasons.setdefault(reason, []).append(visible(name))
    return [
        page.flow(
            f"{counted(len(names), 'task')}: {visible(reason)} ({listed(names, MOST_INPUTS)})",
            "not run  ",
        )
        for reason, names in sorted(reasons.items())
    ]
