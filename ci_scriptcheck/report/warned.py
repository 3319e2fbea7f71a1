"""Which warnings a run gave: those that are new, and those that base has as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.change import Feeds
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.result import Finding, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord

Warned = dict[tuple[str, str, str], list[str]]
"""Rule, message and place of a warning → the tasks that gave it."""

_TOLD_WITH_DATA = frozenset(f"SC4{number:02}" for number in (*range(1, 8), 10))
"""Rules about what is told of the data anyway."""


_TOLD_BESIDE_PRODUCTION = "SC502"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warnings:
    """The warnings of a run, each once.

    Attributes:
        old: Those that base has, or that come from steps which the change cannot reach.
    """

    new: Warned = field(default_factory=dict)
    old: Warned = field(default_factory=dict)


def warnings(record: RunRecord) -> Warnings:
    """Gather the warnings of a run, base's tasks included."""
    results = {result.task: result for result in record.results}
    found = Warnings()
    for task, result in verdict.with_tasks(record):
        for item in result.findings:
            is_told = item.rule == _TOLD_BESIDE_PRODUCTION or (
                item.rule in _TOLD_WITH_DATA and result.is_first_to_differ
            )
            if item.severity is Level.WARNING and item.known is None and not is_told:
                is_old = not record.plan.strict and _is_old(task, item, results)
                key = (item.rule, item.message, str(item.place or ""))
                (found.old if is_old else found.new).setdefault(key, []).append(task.id)
    return found


def _is_old(task: Task, finding: Finding, results: Mapping[str, TaskResult]) -> bool:
    if isinstance(task.reason, Feeds) or finding.also_on_base:
        return True
    base = results.get(task.beside or "")
    return base is not None and finding.identity() in {one.identity() for one in base.findings}
