"""The report of a run as a terminal or a log shows it; the last screen is enough alone.

`opening` comes before the tasks, `lines.task_line` as each of them ends, `ending` after them;
`render` writes all of it from a finished record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.report import (
    failure,
    lines,
    machines,
    mistake,
    production,
    real_data,
    summary,
    withheld,
)
from ci_scriptcheck.report.page import Detail

if TYPE_CHECKING:
    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.report.page import Page


def opening(plan: Plan, workers: int | None, page: Page) -> str:
    """Write the first two lines: what is compared, and what that affects."""
    shown = workers if plan.tasks else None
    return f"{lines.header(plan, shown, page)}\n{page.flow(lines.scope(plan))}\n"


def finished(task: Task, result: TaskResult, plan: Plan, page: Page, column: int) -> list[str]:
    """Write the line of a finished task, with what it printed below it where that is wanted."""
    line = lines.task_line(task, result, plan, page, column)
    if page.detail is not Detail.VERBOSE or result.outcome is Outcome.REUSED:
        return [line]
    return [line, *lines.output_lines(result, page)]


def ending(record: RunRecord, page: Page) -> str:
    """Write all that follows the tasks: failures, the rest in short, and the numbers."""
    failures = failure.blocks(record, page)
    findings = mistake.project_findings(verdict.found_without_running(record), record.plan, page)
    asides = [
        summary.changed_data(record, page),
        production.beside(record, page),
        real_data.told(record, page),
        summary.not_compared(record, page),
        summary.not_counted(record, page),
        summary.not_run(record, page),
        summary.warnings(record, page),
        summary.flaky(record, page),
    ]
    if page.detail is Detail.QUIET:
        asides = []
    told = [*findings, *(text for text in asides if text), *failures]
    why = withheld.why(told)
    parts = [*told, *([page.flow(why)] if why else []), *_last(record, page)]
    return "\n\n".join(parts) + "\n" if parts else ""


def render(record: RunRecord, page: Page) -> str:
    """Write the whole report of a finished run."""
    parts = []
    if record.stopped is not None and not record.results:
        # Of what was changed, and what that affects, nothing is known.
        return (
            f"{lines.header(record.plan, None, page)}\n\n{mistake.error(record.stopped, page)}\n"
        )
    if page.detail is not Detail.QUIET:
        workers = None if record.shares else record.machine.workers
        parts.append(opening(record.plan, workers, page))
        column = lines.name_width(record.plan, page)
        told = [
            line
            for task, result in verdict.with_tasks(record)
            if not lines.is_cut_short(result)
            for line in finished(task, result, record.plan, page, column)
        ]
        if told:
            parts.append("\n".join(told) + "\n")
    parts.append(ending(record, page))
    return "\n".join(part for part in parts if part)


def _last(record: RunRecord, page: Page) -> list[str]:
    nothing = not record.results and not record.plan.findings and not record.missing
    if nothing and record.interrupted is None and record.stopped is None:
        return []
    told = [summary.interruption(record), machines.missing(record)]
    if record.stopped is not None:
        told.insert(0, f"{mistake.error(record.stopped, page)}\n")
    if page.detail is not Detail.QUIET:
        took = machines.told(record)
        told.append(None if took is None else page.flow(took))
    told.append(summary.last_line(record, page))
    if record.interrupted is None and verdict.has_tested_nothing(record):
        told.insert(0, "nothing that was asked for was run, so nothing was tested")
    if verdict.exit_code(record) != 0:
        told.append(f"record  {record.run}/record.json")
    return ["\n".join(text for text in told if text)]
