"""A plan as a table: what would be checked, why, and where the inputs come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from ci_scriptcheck.model.change import ScriptChanged, in_words
from ci_scriptcheck.model.plan import Copied, Purpose, Synthetic, Upstream
from ci_scriptcheck.report import grid, lines, mistake
from ci_scriptcheck.report.page import counted, listed, visible

if TYPE_CHECKING:
    from ci_scriptcheck.model.plan import Plan, Source, Task
    from ci_scriptcheck.report.page import Page

MOST_INPUTS = 3


def render(plan: Plan, page: Page, reused: frozenset[str] = frozenset()) -> str:
    """Write the plan and what was found while making it.

    Args:
        plan: The plan.
        page: What it is written on.
        reused: Ids of the tasks whose results are there already.
    """
    parts = [f"{lines.header(plan, None, page)}\n{lines.scope(plan)}"]
    checked = [
        task for task in plan.tasks if task.purpose is Purpose.CHECK and task.blocked is None
    ]
    if checked:
        rows = [_row(task, plan, reused) for task in checked]
        parts.append("\n".join(grid.lines(("step", "why", "inputs"), rows, page.width)))
    blocked = _blocked(plan, page)
    if blocked:
        parts.append("\n".join(blocked))
    parts += mistake.project_findings(plan.findings, plan, page)
    return "\n\n".join(parts) + "\n"


def why(task: Task) -> str:
    """Say why a task is checked, naming the script that changed."""
    if isinstance(task.reason, ScriptChanged):
        return f"{task.reason.file} changed"
    return in_words(task.reason)


def _row(task: Task, plan: Plan, reused: frozenset[str]) -> tuple[str, str, str]:
    tasks = plan.by_id()
    inputs = dict.fromkeys(
        _source(item.source, tasks[task.id], plan, reused) for item in task.inputs
    )
    shown = listed([visible(name) for name in inputs], MOST_INPUTS) or "none"
    return visible(task.id), visible(why(task)), shown


def _source(source: Source, task: Task, plan: Plan, reused: frozenset[str]) -> str:
    match source:
        case Synthetic(dataset=dataset):
            return f"{dataset} (made)"
        case Copied(path=path):
            return path
        case Upstream(task=supplier):
            known = plan.by_id().get(supplier)
            same = known is not None and known.pipeline == task.pipeline
            name = known.node if known is not None and same else supplier
            return f"{name} (reused)" if supplier in reused else name
        case _:
            assert_never(source)


def _blocked(plan: Plan, page: Page) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for task in plan.tasks:
        if task.blocked is not None:
            reasons.setdefault(task.blocked, []).append(visible(task.id))
    return [
        page.flow(
            f"{counted(len(names), 'task')}: {visible(reason)} ({listed(names, MOST_INPUTS)})",
            "not run  ",
        )
        for reason, names in sorted(reasons.items())
    ]
