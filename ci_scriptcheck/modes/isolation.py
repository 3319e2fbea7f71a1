"""Isolation: does each affected step run alone, in each of its scenarios, and keep its contract?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.modes import malformed, tasks

if TYPE_CHECKING:
    from ci_scriptcheck.model.change import Selection
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.project import Project
    from ci_scriptcheck.modes.sources import Circumstances


def plan(project: Project, selection: Selection, circumstances: Circumstances) -> tuple[Task, ...]:
    """Make one task for each affected step that has a script, in each of its scenarios.

    Where the data are malformed, it is one for each kind of defect. Beside them is one for each of
    its tests, and for each further value of its settings.
    """
    made: list[Task] = []
    for name, reason in sorted(selection.steps.items()):
        step = project.steps.get(name)
        if step is None or step.script is None:
            continue
        for scenario in step.settings.scenarios:
            task = tasks.of_step(project, step, reason, circumstances, scenario=scenario)
            if malformed.is_malformed(project, scenario):
                made += malformed.variants(project, task, scenario, circumstances)
            else:
                made.append(task)
        made += [
            tasks.of_variation(project, step, variation, reason, circumstances)
            for variation in step.variations
        ]
        made += [tasks.of_test(project, step, test, reason, circumstances) for test in step.tests]
    return tuple(made)
