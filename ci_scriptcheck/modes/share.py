"""One share of a plan, for several machines that each take one.

Machines know different things, such as how long tasks took, and may even have selected different
ones. A group's share therefore depends on nothing but the names of the groups that are checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.model.plan import Task


def share_of(tasks: Iterable[Task], *, number: int, of: int) -> tuple[Task, ...]:
    """Give the checked tasks of one share, counted from 1.

    Tasks of one pipeline and scenario stay together, since they need each other's outputs; groups
    are dealt out like cards, the one with the most tasks first.
    """
    groups: dict[tuple[str, str], list[Task]] = {}
    for task in tasks:
        groups.setdefault((task.pipeline or task.id, task.scenario), []).append(task)
    dealt = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return tuple(task for _, members in dealt[number - 1 :: of] for task in members)
