"""What a finished run amounts to: which failures count, how many of each kind, and the exit code.

Old defects do not block: what base has too, or the settings know of, is told but does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ci_scriptcheck.model import change
from ci_scriptcheck.model.plan import Plan, Purpose, Side, Task
from ci_scriptcheck.model.result import BROKEN, Finding, Level, Outcome, TaskResult
from ci_scriptcheck.model.run_record import RunRecord


def with_tasks(record: RunRecord) -> Iterator[tuple[Task, TaskResult]]:
    """Give each result with its task, in the plan's order; those of base are left out."""
    tasks = record.plan.by_id()
    for result in record.results:
        if tasks[result.task].side is Side.HEAD:
            yield tasks[result.task], result


def summary(record: RunRecord) -> Mapping[Outcome, int]:
    """Count the tasks by outcome; every outcome is named."""
    counted = dict.fromkeys(Outcome, 0)
    for _, result in with_tasks(record):
        counted[result.outcome] += 1
    return counted


def counts(finding: Finding, plan: Plan) -> bool:
    """Say whether a finding makes the run fail."""
    excused = finding.known is not None or (finding.also_on_base and not plan.strict)
    return finding.severity is Level.ERROR and not excused


def is_failure(task: Task, result: TaskResult, plan: Plan) -> bool:
    """Say whether a task makes the run fail.

    A supplier that no change can reach does not: its readers are not run instead, with that reason.
    """
    errors = [finding for finding in result.findings if finding.severity is Level.ERROR]
    if errors:
        failing = any(counts(finding, plan) for finding in errors)
    else:
        failing = result.outcome in BROKEN
    if task.side is Side.BASE:
        return False
    return failing and (plan.strict or task.purpose is Purpose.CHECK)


def found_without_running(record: RunRecord) -> tuple[Finding, ...]:
    """List what was found without running, but for what a task of this script has failed of too."""
    shown = [
        (task.script, error)
        for task, result in failures(record)
        for error in result.findings
        if error.severity is Level.ERROR
    ]
    return tuple(
        found
        for found in record.plan.findings
        if found.place is None
        or not any(
            found.place.file == script
            and (error.rule == found.rule or error.place == found.place or _is_call(found, error))
            for script, error in shown
        )
    )


def _is_call(found: Finding, error: Finding) -> bool:
    """Say whether a run has failed of what the function asks for and is not given."""
    return found.rule == "SC110" and error.message.startswith("TypeError: main() missing ")


def failures(record: RunRecord) -> tuple[tuple[Task, TaskResult], ...]:
    """List the tasks that make the run fail, in the plan's order."""
    return tuple(
        (task, result)
        for task, result in with_tasks(record)
        if is_failure(task, result, record.plan)
    )


def has_tested_nothing(record: RunRecord) -> bool:
    """Say whether somebody named what is to be checked, and none of it was run, nor in another share."""
    asked = [
        result for task, result in with_tasks(record) if isinstance(task.reason, change.Asked)
    ]
    # All was asked for where the run is strict, and nobody named anything.
    return (
        bool(asked)
        and not record.plan.strict
        and not record.plan.others_test
        and all(result.outcome is Outcome.NOT_RUN for result in asked)
    )


ENDINGS = {0: "passed", 1: "failed", 130: "cancelled", 143: "cancelled"}
"""What an exit code of a run means in the outputs of a job; all others are errors of the set-up."""


def exit_code(record: RunRecord) -> int:
    """Give what the command ends with: 0, 1, 130 and 143 where a signal ended the run, or the code of an error of the set-up.

    What a machine was to run of which nothing is known does not pass.
    """
    if record.stopped is not None:
        return record.stopped.exit_code
    if record.interrupted is not None:
        return 143 if record.interrupted == "SIGTERM" else 130
    failing = (
        record.missing
        or failures(record)
        or has_tested_nothing(record)
        or any(counts(finding, record.plan) for finding in record.plan.findings)
    )
    return 1 if failing else 0
