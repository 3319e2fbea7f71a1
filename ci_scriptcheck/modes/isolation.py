"""Isolation: does each affected step run alone, in each of its scenarios, and keep its contract?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.modes import tasks

if TYPE_CHECKING:
    from ci_scriptcheck.model.change import Selection
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.project import Project
    from ci_scriptcheck.modes.sources import Surroundings


def plan(project: Project, selection: Selection, surroundings: Surroundings) -> tuple[Task, ...]:
    """Make one task for each affected step that has a script, in each of its scenarios."""
    return tuple(
        tasks.of_step(project, step, reason, surroundings, scenario=scenario)
        for name, reason in sorted(selection.steps.items())
        if (step := project.steps.get(name)) is not None and step.script is not None
        for scenario in step.settings.scenarios
    )
