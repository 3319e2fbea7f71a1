"""Nodes of a pipeline and steps of an execution, brought together without a guess."""

from __future__ import annotations

from typing import Any

from ci_scriptcheck.model.contract import Bound, Dataset, Port, Schema, Synthesized
from ci_scriptcheck.model.execution import (
    Execution,
    ExecutionPort,
    ExecutionStep,
    Status,
    StepKind,
    UnreadStep,
    execution_name,
)
from ci_scriptcheck.model.execution_match import Matching, Said, matched, said
from ci_scriptcheck.model.project import Node, Pipeline, Project, Step
from ci_scriptcheck.model.s3_place import s3_place

NAME = execution_name(
    "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/fraud/execution/5q8w2e1rt0zu"
)


def a_port(name: str, path: str | None = None) -> ExecutionPort:
    return ExecutionPort(name=name, path=path, place=s3_place(f"s3://company-ml/{name}"))


def a_step(name: str, **given: Any) -> ExecutionStep:
    parts: dict[str, Any] = {"kind": StepKind.PROCESSING, "status": Status.SUCCEEDED, "job": name}
    return ExecutionStep(name=name, **parts | given)


def a_node(name: str, step: str | None = None, **given: Any) -> Node:
    return Node(name=name, step=step or name, **given)


def an_execution_of(*steps: ExecutionStep, unread: tuple[UnreadStep, ...] = ()) -> Execution:
    return Execution(
        name=NAME,
        status=Status.SUCCEEDED,
        began="2026-11-19T02:00:00+00:00",
        seconds=1.0,
        steps=steps,
        unread=unread,
    )


def matching(
    nodes: list[Node],
    steps: list[ExecutionStep],
    unread: tuple[UnreadStep, ...] = (),
) -> Matching:
    known = {node.step: Step(name=node.step, script=f"scripts/{node.step}.py") for node in nodes}
    execution = an_execution_of(*steps, unread=unread)
    pipeline = Pipeline(name="fraud", nodes=tuple(nodes), links=(), edges=())
    return matched(pipeline, known, execution)


def pairs(found: Matching) -> dict[str, str]:
    return {node: one.step.name for node, one in found.nodes.items()}


def reasons(found: Matching) -> list[tuple[str | None, str | None, str]]:
    return [(one.node, one.port, one.why) for one in found.unmatched]


def running(script: str, name: str, *outputs: str) -> ExecutionStep:
    arguments = ("python3", f"/opt/ml/processing/input/code/{script}")
    return a_step(name, arguments=arguments, outputs=tuple(a_port(one) for one in outputs))


def out(*names: str) -> tuple[Port, ...]:
    return tuple(Port(name=name, parameter=name) for name in names)


def test_a_node_is_found_by_its_own_name_before_that_of_its_step() -> None:
    nodes = [a_node("clean_train", "clean"), a_node("clean_test", "clean")]

    found = matching(nodes, [a_step("clean_test"), a_step("clean_train")])

    assert pairs(found) == {"clean_train": "clean_train", "clean_test": "clean_test"}
    assert found.unmatched == ()


def test_words_of_a_name_may_be_joined_in_another_way() -> None:
    found = matching([a_node("XGBoostTraining_v2")], [a_step("xgboost-training-v2")])

    assert pairs(found) == {"XGBoostTraining_v2": "xgboost-training-v2"}


def test_the_name_of_the_step_settles_it_where_one_node_is_left() -> None:
    found = matching([a_node("first", "clean")], [a_step("Clean")])

    assert pairs(found) == {"first": "Clean"}


def test_two_nodes_that_fit_one_step_are_both_told_and_neither_is_guessed() -> None:
    found = matching([a_node("one", "clean"), a_node("two", "clean")], [a_step("clean")])

    assert pairs(found) == {}
    assert reasons(found) == [
        ("one", None, "by its step's name, it fits `clean`; so does `two`"),
        ("two", None, "by its step's name, it fits `clean`; so does `one`"),
        (None, None, "step `clean` of the execution fits no node of `fraud`"),
    ]


def test_a_script_settles_it_where_no_name_does() -> None:
    found = matching([a_node("clean")], [running("clean.py", "Step-7"), running("x.py", "Step-8")])

    assert pairs(found) == {"clean": "Step-7"}


def test_of_steps_with_the_same_script_the_ports_settle_it() -> None:
    nodes = [a_node("clean", outputs=out("train_rows"))]

    found = matching(
        nodes, [running("clean.py", "A", "test_rows"), running("clean.py", "B", "train_rows")]
    )

    assert pairs(found) == {"clean": "B"}


