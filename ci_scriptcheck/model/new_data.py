"""Which tasks are given data that the change brings: base is given them as well, so what it does says nothing of main."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import GeneratedBy
from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.model.source import Copied, Fetched, Source, Upstream

if TYPE_CHECKING:
    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.plan import Plan


def readers(plan: Plan) -> frozenset[str]:
    """Give the tasks that read, at first or second hand, data that the change brings: other ones, or described anew."""
    touched = plan.changes.touched()
    found: set[str] = set()
    for task in plan.tasks:
        for item in task.inputs:
            if isinstance(item.source, Upstream):
                is_new = item.source.task in found
            else:
                is_new = task.is_drawn_anew or _is_new(item.source, plan, touched)
            if is_new:
                found.add(task.id)
    return frozenset(found)


def _is_new(source: Source, plan: Plan, touched: frozenset[str]) -> bool:
    if isinstance(source, Upstream | FromProduction):
        return False
    if isinstance(source, Copied):
        return any(f"{path}/".startswith(f"{source.path}/") for path in touched)
    datasets = {} if plan.base is None else plan.base.datasets
    here, there = plan.datasets.get(source.dataset), datasets.get(source.dataset)
    if isinstance(source, Fetched):
        return here is None or there is None or here.real != there.real
    return here != there or not touched.isdisjoint(_code_of(here, plan))


def _code_of(dataset: Dataset | None, plan: Plan) -> frozenset[str]:
    """Give the files that the generator of a dataset depends on; none where it has no generator."""
    if dataset is None or not isinstance(dataset.origin, GeneratedBy):
        return frozenset()
    script = dataset.origin.file
    known = plan.closures.get(script)
    return frozenset({script, *(known.files if known else ())})
