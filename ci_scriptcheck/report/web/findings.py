"""Failures and findings as the page shows them: what, where, evidence, why now, what to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.acceptance import is_acceptable
from ci_scriptcheck.model.result import Level, Table
from ci_scriptcheck.report import data_changes, failure, intended
from ci_scriptcheck.report.page import shortened
from ci_scriptcheck.report.standing import MARKS, word
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.errors import Excerpt
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.result import Finding, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.model.stopped import Stopped

MOST_ROWS = 100
"""Rows of a table of evidence; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLine:
    """A line of an excerpt."""

    number: int
    text: str
    is_marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFinding:
    """One thing found wrong.

    Attributes:
        message: Its lines.
        pardon: Why it does not count.
        lapsed: What is to be known of an acceptance that fits no more.
        why: How the change leads there, in sentences.
    """

    rule: str
    is_error: bool
    message: tuple[str, ...]
    about: str = ""
    place: str | None = None
    pardon: str | None = None
    lapsed: str | None = None
    code: tuple[CodeLine, ...] = ()
    evidence: tuple[str, ...] = ()
    table: Table | None = None
    why: str = ""
    advice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFailure:
    """Tasks that fail alike.

    Attributes:
        anchor: Where links to it lead.
        others: Ids of the tasks behind the first.
        bare: How it ended, where nothing was found.
        inherited: Which inputs are not what they are on base, each with a table of what differs.
        tail: What the script printed last, where no line of it explains the end.
    """

    anchor: str
    mark: str
    word: str
    task: str
    others: tuple[str, ...]
    findings: tuple[ShownFinding, ...]
    bare: str | None
    why: str
    inherited: tuple[data_changes.Told, ...]
    tail: tuple[str, ...]
    reproduce: str
    look: str
    accept: str | None

    @property
    def headline(self) -> str:
        """Say in one line what is wrong."""
        if not self.findings:
            return self.bare or ""
        return f"{self.findings[0].rule} {self.findings[0].message[0]}"


def failures(record: RunRecord) -> tuple[ShownFailure, ...]:
    """Show all failures that count, in the plan's order."""
    groups = failure.grouped(verdict.failures(record))
    return tuple(_failure(record, number, group) for number, group in enumerate(groups, 1))


def shown(finding: Finding, record: RunRecord, task: Task | None = None) -> ShownFinding:
    """Show a finding; of one that does not count, no more than what it is and why not."""
    head = ShownFinding(
        rule=finding.rule,
        is_error=finding.severity is Level.ERROR,
        message=tuple(finding.message.splitlines()) or ("",),
        about=_about(finding) if task is None else "",
        place=str(finding.place) if finding.place else None,
        pardon=failure.pardon(finding, record.plan),
    )
    if head.pardon:
        return head
    return replace(
        head,
        code=_code(finding.excerpt) if finding.excerpt else (),
        lapsed=intended.lapsed(finding),
        evidence=finding.evidence,
        table=_table(finding.table) if finding.table else None,
        why=" ".join(data_changes.why_failed(record, task, finding)) if task else "",
        advice=finding.advice if task is None else _advice(record, task, finding),
    )


def _advice(record: RunRecord, task: Task, finding: Finding) -> str | None:
    result = next((one for one in record.results if one.task == task.id), None)
    return finding.advice if result is None else failure.advice(task, result, finding)


def stopped(stop: Stopped) -> ShownFinding:
    """Show why a run could not go on."""
    return ShownFinding(
        rule="error",
        is_error=True,
        message=tuple(stop.what.splitlines()),
        place=str(stop.where) if stop.where else None,
        code=_code(stop.excerpt) if stop.excerpt else (),
        evidence=stop.facts,
        advice=stop.advice,
    )


def last_lines(result: TaskResult) -> tuple[str, ...]:
    """Give what a script printed last, each line as much of it as anybody reads."""
    return tuple(shortened(line).expandtabs(4) for line in result.log_tail)


def _failure(record: RunRecord, number: int, group: list[failure.Failure]) -> ShownFailure:
    task, result = group[0]
    errors = failure.errors_of(result)
    return ShownFailure(
        anchor=f"failure-{number}",
        mark=MARKS[result.outcome],
        word=word(result.outcome),
        task=task.id,
        others=tuple(other.id for other, _ in group[1:]),
        findings=tuple(shown(item, record, task) for item in errors),
        bare=None if errors else failure.bare(result),
        why="" if errors else " ".join(data_changes.why_failed(record, task)),
        inherited=tuple(data_changes.inherited(record, task)),
        tail=() if _is_explained(errors) else last_lines(result),
        reproduce=failure.reproduce(record.plan, task),
        look=failure.look(record, result),
        accept=intended.command(record.plan, task.id) if any(map(is_acceptable, errors)) else None,
    )


def _is_explained(errors: Iterable[Finding]) -> bool:
    return any(finding.excerpt or finding.table for finding in errors)


def _about(finding: Finding) -> str:
    named = (("pipeline", finding.pipeline), ("step", finding.step))
    about = [f"{noun} `{name}`" for noun, name in named if name and name not in finding.message]
    return f"in {', '.join(about)}" if about else ""


def _code(excerpt: Excerpt) -> tuple[CodeLine, ...]:
    return tuple(
        CodeLine(number=number, text=line.expandtabs(4), is_marked=number == excerpt.marked)
        for number, line in enumerate(excerpt.lines, excerpt.first)
    )


def _table(table: Table) -> Table:
    more = max(len(table.rows) - MOST_ROWS, 0) + table.more
    return Table(columns=table.columns, rows=table.rows[:MOST_ROWS], more=more)
