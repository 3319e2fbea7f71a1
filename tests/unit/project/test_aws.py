"""What the settings say about real data in S3, and what is no place, role, region or size."""

from __future__ import annotations

import pytest

from ci_scriptcheck.model.aws import AwsSettings
from ci_scriptcheck.model.s3_place import s3_place
from tests.unit.project.trees import a_project, the_mistake

ROLE = "arn:aws:iam::123456789012:role/ci/scriptcheck"


def test_nothing_said_reads_nothing() -> None:
    project = a_project("version: 1")

    assert project.aws == AwsSettings()
    assert project.readable() == ()


def test_without_prefixes_the_places_of_the_datasets_may_be_read() -> None:
    project = a_project(
        """
        datasets:
          b: {real: "s3://company-ml/b/"}
          a: {real: "s3://company-ml/a/part.csv"}
          again: {real: "s3://company-ml/b/"}
          made: {}
        """
    )

    assert project.readable() == (
        s3_place("s3://company-ml/a/part.csv"),
        s3_place("s3://company-ml/b/"),
    )


def test_with_prefixes_nothing_else_may_be_read() -> None:
    project = a_project(
        f"""
        aws: {{role: "{ROLE}", prefixes: ["s3://company-ml/fraud/"], sample: all, budget: 2GB}}
        datasets: {{a: {{real: "s3://company-ml/fraud/raw/", sample: 1MB}}}}
        """
    )

    assert project.readable() == (s3_place("s3://company-ml/fraud/"),)
    assert (project.aws.role, project.aws.sample, project.aws.budget) == (ROLE, "all", 2 * 10**9)
    assert project.datasets["a"].sample == 10**6
    assert str(project.aws.origins["budget"]) == "scriptcheck.yaml:2"


@pytest.mark.parametrize(
    "place", ["s3://company-ml/fraud-old/", "s3://company-ml/", "s3://other/fraud/x"]
)
def test_a_dataset_whose_real_data_lie_elsewhere_is_a_mistake(place: str) -> None:
    error = the_mistake(
        f"""
        aws: {{prefixes: ["s3://company-ml/fraud/"]}}
        datasets:
          a:
            real: {place}
        """
    )

    assert error.what == f"`{place}` lies in none of the places that may be read"
    assert error.facts == ("`aws.prefixes` has s3://company-ml/fraud/",)
    assert str(error.where) == "scriptcheck.yaml:5"


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("aws: {role: scriptcheck}", "`aws.role` must be a role's ARN"),
        ("aws: {role: 'arn:aws:iam::123456789012:user/me'}", "`aws.role` must be a role's ARN"),
        ("aws: {region: Ireland}", "`aws.region` must be a region such as `eu-west-1`"),
        ("aws: {prefixes: [company-ml/fraud]}", "it does not begin with `s3://`"),
        ("aws: {prefixes: []}", "`aws.prefixes`"),
        ("aws: {sample: most}", "`aws.sample` must be a size such as `20MB`, or `all`"),
        ("aws: {budget: all}", "`aws.budget` must be a size such as `10MB`"),
        ("datasets: {a: {real: 'https://company-ml/'}}", "`datasets.a.real` must be a place"),
        ("datasets: {a: {real: 's3://Company/'}}", "`Company` is no name of a bucket"),
        ("datasets: {a: {sample: 0B}}", "`datasets.a.sample` must be a size such as `20MB`"),
    ],
)
def test_what_is_no_such_thing_is_told(written: str, what: str) -> None:
    assert what in the_mistake(written).what


def test_rows_are_chosen_by_a_column_that_is_there() -> None:
    error = the_mistake(
        "datasets: {a: {real: 's3://b-1/a/', sample_by: custmer, columns: {customer: {type: int}}}}"
    )

    assert error.what == "`sample_by: custmer` is no column"
    assert error.advice == "did you mean `customer`?"


def test_it_may_be_any_column_of_a_dataset_whose_columns_nobody_has_written_down() -> None:
    project = a_project("datasets: {a: {real: 's3://b-1/a/', sample_by: customer}}")

    assert project.datasets["a"].sample_by == "customer"


def test_executions_are_of_pipelines_that_there_are() -> None:
    project = a_project(
        "aws: {executions: {daily: fraud-training}}\npipelines: {daily: [load.py]}",
    )
    error = the_mistake(
        "aws:\n  executions:\n    dayly: fraud-training\npipelines: {daily: [load.py]}"
    )

    assert project.aws.executions == {"daily": "fraud-training"}
    assert error.what == "there is no pipeline `dayly`"
    assert error.advice == "did you mean `daily`?"
    assert str(error.where) == "scriptcheck.yaml:3"


def test_an_execution_is_named_by_a_pipeline_or_an_arn() -> None:
    error = the_mistake("aws: {executions: {daily: 'not a name'}}")

    assert "must be the name of a pipeline on SageMaker" in error.what
