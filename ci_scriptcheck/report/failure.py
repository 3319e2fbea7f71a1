"""The block of a failure, in five parts: what, where, evidence, why now, what to type.

Tasks that fail with the same findings at the same places share one block.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.acceptance import is_acceptable
from ci_scriptcheck.model.plan import Mode
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.model.scenario import REAL, STANDARD
from ci_scriptcheck.report import data_changes, exits, grid, intended, renamed, unsteady
from ci_scriptcheck.report.lines import base_name
from ci_scriptcheck.report.page import Detail, Ink, code_line, listed, shortened, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ci_scriptcheck.errors import Excerpt
    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.result import Finding, Table, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.report.page import Page

MOST_BLOCKS = 20
"""Blocks in full; the failures behind them get a line each."""

MOST_ROWS = 10
MOST_TAIL = 8
MOST_CELL = 40

_LABEL = 12
_SENTENCES = frozenset({"help", "also in"})
"""Labels of what is read, and not copied."""

Failure = tuple["Task", "TaskResult"]


def blocks(record: RunRecord, page: Page) -> list[str]:
    """Write all failures that count, in the plan's order."""
    groups = grouped(verdict.failures(record))
    most = len(groups) if page.detail is Detail.VERBOSE else MOST_BLOCKS
    written = [block(record, group, page) for group in groups[:most]]
    if len(groups) > most:
        written.append("\n".join(_short(group, page) for group in groups[most:]))
    return written


def reproduce(plan: Plan, task: Task) -> str:
    """Give the command that runs this task again."""
    words = ["scriptcheck"]
    if plan.folder:
        words += ["-C", plan.folder]
    if task.mode is Mode.DEEP_DIVE or task.scenario == REAL:
        words += ["run", f"{task.pipeline}/{task.node}", "--mode", Mode.DEEP_DIVE.value]
        if plan.changes.base:
            words += ["--base", plan.changes.base[:7]]
    elif task.scenario == STANDARD:
        words += ["run", task.id]
        if task.pipeline is None:
            words += ["--mode", "isolation"]
        if plan.changes.base:
            words += ["--base", plan.changes.base[:7]]
    else:
        name = task.step if task.pipeline is None else task.pipeline
        command = "test-script" if task.pipeline is None else "test-pipeline"
        words += [command, name, "--scenario", task.scenario]
    return shlex.join(words)


def look(record: RunRecord, result: TaskResult) -> str:
    """Give the folder that holds what the task read, wrote and printed."""
    if result.log_file is None or "/" not in result.log_file:
        return f"{record.run}/"
    return f"{record.run}/{result.log_file.rpartition('/')[0]}/"


def grouped(failures: Sequence[Failure]) -> list[list[Failure]]:
    """Put together the tasks that fail with the same findings at the same places."""
    groups: dict[object, list[Failure]] = {}
    for task, result in failures:
        errors = frozenset((item.rule, item.message, item.place) for item in errors_of(result))
        groups.setdefault(errors or task.id, []).append((task, result))
    return list(groups.values())


def errors_of(result: TaskResult) -> list[Finding]:
    """List the findings that are errors, whether they count or not."""
    return [finding for finding in result.findings if finding.severity is Level.ERROR]


def block(record: RunRecord, group: list[Failure], page: Page) -> str:
    """Write one block for tasks that fail alike."""
    task, result = group[0]
    parts = [_head(group, page)]
    errors = errors_of(result)
    for finding in errors:
        parts += _finding(record, task, finding, page)
    if not errors:
        parts += [f"  {bare(result)}", *_why(record, task, None, page)]
    for sentence, content in data_changes.inherited(record, task):
        parts.append(page.paragraph(sentence, "  "))
        if content is not None:
            parts.append(table(content, page))
    unsure = unsteady.sentence(result)
    if unsure:
        parts.append(page.paragraph(f"It is flaky: {unsure}.", "  "))
    tail = _tail(result, errors, page)
    if tail:
        parts.append(tail)
    parts.append(_commands(record, group, errors, page))
    return "\n\n".join(parts)


def _head(group: list[Failure], page: Page) -> str:
    task, result = group[0]
    word = result.outcome.value.replace("_", " ").upper()
    more = f" and {len(group) - 1} more" if len(group) > 1 else ""
    return f"{page.paint(word, Ink.BAD)}  {page.paint(visible(task.id), Ink.STRONG)}{more}"


def bare(result: TaskResult) -> str:
    """Say how a task ended of which nothing was found."""
    return f"ended as {result.outcome.value.replace('_', ' ')}, and nothing more is known"


def _finding(record: RunRecord, task: Task, finding: Finding, page: Page) -> Iterator[str]:
    why = pardon(finding, record.plan)
    if why:
        yield f"{_headline(finding, page)}\n  {why}"
        return
    yield from seen(finding, page)
    lapsed = intended.lapsed(finding)
    if lapsed:
        yield page.paragraph(f"It was {lapsed}.", "  ")
    yield from _why(record, task, finding, page)


def pardon(finding: Finding, plan: Plan) -> str | None:
    """Say why a finding does not count, where that is so."""
    if finding.known:
        return f"known: {visible(finding.known)}"
    is_old = finding.also_on_base and not plan.strict
    return f"also on {base_name(plan)}" if is_old else None


def seen(finding: Finding, page: Page) -> Iterator[str]:
    """Write what was found, where, and the evidence, a part each."""
    yield _headline(finding, page)
    if finding.excerpt:
        yield _excerpt(finding.excerpt, page)
    if finding.evidence:
        yield "\n".join(page.paragraph(visible(text), "  ") for text in finding.evidence)
    if finding.table:
        yield table(finding.table, page)


