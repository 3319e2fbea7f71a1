"""What a run is about."""

from ci_scriptcheck import scope
from ci_scriptcheck.model.change import Asked, Selection
from ci_scriptcheck.model.project import Node, Pipeline, Project, Step
from ci_scriptcheck.model.result import Finding, Level

STEPS = {name: Step(name=name, script=f"{name}.py") for name in ("load", "train", "other")}


def pipeline(name: str, *nodes: str) -> Pipeline:
    made = tuple(Node(name=node, step=node) for node in nodes)
    return Pipeline(name=name, nodes=made, links=(), edges=())


PROJECT = Project(
    name="shop",
    steps=STEPS,
    pipelines={
        "daily": pipeline("daily", "load", "train"),
        "daily/old": pipeline("daily/old", "load", "other"),
    },
)


def finding(step: str | None, in_pipeline: str | None = None) -> Finding:
    return Finding(
        rule="SC101", severity=Level.ERROR, message="?", step=step, pipeline=in_pipeline
    )


FINDINGS = (
    finding(None),
    finding("load"),
    finding("other"),
    finding("load", "daily"),
    finding("load", "daily/old"),
    finding("train", "daily"),
)


def about(*nodes: str, steps: tuple[str, ...] = ()) -> list[tuple[str | None, str | None]]:
    selection = Selection(steps=dict.fromkeys(steps, Asked()), nodes=dict.fromkeys(nodes, Asked()))
    found = scope.about(selection, PROJECT, FINDINGS)
    return [(item.pipeline, item.step) for item in found]


def test_findings_of_other_steps_and_pipelines_are_left_out_of_a_choice() -> None:
    assert about("daily/load") == [(None, None), (None, "load"), ("daily", "load")]


def test_a_step_alone_brings_no_finding_of_a_pipeline() -> None:
    assert about(steps=("other",)) == [(None, None), (None, "other")]


def test_a_choice_of_everything_leaves_nothing_out() -> None:
    every = ("daily/load", "daily/train", "daily/old/load", "daily/old/other")

    assert len(about(*every, steps=tuple(STEPS))) == len(FINDINGS)
