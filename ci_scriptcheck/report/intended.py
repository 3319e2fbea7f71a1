"""What to type where a difference from base is intended, and what became of what was accepted before."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.acceptance import is_acceptable
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.report.page import visible

if TYPE_CHECKING:
    from ci_scriptcheck.model.plan import Plan
    from ci_scriptcheck.model.result import Finding, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord


def command(plan: Plan, task: str) -> str:
    """Give the command that accepts what a task writes otherwise than on base."""
    folder = ["-C", plan.folder] if plan.folder else []
    return shlex.join(["scriptcheck", *folder, "accept", task, "--reason", "…"])


def hint(record: RunRecord) -> str | None:
    """Say once what to type of differences that count as warnings; failures say it themselves.

    Where something fails, it would pass for a cure of that; so only of what was accepted before.
    """
    found = [(task, result) for task, result in verdict.with_tasks(record) if _is_open(result)]
    tasks = [task for task, _ in found]
    is_asked = any(item.lapsed for _, result in found for item in result.findings)
    if not tasks or (verdict.failures(record) and not is_asked):
        return None
    names = [task.id for task in tasks]
    if len(names) > 1:
        # By the name of a step all its tasks are meant.
        names = sorted({task.step for task in tasks})
    asked = command(record.plan, names[0] if len(names) == 1 else "TASK")
    return f"What is intended can be accepted: `{asked}`"


def _is_open(result: TaskResult) -> bool:
    levels = {
        finding.severity
        for finding in result.findings
        if is_acceptable(finding) and finding.known is None
    }
    return result.is_first_to_differ and levels == {Level.WARNING}


def lapsed(finding: Finding) -> str | None:
    """Say that an acceptance fits no more, where one does not: it stood for another difference, or other data."""
    if finding.lapsed is None:
        return None
    if finding.is_lapsed_by_data:
        return f"accepted before on other data ({visible(finding.lapsed)}); look whether it is still what was meant"
    return f"accepted before as another difference ({visible(finding.lapsed)}); look again"
