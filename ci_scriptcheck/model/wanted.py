"""Which places of executions a plan needs, and which datasets describe what lies there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ci_scriptcheck.model.executed import Executed
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
        written = [(item.expects, item.production) for item in task.outputs]
        spare = () if task.original is None else task.original.spare.values()
        for expects, parts in (*given, *written, (None, spare)):
            for part in parts:
                found.setdefault(part.fixture, set()).update([expects] if expects else [])
    return {place: tuple(sorted(names)) for place, names in sorted(found.items())}


def divided(sides: Iterable[Mapping[str, Executed]], executions: int) -> Mapping[str, int]:
    """Say into how many parts what may be fetched of executions is divided for each of their places.

    All places of an execution count, and not those that a plan needs, so that a sample holds the same whatever a change
    affects. Of a place that two executions share, the smaller part is taken.

    Args:
        sides: Pipeline → what its execution did, of head and of base.
        executions: Among how many it is divided.
    """
    places: dict[str, set[str]] = {}
    for side in sides:
        for pipeline, found in side.items():
            ports = [
                parts
                for node in found.nodes.values()
                for parts in (
                    *node.inputs.values(),
                    *node.outputs.values(),
                    *([tuple(node.spare.values())] if node.unmatched else []),
                )
            ]
            names = {part.fixture for parts in ports for part in parts}
            places.setdefault(pipeline, set()).update(names)
    found_parts: dict[str, int] = {}
    for names in places.values():
        for name in names:
            parts = len(names) * max(1, executions)
            found_parts[name] = max(parts, found_parts.get(name, 0))
    return dict(sorted(found_parts.items()))


def given(plan: Plan) -> frozenset[str]:
    """Give the places that inputs are taken from."""
    sources = (item.source for task in plan.tasks for item in task.inputs)
    parts = (one.parts for one in sources if isinstance(one, FromProduction))
    return frozenset(part.fixture for ones in parts for part in ones)
