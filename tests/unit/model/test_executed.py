"""What a node is given and told by an execution: the settings hold before production, and production before defaults."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.contract import Port
from ci_scriptcheck.model.executed import Executed, ExecutedNode, done_again, executed
from ci_scriptcheck.model.execution import ExecutionPort, Listing, Status, StepKind
from ci_scriptcheck.model.execution_match import matched
from ci_scriptcheck.model.production import FixturePart
from ci_scriptcheck.model.project import Node, Pipeline, Settings, Step
from ci_scriptcheck.model.s3_place import s3_place
from tests.unit.model.test_execution_match import a_step as a_step_of
from tests.unit.model.test_execution_match import an_execution_of

ALL = (s3_place("s3://company-ml/"),)
SCRIPT = Step(
    name="prepare",
    script="prepare.py",
    variables={"LEAST": "0", "PAUSE": None},
    declared=("SPLIT",),
)


def said(name: str, value: Any, file: str = "scriptcheck.yaml") -> Settings:
    """Make settings in which a file says one thing."""
    part, _, key = name.partition(".")
    parts: dict[str, Any] = {part: {key: value}, "origins": {name: Place(file=file, line=3)}}
    return Settings(**parts)


def a_node(**given: Any) -> ExecutedNode:
    return ExecutedNode(execution="arn", step="Prepare", **given)


def beside(
    step_inputs: tuple[ExecutionPort, ...],
    ports: tuple[Port, ...],
    readable: Any = ALL,
    **given: Any,
) -> Executed:
    """Bring the only node of a pipeline beside the only step of an execution."""
    node = Node(name="prepare", step="prepare", inputs=ports, outputs=ports)
    pipeline = Pipeline(name="fraud", nodes=(node,), links=(), edges=())
    execution = an_execution_of(
        a_step_of("Prepare", inputs=step_inputs, outputs=step_inputs, **given)
    )
    found = matched(pipeline, {"prepare": SCRIPT}, execution)
    return executed(found, execution, readable)


def a_port(name: str = "orders", **given: Any) -> ExecutionPort:
    parts: dict[str, Any] = {"place": s3_place(f"s3://company-ml/{name}/")}
    return ExecutionPort(name=name, **parts | given)


def test_production_holds_before_what_a_contract_has_by_default() -> None:
    settings = said("env.SPLIT", "0.5", "contracts/prepare.step.yaml")

    found, original = done_again(settings, SCRIPT, a_node(environment={"SPLIT": "0.8"}))

    assert found.env == {"SPLIT": "0.8"}
    assert (original.taken, original.kept) == (("SPLIT",), ())


def test_what_a_person_wrote_into_the_settings_holds_before_production() -> None:
    settings = said("env.SPLIT", "0.5")

    found, original = done_again(settings, SCRIPT, a_node(environment={"SPLIT": "0.8"}))

    assert found.env == {"SPLIT": "0.5"}
    assert (original.taken, original.kept) == ((), ("SPLIT",))


def test_what_both_say_alike_is_not_worth_a_word() -> None:
    _, original = done_again(
        said("env.SPLIT", "0.8"), SCRIPT, a_node(environment={"SPLIT": "0.8"})
    )

    assert (original.taken, original.kept) == ((), ())


def test_only_variables_that_somebody_speaks_of_are_taken() -> None:
    given_there = {"LEAST": "10", "AWS_REGION": "x", "PYTHONPATH": "/opt", "UNKNOWN": "1"}

    found, original = done_again(Settings(), SCRIPT, a_node(environment=given_there))

    assert found.env == {"LEAST": "10"}
    assert original.taken == ("LEAST",)


@given(
    name=st.sampled_from(["DB_PASSWORD", "API_KEY", "AUTH_TOKEN", "PRIVATE_SALT"]), value=st.text()
)
def test_nothing_that_is_called_as_a_secret_is_taken_over(name: str, value: str) -> None:
    assert_withheld(name, value)


@given(login=st.text(min_size=1).filter(lambda text: "/" not in text))
def test_no_address_with_a_login_is_taken_over(login: str) -> None:
    assert_withheld("DATABASE", f"postgres://{login}@db.company/orders")


def assert_withheld(name: str, value: str) -> None:
    step = Step(name="prepare", script="prepare.py", variables={name: None})
    node = a_node(environment={name: value}, arguments={name.lower(): value})

    found, original = done_again(Settings(), step, node)

    assert (found.env, found.args, original.taken) == ({}, {}, ())
    assert sorted(original.withheld) == sorted([name, name.lower()])


@pytest.mark.parametrize(
    ("written", "default", "is_given"),
    [
        ("0.8", 0.5, 0.8),
        ("5", None, 5),
        ("5", "1", "5"),
        ("007", None, "007"),
        ("true", False, True),
        ("training", "x", "training"),
        ("-1", 3, -1),
    ],
)
def test_an_argument_is_what_its_default_is(written: str, default: Any, is_given: Any) -> None:
    settings = Settings() if default is None else said("args.split", default, "dag.json")

    found, _ = done_again(settings, SCRIPT, a_node(arguments={"split": written}))

    assert found.args == {"split": is_given}
    assert type(found.args["split"]) is type(is_given)


def test_arguments_are_called_as_the_script_knows_them_and_hyperparameters_are_some() -> None:
    ports = (a_port(),)
    found = beside(
        ports,
        (Port(name="orders", parameter="orders"),),
        kind=StepKind.TRAINING,
        arguments=("python3", "train.py", "--job-type", "training"),
        hyperparameters={"max-depth": "6", "objective": '"binary"', "sagemaker_program": "x.py"},
    )

    assert found.nodes["prepare"].arguments == {
        "job_type": "training",
        "max_depth": "6",
        "objective": "binary",
    }


def test_why_an_input_or_an_output_has_no_counterpart_is_told_of_its_own_side() -> None:
    asked = (Port(name="orders", parameter="orders"), Port(name="data", parameter="data"))

    node = beside((a_port(),), asked).nodes["prepare"]

    assert [*node.unread, *node.uncompared] == ["data", "data"]
    assert node.unread["data"].startswith("no input of step `Prepare` is called so")
    assert node.uncompared["data"].startswith("no output of step `Prepare` is called so")
    assert node.unmatched == ("data",)


def test_what_lies_elsewhere_than_may_be_read_is_told_with_what_to_do() -> None:
    found = beside((a_port(),), (Port(name="orders", parameter="orders"),), ())

    node = found.nodes["prepare"]
    assert (dict(node.inputs), dict(node.outputs)) == ({}, {})
    assert "add it to `prefixes` under `aws`" in node.unread["orders"]
    assert "add it to `prefixes` under `aws`" in node.uncompared["orders"]


@pytest.mark.parametrize(
    ("port", "why"),
    [
        (a_port(place=None, why_not="a query of Athena"), "it is a query of Athena"),
        (a_port(listing=Listing.AUGMENTED), "lines of an augmented manifest are its data"),
    ],
)
def test_what_is_no_folder_of_data_says_what_it_is(port: ExecutionPort, why: str) -> None:
    found = beside((port,), (Port(name="orders", parameter="orders"),))

    assert why in found.nodes["prepare"].unread["orders"]


def test_what_a_failed_step_wrote_is_not_compared_and_what_it_was_given_is_given() -> None:
    port = Port(name="orders", parameter="orders")

    node = beside((a_port(),), (port,), status=Status.FAILED).nodes["prepare"]

    assert node.inputs == {"orders": (FixturePart(fixture="s3://company-ml/orders/"),)}
    assert dict(node.outputs) == {}
    assert "step `Prepare` failed there" in node.uncompared["orders"]


def test_a_port_of_several_channels_has_a_folder_for_each() -> None:
    channels = (
        a_port("train", path="/opt/ml/input/data/train"),
        a_port("validation", path="/opt/ml/input/data/validation"),
    )
    port = Port(name="data", parameter="data", path="/opt/ml/input/data")

    node = beside(channels, (port,)).nodes["prepare"]

    assert node.inputs["data"] == (
        FixturePart(fixture="s3://company-ml/train/", inside="train"),
        FixturePart(fixture="s3://company-ml/validation/", inside="validation"),
    )


@given(
    st.lists(st.sampled_from(["..", ".", "train", "", "a\\b", "\0", "x"]), min_size=1, max_size=4)
)
def test_no_channel_fills_anything_but_a_folder_of_its_port(names: list[str]) -> None:
    path = "/".join(["/opt/ml/input/data", *names])
    port = Port(name="data", parameter="data", path="/opt/ml/input/data")

    node = beside((a_port("some", path=path),), (port,)).nodes["prepare"]

    for part in node.inputs.get("data", ()):
        inside = PurePosixPath(part.inside)
        assert not inside.is_absolute()
        assert ".." not in inside.parts
        assert part.inside.isprintable()


def test_a_port_that_is_a_folder_of_another_is_that_folder_alone() -> None:
    port = Port(name="features", parameter="features", path="/opt/ml/processing/output/features")

    node = beside((a_port("all", path="/opt/ml/processing/output"),), (port,)).nodes["prepare"]

    assert node.outputs["features"] == (FixturePart(fixture="s3://company-ml/all/features"),)


def test_inputs_that_are_none_of_the_steps_are_kept_but_for_code_and_what_may_not_be_read() -> (
    None
):
    far = a_port("far", place=s3_place("s3://far/x/"))
    ports = (Port(name="orders", parameter="orders"),)

    found = beside((a_port(), a_port("input-1"), a_port("code"), far), ports)

    spare = found.nodes["prepare"].spare
    assert spare == {"input-1": FixturePart(fixture="s3://company-ml/input-1/")}