def test_steps_with_the_same_script_and_ports_are_not_guessed() -> None:
    found = matching([a_node("clean")], [running("clean.py", "A"), running("clean.py", "B")])

    assert reasons(found)[0] == ("clean", None, "by its script and ports, it fits `A`, `B`")


def test_the_script_of_a_training_job_stands_in_its_hyperparameters() -> None:
    step = a_step("Step-1", hyperparameters={"sagemaker_program": '"train.py"'})

    assert pairs(matching([a_node("train")], [step])) == {"train": "Step-1"}


def test_a_node_whose_step_could_not_be_read_says_why() -> None:
    unread = UnreadStep(
        name="Approve", kind="Condition", status=Status.SUCCEEDED, why="is a Condition step"
    )

    found = matching([a_node("approve")], [], (unread,))

    assert reasons(found) == [("approve", None, "step `Approve` is a Condition step")]


def test_a_port_is_found_by_its_name_its_parameter_or_its_path() -> None:
    node = a_node(
        "clean",
        inputs=(
            Port(name="raw", parameter="raw"),
            Port(name="people", parameter="people_path"),
            Port(name="limits", parameter="limits", path="/opt/ml/processing/input/cfg/"),
        ),
    )
    ports = [
        a_port("raw"),
        a_port("people-path"),
        a_port("input-3", "/opt/ml/processing/input/cfg"),
    ]

    found = matching([node], [a_step("clean", inputs=tuple(ports))])

    parts = found.nodes["clean"].inputs
    assert {name: part[0].port.name for name, part in parts.items()} == {
        "raw": "raw",
        "people": "people-path",
        "limits": "input-3",
    }


def test_a_port_that_holds_several_channels_is_filled_folder_by_folder() -> None:
    channels = [a_port(name, f"/opt/ml/input/data/{name}") for name in ("train", "test")]
    node = a_node("fit", inputs=(Port(name="data", parameter="data", path="/opt/ml/input/data"),))

    found = matching([node], [a_step("fit", inputs=tuple(channels))])

    parts = found.nodes["fit"].inputs["data"]
    assert [(part.port.name, part.inside) for part in parts] == [
        ("train", "train"),
        ("test", "test"),
    ]


def test_a_port_that_is_a_folder_of_a_wider_one_takes_just_that() -> None:
    wide = a_port("all", "/opt/ml/processing/output")
    node = a_node(
        "split",
        outputs=(Port(name="train", parameter="t", path="/opt/ml/processing/output/train"),),
    )

    found = matching([node], [a_step("split", outputs=(wide,))])

    (part,) = found.nodes["split"].outputs["train"]
    assert (part.port.name, part.below) == ("all", "train")


def test_a_port_that_fits_nothing_is_told_with_what_there_is() -> None:
    port = Port(name="labels", parameter="labels", path="/opt/ml/processing/input/labels")

    found = matching([a_node("clean", inputs=(port,))], [a_step("clean", inputs=(a_port("raw"),))])

    assert reasons(found) == [
        (
            "clean",
            "labels",
            "no input of step `clean` is called so or lies at /opt/ml/processing/input/labels;"
            " it has `raw`",
        )
    ]


def test_what_the_settings_say_of_data_is_known_by_step_and_port() -> None:
    bound = Bound(file="m.json", path="kept.share")
    node = a_node(
        "clean",
        outputs=(
            Port(name="rows", parameter="rows", dataset="rows"),
            Port(name="report", parameter="report", bounds=(bound,)),
        ),
    )
    open_data = Dataset(name="rows", schema=Schema(), files=(), origin=Synthesized(), public=True)
    other = Pipeline(name="another", nodes=(a_node("x"),), links=(), edges=())
    project = Project(
        name="fraud",
        datasets={"rows": open_data},
        pipelines={
            "another": other,
            "fraud": Pipeline(name="fraud", nodes=(node,), links=(), edges=()),
        },
    )
    outputs = tuple(a_port(name) for name in ("rows", "report", "log"))

    found = said(project, an_execution_of(a_step("Clean", outputs=outputs)))

    assert found == {
        ("Clean", "rows"): Said(is_public=True),
        ("Clean", "report"): Said(ways=("kept.share",)),
    }


def test_a_project_without_pipelines_says_nothing() -> None:
    assert said(Project(name="fraud"), an_execution_of(a_step("clean"))) == {}
