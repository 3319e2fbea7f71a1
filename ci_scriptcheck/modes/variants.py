"""One task of several that a step or node has: `prepare[drops refunds]`, `prepare[edge_cases]`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.project import Project

_VARIANT = re.compile(r"(?P<name>[^\[\]]+)\[(?P<variant>[^\[\]]+)\]")


def parted(selector: str) -> tuple[str, str | None]:
    """Take the name in brackets off a selector; `None` where it has none."""
    match = _VARIANT.fullmatch(selector)
    return (selector, None) if match is None else (match["name"], match["variant"])


def names(project: Project, selectors: Iterable[str]) -> tuple[str, ...]:
    """Give selectors without their variants; brackets that belong to a pattern stay."""
    nodes = [
        (found.name, node.name) for found in project.pipelines.values() for node in found.nodes
    ]
    known = {*project.steps, *(node for _, node in nodes), *("/".join(pair) for pair in nodes)}
    return tuple(name if (name := parted(one)[0]) in known else one for one in selectors)


def chosen(tasks: Iterable[Task], selectors: Iterable[str]) -> tuple[Task, ...]:
    """Leave out the other tasks of each step or node of which one task was named.

    Raises:
        UsageError: it has no such task.
    """
    made = tuple(tasks)
    named = [parted(selector) for selector in selectors]
    whole = {name for name, variant in named if variant is None}
    wanted: dict[str, set[str]] = {}
    for name, variant in named:
        own = [task for task in made if name in _names(task)]
        if variant is None or name in whole or not own:
            continue
        if all(_variant(task) != variant for task in own):
            raise _unknown(name, variant, own)
        wanted.setdefault(name, set()).add(variant)
    return tuple(task for task in made if _is_wanted(task, wanted))


def _is_wanted(task: Task, wanted: dict[str, set[str]]) -> bool:
    fitting = [variants for name, variants in wanted.items() if name in _names(task)]
    return not fitting or any(_variant(task) in variants for variants in fitting)


def _names(task: Task) -> frozenset[str]:
    """Give what a task may be called by without its variant."""
    if task.pipeline is None:
        return frozenset({task.step})
    return frozenset({task.node, task.step, f"{task.pipeline}/{task.node}"})


def _variant(task: Task) -> str | None:
    return parted(task.id)[1]


def _unknown(name: str, variant: str, own: Sequence[Task]) -> UsageError:
    known = [found for task in own if (found := _variant(task)) is not None]
    listed = ", ".join(f"`{name}[{one}]`" for one in dict.fromkeys(known))
    return UsageError(
        what=f"`{name}` has no task `{variant}`",
        facts=(f"there are `{name}`{', ' if listed else ''}{listed}",),
        advice=did_you_mean(variant, known),
    )
