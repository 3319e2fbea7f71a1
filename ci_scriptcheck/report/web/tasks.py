"""The rows of the table of all tasks, and what each of them unfolds to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.report import failure, lines, unsteady
from ci_scriptcheck.report.page import counted, size
from ci_scriptcheck.report.standing import MARKS, Standing, standing, word
from ci_scriptcheck.report.web import findings
from ci_scriptcheck.report.web.findings import ShownFinding
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.result import Artefact, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord

BAR_STEPS = 40
"""Into so many pieces the longest bar is cut; the style sheet has a length for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A task.

    Attributes:
        failure: Anchor of the failure that tells all about it.
        rank: Place of the standing among all there are, the worst first.
        seconds: Wall time; `None` where nothing ran.
        bar: Length of the bar, from 0 to `BAR_STEPS`.
        facts: Lines of a label and a text.
    """

    anchor: str
    task: str
    failure: str | None
    standing: Standing
    rank: int
    mark: str
    word: str
    seconds: float | None
    bar: int
    memory: float | None
    why: str
    facts: tuple[str, ...]
    findings: tuple[ShownFinding, ...]
    log: tuple[str, ...]


def rows(record: RunRecord, failing: Mapping[str, str]) -> tuple[Row, ...]:
    """Give a row for each task, in the plan's order.

    Args:
        record: The run.
        failing: Task → the anchor of its failure.
    """
    longest = max((_seconds(result) or 0 for result in record.results), default=0) or 1
    return tuple(
        _row(record, number, task, result, failing.get(task.id), longest)
        for number, (task, result) in enumerate(verdict.with_tasks(record), 1)
    )


def _row(
    record: RunRecord,
    number: int,
    task: Task,
    result: TaskResult,
    told_at: str | None,
    longest: float,
) -> Row:
    plan, spent = record.plan, _seconds(result)
    stands = standing(task, result, plan)
    return Row(
        anchor=f"task-{number}",
        task=task.id,
        failure=told_at,
        standing=stands,
        rank=list(Standing).index(stands),
        mark=MARKS[result.outcome],
        word=word(result.outcome),
        seconds=spent,
        bar=round(BAR_STEPS * (spent or 0) / longest),
        memory=result.peak_memory_mb if spent is not None else None,
        why=unsteady.mark(lines.reason(task, result, plan) or "only gives inputs", result),
        facts=tuple(f"{label:<8}{text}" for label, text in _facts(record, task, result)),
        findings=tuple(
            findings.shown(item, record, task)
            for item in result.findings
            # What counts is told among the failures.
            if not (told_at and verdict.counts(item, plan))
        ),
        log=findings.last_lines(result),
    )


def _seconds(result: TaskResult) -> float | None:
    return None if result.outcome is Outcome.REUSED else result.seconds


def _facts(record: RunRecord, task: Task, result: TaskResult) -> Iterator[tuple[str, str]]:
    if task.script:
        yield "script", task.script
    needs = task.needs()
    if needs:
        yield "needs", ", ".join(needs)
    for label, ports in (("read", result.inputs), ("wrote", result.outputs)):
        for port, artefact in ports.items():
            yield label, f"{port}: {_amount(artefact)}"
    if result.attempts > 1:
        yield "started", counted(result.attempts, "time")
    unsure = unsteady.sentence(result)
    if unsure:
        yield "flaky", unsure
    yield "again", failure.reproduce(record.plan, task)
    if result.log_file:
        yield "look", failure.look(record, result)


def _amount(artefact: Artefact) -> str:
    parts = [counted(len(artefact.files), "file")]
    if artefact.rows is not None:
        parts.append(counted(artefact.rows, "row"))
    return ", ".join([*parts, size(artefact.bytes)])
