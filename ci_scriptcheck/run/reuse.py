"""What of a plan needs no run: results of earlier runs with equal keys, and what cannot be run.

This is the fast path of a run in which nothing changed, so only the standard library is imported.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.model.result import Level, Outcome
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.run import reasons
from ci_scriptcheck.run.beside import Judge
from ci_scriptcheck.run.questions import Kept, NotComparedError
from ci_scriptcheck.run.store.digest import Digests
from ci_scriptcheck.run.store.keys import Keys
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path

    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.run.store.store import Store


def reusable(
    plan: Plan,
    root: Path,
    store: Store,
    libraries: Callable[[str | None], Mapping[str, tuple[str, str]]],
    *,
    today: date,
    base_root: Path | None = None,
) -> Mapping[str, TaskResult]:
    """Give the results that are known without running anything, by task id.

    Tasks that are not run whatever happens are among them. A task is missing where it, or something
    it reads, has to be run first. Outputs stay in the store until something needs them.
    """
    digests = Digests(store.digests)
    keys = Keys(plan, root, digests, libraries)
    of_side = {Side.HEAD: keys}
    if base_root is not None:
        of_side[Side.BASE] = Keys.of_base(keys, plan.on_base(), base_root)
    tasks = plan.by_id()
    known: dict[str, TaskResult] = {}
    kept = Kept(plan=plan, store=store)
    judge = Judge(
        plan=plan,
        keys=keys,
        root=root,
        result_of=known.__getitem__,
        answer=kept,
        repeated=kept.repeated,
    )
    for task in plan.tasks:
        if all(name in known for name in task.waits_for()):
            upstream = {name: known[name] for name in task.needs()}
            reason = reasons.why_not(plan, tasks, task, upstream)
            if reason is not None:
                result: TaskResult | None = reasons.left_out(task.id, reason)
            elif task.is_fetched:
                # Nothing is kept of it.
                continue
            else:
                own = of_side[task.side]
                key = own.of_task(task, written(task, upstream))
                result = found(plan, task, key, store, own, today=today)
                if result is not None and task.beside is not None:
                    with suppress(NotComparedError):
                        known[task.id] = judge.judged(task, result)
                    continue
            if result is not None:
                known[task.id] = result
    digests.save()
    return known


def is_wanted(plan: Plan) -> bool:
    """Say whether earlier results may stand for new ones."""
    return plan.reuse and not plan.twice


def written(task: Task, upstream: Mapping[str, TaskResult]) -> Mapping[str, str]:
    """Give by input port the digest of what an upstream task wrote there."""
    return {
        item.port: upstream[item.source.task].outputs[item.source.port].digest
        for item in task.inputs
        if isinstance(item.source, Upstream)
        and item.source.port in upstream[item.source.task].outputs
    }


def is_kept(result: TaskResult) -> bool:
    """Say whether a result may stand for later runs of the same.

    A failure may have come from the machine, and is tried again. Not so where the settings already
    say that it is known: somebody looked at it, and it would cost every run its time.
    """
    if result.outcome is Outcome.PASSED:
        return True
    errors = [finding for finding in result.findings if finding.severity is Level.ERROR]
    is_known = bool(errors) and all(finding.known is not None for finding in errors)
    return is_known and result.outcome in {Outcome.FAILED, Outcome.VACUOUS}


def found(
    plan: Plan, task: Task, key: str, store: Store, keys: Keys, *, today: date
) -> TaskResult | None:
    """Give the result that an earlier run left for this task; its findings are told again."""
    if not is_wanted(plan):
        return None
    stored = store.find(key, keys.is_current)
    if stored is None or (stored.outcome is not Outcome.PASSED and is_overdue(task, today)):
        return None
    findings = tuple(
        replace(finding, step=task.step, pipeline=task.pipeline) for finding in stored.findings
    )
    return replace(
        stored,
        task=task.id,
        outcome=Outcome.REUSED if stored.outcome is Outcome.PASSED else stored.outcome,
        findings=findings,
        key=key,
        log_file=None,
        attempts=1,
        started=0.0,
        worker=None,
    )


def is_overdue(task: Task, today: date) -> bool:
    """Say whether the day has passed until which a failure of this task was known."""
    known = task.settings.known
    until = None if known is None else known.until
    return until is not None and today.isoformat() > until
