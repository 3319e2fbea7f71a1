"""Failures as a comment tells them: a line for each that says why now, and a section with the evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.model.acceptance import is_acceptable
from ci_scriptcheck.model.comparison import Fate
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.report import data_changes, escaping, exits, failure, intended
from ci_scriptcheck.report.comment import findings
from ci_scriptcheck.report.page import counted, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ci_scriptcheck.model.comparison import PortComparison
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.result import Finding, Table, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.report.comment.sheet import Sheet
    from ci_scriptcheck.report.comment.story import Story

    Group = Sequence[failure.Failure]
    Why = Callable[[RunRecord, Task, Sequence[Finding], Sheet], list[str]]

MOST_COMMAND = 2_000
"""Characters of a command; a longer one would be cut, and a cut one does something else."""

MOST_WHY = 200
"""Failures of which is told how the change led there; nobody reads it of more."""

MOST_ALIKE = 8
"""Tasks that fail alike and are named."""

_RAISED = "SC201"
_ENDS = {
    Outcome.FAILED: "failed",
    Outcome.VACUOUS: "did nothing",
    Outcome.CRASHED: "crashed",
    Outcome.TIMED_OUT: "timed out",
}


def first_lines(story: Story, sheet: Sheet) -> tuple[str, ...]:
    """Say of each group of failures what failed, how, and how the change led to it."""
    record = story.record
    return tuple(
        _first_line(record, group, sheet, why=_why if number < MOST_WHY else _no_why)
        for number, group in enumerate(story.groups)
    )


def opening(lines: Sequence[str], sheet: Sheet) -> str:
    """Write the first lines of the failures that have a section below."""
    full = lines[: sheet.room.sections]
    return full[0] if len(full) == 1 else "\n".join(f"- {line}" for line in full)


def sections(story: Story, lines: Sequence[str], sheet: Sheet) -> Iterator[str]:
    """Write a section for each of the first failures, and a line and a command for the others."""
    most = sheet.room.sections
    for group in story.groups[:most]:
        yield from _section(story.record, group, sheet)
    if len(lines) > most:
        brief = story.groups[most:]
        if most:
            yield f"#### {counted(sum(map(len, brief)), 'more failure')}"
        yield "\n".join(_brief(story.record, brief, lines[most:], sheet))


def tables(story: Story, sheet: Sheet) -> frozenset[Table]:
    """Give the tables of data that stand in the sections, so that none is shown twice."""
    return frozenset(
        content
        for group in story.groups[: sheet.room.sections]
        for _, content in data_changes.inherited(story.record, group[0][0])
        if content is not None
    )


def _brief(
    record: RunRecord, groups: Sequence[Group], lines: Sequence[str], sheet: Sheet
) -> Iterator[str]:
    for group, line in list(zip(groups, lines, strict=True))[: sheet.room.lines]:
        command = failure.reproduce(record.plan, group[0][0])
        # A comment keeps the ends of lines and a summary does not; a backslash is read by both.
        if len(command) <= MOST_COMMAND:
            yield f"- {line}\\\n  {escaping.code(command, MOST_COMMAND)}"
        else:
            yield f"- {line}"
    rest = sum(map(len, groups[sheet.room.lines :]))
    if rest:
        yield f"- and {counted(rest, 'failure')} not shown here"


def _first_line(record: RunRecord, group: Group, sheet: Sheet, why: Why) -> str:
    task, result = group[0]
    errors = _counting(record, result)
    more = f" and {len(group) - 1:,} more" if len(group) > 1 else ""
    what = f"**{escaping.name(task.id)}**{more} {_deed(result, errors, sheet)}"
    lost = _lost(task, result, errors)
    if lost is not None:
        return f"{what}: its input {escaping.name(lost)} lost that column in this {sheet.change}."
    return " ".join([f"{what}.", *why(record, task, errors, sheet)])


def _deed(result: TaskResult, errors: Sequence[Finding], sheet: Sheet) -> str:
    if not errors:
        return failure.bare(result)
    others = len(errors) - 1
    more = f", and {counted(others, 'more finding')}" if others else ""
    said = findings.message(errors[0], sheet)
    if errors[0].rule in findings.RAISED:
        return (
            f"{'stops with' if errors[0].rule == _RAISED else 'cannot be imported:'} {said}{more}"
        )
    return f"{_ENDS.get(result.outcome, 'failed')}: {said.removesuffix('.')}{more}"


def _lost(task: Task, result: TaskResult, errors: Sequence[Finding]) -> str | None:
    """Find the input that lost a column which the message names."""
    ports = {item.port for item in task.inputs}
    for given in result.given if errors else ():
        if given.port in ports and any(
            _does_name(errors[0].message, name) for name in _gone(given)
        ):
            return given.port
    return None


def _gone(given: PortComparison) -> Iterator[str]:
    for file in given.files:
        for column in file.table.columns if file.table else ():
            if column.fate is Fate.GONE:
                yield column.name


def _does_name(message: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", message) is not None


def _why(record: RunRecord, task: Task, errors: Sequence[Finding], sheet: Sheet) -> list[str]:
    told = data_changes.why_failed(record, task, errors[0] if errors else None)
    return [sheet.prose(sentence) for sentence in told]


def _no_why(*_: object) -> list[str]:
    return []


def _section(record: RunRecord, group: Group, sheet: Sheet) -> Iterator[str]:
    """Write where, evidence, what the input has to do with it, and what to type."""
    task, result = group[0]
    errors = failure.errors_of(result)
    counting = _counting(record, result)
    advised: set[str] = set()
    yield f"#### {escaping.name(task.id)}"
    for item in counting:
        if item is not counting[0]:
            yield f"**Also:** {findings.message(item, sheet)} · {findings.where(item, sheet)}"
        else:
            yield findings.where(item, sheet)
        yield from findings.parts(item, sheet)
        lapsed = intended.lapsed(item)
        yield sheet.prose(f"It was {lapsed}.") if lapsed else ""
        if len(counting) > 1:
            yield from _advice(task, result, item, sheet, advised)
    for item in errors:
        pardon = failure.pardon(item, record.plan)
        if pardon:
            yield f"Not counted: {findings.message(item, sheet)} ({sheet.prose(pardon)})"
    if _lost(task, result, counting) is not None:
        yield " ".join(_why(record, task, counting, sheet))
    for sentence, content in data_changes.inherited(record, task):
        yield sheet.prose(sentence)
        yield sheet.comparison(content) if content is not None else ""
    yield _printed(result, errors, sheet)
    if len(counting) == 1:
        yield from _advice(task, result, counting[0], sheet, advised)
    yield _commands(record, task, counting)
    if len(group) > 1:
        names = listed([escaping.name(other.id) for other, _ in group[1:]], MOST_ALIKE)
        yield f"The same in {names}."


def _counting(record: RunRecord, result: TaskResult) -> list[Finding]:
    """List the findings that make the task fail; all that are errors where none alone does."""
    errors = failure.errors_of(result)
    return [item for item in errors if failure.pardon(item, record.plan) is None] or errors


def _printed(result: TaskResult, errors: Sequence[Finding], sheet: Sheet) -> str:
    """Show what the script printed last, where no line of it explains the end."""
    printed = exits.printed(result, errors)
    is_told = any(item.rule != exits.LEFT and (item.excerpt or item.table) for item in errors)
    if not printed or is_told or not sheet.room.has_excerpts:
        return ""
    return f"The last it printed:\n\n{escaping.fenced(printed[-failure.MOST_TAIL :])}"


def _advice(
    task: Task, result: TaskResult, finding: Finding, sheet: Sheet, told: set[str]
) -> Iterator[str]:
    """Advise what to do, but not the same of several findings."""
    advice = failure.advice(task, result, finding)
    if advice and advice not in told:
        told.add(advice)
        yield f"**Help:** {sheet.prose(advice)}"


def _commands(record: RunRecord, task: Task, errors: Sequence[Finding]) -> str:
    """Write what to type: to see it again, and to say that it is intended where that can be said."""
    commands = [failure.reproduce(record.plan, task)]
    if any(map(is_acceptable, errors)):
        commands.append(intended.command(record.plan, task.id))
    whole = [command for command in commands if len(command) <= MOST_COMMAND]
    return escaping.fenced(whole, "console", MOST_COMMAND) if whole else ""
