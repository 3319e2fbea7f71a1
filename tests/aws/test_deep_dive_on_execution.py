"""Steps run again on what an execution gave them, and held against what it wrote; against SageMaker and S3 on loopback."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.cli.command import commit, environment, git, scriptcheck
from tests.s3_server.server import Store, serving
from tests.sagemaker_server.server import SageMaker, SageMakerServer
from tests.sagemaker_server.stories import BUCKET, Story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = """\
version: 1
aws: {region: eu-west-1, prefixes: [s3://company-ml/], executions: {daily: fraud-training}}
datasets:
  orders:
    files: orders.csv
    rows: 20
    columns:
      order_id: {type: int, unique: true, min: 1, max: 1000}
      customer: {type: category, values: [a, b]}
      amount: {type: float, min: 0, max: 100}
steps:
  prepare:
    script: prepare.py
    inputs: {orders: {dataset: orders, external: true}}
    env: {FACTOR: "1"}
pipelines: {daily: [prepare.py, total.py]}
"""
PREPARE = """\
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    least = float(environ_vars.get("LEAST", "1000"))
    factor = float(environ_vars["FACTOR"])
    lines = (Path(input_paths["orders"]) / "orders.csv").read_text().splitlines()[1:]
    kept = [line.split(",") for line in lines]
    text = "".join(
        f"{customer},{float(amount) * factor}\\n" for _, customer, amount in kept if float(amount) >= least
    )
    (Path(output_paths["kept"]) / "kept.csv").write_text("customer,amount\\n" + text)
"""
TOTAL = """\
import json
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    lines = (Path(input_paths["kept"]) / "kept.csv").read_text().splitlines()[1:]
    rows = len(lines)
    (Path(output_paths["report"]) / "report.json").write_text(json.dumps({"rows": rows}))
"""
Ended = subprocess.CompletedProcess[str]
NAME = "marguerite-of-oslo"
SECRET = "hunter2"  # noqa: S105  (of nothing)


def orders(rows: int = 500) -> bytes:
    lines = [f"{1000 + number},{NAME}-{number},{number % 90}.5" for number in range(rows)]
    return ("order_id,customer,amount\n" + "\n".join(lines) + "\n").encode()


def kept(rows: int = 500, *, least: float = 10, times: float = 1) -> bytes:
    amounts = [(f"{NAME}-{number}", number % 90 + 0.5) for number in range(rows)]
    lines = [f"{name},{amount * times}" for name, amount in amounts if amount >= least]
    return ("customer,amount\n" + "\n".join(lines) + "\n").encode()


class Company:
    """A repository, what production did, and where its data lie."""

    def __init__(
        self, root: Path, store: Store, service: SageMaker, variables: dict[str, str]
    ) -> None:
        self.root, self.store, self.service, self.variables = root, store, service, variables
        self.story = self.told("5q8w2e1rt0zu")

    def told(self, name: str, **given: Any) -> Story:
        """Tell of an execution, with the data that it left."""
        story = Story(self.service, name, **given)
        story.processing(
            "Prepare",
            inputs={"orders": f"{BUCKET}/raw/{name}/"},
            outputs=("kept",),
            environment={"LEAST": "10", "FACTOR": "1", "DB_PASSWORD": SECRET},
            code=f"{BUCKET}/code/prepare.py",
        )
        story.processing(
            "Total",
            inputs={"kept": story.place("Prepare", "kept")},
            outputs=("report",),
            code=f"{BUCKET}/code/total.py",
        )
        rows = kept()
        self.put(f"{BUCKET}/raw/{name}/orders.csv", orders())
        self.put(story.place("Prepare", "kept") + "/kept.csv", rows)
        report = json.dumps({"rows": len(rows.splitlines()) - 1}).encode()
        self.put(story.place("Total", "report") + "/report.json", report)
        return story

    def put(self, place: str, content: bytes) -> None:
        self.store.put(place.removeprefix(f"{BUCKET}/"), content)

    def change(self, name: str, old: str, new: str) -> None:
        file = self.root / name
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    def call(self, *words: str, more: dict[str, str] | None = None) -> Ended:
        return scriptcheck(*words, folder=self.root, variables=self.variables | (more or {}))

    def dive(self, *words: str) -> Ended:
        return self.call("deep-dive", *words)

    def record(self, *words: str) -> dict[str, Any]:
        ended = self.dive("--json", *words)
        assert ended.returncode in {0, 1}, ended.stderr
        found: dict[str, Any] = json.loads(ended.stdout)
        return found


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    root = tmp_path / "company"
    root.mkdir()
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    (root / "prepare.py").write_text(PREPARE)
    (root / "total.py").write_text(TOTAL)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "switch", "--quiet", "--create", "change")
    store, service = Store(), SageMaker()
    with serving(store) as address, SageMakerServer(service) as sagemaker:
        yield Company(
            root,
            store,
            service,
            {
                "AWS_ENDPOINT_URL": address,
                "AWS_ENDPOINT_URL_SAGEMAKER": sagemaker.address,
                "AWS_ACCESS_KEY_ID": "key-of-a-test",
                "AWS_SECRET_ACCESS_KEY": "secret-of-a-test",
                "AWS_DEFAULT_REGION": "eu-west-1",
            },
        )
    assert sagemaker.violations == []


def in_a_line(ended: Ended) -> str:
    return " ".join(ended.stdout.split())


def test_each_step_comes_to_what_production_came_to_on_the_same_inputs(company: Company) -> None:
    ended = company.dive()

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "2 outputs are as production wrote them" in in_a_line(ended)
    assert "with its: LEAST" in in_a_line(ended)
    assert "2 passed" in ended.stdout


def test_what_a_step_does_otherwise_is_told_row_by_row_where_nothing_is_a_sample(
    company: Company,
) -> None:
    company.change("prepare.py", "* factor", "* factor * 100")
    commit(company.root)

    ended = company.call("run", "--mode", "deep-dive")

    told = in_a_line(ended)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "daily/prepare[real], output `kept` is not what production wrote" in told
    assert "`daily/total[real] `report`" not in told
    assert "SC502 output `kept` is not what production wrote: `amount` of `kept.csv`" in told
    assert "daily/total[real] `report`" in told  # as many rows, on production's own input
    assert "not by this change" not in told


def test_what_main_does_otherwise_too_is_not_laid_to_the_change(company: Company) -> None:
    git(company.root, "switch", "--quiet", "main")
    company.change("prepare.py", "* factor", "* factor * 100")
    commit(company.root)
    git(company.root, "switch", "--quiet", "--create", "other")
    company.change("prepare.py", "import Path", "import Path  # of files")

    ended = company.dive("daily", "--base", "main")

    told = in_a_line(ended)
    assert "main writes the same: not by this change" in told
    assert "SC502" not in ended.stdout
    assert "also on main" in told


def test_samples_are_compared_as_wholes_and_neither_rows_nor_metrics_are(
    company: Company,
) -> None:
    company.put(f"{BUCKET}/raw/{company.story.id}/orders.csv", orders(200_000))
    company.put(
        company.story.place("Prepare", "kept") + "/kept.csv", kept(200_000, least=10, times=50)
    )
    company.change("scriptcheck.yaml", "aws: {", "aws: {sample: 1MB, ")

    ended = company.dive()

    told = in_a_line(ended)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Its data were samples" in told
    assert "SC502 output `kept` is not what production wrote: `amount` of `kept.csv`" in told
    assert "of its rows were looked at" in told
    # The report counts rows, of which it was given a part.
    assert "daily/total[real] `report`" in told.partition("as production wrote")[2]


def test_what_the_settings_say_holds_before_production_and_is_told(company: Company) -> None:
    company.change("scriptcheck.yaml", 'FACTOR: "1"', 'FACTOR: "2"')

    ended = company.dive("daily")

    told = in_a_line(ended)
    assert "but for what `scriptcheck.yaml` says: FACTOR" in told
    assert "output `kept` is not what production wrote" in told


def test_no_value_and_no_secret_is_told_or_kept_beyond_the_run(company: Company) -> None:
    company.change("prepare.py", '"LEAST"', '"DB_PASSWORD") or environ_vars.get("LEAST"')
    company.change("prepare.py", "* factor", "* factor * 100")

    ended = company.dive("--verbose")

    assert "without what speaks of secrets: DB_PASSWORD" in in_a_line(ended), ended.stderr
    assert NAME not in ended.stdout
    own = company.root / ".scriptcheck"
    files = [path for path in own.rglob("*") if path.is_file()]
    holding = {
        path.relative_to(own).parts[0] for path in files if NAME.encode() in path.read_bytes()
    }
    assert holding == {"fixtures", "runs"}
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]
    (record,) = own.glob("runs/*/record.json")
    assert NAME not in record.read_text()


def test_a_failed_step_is_done_again_and_what_it_left_is_not_compared(company: Company) -> None:
    story = company.told("failed", status="Failed")
    company.service.steps[story.arn][1]["StepStatus"] = "Failed"

    ended = company.dive("--s3-execution-arn", story.arn)

    told = in_a_line(ended)
    assert "2 passed" in told, ended.stderr
    assert "`report` is not compared: step `Total` failed there" in told


def test_a_cached_step_is_given_what_it_was_given_when_it_ran(company: Company) -> None:
    story = Story(company.service, "cached")
    story.taken("Prepare", company.story.arn)

    ended = company.dive("--s3-execution-arn", story.arn)

    told = in_a_line(ended)
    assert "daily/prepare[real]: step `Prepare` of fraud-training, 5q8w2e1rt0zu" in told
    assert "1 output is as production wrote it: daily/prepare[real] `kept`" in told
    assert "daily/total[real]: no step of the execution has its name" in told
    assert "2 passed" in told


def test_an_input_that_is_gone_stops_its_step_alone(company: Company) -> None:
    company.store.objects.pop(f"raw/{company.story.id}/orders.csv")

    ended = company.dive()

    told = in_a_line(ended)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1 passed, 1 not run" in told
    assert "input `orders`: nothing lies at" in told
    assert "1 output is as production wrote it: daily/total[real] `report`" in told


def test_nothing_outside_of_the_prefixes_is_read(company: Company) -> None:
    company.change("scriptcheck.yaml", "s3://company-ml/]", "s3://company-ml/fraud/]")

    ended = company.dive()

    told = in_a_line(ended)
    assert "lies in none of the places that may be read; add it to `prefixes`" in told
    assert "1 passed, 1 not run" in told
    assert company.store.times(f"raw/{company.story.id}/orders.csv") == 0


def test_where_nothing_may_be_read_that_is_an_error(company: Company) -> None:
    company.change("scriptcheck.yaml", "s3://company-ml/]", "s3://elsewhere/]")

    ended = company.dive()

    assert ended.returncode == 4, ended.stdout
    assert "nothing that the steps of `fraud-training` were given can be read" in ended.stderr
    assert "under `prefixes` in `aws`" in ended.stderr


def test_a_pipeline_is_found_by_its_own_name_where_the_settings_name_none(
    company: Company,
) -> None:
    company.change("scriptcheck.yaml", ", executions: {daily: fraud-training}", "")
    company.told("of-its-own-name", pipeline="daily")

    by_name = company.dive("daily")
    by_mode = company.call("run", "--all", "--mode", "deep-dive")

    assert "2 outputs are as production wrote them" in in_a_line(by_name), by_name.stderr
    assert by_mode.returncode == 2
    assert "name an execution of the pipeline: `--s3-execution-arn ARN`" in by_mode.stderr


def test_of_several_pipelines_an_execution_has_to_be_of_one(company: Company) -> None:
    company.change("scriptcheck.yaml", ", executions: {daily: fraud-training}", "")
    company.change("scriptcheck.yaml", "total.py]}", "total.py], weekly: [prepare.py, total.py]}")

    unclear = company.dive("--s3-execution-arn", company.story.arn)
    clear = company.dive("weekly", "--s3-execution-arn", company.story.arn)

    assert unclear.returncode == 2, unclear.stdout
    assert "of which pipeline `fraud-training` is an execution is not known" in unclear.stderr
    assert "write `executions: {daily: fraud-training}` under `aws`" in unclear.stderr
    assert "2 passed" in clear.stdout, clear.stderr
    assert "weekly/prepare[real]" in clear.stdout


@pytest.mark.parametrize("words", [("deep-dive",), ("deep-dive", "--compare", "A", "B")])
def test_a_job_whose_code_nobody_has_looked_at_gets_nothing(
    company: Company, tmp_path: Path, words: tuple[str, ...]
) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"repository": {"default_branch": "main"}}))
    job = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REF": "refs/pull/7/merge",
    }

    ended = company.call(*words, more=job)

    assert ended.returncode == 4, ended.stdout
    assert "nobody has looked at" in ended.stderr
    assert company.service.asked == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run", "--s3-execution-arn", "x"), "`--s3-execution-arn` is about deep dives"),
        (
            ("deep-dive", "--compare", "a", "b", "--s3-execution-arn", "x"),
            "`--compare` runs nothing",
        ),
        (("deep-dive", "dayly"), "there is no pipeline `dayly`"),
        (("deep-dive", "--s3-execution-arn", "arn:aws:s3:::x"), "names no execution"),
    ],
)
def test_what_makes_no_sense_is_a_mistake(
    company: Company, words: tuple[str, ...], says: str
) -> None:
    ended = company.call(*words)

    assert ended.returncode == 2, ended.stdout
    assert says in ended.stderr


def test_pytest_runs_the_steps_on_what_production_gave_them(company: Company) -> None:
    words = ("--scriptcheck", "--scriptcheck-mode", "deep-dive", "--scriptcheck-all")
    plugin = ("-p", "no:cacheprovider", "-q", "-n0")

    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, *words],
        cwd=company.root,
        env=environment() | company.variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "2 passed" in ended.stdout


JOB = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request"}
KEY = {"SCRIPTCHECK_FIXTURES_KEY": "a-key-of-thirty-characters-000"}
HANDED_ON = ("--base", "main", "--mode", "pipeline", "--mode", "deep-dive")


def another_machine(company: Company, folder: Path) -> Company:
    """Give the checkout of another job, which may ask AWS for nothing."""
    shutil.copytree(company.root, folder, ignore=shutil.ignore_patterns(".scriptcheck"))
    made = copy.copy(company)
    made.root, made.variables = folder, JOB
    return made


def test_what_one_job_has_read_of_executions_another_one_runs_with(
    company: Company, tmp_path: Path
) -> None:
    company.change("prepare.py", ">= least", "> least + 20")
    commit(company.root)
    sealed = str(tmp_path / "sealed")

    fetched = company.call("fetch-fixtures", "--base", "main", "--seal", sealed, more=JOB | KEY)
    there = another_machine(company, tmp_path / "there")
    opened = there.call("fetch-fixtures", "--open", sealed, more=KEY)
    ended = there.call("run", *HANDED_ON)

    assert fetched.returncode == 0, fetched.stderr
    assert opened.returncode == 0, opened.stderr
    told = " ".join(ended.stdout.split())
    assert "SC502" in told, ended.stdout + ended.stderr
    assert "SC505" not in told
    assert NAME not in told
    assert SECRET not in told


def test_what_could_not_be_had_of_an_execution_is_handed_on_as_such(
    company: Company, tmp_path: Path
) -> None:
    company.change("prepare.py", ">= least", "> least + 20")
    commit(company.root)
    gone = company.story.place("Total", "report").removeprefix(f"{BUCKET}/") + "/report.json"
    del company.store.objects[gone]
    sealed = str(tmp_path / "sealed")

    fetched = company.call("fetch-fixtures", "--base", "main", "--seal", sealed, more=JOB | KEY)
    there = another_machine(company, tmp_path / "there")
    there.call("fetch-fixtures", "--open", sealed, more=KEY)
    ended = there.call("run", *HANDED_ON)

    assert fetched.returncode == 0, fetched.stderr
    assert "SC505" not in ended.stdout, ended.stdout
    assert "SC502" in ended.stdout


def test_a_pull_request_names_no_execution_that_its_base_does_not(
    company: Company,
) -> None:
    company.change("scriptcheck.yaml", "daily: fraud-training", "daily: salaries")
    commit(company.root)

    ended = company.call("fetch-fixtures", "--base", "main", "--all", more=JOB | KEY)

    assert ended.returncode == 4
    assert "none of the executions that may be read" in ended.stderr
