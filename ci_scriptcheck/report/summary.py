"""The last lines of a report: what does not count, what was not checked, and the numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.not_run import INTERRUPTED, UNKNOWN
from ci_scriptcheck.model.result import BROKEN, Level, Outcome
from ci_scriptcheck.report import (
    data_changes,
    data_difference,
    data_difference_table,
    failure,
    intended,
    uncompared,
    unsteady,
    warned,
)
from ci_scriptcheck.report.lines import base_name, excuse
from ci_scriptcheck.report.mistake import does_fail
from ci_scriptcheck.report.page import Detail, Ink, counted, listed, seconds, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.model.stopped import Stopped
    from ci_scriptcheck.report.data_changes import Change
    from ci_scriptcheck.report.page import Page

MOST = 10
"""Lines of a kind that are shown; the rest is counted."""

MOST_WHAT = 150
"""Characters of what is wrong with the set-up that a headline has room for."""

_ORDER = (
    Outcome.FAILED,
    Outcome.VACUOUS,
    Outcome.CRASHED,
    Outcome.TIMED_OUT,
    Outcome.PASSED,
    Outcome.NOT_RUN,
    Outcome.REUSED,
)


def last_line(record: RunRecord, page: Page) -> str:
    """Count everything, the failures that do not count apart from those that do."""
    results = list(verdict.with_tasks(record))
    failing = {task.id for task, _ in verdict.failures(record)}
    numbers = Counter(
        result.outcome for task, result in results if not _is_excused(task, result, failing)
    )
    excused = sum(_is_excused(task, result, failing) for task, result in results)
    parts = [
        page.paint(f"{numbers[outcome]:,} {outcome.value.replace('_', ' ')}", _ink(outcome))
        for outcome in _ORDER
        if numbers[outcome]
    ]
    findings = does_fail(verdict.found_without_running(record), record.plan)
    if findings:
        text = counted(findings, "error in the project", "errors in the project")
        parts.insert(0, page.paint(text, Ink.BAD))
    if excused:
        parts.append(f"{counted(excused, 'failure')} not counted")
    return f"{', '.join(parts) or 'nothing was run'} in {seconds(record.seconds)}"


def stop(stopped: Stopped, record: RunRecord) -> str:
    """Say that a run could not go on, and why, in short."""
    what = stopped.what if len(stopped.what) <= MOST_WHAT else f"{stopped.what[: MOST_WHAT - 1]}…"
    return f"{'not everything could' if record.results else 'could not'} be checked: {what}"


def interruption(record: RunRecord) -> str | None:
    """Say that a signal ended the run early, and what was finished by then."""
    if record.interrupted is None:
        return None
    results = [result for _, result in verdict.with_tasks(record)]
    finished = sum(result.outcome is not Outcome.NOT_RUN for result in results)
    return f"interrupted by {record.interrupted}: {finished} of {counted(len(results), 'task')} finished"


def not_compared(record: RunRecord, page: Page) -> str | None:
    """List what was not held against base, with the reason: that nothing is told of it is no good sign."""
    lines = [
        page.flow(f"{visible(name)}: {visible(why)}", "not compared  ")
        for name, why in uncompared.told(record, base_name(record.plan))
    ]
    return _some(lines, page)


def not_counted(record: RunRecord, page: Page) -> str | None:
    """List the failures that base has too, that are known, or that only cost a reader its input."""
    lines = []
    for task, result in excused(record):
        error = next((item for item in result.findings if item.severity is Level.ERROR), None)
        what = f": {error.rule} {visible(error.message)}" if error else ""
        why = excuse(task, result, record.plan)
        lines.append(page.flow(f"{visible(task.id)}{what} ({why})", "not counted  "))
    return _some(lines, page)


def excused(record: RunRecord) -> list[tuple[Task, TaskResult]]:
    """List the failures that do not count, in the plan's order."""
    failing = {task.id for task, _ in verdict.failures(record)}
    return [
        (task, result)
        for task, result in verdict.with_tasks(record)
        if _is_excused(task, result, failing)
    ]


def not_run(record: RunRecord, page: Page) -> str | None:
    """Count what was not checked by its reason, where no failure shown above explains it."""
    lines = [
        page.flow(f"{counted(number, 'task')}: {visible(why)}", "not run  ")
        for why, number in reasons_not_run(record)
    ]
    return _some(lines, page)


def reasons_not_run(record: RunRecord) -> list[tuple[str, int]]:
    """Give each reason that no failure explains, with the number of tasks, the commonest first."""
    outcomes = {result.task: result.outcome for result in record.results}
    reasons = Counter(
        result.why_not or UNKNOWN
        for task, result in verdict.with_tasks(record)
        if result.outcome is Outcome.NOT_RUN
        and result.why_not != INTERRUPTED
        and not _waited(task, outcomes)
    )
    return sorted(reasons.items(), key=lambda item: (-item[1], item[0]))


