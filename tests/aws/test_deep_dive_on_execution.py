"""Steps run again on what an execution gave them; against SageMaker and S3 on loopback."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pyrage import x25519

from tests.aws.company import NAME, SECRET, Company, a_company, in_a_line
from tests.functional.cli.command import commit, environment, git
from tests.functional.cli.real_shop import a_job
from tests.s3_server.server import Refuse
from tests.sagemaker_server.stories import BUCKET, Story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with a_company(tmp_path) as found:
        yield found


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


def test_what_becomes_of_the_rows_that_production_gave_is_told(company: Company) -> None:
    told = in_a_line(company.dive())

    assert "Real data along daily:" in told
    assert "production orders → prepare" in told
    assert "prepare kept" in told


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


def test_an_intermediate_that_is_gone_is_written_anew_by_the_step_before(company: Company) -> None:
    gone = company.story.place("Prepare", "kept").removeprefix(f"{BUCKET}/") + "/kept.csv"
    del company.store.objects[gone]

    ended = company.dive()

    told = in_a_line(ended)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "2 passed" in told
    assert "with `kept` as the step before it writes it (nothing lies at" in told
    assert "look at `real:`" not in told
    assert "input `kept` is not known to be what production had" in told


def test_where_the_step_before_was_not_asked_for_it_is_said_how_to_have_it_write_what_is_gone(
    company: Company,
) -> None:
    gone = company.story.place("Prepare", "kept").removeprefix(f"{BUCKET}/") + "/kept.csv"
    del company.store.objects[gone]
    words = ("run", "daily/prepare", "daily/total", "--mode", "deep-dive")

    alone = company.call("run", "daily/total", "--mode", "deep-dive")
    both = company.call(*words)

    assert f"`scriptcheck {' '.join(words)}` has `daily/prepare` write it" in in_a_line(alone)
    assert "2 passed" in in_a_line(both), both.stderr


def test_a_bare_id_is_told_from_the_name_of_a_pipeline(company: Company) -> None:
    company.change("scriptcheck.yaml", ", executions: {daily: fraud-training}", "")

    ended = company.dive("daily", "--s3-execution-arn", company.story.id)

    assert ended.returncode == 4, ended.stdout
    assert "there is no pipeline `5q8w2e1rt0zu` on SageMaker" in ended.stderr
    assert "if it is the id of an execution, give its ARN" in ended.stderr


def test_nobody_is_asked_again_where_a_place_is_gone(company: Company) -> None:
    gone = company.story.place("Total", "report").removeprefix(f"{BUCKET}/") + "/report.json"
    del company.store.objects[gone]
    company.dive()
    connections = company.store.connections

    ended = company.dive()

    assert "`report` is not compared: nothing lies at" in in_a_line(ended), ended.stderr
    assert company.store.connections == connections


def test_what_is_refused_at_one_place_is_asked_for_again(company: Company) -> None:
    key = company.story.place("Total", "report").removeprefix(f"{BUCKET}/") + "/report.json"
    denied = Refuse(status=403, code="AccessDenied")
    company.store.fault = lambda asked: denied if asked.key == key else None
    refused = company.dive()
    company.store.fault = lambda _: None

    ended = company.dive()

    assert "`report` is not compared" in in_a_line(refused), refused.stderr
    assert "2 outputs are as production wrote them" in in_a_line(ended)


def test_a_sample_is_the_same_whatever_the_change_affects(company: Company) -> None:
    company.change("scriptcheck.yaml", "aws: {", "aws: {budget: 1MB, ")
    commit(company.root)
    git(company.root, "branch", "--force", "main")
    kept = company.story.place("Prepare", "kept") + "/kept.csv"
    company.change("total.py", "import json", "import json  # as text")
    last = company.call("run", "--mode", "deep-dive")
    company.change("prepare.py", "import Path", "import Path  # of files")

    both = company.call("run", "--mode", "deep-dive")

    assert "1 passed" in last.stdout, last.stdout + last.stderr
    assert "2 passed" in both.stdout, both.stdout + both.stderr
    assert company.store.times(kept.removeprefix(f"{BUCKET}/")) == 1
    lock = json.loads((company.root / ".scriptcheck" / "fixtures" / "lock.json").read_text())
    assert {one["sampling"]["most_bytes"] for one in lock["fixtures"]} == {1_000_000 // 2 // 3}


def test_an_execution_that_cannot_be_read_stops_its_own_pipeline_alone(company: Company) -> None:
    company.change("scriptcheck.yaml", "fraud-training}", "fraud-training, weekly: no-such}")
    company.change("scriptcheck.yaml", "total.py]}", "total.py], weekly: [prepare.py]}")

    ended = company.dive()

    told = in_a_line(ended)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "SC505 there is no pipeline `no-such` on SageMaker" in told
    assert "2 passed, 1 not run" in told


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


def test_a_pipeline_that_production_does_not_know_hides_no_other(company: Company) -> None:
    company.change("scriptcheck.yaml", "total.py]}", "total.py], weekly: [prepare.py]}")

    ended = company.dive()

    told = in_a_line(ended)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "2 passed, 1 not run" in told
    assert "weekly/prepare[real]" in told


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


KEY = {"SCRIPTCHECK_FIXTURES_KEY": str(x25519.Identity.generate())}
HANDED_ON = ("--base", "main", "--mode", "pipeline", "--mode", "deep-dive")


@pytest.fixture
def job(tmp_path: Path) -> dict[str, str]:
    """Give the variables of a job of a pull request."""
    return a_job(tmp_path, "pull_request", "refs/pull/7/merge")


def another_machine(company: Company, folder: Path, job: dict[str, str]) -> Company:
    """Give the checkout of another job, which may ask AWS for nothing."""
    shutil.copytree(company.root, folder, ignore=shutil.ignore_patterns(".scriptcheck"))
    made = copy.copy(company)
    made.root, made.variables = folder, job
    return made


def test_what_one_job_has_read_of_executions_another_one_runs_with(
    company: Company, tmp_path: Path, job: dict[str, str]
) -> None:
    company.change("prepare.py", ">= least", "> least + 20")
    commit(company.root)
    sealed = str(tmp_path / "sealed")

    fetched = company.call("fetch-fixtures", "--base", "main", "--seal", sealed, more=job | KEY)
    there = another_machine(company, tmp_path / "there", job)
    opened = there.call("fetch-fixtures", "--open", sealed, more=KEY)
    ended = there.call("run", *HANDED_ON)

    assert fetched.returncode == 0, fetched.stderr
    assert opened.returncode == 0, opened.stderr
    told = " ".join(ended.stdout.split())
    assert "SC502" in told, ended.stdout + ended.stderr
    assert "SC505" not in told
    assert NAME not in told
    assert SECRET not in told


def test_what_one_pipeline_is_refused_is_handed_on_beside_the_data_of_the_others(
    company: Company, tmp_path: Path, job: dict[str, str]
) -> None:
    git(company.root, "switch", "--quiet", "main")
    company.change("scriptcheck.yaml", "fraud-training}", "fraud-training, weekly: no-such}")
    company.change("scriptcheck.yaml", "total.py]}", "total.py], weekly: [prepare.py]}")
    commit(company.root)
    git(company.root, "switch", "--quiet", "--create", "other")
    company.change("prepare.py", ">= least", "> least + 20")
    commit(company.root)
    sealed = str(tmp_path / "sealed")

    fetched = company.call("fetch-fixtures", "--base", "main", "--seal", sealed, more=job | KEY)
    there = another_machine(company, tmp_path / "there", job)
    there.call("fetch-fixtures", "--open", sealed, more=KEY)
    ended = there.call("run", *HANDED_ON)

    assert fetched.returncode == 0, fetched.stderr
    assert "there is no pipeline `no-such`" in fetched.stderr
    told = in_a_line(ended)
    assert "error: SC505 there is no pipeline `no-such` on SageMaker" in told, ended.stderr
    assert "the job that fetches real data has said so" in told
    assert "daily/prepare[real], output `kept` is not what production wrote" in told


def test_what_could_not_be_had_of_an_execution_is_handed_on_as_such(
    company: Company, tmp_path: Path, job: dict[str, str]
) -> None:
    company.change("prepare.py", ">= least", "> least + 20")
    commit(company.root)
    gone = company.story.place("Total", "report").removeprefix(f"{BUCKET}/") + "/report.json"
    del company.store.objects[gone]
    sealed = str(tmp_path / "sealed")

    fetched = company.call("fetch-fixtures", "--base", "main", "--seal", sealed, more=job | KEY)
    there = another_machine(company, tmp_path / "there", job)
    there.call("fetch-fixtures", "--open", sealed, more=KEY)
    ended = there.call("run", *HANDED_ON)

    assert fetched.returncode == 0, fetched.stderr
    assert "SC505" not in ended.stdout, ended.stdout
    assert "SC502" in ended.stdout


def test_a_pull_request_names_no_execution_that_its_base_does_not(
    company: Company, job: dict[str, str]
) -> None:
    company.change("scriptcheck.yaml", "daily: fraud-training", "daily: salaries")
    commit(company.root)

    ended = company.call("fetch-fixtures", "--base", "main", "--all", more=job | KEY)

    assert ended.returncode == 4
    assert "none of the executions that may be read" in ended.stderr
