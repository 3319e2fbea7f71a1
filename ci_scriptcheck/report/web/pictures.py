"""Drawings as what SVG wants: paths of lines, and labels that fit their boxes."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from ci_scriptcheck.report import graph
from ci_scriptcheck.report.drawing import NODE_HEIGHT, NODE_WIDTH, drawn
from ci_scriptcheck.report.page import counted, seconds, written_out
from ci_scriptcheck.report.standing import MARKS, Standing, word
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.report.drawing import Box, Line
    from ci_scriptcheck.report.graph import Graph

LABEL = 23
"""Columns of text for which a box has room."""

MOST_OPEN = 3
"""Pictures that are shown unfolded."""

_HEAD = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNode:
    """A box; `title` is the whole name where there is no room for it.

    Attributes:
        differs: Whether a difference begins here, in a task that would look as if nothing had reached it.
    """

    anchor: str
    x: int
    y: int
    standing: Standing
    differs: bool
    name: str
    told: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A graph to be shown.

    Attributes:
        is_open: Whether it is shown unfolded: the first few that fail are, or else the first few.
        flowing: Path of the lines along which data went.
        blocked: Path of those along which nothing came.
        heads: Path of the arrows' heads.
        mermaid: The same graph as text.
    """

    name: str
    summary: str
    is_open: bool
    width: int
    height: int
    nodes: tuple[ShownNode, ...]
    flowing: str
    blocked: str
    heads: str
    mermaid: str


def pictures(record: RunRecord, anchors: Mapping[str, str]) -> tuple[Picture, ...]:
    """Draw each pipeline of a run.

    Args:
        record: The run.
        anchors: Task → where a click on its box leads.
    """
    found = graph.graphs(record)
    # Sorting keeps the plan's order among those that fail, and among the others.
    opened = sorted(found, key=lambda one: not _is_failing(one))[:MOST_OPEN]
    return tuple(_picture(one, anchors, is_open=one in opened) for one in found)


def shortened(text: str, room: int = LABEL) -> str:
    """Cut a name in its middle, since names that begin alike are told apart by their ends."""
    if _columns(text) <= room:
        return text
    head, tail = text[: room // 2], text[-(room // 2) :]
    while _columns(head) + 1 + _columns(tail) > room:
        if _columns(head) > _columns(tail):
            head = head[:-1]
        else:
            tail = tail[1:]
    return f"{head}…{tail}"


def _picture(one: Graph, anchors: Mapping[str, str], *, is_open: bool) -> Picture:
    drawing = drawn(one)
    return Picture(
        name=one.name,
        summary=_summary(one),
        is_open=is_open,
        width=drawing.width,
        height=drawing.height,
        nodes=tuple(_node(box, anchors) for box in drawing.boxes),
        flowing=_path(line for line in drawing.lines if not line.is_blocked),
        blocked=_path(line for line in drawing.lines if line.is_blocked),
        heads="".join(_head(line) for line in drawing.lines if line.has_head),
        mermaid=graph.mermaid(one),
    )


def _is_failing(one: Graph) -> bool:
    return any(node.standing is Standing.FAILED for node in one.nodes)


def _summary(one: Graph) -> str:
    outcomes = [_told(node.standing, word(node.outcome)) for node in one.nodes]
    counts = [f"{outcomes.count(name)} {name}" for name in dict.fromkeys(outcomes)]
    return f"{counted(len(one.nodes), 'task')}: {', '.join(counts)}"


def _node(box: Box, anchors: Mapping[str, str]) -> ShownNode:
    node = box.node
    name = shortened(written_out(node.name))
    told = f"{MARKS[node.outcome]} {_told(node.standing, word(node.outcome))}"
    shows_time = node.seconds is not None and node.standing is not Standing.REUSED
    time = f" · {seconds(node.seconds or 0)}" if shows_time else ""
    differs = node.begins and node.standing in {Standing.PASSED, Standing.REUSED}
    return ShownNode(
        anchor=anchors[node.task],
        x=box.x,
        y=box.y,
        standing=node.standing,
        differs=differs,
        name=name,
        # There is no room for both.
        told=f"{told}, other data" if differs else told + time,
        title="" if name == node.name else written_out(node.name),
    )


def _told(stands: Standing, what: str) -> str:
    return f"{what}, not counted" if stands is Standing.EXCUSED else what


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _path(lines: Iterable[Line]) -> str:
    return "".join(_piece(line) for line in lines)


def _piece(line: Line) -> str:
    (left, top), (right, bottom) = line.start, line.end
    right -= _HEAD - 1 if line.has_head else 0
    if top == bottom:
        return f"M{left} {top}H{right}"
    middle = (left + right) // 2
    return f"M{left} {top}C{middle} {top} {middle} {bottom} {right} {bottom}"


def _head(line: Line) -> str:
    x, y = line.end
    return f"M{x} {y}l-{_HEAD}-4v8z"


BOX = (NODE_WIDTH, NODE_HEIGHT)
"""Width and height of every box."""
