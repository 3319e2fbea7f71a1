"""Which places of executions a plan needs, and which datasets describe what lies there."""

from __future__ import annotations

from collections.abc import Mapping

from ci_scriptcheck.model.plan import Plan
from ci_scriptcheck.model.production import FromProduction


def of_production(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """Give the places → the datasets that describe what lies there, sorted; of what cannot be run nothing is needed."""
    found: dict[str, set[str]] = {}
    for task in plan.tasks:
        if task.blocked is not None:
            continue
        given = [
            (item.expects, item.source.parts)
            for item in task.inputs
            if isinstance(item.source, FromProduction)
        ]
        written = [(item.expects, item.original) for item in task.outputs]
        for expects, parts in (*given, *written):
            for part in parts:
                found.setdefault(part.fixture, set()).update([expects] if expects else [])
    return {place: tuple(sorted(names)) for place, names in sorted(found.items())}


def given(plan: Plan) -> frozenset[str]:
    """Give the places that inputs are taken from."""
    sources = (item.source for task in plan.tasks for item in task.inputs)
    parts = (one.parts for one in sources if isinstance(one, FromProduction))
    return frozenset(part.fixture for ones in parts for part in ones)
