"""Where the nodes of a graph stand in a picture, and where its arrows run, in whole pixels.

Layer by layer from left to right, as Sugiyama, Tagawa and Toda have it (1981): each node stands
right of all that feeds it; an arrow over several layers passes each on a track of its own; within
a layer, nodes stand in the order, and near the height, of their neighbours.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from ci_scriptcheck.report.graph import Node
from ci_scriptcheck.report.standing import Standing
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ci_scriptcheck.report.graph import Graph

NODE_WIDTH = 184
NODE_HEIGHT = 46

_COLUMN = NODE_WIDTH + 56
_GAP = 14
_TRACK = 6
_MARGIN = 6
_SWEEPS = 4

_Place = tuple[int, int]
"""Number of a node and a layer: the node itself in its own layer, its track in later ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A node with its upper left corner."""

    node: Node
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A piece of an arrow from left to right.

    Attributes:
        has_head: Whether it ends at a node, and not on a track.
        is_blocked: Whether nothing came this way, since what lies before it failed or was not run.
    """

    start: tuple[int, int]
    end: tuple[int, int]
    has_head: bool
    is_blocked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A graph with a place for everything."""

    name: str
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def drawn(graph: Graph) -> Drawing:
    """Give each node and arrow of a graph its place; equal graphs are drawn equally."""
    levels = _levels(graph)
    joints = _joints(graph, levels)
    layers = _in_order(_layers(levels, joints), joints)
    centres = _centres(layers, joints, levels)
    lowest = max((centres[place] for layer in layers for place in layer), default=0)
    return Drawing(
        name=graph.name,
        width=len(layers) * _COLUMN - (_COLUMN - NODE_WIDTH) + 2 * _MARGIN,
        height=lowest + NODE_HEIGHT // 2 + _MARGIN,
        boxes=tuple(
            Box(node=node, x=_left(level), y=centres[number, level] - NODE_HEIGHT // 2)
            for number, (node, level) in enumerate(zip(graph.nodes, levels, strict=True))
        ),
        lines=tuple(_lines(graph, joints, levels, centres)),
    )


def _levels(graph: Graph) -> list[int]:
    """Count the steps that lead to each node; what nothing feeds stands just before its readers."""
    levels = [0] * len(graph.nodes)
    for producer, consumer in sorted(graph.edges, key=lambda edge: edge[1]):
        levels[consumer] = max(levels[consumer], levels[producer] + 1)
    fed = {consumer for _, consumer in graph.edges}
    readers: dict[int, list[int]] = {}
    for producer, consumer in graph.edges:
        readers.setdefault(producer, []).append(levels[consumer])
    return [
        level if number in fed else min(readers.get(number, [1])) - 1
        for number, level in enumerate(levels)
    ]


def _joints(graph: Graph, levels: Sequence[int]) -> list[tuple[_Place, _Place]]:
    """Cut every edge at the layers it crosses; edges from one node share its track."""
    joints: dict[tuple[_Place, _Place], None] = {}
    for producer, consumer in graph.edges:
        stations = [(producer, level) for level in range(levels[producer], levels[consumer])]
        stations.append((consumer, levels[consumer]))
        joints.update(dict.fromkeys(itertools.pairwise(stations)))
    return list(joints)


def _layers(levels: Sequence[int], joints: Sequence[tuple[_Place, _Place]]) -> list[list[_Place]]:
    places = {(number, level) for number, level in enumerate(levels)}
    places.update(place for joint in joints for place in joint)
    layers: list[list[_Place]] = [[] for _ in range(max(levels, default=-1) + 1)]
    for place in sorted(places):
        layers[place[1]].append(place)
    return layers


def _in_order(
    layers: list[list[_Place]], joints: Sequence[tuple[_Place, _Place]]
) -> list[list[_Place]]:
    """Order each layer by the mean position of its neighbours, forth and back, to untangle arrows."""
    before, behind = _neighbours(joints)
    position = {place: index for layer in layers for index, place in enumerate(layer)}
    for sweep in range(_SWEEPS):
        beside, walk = (before, layers) if sweep % 2 == 0 else (behind, layers[::-1])
        for layer in walk:
            means = {place: _mean(place, beside, position) for place in layer}
            layer.sort(key=means.__getitem__)
            position.update({place: index for index, place in enumerate(layer)})
    return layers


def _centres(
    layers: list[list[_Place]], joints: Sequence[tuple[_Place, _Place]], levels: Sequence[int]
) -> dict[_Place, int]:
    """Give everything a height as near as can be to that of its neighbours, without touching."""
    before, behind = _neighbours(joints)
    heights: dict[_Place, float] = {}
    for layer in layers:
        offsets = _offsets(layer, levels)
        heights.update(zip(layer, offsets, strict=True))
    for sweep in range(_SWEEPS):
        beside, walk = (before, layers) if sweep % 2 == 0 else (behind, layers[::-1])
        for layer in walk:
            wanted = [_mean(place, beside, heights) for place in layer]
            heights.update(zip(layer, _apart(wanted, _offsets(layer, levels)), strict=True))
    top = min(heights.values(), default=0.0) - NODE_HEIGHT / 2 - _MARGIN
    return {place: round(height - top) for place, height in heights.items()}


def _offsets(layer: Sequence[_Place], levels: Sequence[int]) -> list[float]:
    """Give the centres of a layer that stands as close as it may."""
    offsets, bottom = [], 0.0
    for number, level in layer:
        height = NODE_HEIGHT if levels[number] == level else _TRACK
        offsets.append(bottom + height / 2)
        bottom += height + _GAP
    return offsets


def _apart(wanted: Sequence[float], offsets: Sequence[float]) -> list[float]:
    """Move heights as little as can be, by least squares, until none is nearer than the offsets say.

    Without the offsets this is monotone regression: pool adjacent violators (Ayer et al., 1955).
    """
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        total, count = want - offset, 1
        while pools and pools[-1][0] * count >= total * pools[-1][1]:
            above, number = pools.pop()
            total, count = total + above, count + number
        pools.append((total, count))
    means = [total / count for total, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


def _neighbours(
    joints: Sequence[tuple[_Place, _Place]],
) -> tuple[dict[_Place, list[_Place]], dict[_Place, list[_Place]]]:
    before: dict[_Place, list[_Place]] = {}
    behind: dict[_Place, list[_Place]] = {}
    for first, second in joints:
        before.setdefault(second, []).append(first)
        behind.setdefault(first, []).append(second)
    return before, behind


def _mean(
    place: _Place,
    beside: dict[_Place, list[_Place]],
    known: dict[_Place, int] | dict[_Place, float],
) -> float:
    found = beside.get(place)
    return sum(known[other] for other in found) / len(found) if found else known[place]


def _lines(
    graph: Graph,
    joints: Sequence[tuple[_Place, _Place]],
    levels: Sequence[int],
    centres: dict[_Place, int],
) -> list[Line]:
    lines = []
    blocking = {Standing.FAILED, Standing.EXCUSED, Standing.WAITING}
    for first, second in joints:
        is_blocked = graph.nodes[first[0]].standing in blocking
        start = (_left(first[1]) + NODE_WIDTH, centres[first])
        end = (_left(second[1]), centres[second])
        is_there = levels[second[0]] == second[1]
        lines.append(Line(start=start, end=end, has_head=is_there, is_blocked=is_blocked))
        if not is_there:
            out = (end[0] + NODE_WIDTH, end[1])
            lines.append(Line(start=end, end=out, has_head=False, is_blocked=is_blocked))
    return list(dict.fromkeys(lines))


def _left(level: int) -> int:
    return _MARGIN + level * _COLUMN
