"""The graph of a pipeline: as Mermaid's text, and where everything stands in a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.report import graph
from ci_scriptcheck.report.drawing import NODE_HEIGHT, NODE_WIDTH, drawn
from ci_scriptcheck.report.graph import Graph, Node
from ci_scriptcheck.report.standing import Standing
from ci_scriptcheck.report.web.pictures import shortened
from tests.conftest import a_plan, a_record, a_task
from tests.unit.report.records import a_failing_record, after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def a_graph(count: int, edges: Iterable[tuple[int, int]]) -> Graph:
    nodes = tuple(
        Node(
            task=f"p/n{number}",
            name=f"n{number}",
            outcome=Outcome.PASSED,
            standing=Standing.PASSED,
        )
        for number in range(count)
    )
    return Graph(name="p", nodes=nodes, edges=tuple(sorted(set(edges))))


def named(name: str) -> str:
    """Write the line of the only node of a graph, of this name."""
    [one] = graph.graphs(a_record(a_plan(a_task(name, pipeline="p"))))
    return graph.mermaid(one).splitlines()[1]


@st.composite
def any_graph(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 12))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    edges = draw(st.lists(pairs.filter(lambda pair: pair[0] < pair[1]), max_size=30))
    return a_graph(count, edges)


def test_the_graph_as_a_comment_shows_it(golden: Callable[[str], object]) -> None:
    [one] = graph.graphs(a_failing_record())

    assert graph.mermaid(one) == golden("page/failing.mmd")


@pytest.mark.parametrize(
    ("length", "beside", "direction"),
    [(6, 0, "LR"), (7, 0, "TB"), (7, 5, "TB"), (7, 6, "LR")],
)
def test_a_row_that_is_too_long_goes_downwards_unless_too_many_stand_beside_each_other(
    length: int, beside: int, direction: str
) -> None:
    row = [(number, number + 1) for number in range(length - 1)]
    others = [(0, length + number) for number in range(beside)]

    written = graph.mermaid(a_graph(length + beside, [*row, *others]))

    assert written.startswith(f"flowchart {direction}\n")


def test_each_scenario_of_a_pipeline_has_a_graph_of_its_own() -> None:
    tasks = [a_task("a", pipeline="p"), a_task("a", pipeline="p", scenario="edge_cases")]

    assert [one.name for one in graph.graphs(a_record(a_plan(*tasks)))] == ["p", "p[edge_cases]"]


def test_what_another_pipeline_feeds_is_shown_by_its_whole_name() -> None:
    reader = after("train", "split")
    tasks = [
        a_task("split", pipeline="fraud"),
        a_task("score", pipeline="b", inputs=reader.inputs),
    ]

    second = graph.graphs(a_record(a_plan(*tasks)))[1]

    assert [node.name for node in second.nodes] == ["fraud/split", "score"]
    assert second.edges == ((0, 1),)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("train", '  train["train<br/>changed, passed"]:::passed'),
        ("end", '  n1_["end<br/>changed, passed"]:::passed'),
        ('a"]; b', '  n1_["a#34;]#59; b<br/>changed, passed"]:::passed'),
        ("<b>@x`", '  n1_["#60;b#62;#64;x#96;<br/>changed, passed"]:::passed'),
        ("1. a", '  n1_["#49;. a<br/>changed, passed"]:::passed'),
        ("a\nb", '  n1_["a#92;#8288;nb<br/>changed, passed"]:::passed'),
        (
            "%%{init: {}}%%",
            '  n1_["#37;#37;{init#58;#8288; {}}#37;#37;<br/>changed, passed"]:::passed',
        ),
        (
            "$$x$$",
            '  n1_["#36;#8288;#36;#8288;x#36;#8288;#36;#8288;<br/>changed, passed"]:::passed',
        ),
    ],
)
def test_a_name_means_nothing_to_mermaid(name: str, line: str) -> None:
    assert named(name) == line


@given(any_graph())
def test_no_two_boxes_touch_and_every_box_is_inside(one: Graph) -> None:
    drawing = drawn(one)

    for number, box in enumerate(drawing.boxes):
        assert 0 <= box.x <= drawing.width - NODE_WIDTH
        assert 0 <= box.y <= drawing.height - NODE_HEIGHT
        for other in drawing.boxes[:number]:
            assert box.x != other.x or abs(box.y - other.y) > NODE_HEIGHT


@given(any_graph())
def test_every_box_stands_right_of_what_feeds_it(one: Graph) -> None:
    boxes = drawn(one).boxes

    assert all(boxes[first].x + NODE_WIDTH < boxes[second].x for first, second in one.edges)


@given(any_graph())
def test_an_arrow_ends_at_every_box_that_is_fed(one: Graph) -> None:
    drawing = drawn(one)
    ends = {line.end for line in drawing.lines if line.has_head}

    fed = {drawing.boxes[second] for _, second in one.edges}
    assert {(box.x, box.y + NODE_HEIGHT // 2) for box in fed} == ends


@pytest.mark.slow
def test_two_hundred_nodes_that_all_need_each_other_are_drawn() -> None:
    edges = [(first, second) for second in range(200) for first in range(second)]

    assert len(drawn(a_graph(200, edges)).boxes) == 200


def test_a_long_name_keeps_its_end() -> None:
    assert shortened("TabularPreprocessing_calibration", 15) == "Tabular…bration"
    assert shortened("特征工程特征工程特征工程", 11) == "特征工…工程"
    assert shortened("train", 15) == "train"
