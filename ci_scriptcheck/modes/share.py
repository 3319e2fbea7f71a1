"""One share of a plan, for several machines that each take one: by expected durations, always the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.model.plan import Task


def share_of(tasks: Iterable[Task], *, number: int, of: int) -> tuple[Task, ...]:
    """Give the checked tasks of one share, counted from 1.

    Tasks of one pipeline and scenario stay together, since they need each other's outputs; the
    longest such group goes first to the share with the least to do.
    """
    groups: dict[tuple[str, str], list[Task]] = {}
    for task in tasks:
        groups.setdefault((task.pipeline or task.id, task.scenario), []).append(task)
    by_length = sorted(groups.items(), key=lambda group: (-_seconds(group[1]), group[0]))
    loads = [0.0] * of
    mine: list[Task] = []
    for _, members in by_length:
        least = loads.index(min(loads))
        loads[least] += _seconds(members)
        if least == number - 1:
            mine.extend(members)
    return tuple(mine)


def _seconds(tasks: Iterable[Task]) -> float:
    return sum(task.weight for task in tasks)
