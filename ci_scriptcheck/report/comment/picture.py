"""The pipelines of a run as GitHub draws them: those in which something failed, and not more of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ci_scriptcheck.report import escaping, graph
from ci_scriptcheck.report.standing import Standing
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.report.graph import Graph

MOST_NODES = 40
"""A reader sees nothing in a picture of more."""

MOST_EDGES = 120
"""Mermaid refuses 500, and draws a tangle long before."""

MOST_BESIDE = 12
"""Nodes of one rank; a higher picture pushes away what is to be read."""

MOST_RANKS = 16
"""Nodes in a row, which stand below each other where they are many."""

MOST_LINE = 10_000
"""Characters of a line of the picture's text, which names two nodes at most; none may be cut."""

MOST_NAME = 40
"""Characters of a name in a box."""


def drawings(record: RunRecord) -> list[str]:
    """Draw the pipelines in which something failed, each with what leads there and what waits."""
    failing = [one for one in graph.graphs(record) if _numbers(one)]
    fitting = [small for small in map(_around_failures, failing) if _fits(small)]
    several = len(failing) > 1
    return [_drawing(one, named=several) for one in fitting]


def _drawing(one: Graph, *, named: bool) -> str:
    nodes = tuple(replace(node, name=_shortened(node.name)) for node in one.nodes)
    lines = graph.mermaid(replace(one, nodes=nodes)).splitlines()
    drawn = escaping.fenced(lines, "mermaid", MOST_LINE)
    return f"{escaping.name(one.name)}:\n\n{drawn}" if named else drawn


def _numbers(one: Graph) -> list[int]:
    """List the nodes that failed and count."""
    return [number for number, node in enumerate(one.nodes) if node.standing is Standing.FAILED]


def _fits(one: Graph) -> bool:
    few = len(one.nodes) <= MOST_NODES and len(one.edges) <= MOST_EDGES
    counts = Counter(graph.ranks(one)).values()
    return few and bool(one.edges) and len(counts) <= MOST_RANKS and max(counts) <= MOST_BESIDE


def _around_failures(one: Graph) -> Graph:
    """Leave out what is joined to nothing, and of a large graph all but what leads to failures or waits."""
    joined = _only(one, {number for edge in one.edges for number in edge})
    if _fits(joined):
        return joined
    failed = set(_numbers(joined))
    kept = failed | {second for first, second in joined.edges if first in failed}
    waiting = list(failed)
    suppliers: dict[int, list[int]] = {}
    for first, second in joined.edges:
        suppliers.setdefault(second, []).append(first)
    while waiting:
        new = set(suppliers.get(waiting.pop(), ())) - kept
        kept |= new
        waiting += new
    return _only(joined, kept)


def _only(one: Graph, kept: set[int]) -> Graph:
    order = {number: place for place, number in enumerate(sorted(kept))}
    return replace(
        one,
        nodes=tuple(one.nodes[number] for number in sorted(kept)),
        edges=tuple(
            (order[first], order[second])
            for first, second in one.edges
            if first in order and second in order
        ),
    )


def _shortened(name: str) -> str:
    if len(name) <= MOST_NAME:
        return name
    half = MOST_NAME // 2
    return f"{name[: half - 1]}…{name[-half:]}"
