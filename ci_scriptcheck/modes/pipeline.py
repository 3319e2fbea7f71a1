"""Pipeline: do the affected scripts still fit together, with real outputs flowing along the links?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.plan import Purpose
from ci_scriptcheck.modes import tasks

if TYPE_CHECKING:
    from ci_scriptcheck.model.change import Selection
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.project import Project
    from ci_scriptcheck.modes.sources import Surroundings


def plan(project: Project, selection: Selection, surroundings: Surroundings) -> tuple[Task, ...]:
    """Make one task for each affected node, in each scenario of its pipeline."""
    made: list[Task] = []
    for name in sorted(project.pipelines):
        pipeline = project.pipelines[name]
        reasons = {
            node: selection.nodes[f"{name}/{node}"]
            for node in pipeline.order()
            if f"{name}/{node}" in selection.nodes
        }
        made.extend(
            tasks.of_node(
                project,
                pipeline,
                pipeline.node(node),
                reason,
                surroundings,
                scenario=scenario,
                purpose=Purpose.CHECK,
            )
            for scenario in pipeline.scenarios
            for node, reason in reasons.items()
        )
    return tuple(made)
