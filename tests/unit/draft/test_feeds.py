"""Steps are tried behind those that feed them."""

from __future__ import annotations

from ci_scriptcheck.draft.feeds import Feed, feeds_of, in_order
from ci_scriptcheck.model.project import Link, Node, Pipeline, Project


def pipeline(name: str, *links: tuple[str, str]) -> Pipeline:
    nodes = dict.fromkeys(step for link in links for step in link)
    return Pipeline(
        name=name,
        nodes=tuple(Node(name=f"{step}_1", step=step) for step in nodes),
        links=tuple(
            Link(producer=f"{one}_1", output="out", consumer=f"{other}_1", input="in")
            for one, other in links
        ),
        edges=tuple((f"{one}_1", f"{other}_1") for one, other in links),
    )


def project(*pipelines: Pipeline) -> Project:
    return Project(name="p", pipelines={one.name: one for one in pipelines})


def test_the_pipeline_that_a_step_alone_is_fed_from_comes_first() -> None:
    found = feeds_of(project(pipeline("b", ("late", "train")), pipeline("a", ("early", "train"))))

    assert found["train", "in"] == [
        Feed(pipeline="a", node="early_1", step="early", output="out"),
        Feed(pipeline="b", node="late_1", step="late", output="out"),
    ]


def test_suppliers_come_first() -> None:
    found = feeds_of(project(pipeline("a", ("load", "clean"), ("clean", "train"))))

    assert in_order(["train", "clean", "load"], found) == ["load", "clean", "train"]


def test_steps_that_feed_each_other_in_different_pipelines_are_each_there_once() -> None:
    found = feeds_of(project(pipeline("a", ("x", "y")), pipeline("b", ("y", "x"))))

    assert sorted(in_order(["x", "y"], found)) == ["x", "y"]
