"""What was not held against base although the change can affect it, and why: no silence about it is a good sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.change import Asked, Feeds, in_words
from ci_scriptcheck.model.plan import Purpose
from ci_scriptcheck.model.result import Level, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.run_record import RunRecord


def tasks(record: RunRecord, base: str) -> Iterator[tuple[str, str]]:
    """Give the checked tasks of which one side did not write what could be compared, and why.

    Args:
        record: The run, the tasks of base included.
        base: What people call the commit that is compared with.
    """
    if record.plan.base is None:
        return
    results = {result.task: result for result in record.results}
    for task, result in verdict.with_tasks(record):
        if task.purpose is not Purpose.CHECK or task.is_test or task.variant is not None:
            continue
        if not result.is_usable:
            yield task.id, _ending(result)
        elif task.other_library is not None:
            why = "was not run, as only the libraries of this change are installed"
            yield task.id, f"{in_words(task.other_library)}: {base} {why}"
        elif task.beside is None:
            if not isinstance(task.reason, Asked | Feeds):
                yield task.id, f"{base} has no such task"
        elif task.beside not in results or not results[task.beside].is_usable:
            there = results.get(task.beside)
            ended = "it was not run" if there is None else _ending(there)
            yield task.id, f"on {base}, given the same, {ended}"


def told(record: RunRecord, base: str) -> tuple[tuple[str, str], ...]:
    """Give those of which nothing else in a report speaks: failures that count, and what was not run, are told there."""
    failing = {task.id for task, _ in verdict.failures(record)}
    idle = {one.task for one in record.results if one.outcome is Outcome.NOT_RUN}
    found = [one for one in tasks(record, base) if one[0] not in failing | idle]
    gone = () if record.plan.base is None else record.plan.base.gone
    return (*found, *((name, f"{base} has it, and this change does not") for name in gone))


def _ending(result: TaskResult) -> str:
    error = next((one for one in result.findings if one.severity is Level.ERROR), None)
    if error is not None:
        return f"it {result.outcome.value.replace('_', ' ')}, {error.rule} {error.message}"
    return result.why_not or f"it {result.outcome.value.replace('_', ' ')}"