def warnings(record: RunRecord, page: Page) -> str | None:
    """Write each warning once, with the tasks that gave it; what base has as well is only counted."""
    found = warned.warnings(record)
    is_all = page.detail is Detail.VERBOSE
    shown = [*found.new.items(), *(found.old.items() if is_all else ())]
    parts = [_some([_warning(about, tasks, page) for about, tasks in shown], page)]
    if found.old and not is_all:
        noun = "warning is" if len(found.old) == 1 else "warnings are"
        base = base_name(record.plan)
        parts.append(page.flow(f"{len(found.old):,} {noun} also on {base}, shown with `-v`", ""))
    return "\n\n".join(filter(None, parts)) or None


def _warning(about: tuple[str, str, str], tasks: list[str], page: Page) -> str:
    rule, message, place = about
    where = f"{visible(place)} in " if place else "in "
    head = page.flow(f"{rule} {visible(message)}", "warning  ")
    head = head.replace("warning", page.paint("warning", Ink.WARNING), 1)
    names = listed([visible(name) for name in tasks], 4)
    return f"{head}\n{page.flow(where + names, ' ' * 9)}"


def flaky(record: RunRecord, page: Page) -> str | None:
    """Name the tasks that pass and fail with the same code and data."""
    return _some(unsteady.lines(record, page), page)


def changed_data(record: RunRecord, page: Page) -> str | None:
    """Tell what the change did to the data: what moved, where it begins, and what comes out at the end."""
    told = (
        [_figures(one, record, page) for one in data_changes.figures(record)],
        [_difference("data  ", one, record, page) for one in data_changes.beginnings(record)],
        [_difference("final ", one, record, page) for one in data_changes.ends(record)],
    )
    numbers = "\n".join(_most(told[0], page))
    same = data_changes.same_at_the_end(record)
    hint = intended.hint(record)
    last = (page.flow(same, "", "") if same else "", visible(hint) if hint else "")
    parts = (numbers, *_most(told[1], page), *_most(told[2], page), *last)
    return "\n\n".join(filter(None, parts)) or None


def _figures(change: Change, record: RunRecord, page: Page) -> str:
    text = f"{_head(change)}: {change.numbers_in_words()}"
    # Where more differs, it is said there.
    is_all = change.is_told_by_numbers
    said = (*_why(change), *data_changes.accepted(record, change)) if is_all else ()
    return "\n".join((page.flow(text, "moved ", " " * 6), *_indented(said, page)))


def _difference(label: str, change: Change, record: RunRecord, page: Page) -> str:
    text = f"{_head(change)}: {data_difference.in_short(change.comparison, change.sides)}"
    likewise = f"likewise, by other figures, in {listed(list(change.likewise), 4)}"
    below = (
        *_why(change),
        *([likewise] if change.likewise else []),
        *data_difference.notes(change.comparison, change.sides),
        *data_changes.accepted(record, change),
    )
    told = "\n".join((page.flow(text, label, " " * 6), *_indented(below, page)))
    content = data_difference_table.table_of(change.comparison, change.sides)
    return told if content is None else f"{told}\n\n{failure.table(content, page)}"


def _why(change: Change) -> Iterator[str]:
    if change.why:
        yield visible(change.why)


def _head(change: Change) -> str:
    way = f" ({change.way})" if change.way else ""
    return f"{visible(change.task.id)}, output `{visible(change.comparison.port)}`{way}"


def _indented(texts: Iterable[str], page: Page) -> Iterator[str]:
    return (page.flow(text, " " * 6) for text in texts)


def _most(blocks: list[str], page: Page) -> list[str]:
    if len(blocks) <= MOST or page.detail is Detail.VERBOSE:
        return blocks
    return [*blocks[:MOST], f"and {len(blocks) - MOST} more, shown with `-v`"]


def _some(lines: list[str], page: Page) -> str | None:
    return "\n".join(_most(lines, page)) or None


def _is_excused(task: Task, result: TaskResult, failing: set[str]) -> bool:
    return result.outcome in BROKEN and task.id not in failing


def _waited(task: Task, outcomes: dict[str, Outcome]) -> bool:
    waiting_for = BROKEN | {Outcome.NOT_RUN}
    return any(outcomes.get(name) in waiting_for for name in task.needs())


def _ink(outcome: Outcome) -> Ink:
    if outcome in BROKEN:
        return Ink.BAD
    return {Outcome.PASSED: Ink.GOOD, Outcome.NOT_RUN: Ink.WARNING}.get(outcome, Ink.QUIET)
