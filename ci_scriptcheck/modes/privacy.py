"""Which tasks read real data, at first or second hand: their reports hold shares and counts only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import CopiedFrom
from ci_scriptcheck.model.plan import Copied, Synthetic, Upstream
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.plan import Source, Task


def marked(tasks: tuple[Task, ...], *sides: Mapping[str, Dataset]) -> tuple[Task, ...]:
    """Mark the tasks that are given real data, or what was made of them, or are compared with such.

    Data that lie in the repository, or that a function of the project gives, are taken for real where
    their dataset says where the real ones are (`real:`) and not that they are `public`.

    Args:
        tasks: Each after those it needs.
        sides: The datasets of head, and of base, by name; either may say that they are real.
    """
    known = [item for datasets in sides for item in datasets.items()]
    real = {name for name, dataset in known if dataset.is_private}
    places = {
        dataset.origin.path
        for _, dataset in known
        if dataset.is_private and isinstance(dataset.origin, CopiedFrom)
    }
    private: set[str] = set()

    def is_private(source: Source) -> bool:
        match source:
            case Upstream(task=task):
                return task in private
            case Copied(path=path):
                return any(_overlap(path, place) for place in places)
            case Synthetic(dataset=name):
                return name in real

    for task in tasks:
        others = {task.beside, task.across}
        if any(is_private(item.source) for item in task.inputs) or not private.isdisjoint(others):
            private.add(task.id)
    return tuple(replace(task, is_private=task.id in private) for task in tasks)


def _overlap(one: str, other: str) -> bool:
    """Say whether a file or folder is, holds, or lies in another one."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")
