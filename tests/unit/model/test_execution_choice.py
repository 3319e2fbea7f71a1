"""Which execution belongs to which pipeline: as it is said, by its name, or as there is but one."""

from __future__ import annotations

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.aws import AwsSettings
from ci_scriptcheck.model.contract import Dataset, Port, Schema, Synthesized
from ci_scriptcheck.model.execution_choice import Choice, chosen
from ci_scriptcheck.model.options import Options
from ci_scriptcheck.model.project import Node, Pipeline, Project
from tests.unit.model.test_execution_match import NAME

ARN = NAME.arn  # of the pipeline `fraud`


def options(*executions: str, newest: bool = False) -> Options:
    from pathlib import Path

    return Options(project=Path(), executions=executions, newest=newest)


def a_project(*pipelines: str, real: str | None = None, **executions: str) -> Project:
    port = Port(name="in", parameter="in", dataset="raw", external=True)
    dataset = Dataset(name="raw", schema=Schema(), files=(), origin=Synthesized(), real=real)
    nodes = (Node(name="load", step="load", inputs=(port,)),)
    return Project(
        name="company",
        datasets={"raw": dataset},
        pipelines={
            name: Pipeline(name=name, nodes=nodes, links=(), edges=()) for name in pipelines
        },
        aws=AwsSettings(executions=executions),
    )


def names(project: Project, asked: Options) -> dict[str, str]:
    return {key: one.name for key, one in chosen(project, [*project.pipelines], asked).items()}


def test_the_settings_say_it() -> None:
    project = a_project("daily", "weekly", daily="fraud")

    assert names(project, options()) == {"daily": "fraud"}
    assert names(project, options(ARN)) == {"daily": ARN}


def test_a_name_says_it_however_its_words_are_joined() -> None:
    assert names(a_project("daily", "Fr_aud"), options(ARN)) == {"Fr_aud": ARN}


def test_the_only_pipeline_is_meant() -> None:
    assert names(a_project("daily"), options(ARN)) == {"daily": ARN}


def test_a_pipeline_that_the_settings_call_otherwise_is_not_meant() -> None:
    assert names(a_project("daily", "weekly", weekly="churn"), options(ARN)) == {"daily": ARN}


def test_of_several_none_is_guessed() -> None:
    with pytest.raises(UsageError) as caught:
        names(a_project("daily", "weekly"), options(ARN))

    assert "of which pipeline `fraud` is an execution is not known" in caught.value.what


@pytest.mark.parametrize(
    ("named", "advice"),
    [
        ("frauds-daily", "did you mean `fraud-daily`?"),
        ("0ctobbbbbbbb", "the id of an execution is not enough, its ARN is"),
        ("churn", "name `fraud-daily`, for its newest execution that succeeded"),
        (ARN, "write `executions: {daily: fraud}` under `aws` if it is this one"),
    ],
)
def test_what_the_settings_call_otherwise_is_held_against_what_they_say(
    named: str, advice: str
) -> None:
    project = a_project("daily", "weekly", daily="fraud-daily")

    with pytest.raises(UsageError) as caught:
        chosen(project, ["daily"], options(named))

    called = "fraud" if named == ARN else named
    assert caught.value.what == f"`{called}` is not what `daily` is called on SageMaker"
    assert caught.value.facts == ("`executions` under `aws` say that it is `fraud-daily`",)
    assert (caught.value.advice or "").startswith(advice)


def test_two_executions_of_one_pipeline_are_a_mistake() -> None:
    with pytest.raises(UsageError) as caught:
        names(a_project("daily", daily="fraud"), options(ARN, "fraud"))

    assert caught.value.what == "two executions of `daily` were named"


def test_by_its_own_name_a_pipeline_is_looked_up_only_where_it_has_no_real_data() -> None:
    own = options(newest=True)

    assert chosen(a_project("fraud_daily"), ["fraud_daily"], own) == {
        "fraud_daily": Choice(name="fraud-daily", is_guess=True)
    }
    assert names(a_project("daily", real="s3://company-ml/raw/"), own) == {}
    assert names(a_project("daily"), options()) == {}
