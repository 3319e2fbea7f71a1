"""What a run has to say at lines of files, the most important first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model import annotation as annotated
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.annotation import Annotation, Weight
from ci_scriptcheck.model.comparison import Fate
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.report import data_changes, failure, warned
from ci_scriptcheck.report.page import listed, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.result import Finding, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord

MOST_NAMES = 4
"""Tasks that an annotation names; more are counted."""

MOST_FINDINGS = 3
"""Findings of one failure that get an annotation each; the others stand in the log."""


def noted(record: RunRecord) -> tuple[Annotation, ...]:
    """List what is to be shown: why it could not go on, failures, errors in the project, warnings, in the plan's order."""
    stopped = [annotated.of_error(record.stopped)] if record.stopped else []
    return (*stopped, *_failures(record), *_of_project(record), *_warnings(record))


def _failures(record: RunRecord) -> Iterator[Annotation]:
    rest = []
    for group in failure.grouped(verdict.failures(record)):
        found = list(_failure(record, group))
        yield found[0]
        rest += found[1:]
    # A second finding of one failure must not take the room of another failure.
    yield from rest


def _failure(record: RunRecord, group: list[failure.Failure]) -> Iterator[Annotation]:
    task, result = group[0]
    title = f"{listed([visible(one.id) for one, _ in group], MOST_NAMES)} failed"
    counting = [one for one in failure.errors_of(result) if verdict.counts(one, record.plan)]
    if not counting:
        yield Annotation(weight=Weight.ERROR, title=title, message=failure.bare(result))
    for finding in counting[:MOST_FINDINGS]:
        sentences = [_sentence(finding.message), *_why(record, task, result, finding)]
        yield Annotation(
            weight=Weight.ERROR,
            title=title,
            message=visible(" ".join(sentences)),
            place=_at_its_change(record, finding.place),
        )


def _of_project(record: RunRecord) -> Iterator[Annotation]:
    for finding in verdict.found_without_running(record):
        if not verdict.counts(finding, record.plan):
            continue
        yield Annotation(
            weight=Weight.ERROR,
            title=f"{finding.rule} in project {visible(record.plan.project)}",
            message=visible(_sentence(finding.message)),
            place=finding.place,
        )


def _warnings(record: RunRecord) -> Iterator[Annotation]:
    places = {
        (item.rule, item.message, str(item.place or "")): item.place
        for _, result in verdict.with_tasks(record)
        for item in result.findings
        if item.severity is Level.WARNING
    }
    for key, tasks in warned.warnings(record).new.items():
        rule, message, _ = key
        yield Annotation(
            weight=Weight.WARNING,
            title=f"{rule} in {listed([visible(name) for name in tasks], MOST_NAMES)}",
            message=visible(_sentence(message)),
            place=places.get(key),
        )


def _why(record: RunRecord, task: Task, result: TaskResult, finding: Finding) -> list[str]:
    lost = _lost(task, result, finding)
    if lost is not None:
        return [f"Input `{lost}` lost this column in this change."]
    return list(data_changes.why_failed(record, task, finding))


def _at_its_change(record: RunRecord, place: Place | None) -> Place | None:
    """Give a place in a file the first line that the change touched there, where it has none of its own."""
    if place is None or place.line is not None:
        return place
    lines = [one.lines for one in record.plan.changes.files if one.path == place.file]
    first = next((found[0][0] for found in lines if found), None)
    return Place(file=place.file, line=first)


def _lost(task: Task, result: TaskResult, finding: Finding) -> str | None:
    """Name the input that lost a column of which the message speaks."""
    ports = {item.port for item in task.inputs}
    for given in result.given:
        gone = (
            column.name
            for file in given.files
            for column in (file.table.columns if file.table else ())
            if column.fate is Fate.GONE
        )
        if given.port in ports and any(_does_name(finding.message, name) for name in gone):
            return given.port
    return None


def _does_name(message: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", message) is not None


def _sentence(message: str) -> str:
    first = message.partition("\n")[0]
    return first if first.endswith((".", "!", "?")) else f"{first}."
