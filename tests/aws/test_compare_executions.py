"""Two executions of a pipeline compared by the command, against SageMaker and S3 on loopback."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.aws.executed import PLANTED, ROWS, tell
from tests.aws.policies import EVERYTHING, trusting
from tests.functional.cli.command import commit, git, scriptcheck
from tests.sagemaker_server.server import SageMaker, SageMakerServer

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.aws_server.server import AwsServer

SETTINGS = """\
version: 1
aws: {region: eu-west-1, prefixes: [s3://company-ml/]}
"""
CODE = """\
rows = rows.loc[rows.country.isin(["DE", "PL"]), ["age", "amount", "channel", "country"]]
Path("evaluation.json").write_text(json.dumps(metrics))
"""
PUBLIC = """\
datasets: {evaluation: {public: true, files: evaluation.json}}
steps:
  report:
    script: report.py
    outputs: {evaluation: {dataset: evaluation}}
pipelines: {fraud: [report]}
"""
DIFFERENCES = {
    "machines": "prepare: machines",
    "argument": "prepare: argument --split",
    "variable": "prepare: variable MIN_ROWS",
    "secret": "prepare: variable DB_PASSWORD",
    "code": "prepare: input code: program prepare.py",
    "rows": "prepare: output features: sizes; table part-*.snappy.parquet, rows",
    "drift": "prepare: output features: table part-*.snappy.parquet, column amount",
    "category": "prepare: output features: table part-*.snappy.parquet, column country",
    "nulls": "prepare: output features: table part-*.snappy.parquet, column age",
    "type": "prepare: output features: table part-*.snappy.parquet, column age",
    "column": "prepare: output features: table part-*.snappy.parquet, column channel",
    "hyperparameter": "train: hyperparameter max_depth",
    "log metric": "train: metric validation:auc",
    "time": "train: time",
    "size": "train: output model: sizes",
    "step": "monitor: new",
    "failure": "report: status",
    "metric": "report: output evaluation: number binary_classification_metrics.auc.value",
    "private metric": "report: output evaluation: untold",
}


class World(NamedTuple):
    """Whom the command asks, and where it is called."""

    aws: AwsServer
    service: SageMaker
    variables: dict[str, str]
    folder: Path

    def compare(self, *words: str) -> subprocess.CompletedProcess[str]:
        return scriptcheck("deep-dive", *words, folder=self.folder, variables=self.variables)

    def told(self, *planted: str, words: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        """Compare an ordinary week with one in which something is planted."""
        before, objects = tell(self.service, 1, ())
        after, more = tell(self.service, 2, planted)
        self.aws.bucket("company-ml", objects | more)
        return self.compare("--compare", before, after, *words)


@pytest.fixture
def world(aws: AwsServer, tmp_path: Path) -> Iterator[World]:
    keys = aws.keys(EVERYTHING)
    service = SageMaker(page=2)
    (tmp_path / "scriptcheck.yaml").write_text(SETTINGS)
    (tmp_path / "prepare.py").write_text(CODE)
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    with SageMakerServer(service) as server:
        variables = aws.variables | {
            "AWS_ENDPOINT_URL_SAGEMAKER": server.address,
            "AWS_ACCESS_KEY_ID": keys.access,
            "AWS_SECRET_ACCESS_KEY": keys.secret,
        }
        yield World(aws, service, variables, tmp_path)
    assert server.violations == []


def differences(ended: subprocess.CompletedProcess[str]) -> list[str]:
    """Name all that the command found."""
    assert ended.returncode in {0, 1}, ended.stderr
    found = []
    for step in json.loads(ended.stdout).get("steps", ()):
        name = step["name"]
        statuses = step.get("statuses", [None, None])
        if step.get("fate", "changed") != "changed":
            found.append(f"{name}: {step['fate']}")
        elif statuses[0] != statuses[1]:
            found.append(f"{name}: status")
        found += [f"{name}: time"] if "seconds" in step else []
        found += [f"{name}: {_setting(one)}" for one in step.get("settings", ())]
        found += [f"{name}: metric {metric}" for metric in step.get("metrics", {})]
        found += [f"{name}: {_port(one)}" for one in step.get("ports", ())]
    return found


def _setting(one: dict[str, Any]) -> str:
    return f"{one['what']} {one.get('name', '')}".strip()


def _port(one: dict[str, Any]) -> str:
    found, told = one["found"], []
    before, after = found["before"], found["after"]
    if abs(after["bytes"] - before["bytes"]) > before["bytes"] / 10:
        told.append("sizes")
    drift = found.get("drift", {})
    for table in drift.get("tables", ()):
        columns = [f"column {column['name']}" for column in table.get("columns", ())]
        told.append(f"table {table['name']}, {', '.join(columns) or 'rows'}")
    told += [f"number {number['way']}" for number in drift.get("numbers", ())]
    told += [f"program {name}" for name in drift.get("programs", ())]
    told += ["untold"] if drift.get("untold") else []
    return f"{one['side']} {one['name']}: {'; '.join(told)}"


def test_two_ordinary_weeks_do_not_differ(world: World) -> None:
    ended = world.told()

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.endswith("\nno difference in 3 steps\n")


@pytest.mark.parametrize("planted", DIFFERENCES)
def test_what_is_planted_is_found_and_nothing_else(world: World, planted: str) -> None:
    ended = world.told(planted, words=("--json",))

    assert differences(ended) == [DIFFERENCES[planted]]
    assert ended.returncode == 1


def test_all_that_can_be_planted_is_told_and_no_value_and_no_secret(
    world: World, golden: Callable[[str], object]
) -> None:
    ended = world.told(*DIFFERENCES)

    assert ended.stdout == golden("executions/planted.txt"), ended.stderr
    for text in PLANTED:
        assert text not in ended.stdout + ended.stderr


def test_names_that_nobody_has_written_down_are_not_told(
    world: World, golden: Callable[[str], object]
) -> None:
    (world.folder / "prepare.py").write_text("rows = rows[['country']]\n")

    ended = world.told(*DIFFERENCES)

    assert ended.stdout == golden("executions/withheld.txt"), ended.stderr


def test_what_is_written_for_programs_has_labels_as_well(world: World) -> None:
    (world.folder / "prepare.py").write_text("rows = rows[['country']]\n")

    ended = world.told("column", words=("--json",))

    assert differences(ended) == [
        "prepare: output features: table part-*.snappy.parquet, column (name 1, withheld)"
    ]
    assert "channel" not in ended.stdout


def test_what_is_written_for_programs_holds_no_value_and_no_secret_either(world: World) -> None:
    ended = world.told(*DIFFERENCES, words=("--json",))

    assert len(differences(ended)) > 10
    for text in PLANTED:
        assert text not in ended.stdout + ended.stderr


def test_nothing_outside_of_the_prefixes_is_read(world: World) -> None:
    settings = SETTINGS.replace("s3://company-ml/]", "s3://company-ml/code/]")
    (world.folder / "scriptcheck.yaml").write_text(settings)

    ended = world.told("code", "drift", "variable")

    assert "other code: `prepare.py`" in ended.stdout
    assert "variable MIN_ROWS" in ended.stdout
    assert "PSI" not in ended.stdout
    assert (
        "not among what may be read; add `s3://company-ml/fraud/` to `prefixes` under `aws`"
        in ended.stdout
    )
    asked = [line for line in world.aws.gate.asked if line.startswith("GET")]
    assert asked
    assert not [line for line in asked if "fraud" in line]


def test_samples_are_compared_and_told_as_such(world: World) -> None:
    settings = SETTINGS.replace("{", "{sample: 40KB, ", 1)
    (world.folder / "scriptcheck.yaml").write_text(settings)

    ended = world.told("drift")

    told = re.search(
        r"`part-\*.*`: ([\d,]+) and ([\d,]+) of its rows were looked at", ended.stdout
    )
    assert told is not None, ended.stdout + ended.stderr
    assert min(int(rows.replace(",", "")) for rows in told.groups()) < ROWS
    assert re.search(r"\n +amount +p95 .* p50 ", ended.stdout)
    assert "output `features`: 3 objects with 88.2 kB\n" in ended.stdout


def test_outside_of_a_project_all_but_the_data_is_compared(world: World) -> None:
    shutil.rmtree(world.folder / ".git")
    for name in ("scriptcheck.yaml", "prepare.py"):
        (world.folder / name).unlink()

    ended = world.told("variable", "time", "drift")

    assert ended.returncode == 1, ended.stderr
    assert "variable MIN_ROWS" in ended.stdout
    assert "took 12 min → 41 min" in ended.stdout
    assert "to `prefixes` under `aws`" in ended.stdout
    assert "PSI" not in ended.stdout
    assert list(world.folder.iterdir()) == []


def test_a_pull_request_is_given_nothing_whatever_its_base_allows(world: World) -> None:
    world.aws.role(trusting("repo:acme/fraud:pull_request"), EVERYTHING)
    role = SETTINGS.replace("{", "{role: 'arn:aws:iam::123456789012:role/scriptcheck', ", 1)
    (world.folder / "scriptcheck.yaml").write_text(role)
    commit(world.folder)
    job = world.aws.variables_of_a_job | {
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_BASE_REF": "main",
        "GITHUB_WORKSPACE": str(world.folder),
        "AWS_ENDPOINT_URL_SAGEMAKER": world.variables["AWS_ENDPOINT_URL_SAGEMAKER"],
    }

    ended = world._replace(variables=job).told("code", "drift", "private metric")

    assert ended.returncode == 4, ended.stdout
    assert "nobody has looked at" in ended.stderr
    assert world.service.asked == []
    assert not [line for line in world.aws.gate.asked if line.startswith("GET")]


def test_what_was_fetched_lies_where_all_of_it_lies(world: World) -> None:
    ended = world.told("drift")

    assert ended.returncode == 1, ended.stderr
    assert {path.name for path in (world.folder / ".scriptcheck").iterdir()} == {"fixtures"}


def test_metrics_of_public_data_are_told(world: World) -> None:
    (world.folder / "report.py").write_text("def main(*_): pass\n")
    (world.folder / "scriptcheck.yaml").write_text(SETTINGS + PUBLIC)

    ended = world.told("private metric")

    assert f"by_customer.{PLANTED[0]}.auc" in ended.stdout, ended.stdout + ended.stderr


def test_the_name_of_a_pipeline_stands_for_its_newest_execution_that_succeeded(
    world: World,
) -> None:
    first, objects = tell(world.service, 1, ())
    _, more = tell(world.service, 2, ("argument",))
    _, last = tell(world.service, 3, ("failure",))
    world.aws.bucket("company-ml", objects | more | last)

    ended = world.compare("--compare", first, "fraud-training", "--json")

    assert differences(ended) == ["prepare: argument --split"]


def test_a_metric_that_the_settings_name_is_told(world: World) -> None:
    way = '["by_customer"]["Jadwiga-7319"].auc'
    (world.folder / "report.py").write_text("def main(*_): pass\n")
    (world.folder / "scriptcheck.yaml").write_text(
        SETTINGS
        + "steps:\n  report:\n    script: report.py\n    outputs:\n      evaluation:\n"
        + f"        values: {{evaluation.json: {{'{way}': {{min: 0}}}}}}\n"
        + "pipelines: {fraud: [report]}\n"
    )

    ended = world.told("private metric", words=("--json",))

    assert "Jadwiga-7319" in "".join(differences(ended)), ended.stdout + ended.stderr


def test_an_execution_that_is_not_there_is_told_with_what_to_do(world: World) -> None:
    arn, _ = tell(SageMaker(), 1, ())

    ended = world.compare("--compare", arn, arn)

    assert ended.returncode == 4
    assert "there is no execution `1q8w2e1rt0zu` of the pipeline `fraud-training`" in ended.stderr


def test_a_refusal_of_sagemaker_is_told_in_words(world: World) -> None:
    world.service.denied = {"ListPipelineExecutionSteps"}

    ended = world.told()

    assert ended.returncode == 4
    assert "Traceback" not in ended.stderr
    assert "ListPipelineExecutionSteps" in ended.stderr


@pytest.mark.parametrize("words", [(), ("--compare", "one"), ("--compare", "a", "b", "c")])
def test_two_executions_have_to_be_named(world: World, words: tuple[str, ...]) -> None:
    ended = world.compare(*words)

    assert ended.returncode == 2
    assert "scriptcheck deep-dive --compare BEFORE AFTER" in ended.stderr


def test_doctor_says_which_nodes_have_a_step_in_the_newest_execution(world: World) -> None:
    settings = PUBLIC.replace("steps:", "steps:\n  explain: {script: explain.py}")
    settings = settings.replace("fraud: [report]", "fraud: [report, explain]")
    aws = SETTINGS.replace("aws: {", "aws: {executions: {fraud: fraud-training}, ")
    (world.folder / "scriptcheck.yaml").write_text(aws + settings)
    for name in ("report.py", "explain.py"):
        (world.folder / name).write_text("def main(*_): pass\n")
    _, objects = tell(world.service, 1, ())
    world.aws.bucket("company-ml", objects)
    job = {"CI": "true", "GITHUB_EVENT_NAME": "pull_request"}

    here = scriptcheck("doctor", "--aws", folder=world.folder, variables=world.variables)
    asked = len(world.service.asked)
    there = scriptcheck("doctor", "--aws", folder=world.folder, variables=world.variables | job)

    told = " ".join(here.stdout.split())
    assert "1 of 2 nodes of `fraud` have a step in 1q8w2e1rt0zu of fraud-training" in told
    assert "`explain`: no step of the execution has its name, or its script" in told
    assert "looked up on the default branch alone" in there.stdout
    assert len(world.service.asked) == asked


def test_doctor_says_which_inputs_of_the_newest_execution_lie_there_no_more(world: World) -> None:
    settings = PUBLIC.replace("fraud: [report]", "fraud: [prepare, report]")
    settings = settings.replace("steps:", "steps:\n  prepare: {script: prepare.py}")
    aws = SETTINGS.replace("aws: {", "aws: {executions: {fraud: fraud-training}, ")
    (world.folder / "scriptcheck.yaml").write_text(aws + settings)
    (world.folder / "report.py").write_text("def main(*_): pass\n")
    (world.folder / "prepare.py").write_text(
        "def main(input_paths, *_): print(open(input_paths['raw'] + '/rows.csv').read())\n"
    )
    _, objects = tell(world.service, 1, ())
    place = "s3://company-ml/raw/now"
    world.aws.bucket("company-ml", objects)
    before = scriptcheck("doctor", "--aws", folder=world.folder, variables=world.variables)
    world.aws.client("s3").delete_object(Bucket="company-ml", Key="raw/now/rows.csv")

    ended = scriptcheck("doctor", "--aws", folder=world.folder, variables=world.variables)

    assert f"nothing lies at {place}" not in before.stdout
    told = " ".join(ended.stdout.split())
    assert f"`prepare`, input `raw`: nothing lies at {place}" in told
