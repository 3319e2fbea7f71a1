"""What was written again since production read it: tasks are given it, and nothing is compared with production.

Many teams have one folder of the latest data. What an execution was given there is gone when the next ones come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.fixture import Fixture
    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.production import FixturePart


def noted(plan: Plan) -> Plan:
    """Have no output compared of a task whose inputs are younger than the end of the job that read them.

    Args:
        plan: With its fixtures.
    """
    return replace(plan, tasks=tuple(_noted(task, plan.fixtures) for task in plan.tasks))


def _noted(task: Task, fixtures: Mapping[str, Fixture]) -> Task:
    original = task.original
    if original is None or original.ended is None:
        return task
    ended = original.ended
    spare = {
        name: part
        for name, part in original.spare.items()
        if not _are_younger((part,), ended, fixtures)
    }
    if spare != original.spare:
        original = replace(original, spare=spare)
        task = replace(task, original=original)
    again = tuple(
        item.port
        for item in task.inputs
        if isinstance(item.source, FromProduction)
        and _are_younger(item.source.parts, ended, fixtures)
    )
    if not again:
        return task
    names = ", ".join(f"`{port}`" for port in again)
    is_one = len(again) == 1
    why = f"its input{'s' * (not is_one)} {names} {'was' if is_one else 'were'} written again after production had read it"
    uncompared = {output.port: why for output in task.outputs if output.production}
    return replace(
        task,
        outputs=tuple(replace(output, production=()) for output in task.outputs),
        original=replace(
            original, written_again=again, uncompared={**original.uncompared, **uncompared}
        ),
    )


def _are_younger(
    parts: tuple[FixturePart, ...], ended: str, fixtures: Mapping[str, Fixture]
) -> bool:
    """Say whether anything at some places was written after a moment; both are told in UTC."""
    return any(
        (taken.object.modified or "") > ended
        for part in parts
        if part.fixture in fixtures
        for taken in fixtures[part.fixture].taken
    )
