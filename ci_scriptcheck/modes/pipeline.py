"""Pipeline: do the affected scripts still fit together, with real outputs flowing along the links?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.plan import Purpose
from ci_scriptcheck.model.scenario import STANDARD
from ci_scriptcheck.model.source import Synthetic
from ci_scriptcheck.modes import malformed, sources, tasks
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from ci_scriptcheck.model.change import Selection
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.project import Pipeline, Project
    from ci_scriptcheck.modes.sources import Circumstances


def plan(project: Project, selection: Selection, circumstances: Circumstances) -> tuple[Task, ...]:
    """Make one task for each affected node, in each scenario of its pipeline.

    Where the data are malformed, only nodes with made inputs get tasks: what they refuse, as they
    should, gives nothing to the others.
    """
    made: list[Task] = []
    for name in sorted(project.pipelines):
        pipeline = project.pipelines[name]
        reasons = {
            node: selection.nodes[f"{name}/{node}"]
            for node in pipeline.order()
            if f"{name}/{node}" in selection.nodes
        }
        for scenario in pipeline.scenarios:
            is_malformed = malformed.is_malformed(project, scenario)
            idle = _why_unchanged(project, pipeline, circumstances, scenario)
            for node, reason in reasons.items():
                task = tasks.of_node(
                    project,
                    pipeline,
                    pipeline.node(node),
                    reason,
                    circumstances,
                    # What other nodes give to a malformed one is good.
                    scenario=STANDARD if is_malformed else scenario,
                    purpose=Purpose.CHECK,
                )
                task = replace(task, blocked=task.blocked or idle)
                if not is_malformed:
                    made.append(task)
                elif idle is not None or _is_given_made_data(task):
                    made += malformed.variants(project, task, scenario, circumstances)
    return tuple(made)


def _is_given_made_data(task: Task) -> bool:
    return any(isinstance(item.source, Synthetic) for item in task.inputs)


def _why_unchanged(
    project: Project, pipeline: Pipeline, circumstances: Circumstances, scenario: str
) -> str | None:
    fed = (
        sources.in_pipeline(project, pipeline, node, circumstances, scenario=scenario)
        for node in pipeline.nodes
    )
    return sources.unchanged_by(scenario, (source for each in fed for source in each.values()))
