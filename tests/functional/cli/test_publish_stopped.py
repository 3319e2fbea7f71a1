"""What could not be checked is posted as that, over whatever stood there before, and never as a pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.change import ChangeSet
from ci_scriptcheck.model.stopped import Stopped
from ci_scriptcheck.values import replace
from tests.conftest import a_plan, a_record, a_task
from tests.emulator import runner
from tests.functional.cli.publishing import PULL, Job, archive, fork
from tests.functional.cli.test_publish_shares import shares
from tests.github_server.repository import HEAD
from tests.unit.report.posted import Seen, called
from tests.unit.report.stops import (
    UNKNOWN_KEY,
    a_hostile_stop,
    a_stopped_record,
    a_stopped_share,
    not_installed,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.run_record import RunRecord
    from tests.github_server.server import GitHubServer

OF_HEAD = ChangeSet(base=None, head=HEAD)


@pytest.fixture
def job(tmp_path: Path, server: GitHubServer) -> Job:
    return Job(tmp_path, server)


def outcome(job: Job) -> str:
    return runner.outputs(job.told("output"))["outcome"]


def headline(server: GitHubServer) -> str:
    (body,) = server.repository.bodies(PULL)
    return body.splitlines()[2]


def publish(job: Job, *records: RunRecord) -> None:
    folders = [job.run_directory(one, f"run {number}") for number, one in enumerate(records)]
    assert job.publish(*folders) == 0


def test_it_is_said_where_nothing_was_said_before(job: Job, server: GitHubServer) -> None:
    publish(job, a_stopped_record())

    assert headline(server) == "### 🛑 Could not be checked: unknown key `pipelnes`"
    (check,) = server.repository.checks.values()
    assert check["conclusion"] == "failure"
    assert check["output"]["title"] == "Could not be checked: unknown key `pipelnes`"
    (note,) = server.repository.annotations[check["id"]]
    assert (note["path"], note["start_line"]) == ("scriptcheck.yaml", 5)
    assert outcome(job) == "error"


def test_no_older_comment_that_all_is_well_stays(job: Job, server: GitHubServer) -> None:
    publish(job, a_record())
    assert "✅" in headline(server)
    job.variables["GITHUB_RUN_ID"] = "8"

    job.publish(job.run_directory(not_installed(), "later"))

    assert headline(server).startswith("### 🛑 Could not be checked: could not install")


def test_of_a_run_for_a_fork_it_is_said_likewise(job: Job, server: GitHubServer) -> None:
    fork(job, server, archive(a_stopped_record(changes=OF_HEAD)))

    job.publish("--from-workflow-run")

    assert headline(server) == "### 🛑 Could not be checked: unknown key `pipelnes`"
    assert outcome(job) == "error"


def test_a_stranger_who_says_that_it_ended_well_has_not_passed(
    job: Job, server: GitHubServer
) -> None:
    stranger = a_stopped_record(replace(UNKNOWN_KEY, code=0), changes=OF_HEAD)
    fork(job, server, archive(stranger))

    job.publish("--from-workflow-run")

    assert [check["conclusion"] for check in server.repository.checks.values()] == ["failure"]
    assert outcome(job) == "error"


def test_whatever_a_stranger_says_fits_and_calls_nobody(job: Job, server: GitHubServer) -> None:
    record = a_hostile_stop()
    fork(job, server, archive(replace(record, plan=replace(record.plan, changes=OF_HEAD))))

    job.publish("--from-workflow-run")

    (body,) = server.repository.bodies(PULL)
    assert called(Seen(body)) == []
    assert "The rest of this report is more" not in body


def test_a_share_that_could_not_check_takes_the_others_results_from_nobody(
    job: Job, server: GitHubServer
) -> None:
    first, _ = shares()

    publish(job, first, a_stopped_share(2, 2))

    assert headline(server).startswith(
        "### 🛑 Not everything could be checked: share 2 has no disk"
    )
    (body,) = server.repository.bodies(PULL)
    assert "passed" in body
    assert outcome(job) == "error"


def test_where_all_shares_could_not_check_one_speaks_for_all(
    job: Job, server: GitHubServer
) -> None:
    publish(job, a_stopped_share(1, 2), a_stopped_share(2, 2))

    assert headline(server) == "### 🛑 Could not be checked: share 1 has no disk"


def test_a_share_that_could_check_in_its_next_attempt_has_checked(
    job: Job, server: GitHubServer
) -> None:
    first, second = shares()
    again = second.plan.share
    assert again is not None
    later = replace(second, plan=replace(second.plan, share=replace(again, attempt=2)))

    publish(job, first, later, a_stopped_share(2, 2))

    assert "✅" in headline(server)
    assert outcome(job) == "passed"


def test_a_plan_that_could_not_be_made_is_over_when_a_later_attempt_has_made_it(
    job: Job, server: GitHubServer
) -> None:
    made = [
        replace(one, plan=replace(one.plan, share=replace(one.plan.share, attempt=2)))
        for one in shares()
        if one.plan.share
    ]

    publish(job, a_stopped_record(), *made)

    assert "✅" in headline(server)


def test_a_later_attempt_that_could_not_plan_makes_older_shares_void(
    job: Job, server: GitHubServer
) -> None:
    publish(job, *shares(), a_stopped_record(Stopped(what="no plan", code=2, attempt=2)))

    assert headline(server) == "### 🛑 Could not be checked: no plan"


def test_two_projects_of_one_name_are_told_to_take_names_of_their_own(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [a_record(a_plan(a_task(), folder=folder)) for folder in ("eu/model", "us/model")]

    publish(job, *named)

    assert server.repository.bodies(PULL) == []
    told = " ".join(capsys.readouterr().err.split())
    assert "2 projects are called `fraud`" in told
    assert "they lie in `eu/model`, `us/model`" in told
    assert "`project:` in each `scriptcheck.yaml`" in told


def test_a_project_of_which_no_job_has_left_a_record_is_told(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    fraud, prices = (
        a_record(a_plan(a_task(), project=folder, folder=folder))
        for folder in ("teams/fraud", "teams/prices")
    )
    publish(job, fraud, prices)
    job.variables["GITHUB_RUN_ID"] = "8"

    again = job.run_directory(fraud, "again")
    job.publish("--expect=teams/fraud", "--expect=./teams/prices/", again)

    told = [body.splitlines()[2] for body in server.repository.bodies(PULL)]
    assert told == [
        "### ✅ The only affected step passed",
        "### 🛑 Could not be checked: no job of this run has left a record of the project",
    ]
    last = [(one["name"], one["conclusion"]) for one in server.repository.checks.values()][-2:]
    assert last == [
        ("scriptcheck (teams/fraud)", "success"),
        ("scriptcheck (teams/prices)", "failure"),
    ]
    assert "the project in `teams/prices`" in capsys.readouterr().err
    assert outcome(job) == "error"


def test_no_comment_is_begun_under_a_name_that_nobody_may_have_given_the_project(
    job: Job, server: GitHubServer
) -> None:
    job.publish("--expect=teams/prices")

    assert server.repository.bodies(PULL) == []
    assert [one["conclusion"] for one in server.repository.checks.values()] == ["failure"]


def test_of_a_run_for_a_fork_that_left_nothing_the_projects_are_told(
    job: Job, server: GitHubServer
) -> None:
    publish(job, a_record(a_plan(a_task(), project="teams/prices", folder="teams/prices")))
    fork(job, server)

    job.publish("--from-workflow-run", "--expect=teams/prices")

    assert headline(server).startswith("### 🛑 Could not be checked: no job of this run")
