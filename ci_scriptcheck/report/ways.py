"""By way of which tasks something that differs came to another, and which of them began it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.report.page import listed, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.result import TaskResult


def tasks_of(
    tasks: Mapping[str, Task], results: Mapping[str, TaskResult], task: Task
) -> list[Task]:
    """Give the tasks by way of which something else came to a task, in the plan's order, itself last."""
    on_way: set[str] = set()
    waiting = [task]
    while waiting:
        for item in waiting.pop().inputs:
            source = item.source
            if isinstance(source, Upstream) and source.task in tasks:
                supplier = tasks[source.task]
                # What base does not have is compared with nothing, and passes on what it is given.
                passes_on = source.port in results[supplier.id].differing or (
                    supplier.beside is None and _is_given_otherwise(tasks, results, supplier)
                )
                if passes_on and supplier.id not in on_way:
                    on_way.add(supplier.id)
                    waiting.append(supplier)
    return [*(one for name, one in tasks.items() if name in on_way and name != task.id), task]


def _is_given_otherwise(
    tasks: Mapping[str, Task], results: Mapping[str, TaskResult], task: Task
) -> bool:
    """Say whether something that differs comes to a task, through others that base does not have."""
    seen, waiting = {task.id}, [task]
    while waiting:
        for item in waiting.pop().inputs:
            source = item.source
            if isinstance(source, Upstream) and source.task in tasks:
                if source.port in results[source.task].differing:
                    return True
                if tasks[source.task].beside is None and source.task not in seen:
                    seen.add(source.task)
                    waiting.append(tasks[source.task])
    return False


def begun(way: list[Task], results: Mapping[str, TaskResult]) -> list[Task]:
    """Give those of a way that began what differs."""
    return [one for one in way if results[one.id].is_first_to_differ] or way[:1]


def _parted(
    way: list[Task], results: Mapping[str, TaskResult], beside: Task
) -> tuple[list[str], list[str]]:
    """Part a way into the steps that began it, and those that pass it on."""
    began = begun(way, results)
    others = [one for one in way if one not in began]
    return _called(began, beside), _called(others, beside)


def _called(tasks: list[Task], beside: Task) -> list[str]:
    """Give the names of tasks among those of one pipeline."""
    return [visible(one.node if one.pipeline == beside.pipeline else one.id) for one in tasks]


def back(way: list[Task], results: Mapping[str, TaskResult], task: Task) -> str:
    """Write a way as what is looked at from its end."""
    began, others = _parted(way, results, task)
    between = "".join(f"{name}, and before that from " for name in reversed(others))
    if len(began) == 1:
        return f"It comes from {between}{began[0]}, the first step whose output differs on equal inputs:"
    return f"It comes from {between}{listed(began)}, whose outputs differ on equal inputs:"


def onward(way: list[Task], results: Mapping[str, TaskResult], task: Task) -> str:
    """Write a way from its beginnings."""
    if not way:
        return ""
    began, others = _parted(way, results, task)
    return f"from {listed(began)}" + (f" by way of {listed(others)}" if others else "")
