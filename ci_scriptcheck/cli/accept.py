"""`scriptcheck accept`: say that a difference from base is intended, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck import atomic
from ci_scriptcheck.cli import opening, report
from ci_scriptcheck.errors import UsageError, did_you_mean
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.acceptance import (
    FILE_NAME,
    Acceptance,
    about,
    difference_of,
    given_to,
    is_acceptable,
    stands_for_any_data,
)
from ci_scriptcheck.project import acceptances
from ci_scriptcheck.project.acceptances import RunFindings
from ci_scriptcheck.report import failure, lines
from ci_scriptcheck.report.page import listed, visible
from ci_scriptcheck.run import record as run_record
from ci_scriptcheck.run import since
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.model.comparison import PortComparison
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.result import Finding, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord

_TOLERANCES = {"SC408": "slower", "SC409": "memory"}
"""Rule about what a script costs → the tolerance that allows more."""


def call(given: Namespace, console: Console, _environ: Mapping[str, str]) -> int:
    """Write what a run has shown of one task into the file of acceptances."""
    if not (given.reason or "").strip():
        raise UsageError(
            what="an accepted difference needs a reason",
            advice="say it for whoever reviews this: `--reason 'amounts are in euros now'`",
        )
    folder = opening.project_folder(given)
    place = opening.place_of(folder)
    directory = Path(given.run) if given.run else report.newest(folder)
    found = run_record.read_record(directory)
    if not given.run:
        _check_present(place.root, directory, found)
    chosen = tuple(_chosen(found, given))
    if not chosen:
        raise _nothing(found, given)
    new = tuple(one for _, one in chosen)
    known = acceptances.read(place.tree, place.folder)
    file = folder / FILE_NAME
    taken_back = acceptances.taken_back(known, new, _seen(found))
    atomic.write_text(file, acceptances.written(known, new, taken_back))
    for one in dict.fromkeys(f"{one.rule} {one.about} of step {one.step}" for one in new):
        console.tell(f"accepted  {visible(one)}\n")
    tasks = list(dict.fromkeys(visible(task) for task, _ in chosen))
    if len(tasks) > 1:
        console.tell(f"in {listed(tasks)}\n")
    for old in taken_back:
        console.tell(f"in place of {visible(_in_words(old))}\n")
    console.tell(f"as {found.run} has it, of {lines.commits(found.plan.changes)}\n")
    console.tell(f"wrote {file}; commit it with the change\n")
    return 0


def _check_present(root: Path, directory: Path, record: RunRecord) -> None:
    """See to it that what the newest run found is what is there now."""
    changed = since.changed_since(root, directory, record.plan)
    if changed:
        raise UsageError(
            what=f"{listed([f'`{visible(path)}`' for path in changed], 3)} changed after the newest run",
            facts=(f"it was {record.run}, of {lines.commits(record.plan.changes)}",),
            advice=f"run `scriptcheck run` again, or say that this one is meant: `--run {record.run}`",
        )


def _chosen(record: RunRecord, given: Namespace) -> Iterator[tuple[str, Acceptance]]:
    """Give what is accepted, each with the task of which it is.

    A task stands for those that the run has told as one failure with it as well, and of them for what made them fail.
    """
    base = (record.plan.changes.base or "")[:7] or None
    alike = _alike(record, given.task)
    for task, result in verdict.with_tasks(record):
        is_named = given.task in {task.id, task.step}
        if is_named or task.id in alike:
            errors = (
                result if is_named else replace(result, findings=tuple(failure.errors_of(result)))
            )
            yield from ((task.id, one) for one in _of_task(task, errors, given, base))


def _alike(record: RunRecord, name: str) -> frozenset[str]:
    groups = (
        {task.id for task, _ in group} for group in failure.grouped(verdict.failures(record))
    )
    return frozenset().union(*(group for group in groups if name in group))


def _of_task(
    task: Task, result: TaskResult, given: Namespace, base: str | None
) -> Iterator[Acceptance]:
    for finding, comparison in _acceptable(result, given.rule):
        is_of_any = stands_for_any_data(finding, comparison)
        yield Acceptance(
            step=task.step,
            output=comparison.port,
            rule=finding.rule,
            about=about(finding),
            difference=difference_of(finding, comparison),
            reason=" ".join(given.reason.split()),
            task=None if is_of_any else task.id,
            data=None if is_of_any else given_to(result),
            base=base,
        )


def _acceptable(
    result: TaskResult, rule: str | None = None
) -> Iterator[tuple[Finding, PortComparison]]:
    """Give the findings that can be accepted, of one rule or all, each with the difference it is about."""
    ports = {one.port: one for one in result.comparisons}
    for finding in result.findings:
        comparison = ports.get(finding.port or "")
        if is_acceptable(finding) and comparison is not None and rule in {None, finding.rule}:
            yield finding, comparison


def _seen(record: RunRecord) -> RunFindings:
    """Say what a run has compared, and which differences that are acceptable it has found."""
    compared = [(task, result) for task, result in verdict.with_tasks(record) if result.is_usable]
    return RunFindings(
        tasks=frozenset(task.id for task, _ in compared),
        differences=frozenset(
            difference_of(finding, comparison)
            for _, result in compared
            for finding, comparison in _acceptable(result)
        ),
    )


def _in_words(one: Acceptance) -> str:
    where = one.task or f"step {one.step}"
    return f"{one.rule} {one.about} of {where}, accepted before ({one.reason})"


def _nothing(record: RunRecord, given: Namespace) -> UsageError:
    tasks = list(verdict.with_tasks(record))
    asked = [(task, result) for task, result in tasks if given.task in {task.id, task.step}]
    others = sorted({one.rule for _, result in asked for one, _ in _acceptable(result)})
    differing = sorted({task.id for task, result in tasks if any(_acceptable(result, given.rule))})
    by_rule = f" by rule {given.rule}" if given.rule else ""
    costs = [
        finding
        for _, result in asked
        for finding in result.findings
        if finding.rule in _TOLERANCES and given.rule in {None, finding.rule}
    ]
    what = f"`{given.task}` has no difference of its own from base{by_rule}"
    if costs:
        return _costs_only(given.task, costs)
    if others:
        return UsageError(
            what=what,
            facts=(f"what it has is by {listed(others)}",),
            advice="leave out `--rule`, or name one of them",
        )
    if differing:
        return UsageError(
            what=what,
            facts=(f"there is one in {', '.join(differing)}",),
            advice=did_you_mean(given.task, differing),
        )
    return UsageError(
        what="the run found no difference from base that could be accepted",
        facts=(f"it was {record.run}",),
        advice="run `scriptcheck run` first",
    )


def _costs_only(task: str, costs: list[Finding]) -> UsageError:
    keys = ", ".join(f"{key}: …" for key in dict.fromkeys(_TOLERANCES[one.rule] for one in costs))
    return UsageError(
        what=f"what `{task}` costs beside base is no difference in data, and cannot be accepted",
        facts=tuple(dict.fromkeys(f"{one.rule} {one.message}" for one in costs)),
        advice=f"allow more of it, in the step or in `defaults`: `tolerance: {{{keys}}}`",
    )
