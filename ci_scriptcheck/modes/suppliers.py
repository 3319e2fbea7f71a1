"""What the checked tasks need from others: suppliers are added, and all are put in order."""

from __future__ import annotations

import heapq
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.change import Feeds
from ci_scriptcheck.model.plan import Purpose
from ci_scriptcheck.model.scenario import REAL, STANDARD
from ci_scriptcheck.model.task_ids import task_id
from ci_scriptcheck.modes import tasks
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ci_scriptcheck.model.change import Reason
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.project import Node, Pipeline, Project
    from ci_scriptcheck.modes.sources import Circumstances

_NodeInScenario = tuple["Pipeline", "Node", str]


def complete(
    project: Project, checked: Iterable[Task], circumstances: Circumstances
) -> tuple[Task, ...]:
    """Add every task that another one reads from, and list all so that each follows its suppliers.

    Tasks whose supplier does not exist, or that wait for each other in a circle across pipelines,
    are blocked with that reason instead of being dropped.
    """
    found = {task.id: task for task in checked}
    places = _places(project)
    waiting = list(found.values())
    while waiting:
        for name in waiting.pop().needs():
            if name not in found and name in places:
                found[name] = _supplier(project, places[name], circumstances)
                waiting.append(found[name])
    return _ordered(found)


def with_reach(tasks: Iterable[Task], reached: Mapping[str, Reason]) -> tuple[Task, ...]:
    """Have suppliers count that a change can affect: they may fail by it, whatever was asked for.

    Args:
        tasks: Of a plan.
        reached: `pipeline/node` → why the change can affect it.
    """
    return tuple(
        replace(task, purpose=Purpose.CHECK, reason=reached[f"{task.pipeline}/{task.node}"])
        if task.purpose is Purpose.SUPPLY and f"{task.pipeline}/{task.node}" in reached
        else task
        for task in tasks
    )


def among_themselves(tasks: tuple[Task, ...]) -> tuple[Task, ...]:
    """Have no task wait for one that is not run: what it would write is nothing that the task is given."""
    known = {task.id for task in tasks}
    return tuple(
        replace(
            task,
            inputs=tuple(
                replace(item, here=None, not_asked=item.here)
                if item.here is not None and item.here.task not in known
                else item
                for item in task.inputs
            ),
        )
        if any(item.here is not None for item in task.inputs)
        else task
        for task in tasks
    )


def _places(project: Project) -> Mapping[str, _NodeInScenario]:
    return {
        task_id(node=node.name, pipeline=pipeline.name, scenario=scenario): (
            pipeline,
            node,
            scenario,
        )
        for pipeline in project.pipelines.values()
        for node in pipeline.nodes
        for scenario in {STANDARD, REAL, *pipeline.scenarios}
    }


def _supplier(project: Project, place: _NodeInScenario, circumstances: Circumstances) -> Task:
    pipeline, node, scenario = place
    return tasks.of_node(
        project,
        pipeline,
        node,
        Feeds(),
        circumstances,
        scenario=scenario,
        purpose=Purpose.SUPPLY,
    )


def _ordered(found: Mapping[str, Task]) -> tuple[Task, ...]:

    position = {name: number for number, name in enumerate(found)}
    known = {
        name: (
            task
            if all(need in found for need in task.needs())
            else replace(task, blocked=task.blocked or _unknown_supplier(task, found))
        )
        for name, task in found.items()
    }
    try:
        return tuple(known[name] for name in _in_order(known, position))
    except CycleError as error:
        why = not_run.circle(error.args[1])
        cut = {name: replace(known[name], inputs=(), blocked=why) for name in error.args[1]}
        return _ordered({**known, **cut})


def _in_order(found: Mapping[str, Task], position: Mapping[str, int]) -> Iterator[str]:
    """Give each name after what it needs; of those that could be next, the first in the plan."""
    graph = TopologicalSorter(
        {name: [need for need in task.needs() if need in found] for name, task in found.items()}
    )
    graph.prepare()
    ready: list[tuple[int, str]] = []
    while graph.is_active():
        for name in graph.get_ready():
            heapq.heappush(ready, (position[name], name))
        _, chosen = heapq.heappop(ready)
        yield chosen
        graph.done(chosen)


def _unknown_supplier(task: Task, found: Mapping[str, Task]) -> str:
    gone = next(need for need in task.needs() if need not in found)
    return not_run.stranger(gone)
