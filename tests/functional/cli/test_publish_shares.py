"""What several machines have found is one comment and one check, whoever made their records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.cli import publish
from ci_scriptcheck.github import artifact
from ci_scriptcheck.model.plan import Counts
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.run import record as run_record
from ci_scriptcheck.values import replace
from tests.conftest import a_change, a_plan, a_record, a_result, a_task
from tests.emulator import runner
from tests.functional.cli.publishing import PULL, Job, archive, fork
from tests.unit.run.test_merging import CHAIN, TWO, shared

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ci_scriptcheck.model.run_record import RunRecord
    from tests.github_server.server import GitHubServer

FAILING = {"score": Outcome.FAILED}


@pytest.fixture
def job(tmp_path: Path, server: GitHubServer) -> Job:
    return Job(tmp_path, server)


def shares(fates: dict[str, Outcome] | None = None, **given: Any) -> list[RunRecord]:
    """Give the records of two shares of one plan."""
    return list(shared(replace(CHAIN, **given), TWO, 2, fates).values())


def forged(record: RunRecord, change: Callable[[dict[str, Any]], object]) -> bytes:
    """Pack a record in which somebody has changed something."""
    written = json.loads(
        json.dumps({"format": 1, "written_by": "1", **run_record.to_public(record)})
    )
    change(written["run"])
    return archive(json.dumps(written).encode())


def conclusions(server: GitHubServer) -> list[str]:
    return [check["conclusion"] for check in server.repository.checks.values()]


def outcome(job: Job) -> str:
    """Give the output of that name."""
    return runner.outputs(job.told("output"))["outcome"]


def refused(job: Job, capsys: pytest.CaptureFixture[str]) -> str:
    """Publish, and give why something was not."""
    assert job.publish("--from-workflow-run", "--require-publish") == 5
    return " ".join(capsys.readouterr().err.split())


def test_shares_of_this_run_have_one_comment_and_one_check(job: Job, server: GitHubServer) -> None:
    places = [job.run_directory(one, f"run{at}") for at, one in enumerate(shares(FAILING))]

    assert job.publish(*places, "--require-publish") == 0

    (body,) = server.repository.bodies(PULL)
    assert "1 of 4 affected steps failed" in body
    assert conclusions(server) == ["failure"]
    assert outcome(job) == "failed"


def test_shares_of_a_run_for_a_fork_have_one_comment_and_one_check(
    job: Job, server: GitHubServer
) -> None:
    fork(job, server, *map(archive, shares(FAILING)))

    assert job.publish("--from-workflow-run", "--require-publish") == 0

    (body,) = server.repository.bodies(PULL)
    assert "1 of 4 affected steps failed" in body
    assert conclusions(server) == ["failure"]


def test_shares_that_all_pass_pass_together(job: Job, server: GitHubServer) -> None:
    fork(job, server, *map(archive, shares()))

    assert job.publish("--from-workflow-run", "--require-publish") == 0

    assert conclusions(server) == ["success"]
    assert outcome(job) == "passed"


@pytest.mark.parametrize("left", [0, 1])
def test_one_share_alone_does_not_pass_for_all(job: Job, server: GitHubServer, left: int) -> None:
    fork(job, server, archive(shares()[left]))

    assert job.publish("--from-workflow-run", "--require-publish") == 0

    (body,) = server.repository.bodies(PULL)
    assert f"share {2 - left}/2 has left no record" in body
    assert conclusions(server) == ["failure"]
    assert outcome(job) == "failed"


def test_a_share_that_is_lost_where_nothing_is_affected_is_told_all_the_same(
    job: Job, server: GitHubServer
) -> None:
    nothing = a_plan(counts=Counts(files_changed=1, steps=9, steps_affected=0))
    first, _ = shared(nothing, {}, 2).values()
    fork(job, server, archive(first))

    assert job.publish("--from-workflow-run", "--require-publish") == 0

    (body,) = server.repository.bodies(PULL)
    assert "### ❌ 1 of 2 shares left no record\n" in body
    assert conclusions(server) == ["failure"]


def test_a_share_whose_record_is_refused_has_left_none(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    fork(job, server, archive(shares()[0]), archive(b"[]"))

    assert "not written by scriptcheck" in refused(job, capsys)
    assert conclusions(server) == ["failure"]
    assert "share 2/2 has left no record" in server.repository.bodies(PULL)[0]


def test_a_whole_run_and_a_share_of_one_project_are_not_taken_for_each_other(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    fork(job, server, archive(a_record(CHAIN)), archive(shares()[0]))

    assert "there are 2 records of project `fraud`, 1 of them of shares" in refused(job, capsys)
    assert server.repository.comments == server.repository.checks == {}
    assert outcome(job) == "error"


def test_what_is_wrong_with_one_project_keeps_no_other_from_being_posted(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    tea = a_record(a_plan(a_task(), project="tea"))
    fork(job, server, archive(a_record()), archive(tea), archive(a_record()))

    refused(job, capsys)

    assert [check["name"] for check in server.repository.checks.values()] == ["scriptcheck (tea)"]
    assert outcome(job) == "error"


def test_shares_of_other_plans_are_refused(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    other = shares(version="2.0.0")
    fork(job, server, archive(shares()[0]), archive(other[1]))

    why = refused(job, capsys)

    assert "the shares of project `fraud` cannot be put together" in why
    assert "the version is `1.0.0`, and `2.0.0`" in why or "`2.0.0`, and `1.0.0`" in why
    assert server.repository.comments == server.repository.checks == {}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda run: run["plan"]["share"].update(of=10**9), "it is share 1/1000000000"),
        (lambda run: run["plan"]["share"].update(number=0), "it is share 0/2"),
        (lambda run: run["plan"]["share"].update(number=3), "it is share 3/2"),
        (
            lambda run: run["plan"]["share"]["owners"].update(score=9),
            "it leaves tasks to shares that there are not",
        ),
        (lambda run: run["plan"]["share"].update(others=[]), "does not hold a result for each"),
        (
            lambda run: run["plan"]["share"].update(others=run["plan"]["tasks"]),
            "it holds 'load' twice",
        ),
        (
            lambda run: run["plan"]["share"]["others"][0]["inputs"][0]["source"].update(task="no"),
            "it has inputs from tasks that it does not have",
        ),
        (lambda run: run.update(missing=list(range(300))), "made of more than 256 shares"),
    ],
)
def test_a_share_that_was_forged_is_refused(
    job: Job,
    server: GitHubServer,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[dict[str, Any]], object],
    why: str,
) -> None:
    fork(job, server, forged(shares()[0], change))

    assert why in refused(job, capsys)
    assert server.repository.comments == server.repository.checks == {}


def test_a_share_that_claims_the_place_of_another_makes_that_one_missing(
    job: Job, server: GitHubServer
) -> None:
    first, _ = shares(FAILING)
    fork(job, server, archive(first), archive(first))

    assert job.publish("--from-workflow-run") == 0

    assert conclusions(server) == ["failure"]


def test_quotes_of_records_that_do_not_fit_do_not_fill_the_log(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "\n::error::owned" * 100_000
    fork(job, server, archive(shares()[0]), archive(shares(version=long)[1]))

    assert job.publish("--from-workflow-run") == 0

    told = capsys.readouterr().err
    assert len(told) < 2_000
    assert not any(line.lstrip().startswith("::") for line in told.splitlines())


@pytest.mark.slow
def test_of_more_projects_than_are_posted_those_that_fail_come_first(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    plans = [a_plan(a_task(), project=f"tea {number}") for number in range(21)]
    records = [*map(a_record, plans[:-1]), a_record(plans[-1], a_result("train", Outcome.FAILED))]
    fork(job, server, *map(archive, records))

    assert "records of 21 projects, and 20 are posted" in refused(job, capsys)
    assert len(server.repository.bodies(PULL)) == len(server.repository.checks) == 20
    assert conclusions(server)[0] == "failure"


def test_records_that_are_of_hundreds_of_commits_are_refused_after_one_question(
    job: Job, server: GitHubServer
) -> None:
    claims = [
        a_record(a_plan(a_task(), changes=a_change("a.py", head=f"{number:040x}")))
        for number in range(30)
    ]
    fork(job, server, *map(archive, claims))

    assert job.publish("--from-workflow-run", "--require-publish") == 5

    assert sum("/git/commits/" in one for one in server.asked) == 1
    assert server.repository.comments == server.repository.checks == {}


def test_a_run_with_more_records_than_jobs_leave_is_refused(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    fork(job, server, *[archive(b"[]")] * 301)

    assert "the run left 301 records; at most 300 are read" in refused(job, capsys)
    assert not any("/zip" in one for one in server.asked)


@pytest.mark.slow
def test_records_are_read_until_they_are_too_much_together(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    padded = archive(b" " * (artifact.MOST_TOGETHER // 5 + 1))
    fork(job, server, *[padded] * 7)

    why = refused(job, capsys)

    assert "none is read from `scriptcheck-004` on" in why
    assert sum("/zip" in one for one in server.asked) == 5


def test_more_shares_than_projects_are_posted_are_one_comment(
    job: Job, server: GitHubServer
) -> None:
    tasks = [a_task(f"t{number}") for number in range(publish.MOST_PROJECTS + 1)]
    owners = {task.id: number for number, task in enumerate(tasks, 1)}
    records = shared(a_plan(*tasks), owners, len(tasks), {"t7": Outcome.FAILED})
    fork(job, server, *map(archive, records.values()))

    assert job.publish("--from-workflow-run", "--require-publish") == 0

    (body,) = server.repository.bodies(PULL)
    assert "1 of 21 affected steps failed" in body
    assert len(records) > publish.MOST_PROJECTS
