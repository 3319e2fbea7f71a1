"""Deep dive: do the affected scripts still do their work on real data?

As in a pipeline run, with what production has at the roots; or, where an execution of the pipeline is known, each
node on what production gave it there. Its tasks stand beside those on made data, told apart by `[real]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.plan import Mode, Purpose
from ci_scriptcheck.model.scenario import REAL
from ci_scriptcheck.model.source import Fetched
from ci_scriptcheck.modes import sources, tasks
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from ci_scriptcheck.model.change import Selection
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.project import Pipeline, Project
    from ci_scriptcheck.modes.sources import Circumstances


def plan(project: Project, selection: Selection, circumstances: Circumstances) -> tuple[Task, ...]:
    """Make one task for each affected node of each pipeline.

    In a pipeline of which no dataset says where its real data are, and no execution is known, none can be run.
    """
    made: list[Task] = []
    for name in sorted(project.pipelines):
        pipeline = project.pipelines[name]
        has_real = name in circumstances.executed or _has_real(project, pipeline, circumstances)
        idle = None if has_real else not_run.NO_REAL_DATA
        if name in circumstances.refused:
            idle = not_run.NOT_READ
        for node in pipeline.order():
            reason = selection.nodes.get(f"{name}/{node}")
            if reason is None:
                continue
            task = tasks.of_node(
                project,
                pipeline,
                pipeline.node(node),
                reason,
                circumstances,
                scenario=REAL,
                purpose=Purpose.CHECK,
            )
            made.append(replace(task, mode=Mode.DEEP_DIVE, blocked=task.blocked or idle))
    return tuple(made)


def _has_real(project: Project, pipeline: Pipeline, circumstances: Circumstances) -> bool:
    fed = (
        sources.in_pipeline(project, pipeline, node, circumstances, scenario=REAL)
        for node in pipeline.nodes
    )
    return any(isinstance(one, Fetched) for each in fed for one in each.values())
