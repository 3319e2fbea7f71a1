"""The tasks of each pipeline as a graph: what feeds what, with outcomes; and that as Mermaid's text.

Where the nodes stand in a picture is the business of `drawing`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from ci_scriptcheck.model import change
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.model.scenario import STANDARD
from ci_scriptcheck.report.page import written_out
from ci_scriptcheck.report.standing import Standing, standing, word
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.run_record import RunRecord


MOST_IN_A_ROW = 6
"""Nodes whose names can be read beside each other in GitHub's column; longer rows are drawn downwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A task in a graph.

    Attributes:
        name: What it is called among the others; a guest from another pipeline by its whole id.
        is_changed: Whether its own script differs, and not only something that it depends on.
        begins: Whether it writes something else than on base, given the same.
    """

    task: str
    name: str
    outcome: Outcome
    standing: Standing
    seconds: float | None = None
    is_changed: bool = False
    begins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The tasks of a pipeline in one scenario.

    Attributes:
        name: Of the pipeline, with the scenario where it is not the usual one.
        nodes: Each after those that feed it.
        edges: Numbers of two nodes, the first feeding the second; sorted.
    """

    name: str
    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]


def graphs(record: RunRecord) -> tuple[Graph, ...]:
    """Give the graph of each pipeline and scenario of a run, in the plan's order."""
    record = record.of_head()
    groups: dict[str, list[Task]] = {}
    for task in record.plan.tasks:
        if task.pipeline is not None:
            groups.setdefault(_group(task), []).append(task)
    results = {result.task: result for result in record.results}
    order = {task.id: number for number, task in enumerate(record.plan.tasks)}
    return tuple(
        _graph(name, _with_guests(members, record.plan, order), record.plan, results)
        for name, members in groups.items()
    )


def mermaid(graph: Graph) -> str:
    """Write a graph as GitHub draws it in a comment."""
    keys = _keys(graph)
    told: set[int] = set()

    def told_of(number: int) -> str:
        if number in told:
            return keys[number]
        told.add(number)
        node = graph.nodes[number]
        return f'{keys[number]}["{_label(node)}"]:::{node.standing.value}'

    # An f-string calls from the left, so that a node is described where it is first named.
    lines = [f"  {told_of(first)} --> {told_of(second)}" for first, second in graph.edges]
    lines += [f"  {told_of(number)}" for number in range(len(graph.nodes)) if number not in told]
    used = {node.standing for node in graph.nodes}
    lines += [f"  classDef {kind.value} {_STYLES[kind]}" for kind in Standing if kind in used]
    return "\n".join([f"flowchart {_direction(graph)}", *lines]) + "\n"


def _direction(graph: Graph) -> str:
    """Draw from left to right, but a row of too many downwards, where no rank has too many either."""
    counts = Counter(ranks(graph)).values()
    return "TB" if len(counts) > MOST_IN_A_ROW >= max(counts) else "LR"


def ranks(graph: Graph) -> list[int]:
    """Give for each node how many stand in a row before it, on the longest way that leads there."""
    found = [0] * len(graph.nodes)
    # Edges are sorted, and nodes stand behind what feeds them.
    for first, second in graph.edges:
        found[second] = max(found[second], found[first] + 1)
    return found


_STYLES: Mapping[Standing, str] = {
    Standing.PASSED: "fill:#dafbe1,stroke:#1a7f37,color:#0a3d18",
    Standing.FAILED: "fill:#ffebe9,stroke:#cf222e,color:#82071e",
    Standing.EXCUSED: "fill:#fff8c5,stroke:#9a6700,color:#4d2d00",
    Standing.WAITING: "fill:#f6f8fa,stroke:#8c959f,color:#57606a,stroke-dasharray:4",
    Standing.REUSED: "fill:#ffffff,stroke:#8c959f,color:#57606a",
}

# What may stand as a node's key, and the words that Mermaid takes for something else.
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_RESERVED = frozenset(
    (
        *("call", "class", "classdef", "click", "default", "direction", "end", "flowchart"),
        *("graph", "href", "linkstyle", "style", "subgraph"),
    )
)
# In Mermaid's own way: `#` and a number. A backtick would begin Markdown, and `@` call somebody.
# So would a number with a dot at the beginning. `%%{` is an order to Mermaid wherever it stands.
_MEANING = re.compile(r"[\"#<>&`@;$%:\\]|^[-+*]|^\d(?=\d*[.)])")
# Formulas, names of icons and ends of lines are looked for only when that has been read. What does not
# show, and joins two words, parts them.
_READ_LATER = frozenset("$:\\")
_JOINER = "#8288;"
_OURS = re.compile(r"n\d+_")


def _group(task: Task) -> str:
    name = task.pipeline or ""
    suffix = task.variant or task.scenario
    return name if suffix == STANDARD else f"{name}[{suffix}]"


def _with_guests(members: list[Task], plan: Plan, ranks: Mapping[str, int]) -> list[Task]:
    """Add what other groups feed them, in the plan's order."""
    known = plan.by_id()
    ids = {task.id for task in members}
    needed = {name for task in members for name in task.needs()} - ids
    guests = [known[name] for name in needed if name in known]
    return sorted([*members, *guests], key=lambda task: ranks[task.id])


def _graph(name: str, tasks: list[Task], plan: Plan, results: Mapping[str, TaskResult]) -> Graph:
    numbers = {task.id: number for number, task in enumerate(tasks)}
    edges = {
        (numbers[supplier], numbers[task.id])
        for task in tasks
        for supplier in task.needs()
        # The plan has an order; what would go against it is drawn no arrow.
        if supplier in numbers and numbers[supplier] < numbers[task.id]
    }
    return Graph(
        name=name,
        nodes=tuple(_node(task, name, plan, results[task.id]) for task in tasks),
        edges=tuple(sorted(edges)),
    )


def _node(task: Task, group: str, plan: Plan, result: TaskResult) -> Node:
    return Node(
        task=task.id,
        name=task.node if _group(task) == group else task.id,
        outcome=result.outcome,
        standing=standing(task, result, plan),
        seconds=result.seconds,
        is_changed=isinstance(task.reason, change.ScriptChanged) and not task.reason.is_same,
        begins=result.is_first_to_differ,
    )


def _keys(graph: Graph) -> list[str]:
    """Give each node a short name that Mermaid reads as nothing else: its own where that will do."""
    names = [node.name for node in graph.nodes]
    return [
        name if _is_plain(name) and names.count(name) == 1 else f"n{number}_"
        for number, name in enumerate(names, 1)
    ]


def _is_plain(name: str) -> bool:
    is_word = _KEY.fullmatch(name) is not None and _OURS.fullmatch(name) is None
    return is_word and name.casefold() not in _RESERVED


def _label(node: Node) -> str:
    told = word(node.outcome)
    if node.standing is Standing.EXCUSED:
        told += ", not counted"
    return f"{_escaped(node.name)}<br/>{'changed, ' if node.is_changed else ''}{told}"


def _escaped(text: str) -> str:
    return _MEANING.sub(_numbered, written_out(text))


def _numbered(found: re.Match[str]) -> str:
    return f"#{ord(found[0])};{_JOINER if found[0] in _READ_LATER else ''}"