def _headline(finding: Finding, page: Page) -> str:
    head = _message(finding, page)
    if finding.place:
        head += f"\n  --> {page.paint(visible(str(finding.place)), Ink.PLACE)}"
    return head


def _message(finding: Finding, page: Page) -> str:
    """Keep the lines of a message of several; they stand below the rule's code."""
    lines = finding.message.splitlines() or [""]
    code, below = f"  {finding.rule} ", " " * 8
    told = [
        page.flow(visible(line), below if number else code, below)
        for number, line in enumerate(lines)
    ]
    return "\n".join(told).replace(finding.rule, page.paint(finding.rule, Ink.BAD), 1)


def _excerpt(excerpt: Excerpt, page: Page) -> str:
    last = excerpt.first + len(excerpt.lines) - 1
    width = max(len(str(last)), 2)
    shown = []
    for number, line in enumerate(excerpt.lines, excerpt.first):
        mark = ">" if number == excerpt.marked else " "
        text = page.cut(f"  {mark} {number:>{width}} | {code_line(line)}".rstrip())
        shown.append(page.paint(text, Ink.STRONG) if number == excerpt.marked else text)
    return "\n".join(shown)


def table(content: Table, page: Page) -> str:
    """Write rows below the names of their columns; behind the tenth they are counted."""
    most = len(content.rows) if page.detail is Detail.VERBOSE else MOST_ROWS
    rows = [[_cell(cell) for cell in row] for row in content.rows[:most]]
    columns = [_cell(name) for name in content.columns]
    width = None if page.width is None else page.width - 4
    lines = [f"    {line}".rstrip() for line in grid.lines(columns, rows, width)]
    more = len(content.rows) - len(rows) + content.more
    if more:
        lines.append(f"    and {more:,} more")
    return "\n".join(lines)


def _cell(text: str) -> str:
    text = visible(text)
    if len(text) <= MOST_CELL:
        return text
    # What stands in brackets at the end says what the rest comes to.
    told, bracket, more = text.rpartition(" (")
    if more.endswith(")") and len(bracket + more) <= MOST_CELL:
        return _shortened(told) + bracket + more
    return _shortened(text)


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_CELL else text[: MOST_CELL - 1] + "…"


def _why(record: RunRecord, task: Task, finding: Finding | None, page: Page) -> Iterator[str]:
    sentences = data_changes.why_failed(record, task, finding)
    if sentences:
        yield page.paragraph(visible(" ".join(sentences)), "  ")


def _tail(result: TaskResult, errors: list[Finding], page: Page) -> str | None:
    """Show what the script printed last, where no line of it explains the end."""
    # Where a script left by itself, the reason is what it said, and not the line where it left.
    explained = any(
        finding.rule != exits.LEFT and (finding.excerpt or finding.table) for finding in errors
    )
    # Where all is told, it stands below the task's own line.
    printed = exits.printed(result, errors)
    if not printed or explained or page.detail is Detail.VERBOSE:
        return None
    lines = [
        page.cut(f"    {code_line(shortened(line))}".rstrip()) for line in printed[-MOST_TAIL:]
    ]
    return "\n".join(["  The last it printed:", *lines])


def advice(task: Task, result: TaskResult, finding: Finding) -> str | None:
    """Say what to do about a finding, with what is known only once all has run."""
    late = renamed.advice(result, finding) or exits.advice(task, result, finding)
    return late or finding.advice


def _commands(record: RunRecord, group: list[Failure], errors: list[Finding], page: Page) -> str:
    task, result = group[0]
    advised = [(item, advice(task, result, item)) for item in errors]
    several = len({advice for _, advice in advised if advice}) > 1
    rows = [
        ("help", visible(f"{_column(item)}{advice}" if several else advice))
        for item, advice in advised
        if advice
    ]
    rows.append(("reproduce", visible(reproduce(record.plan, task))))
    rows.append(("look", visible(look(record, result))))
    if any(map(is_acceptable, errors)):
        rule = next(item.rule for item in errors if is_acceptable(item))
        rows.append(("explain", f"scriptcheck explain {visible(rule)}"))
        rows.append(("accept", visible(intended.command(record.plan, task.id))))
    if len(group) > 1:
        rows.append(("also in", listed([visible(other.id) for other, _ in group[1:]])))
    unique = dict.fromkeys(rows)
    return "\n".join(labelled(label, text, page) for label, text in unique)


def _column(finding: Finding) -> str:
    """Say which column an advice is about, where it stands below those about others."""
    name = finding.subject.removeprefix(f"{finding.port} ")
    is_of_data = finding.rule.startswith("SC3") and finding.port is not None
    return f"`{name}`: " if is_of_data and name else ""


def labelled(label: str, text: str, page: Page) -> str:
    """Write one of the last lines of a failure: what it is, and what to type or read."""
    head = f"  {label:<{_LABEL}}"
    # Commands and paths stay whole, so that they can be copied.
    return page.flow(text, head) if label in _SENTENCES else head + text


def _short(group: list[Failure], page: Page) -> str:
    _, result = group[0]
    errors = errors_of(result)
    what = f"{errors[0].rule} {visible(errors[0].message)}" if errors else bare(result)
    where = f"  {errors[0].place}" if errors and errors[0].place else ""
    return f"{_head(group, page)}  {what.splitlines()[0]}{visible(where)}"
