"""A project that uses every key of the settings file, read from a working folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_scriptcheck.model import codec
from ci_scriptcheck.model.contract import CopiedFrom, GeneratedBy, GivenFile, TableFile, WrittenBy
from ci_scriptcheck.model.project import Known, Limits, Link, Network, Project
from ci_scriptcheck.model.s3_place import S3Place
from ci_scriptcheck.model.scenario import Expect
from ci_scriptcheck.project.loader import WorkingTree, find_projects, load_project

EVERYTHING = Path(__file__).parents[2] / "projects" / "everything"


def everything() -> WorkingTree:
    files = tuple(
        path.relative_to(EVERYTHING).as_posix()
        for path in EVERYTHING.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    return WorkingTree(EVERYTHING, files)


@pytest.fixture(scope="module")
def project() -> Project:
    return load_project(everything())


def test_nothing_is_wrong_with_it(project: Project) -> None:
    assert project.findings == ()
    assert (project.name, project.base) == ("fraud", "main")


def test_its_defaults_reach_every_step(project: Project) -> None:
    settings = project.steps["load"].settings

    assert settings.python == ".venv/bin/python"
    assert settings.requirements == ("requirements.txt",)
    assert settings.path == ("src",)
    assert (settings.timeout, settings.memory) == (300.0, 2 * 1024**3)
    assert settings.limits == Limits(
        processes=64, log_bytes=10_000_000, output_bytes=5_000_000_000, output_files=10_000
    )
    assert settings.network is Network.NONE
    assert settings.scenarios == ("standard", "edge_cases")
    assert settings.env == {"USE_SECURE_PYPI": "false"}


def test_its_datasets_are_made_in_every_way(project: Project) -> None:
    datasets = project.datasets

    assert datasets["customers"].origin == CopiedFrom(path="tests/data/customers")
    assert datasets["orders"].origin == GeneratedBy(file="tests/datagen.py", function="orders")
    assert datasets["trained"].origin == WrittenBy(
        pipeline="fraud_training", node="train", port="model"
    )
    assert [type(file) for file in datasets["splits"].files] == [TableFile, TableFile]
    assert [type(file) for file in datasets["rules"].files] == [GivenFile, GivenFile]
    transactions = datasets["transactions"]
    assert transactions.real == "s3://company-ml/fraud/raw/"
    assert (transactions.sample, transactions.sample_by) == (50_000_000, "customer_id")
    placed_at = next(
        column for column in datasets["transactions"].schema.columns if column.name == "placed_at"
    )
    assert (placed_at.min, placed_at.max) == ("2024-01-01", "2024-12-31")
    assert "placed_at" not in [column.name for column in datasets["splits"].schema.columns]


def test_it_says_as_whom_real_data_are_read(project: Project) -> None:
    aws = project.aws

    assert aws.role == "arn:aws:iam::123456789012:role/scriptcheck"
    assert aws.region == "eu-west-1"
    assert (aws.budget, aws.sample) == (1_000_000_000, 20_000_000)
    assert project.readable() == (S3Place(bucket="company-ml", prefix="fraud/"),)


def test_its_ports_are_described_in_every_way(project: Project) -> None:
    train = project.steps["train"]
    features, params = train.inputs
    model, report = train.outputs

    assert (features.dataset, features.expects) == ("splits", None)
    assert (params.dataset, params.external) == ("rules", True)
    assert model.pack == "model.tar.gz"
    assert (report.file, report.parameter) == ("report.json", "output_file")
    assert train.settings.call == {"logger": "$logger"}


def test_what_is_said_of_steps_from_contracts_is_laid_over_them(project: Project) -> None:
    assert project.steps["Cleaning"].settings.env["LABEL_FIELD"] == "y"
    assert project.steps["Loading"].outputs[0].dataset == "transactions"
    assert project.steps["TorchTraining"].settings.needs == ("torch",)
    assert project.steps["TorchTraining"].outputs[0].pack == "model.tar.gz"
    assert project.steps["Package"].inputs[1].supplier == "calibration_output"


def test_its_pipelines_are_wired(project: Project) -> None:
    assert (
        Link(producer="prep_train", output="processed", consumer="train", input="features")
        in project.pipelines["fraud_training"].links
    )
    complete = project.pipelines["boosted/complete"]
    assert complete.feeding("Package")["calibration_model"].output == "calibration_output"
    assert complete.node("Registration").settings.skip == "needs the registry"
    assert complete.node("Evaluation").settings.known == Known(
        rules=("SC201",), reason="risk table missing, ticket 12", until="2027-01-31"
    )
    assert complete.node("Cleaning_calibration").settings.args == {"job_type": "calibration"}


def test_its_scenarios_and_rules_are_read(project: Project) -> None:
    assert project.scenarios["month_end"].rows == 20000
    assert project.scenarios["broken"].expect is Expect.ERROR
    assert [(rule.rule, rule.level.value, rule.steps) for rule in project.rules] == [
        ("SC208", "off", ()),
        ("SC3", "warning", ("train",)),
    ]


def test_it_survives_the_way_to_json_and_back(project: Project) -> None:
    assert codec.from_json(Project, codec.to_json(project)) == project


def test_reading_it_twice_gives_the_same(project: Project) -> None:
    assert codec.to_json(load_project(everything())) == codec.to_json(project)


def test_projects_are_found_wherever_they_lie() -> None:
    tree = WorkingTree(
        Path(), ("a/scriptcheck.yaml", "scriptcheck.yaml", "b/not_scriptcheck.yaml")
    )

    assert find_projects(tree) == ("a", "")
