"""A plan with what could not be had of an execution taken out of it, and said where it would have been."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.plan import Mode, Purpose
from ci_scriptcheck.model.production import FixturePart, FromProduction
from ci_scriptcheck.model.scenario import REAL
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ci_scriptcheck.model.plan import Input, Plan, Task


def taken_out(plan: Plan, gone: Mapping[str, str]) -> Plan:
    """Have no task wait for what is gone: it is given what the step before it writes here, or is not run.

    Args:
        plan: That was to be given it.
        gone: Place in S3 → why what lies there cannot be had.
    """
    if not gone:
        return plan
    found: dict[str, Task] = {}
    for task in plan.tasks:
        is_run = {name for name, one in found.items() if one.blocked is None}
        found[task.id] = _without(task, gone, is_run, plan.folder)
    return replace(plan, tasks=tuple(found.values()))


def _without(task: Task, gone: Mapping[str, str], is_run: Collection[str], folder: str) -> Task:
    blocked, inputs, not_given, written_here = task.blocked, [], {}, {}
    for item in task.inputs:
        parts = item.source.parts if isinstance(item.source, FromProduction) else ()
        why = _why(parts, gone)
        if why is None:
            inputs.append(item)
        elif item.here is not None and item.here.task in is_run:
            inputs.append(replace(item, source=item.here, here=None))
            written_here[item.port] = why
        elif item.required:
            blocked = blocked or not_run.not_given(
                item.port, f"{why}{_asking(task, item, folder)}"
            )
        else:
            not_given[item.port] = why
    outputs, uncompared = [], {}
    for output in task.outputs:
        why = _why(output.production, gone)
        outputs.append(output if why is None else replace(output, production=()))
        if why is not None and task.purpose is Purpose.CHECK:
            uncompared[output.port] = why
    original = task.original
    if original is not None:
        original = replace(
            original,
            not_given={**original.not_given, **not_given},
            written_here={**original.written_here, **written_here},
            uncompared={**original.uncompared, **uncompared},
        )
    return replace(
        task, inputs=tuple(inputs), outputs=tuple(outputs), blocked=blocked, original=original
    )


def _asking(task: Task, item: Input, folder: str) -> str:
    """Say which words have the step before a task write what is gone, where that was not to be run."""
    if item.not_asked is None:
        return ""
    before = item.not_asked.task.removesuffix(f"[{REAL}]")
    words = ["scriptcheck", *(["-C", folder] if folder else []), "run", before]
    words += [f"{task.pipeline}/{task.node}", "--mode", Mode.DEEP_DIVE.value]
    return f"; `{shlex.join(words)}` has `{before}` write it"


def _why(parts: tuple[FixturePart, ...], gone: Mapping[str, str]) -> str | None:
    return next((gone[one.fixture] for one in parts if one.fixture in gone), None)
