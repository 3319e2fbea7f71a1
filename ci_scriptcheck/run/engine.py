"""One task from its inputs to its result, run once however many ask for it.

`pull` gives the result of a task: found in the run directory or in the store, or made, after
pulling what the task needs. Any order of pulls, from any number of processes, gives the same
results. Processes and readers are passed in by the context, so that this module starts none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck import atomic
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.project import levelled
from ci_scriptcheck.model.result import Finding, Outcome, TaskResult
from ci_scriptcheck.model.rules import RULES
from ci_scriptcheck.run import (
    ahead_of_production,
    attempt,
    beside_production,
    comparing,
    faults,
    observed,
    profiling,
    reasons,
    record,
    repetition,
    reuse,
    supply,
)
from ci_scriptcheck.run.context import Context, Interrupted
from ci_scriptcheck.run.making import Unmakeable
from ci_scriptcheck.run.process.request import Ended
from ci_scriptcheck.run.store import locks
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.run.attempt import Attempt
    from ci_scriptcheck.run.supply import Supply

__all__ = ["Context", "pull"]

MOST_STARTS = 2
"""How often a task is started where the process around it dies."""

# Another run that makes the same is waited for; when it takes longer than it may, it is not.
_PATIENCE = 60.0

_LAST_WORDS = 8
_HEED = (
    "Mend what these lines say, such as the interpreter under `python:`, which `scriptcheck doctor`"
    " tries. Where they name no cause, run again; with fewer workers if it repeats."
)


def pull(context: Context, task: str) -> TaskResult:
    """Give the result of a task, after those of all that it needs.

    Raises:
        UsageError: the run directory cannot be written.
    """
    for name in _without_result(context, task):
        _pull_one(context, name)
    return _pull_one(context, task)


def _without_result(context: Context, task: str) -> list[str]:
    """List what a task needs, directly or not, and has no result yet; suppliers first.

    A loop, as chains can be longer than the interpreter can recurse.
    """
    found: set[str] = set()
    waiting = [task]
    while waiting:
        for name in context.tasks[waiting.pop()].waits_for():
            if name not in found and not record.has_result(context.run_directory, name):
                found.add(name)
                waiting.append(name)
    return [one.id for one in context.plan.tasks if one.id in found]


def _pull_one(context: Context, task: str) -> TaskResult:
    known = record.read_result(context.run_directory, task)
    if known is not None:
        return known
    with locks.held(context.lock(task)):
        known = record.read_result(context.run_directory, task)
        return known if known is not None else _settle(context, context.tasks[task])


def _settle(context: Context, task: Task) -> TaskResult:
    """Find or make the result of a task whose lock is held, and share it with the run."""
    context = context.on(task.side)
    try:
        result = _beside_base(context, task, _result(context, task))
        result = ahead_of_production.judged(context, task, result)
        result = beside_production.judged(context, task, result)
    except OSError as error:
        if faults.is_of_run(error, context):
            raise faults.in_words(error, context) from error
        result = _failed(context, task, *faults.of_task(error, context), subject="files")
    if result.why_not != not_run.INTERRUPTED:
        record.write_result(context.run_directory, result)
    return result


def _beside_base(context: Context, task: Task, result: TaskResult) -> TaskResult:
    """Add to a result how it differs from what base did, where there is such a task."""
    if task.beside is None or result.outcome is Outcome.NOT_RUN:
        return result
    while True:
        try:
            return comparing.judged(context, task, result, _pull_one)
        except supply.SupplierGone as gone:
            if gone.task == task.id:
                result = _result(context, task)
            else:
                _make_again(context, gone.task, gone.result)


def _result(context: Context, task: Task) -> TaskResult:
    while True:
        upstream = {name: _pull_one(context, name) for name in task.needs()}
        reason = reasons.why_not(context.plan, context.tasks, task, upstream)
        if reason is not None:
            return reasons.left_out(task.id, reason)
        key = context.keys.of_task(task, reuse.written(task, upstream))
        try:
            return _found(context, task, key) or _made(context, task, key, upstream)
        except supply.SupplierGone as gone:
            _make_again(context, gone.task, gone.result)
        except Unmakeable as error:
            return _without_input(context, task, str(error))
        except Interrupted:
            return reasons.left_out(task.id, not_run.INTERRUPTED)


def _found(context: Context, task: Task, key: str) -> TaskResult | None:
    found = reuse.found(context.plan, task, key, context.store, context.keys, today=context.today)
    if found is None:
        return None
    return replace(found, started=context.clock(), worker=context.worker)


def _made(
    context: Context, task: Task, key: str, upstream: Mapping[str, TaskResult]
) -> TaskResult:
    supplies = {item.port: supply.of_input(context, task, item, upstream) for item in task.inputs}
    missing = _missing_file(context, task, supplies)
    if missing is not None:
        return missing
    with context.store.lock(key, patience=task.settings.timeout + _PATIENCE):
        # Somebody else may have made it while this one waited.
        return _found(context, task, key) or _run(context, task, key, supplies)


def _run(context: Context, task: Task, key: str, supplies: Mapping[str, Supply]) -> TaskResult:
    started = context.clock()
    starts = context.run_directory / "starts" / record.quoted(task.id)
    count = _count(starts)
    last_words = None
    while count < MOST_STARTS:
        count += 1
        atomic.write_text(starts, str(count))
        made = attempt.run(context, task, supplies, context.workspace(task.id))
        if made.ending.how is Ended.LOST:
            last_words = made.ending.detail
            continue
        repeats = repetition.repeated(context, task, supplies, made)
        result = attempt.judged(context, task, made, repeats)
        is_private = attempt.is_about_private_data(context, task, made.ending)
        evidence = Evidence.AGGREGATES if is_private else Evidence.VALUES
        result = profiling.added(context, task, result, supplies, evidence=evidence)
        result = replace(result, key=key, attempts=count, started=started)
        if reuse.is_kept(result):
            _keep(context, task, key, result, made)
        starts.unlink(missing_ok=True)
        return result
    return replace(_lost(context, task, last_words), key=key, attempts=count, started=started)


def _keep(context: Context, task: Task, key: str, result: TaskResult, made: Attempt) -> None:
    """Store a result, unless the code or what it read was changed while it ran."""
    # What is made of data that were fetched stays in this run: the store is shared with others.
    if task.is_fetched:
        return
    passed = result.outcome is Outcome.PASSED
    if context.keys.is_code_as_planned(task.script) and observed.are_stable(result.reads):
        # What a failed run wrote is for nobody to read, but for who looks at the failure.
        kept = result if passed else replace(result, outputs={})
        context.store.save(key, kept, made.folders)
    if passed:
        context.workspace(task.id).tidy()


def _make_again(context: Context, name: str, gone: TaskResult) -> None:
    """Run a task although it has a result, because the outputs that go with it are lost."""
    with locks.held(context.lock(name)):
        known = record.read_result(context.run_directory, name)
        # Unless another process has already done so.
        if known is None or known == gone:
            record.drop_result(context.run_directory, name)
            _settle(context, context.tasks[name])


def _missing_file(
    context: Context, task: Task, supplies: Mapping[str, Supply]
) -> TaskResult | None:
    for item in task.inputs:
        files = [file.path for file in supplies[item.port].artefact.files]
        if item.required and item.file is not None and item.file not in files:
            held = ", ".join(f"`{name}`" for name in files[:5]) or "no file"
            return _failed(
                context,
                task,
                "SC228",
                f"input `{item.port}` has no `{item.file}`",
                subject=item.port,
                evidence=(f"it holds {held}",),
            )
    return None


def _without_input(context: Context, task: Task, why: str) -> TaskResult:
    return _failed(context, task, "SC227", why, subject="inputs")


def _lost(context: Context, task: Task, last_words: str | None) -> TaskResult:
    message = f"the process that ran this task died {MOST_STARTS} times"
    lines = [line for line in (last_words or "").splitlines() if line.strip()]
    evidence = tuple(lines[-_LAST_WORDS:])
    result = _failed(context, task, "SC223", message, subject="lost", evidence=evidence)
    findings = result.findings
    if evidence:
        findings = tuple(replace(finding, advice=_HEED) for finding in findings)
    return replace(result, outcome=Outcome.CRASHED, findings=findings)


def _failed(
    context: Context,
    task: Task,
    rule: str,
    message: str,
    *,
    subject: str,
    evidence: tuple[str, ...] = (),
) -> TaskResult:
    finding = Finding(
        rule=rule,
        severity=RULES[rule].level,
        message=message,
        subject=subject,
        step=task.step,
        pipeline=task.pipeline,
        place=task.place,
        evidence=evidence,
        advice=RULES[rule].cure,
    )
    return TaskResult(
        task=task.id,
        outcome=Outcome.FAILED,
        findings=levelled(context.plan.rules, [finding]),
        started=context.clock(),
        worker=context.worker,
        is_private=task.is_private,
    )


def _count(starts: Path) -> int:
    try:
        return int(starts.read_text())
    except (OSError, ValueError):
        return 0
