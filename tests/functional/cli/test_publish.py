"""`scriptcheck publish` against a GitHub of our own, as a job of a workflow calls it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.cli.main import main
from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.plan import Counts
from ci_scriptcheck.model.result import Finding, Level, Outcome
from ci_scriptcheck.report import markdown
from tests.conftest import a_change, a_plan, a_record, a_result, a_task
from tests.functional.cli.publishing import MERGE, PULL, Job, archive, archive_lying_at, fork
from tests.github_server.repository import HEAD, READER, STRANGER
from tests.github_server.server import TOKEN, Fault, GitHubServer
from tests.unit.report.records import a_failing_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ci_scriptcheck.model.run_record import RunRecord


@pytest.fixture
def job(tmp_path: Path, server: GitHubServer) -> Job:
    return Job(tmp_path, server)


def nothing_affected(**given: Any) -> RunRecord:
    return a_record(a_plan(counts=Counts(files_changed=1, steps=9, steps_affected=0), **given))


def test_a_failing_run_is_posted(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    record = a_failing_record()

    assert job.publish(job.run_directory(record)) == 0

    (body,) = server.repository.bodies(PULL)
    assert body.startswith(
        f"{markdown.marker('fraud')}\n<!-- scriptcheck run=7 attempt=1 head={HEAD} -->\n"
    )
    assert "#### `fraud/train`" in body
    (check,) = server.repository.checks.values()
    assert (check["name"], check["head_sha"]) == ("scriptcheck (fraud)", HEAD)
    assert check["conclusion"] == "failure"
    (note, *_) = server.repository.annotations[check["id"]]
    assert (note["path"], note["start_line"]) == ("scripts/train.py", 41)
    url = server.repository.comments_of(PULL)[0]["html_url"]
    assert capsys.readouterr().out == (
        f"check    {check['html_url']}  failure\ncomment  {url}  written\n"
    )
    assert url in job.told("output")
    assert "outcome<<" in job.told("output")
    assert job.told("summary.md") == ""


def test_a_passing_run_is_posted(job: Job, server: GitHubServer) -> None:
    job.publish(job.run_directory(a_record()))

    assert [check["conclusion"] for check in server.repository.checks.values()] == ["success"]


def test_two_projects_have_a_comment_and_a_check_each(job: Job, server: GitHubServer) -> None:
    other = a_record(a_plan(a_task(), project="tea"))

    job.publish(job.run_directory(a_record()), job.run_directory(other, "other"))

    assert len(server.repository.bodies(PULL)) == 2
    assert {check["name"] for check in server.repository.checks.values()} == {
        "scriptcheck (fraud)",
        "scriptcheck (tea)",
    }


def test_where_nothing_is_affected_there_is_a_neutral_check_and_no_comment(
    job: Job, server: GitHubServer
) -> None:
    job.publish(job.run_directory(nothing_affected()))

    assert server.repository.bodies(PULL) == []
    assert [check["conclusion"] for check in server.repository.checks.values()] == ["neutral"]


def test_where_nothing_is_affected_any_more_the_old_comment_says_so(
    job: Job, server: GitHubServer
) -> None:
    job.publish(job.run_directory(a_failing_record()))
    job.variables["GITHUB_RUN_ID"] = "8"
    job.publish(job.run_directory(nothing_affected(), "later"))

    (body,) = server.repository.bodies(PULL)
    assert "Nothing to check" in body


def test_no_comment_where_none_is_wanted(job: Job, server: GitHubServer) -> None:
    job.publish(job.run_directory(a_failing_record()), "--comment=never")

    assert server.repository.comments == {}
    assert len(server.repository.checks) == 1


@pytest.mark.parametrize("event", ["push", "merge_group", "workflow_dispatch"])
def test_without_a_pull_request_there_is_a_check_alone(
    job: Job, server: GitHubServer, event: str
) -> None:
    job.variables["GITHUB_SHA"] = HEAD
    job.about({"after": HEAD, "merge_group": {"head_sha": HEAD}}, event)

    assert job.publish(job.run_directory(a_record())) == 0

    assert server.repository.comments == {}
    assert [check["head_sha"] for check in server.repository.checks.values()] == [HEAD]


def test_a_token_that_may_only_read_costs_no_verdict(
    job: Job,
    server: GitHubServer,
    capsys: pytest.CaptureFixture[str],
    golden: Callable[[str], object],
) -> None:
    server.people[TOKEN] = READER

    assert job.publish(job.run_directory(a_failing_record())) == 0

    told = capsys.readouterr()
    assert told.err == golden("publish/read_only.txt")
    assert told.out.count("::warning title=scriptcheck could not post everything::The ") == 2
    assert job.told("summary.md") == golden("publish/read_only.md")
    assert TOKEN not in told.out + told.err + job.told("summary.md") + job.told("output")


def test_who_requires_it_is_told_by_the_exit_code(job: Job, server: GitHubServer) -> None:
    server.people[TOKEN] = READER

    assert job.publish(job.run_directory(a_record()), "--require-publish") == 5


def test_a_comment_that_cannot_be_posted_keeps_no_check_from_being_posted(
    job: Job, server: GitHubServer
) -> None:
    server.faults.append(Fault(method="POST", path="/comments", status=403))

    assert job.publish(job.run_directory(a_record()), "--require-publish") == 5

    assert len(server.repository.checks) == 1
    assert "comment on pull request 42 was not posted" in job.told("summary.md")


def test_without_a_token_nothing_is_lost_but_the_post(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    del job.variables["GITHUB_TOKEN"]

    assert job.publish(job.run_directory(a_record())) == 0

    assert "there is no token" in capsys.readouterr().err
    assert server.asked == []


def test_a_server_that_is_not_there_costs_no_verdict(job: Job) -> None:
    job.variables["GITHUB_API_URL"] = "gopher://127.0.0.1"

    assert job.publish(job.run_directory(a_record())) == 0
    assert job.publish(str(job.folder / "run"), "--require-publish") == 5


def test_elsewhere_than_in_a_job_there_is_nothing_to_publish_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["publish", str(tmp_path)], {}) == 2
    assert "GITHUB_EVENT_NAME is not set" in capsys.readouterr().err


def test_two_whole_runs_of_one_project_cannot_share_its_comment(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [job.run_directory(a_record(), name) for name in ("one", "two")]

    assert job.publish(*words, "--require-publish") == 5

    assert "there are 2 records of project `fraud`" in capsys.readouterr().err
    assert server.repository.comments == server.repository.checks == {}


def of_merge(record: RunRecord) -> RunRecord:
    """Let a record be of the merge of the pull request, as it is after a checkout on GitHub."""
    from ci_scriptcheck.values import replace

    changes = replace(record.plan.changes, head=MERGE)
    return replace(record, plan=replace(record.plan, changes=changes))


def test_a_run_for_a_fork_is_posted_by_the_trusted_side(job: Job, server: GitHubServer) -> None:
    server.repository.commits[MERGE] = ("b" * 40, HEAD)
    fork(job, server, archive(of_merge(a_failing_record())))

    assert job.publish("--from-workflow-run", "--require-publish") == 0

    (body,) = server.repository.bodies(PULL)
    assert f"run=77 attempt=2 head={HEAD}" in body
    assert "https://github.com/acme/fraud/actions/runs/77" in body
    (check,) = server.repository.checks.values()
    assert (check["conclusion"], check["head_sha"]) == ("failure", HEAD)


def test_a_pull_request_that_has_moved_on_gets_no_comment(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    fork(job, server, archive(a_record()), head="c" * 40)

    assert job.publish("--from-workflow-run", "--require-publish") == 0

    assert server.repository.comments == {}
    assert len(server.repository.checks) == 1
    assert "no open pull request ends in the commit" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (b"", "cannot be read"),
        (b"[]", "not written by scriptcheck"),
        (b"[" * 200_000, "refused"),
        (b'{"format": 2, "written_by": "9.0"}', "written by scriptcheck 9.0"),
        (b'{"format": 1, "run": {"plan": 5}}', "cannot be read"),
        (b'{"format": 1, "run": ' + b"9" * 5_000 + b"}", "cannot be read"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_what_is_no_record_is_refused(
    job: Job,
    server: GitHubServer,
    capsys: pytest.CaptureFixture[str],
    record: bytes,
    why: str,
) -> None:
    fork(job, server, archive(record))

    assert job.publish("--from-workflow-run", "--require-publish") == 5

    assert why in " ".join(capsys.readouterr().err.split())
    assert server.repository.comments == server.repository.checks == {}


def test_an_archive_that_is_refused_keeps_no_other_record_from_being_posted(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.repository.commits[MERGE] = ("b" * 40, HEAD)
    fork(job, server, archive_lying_at(2**64 - 1), archive(of_merge(a_failing_record())))

    assert job.publish("--from-workflow-run") == 0

    assert len(server.repository.bodies(PULL)) == len(server.repository.checks) == 1
    assert "`scriptcheck` is refused: it is no whole archive" in " ".join(
        capsys.readouterr().err.split()
    )


def test_what_is_refused_does_not_fill_the_log(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    long = json.dumps({"format": 2, "written_by": "\n::error::owned" * 100_000}).encode()
    fork(job, server, archive(long))

    assert job.publish("--from-workflow-run") == 0

    told = capsys.readouterr().err
    assert len(told) < 1_000
    assert not any(line.lstrip().startswith("::") for line in told.splitlines())


def test_a_record_of_another_commit_is_refused(job: Job, server: GitHubServer) -> None:
    foreign = a_record(a_plan(a_task(), changes=a_change("a.py", head="d" * 40)))
    fork(job, server, archive(foreign))

    assert job.publish("--from-workflow-run", "--require-publish") == 5

    assert server.repository.comments == server.repository.checks == {}


def test_what_a_record_says_calls_nobody_and_is_no_command(
    job: Job, server: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = (
        "@everyone <img src=x onerror=alert(1)> fixes #1\n::error::owned\n<!-- scriptcheck:tea -->"
    )
    finding = Finding(
        rule="SC201",
        severity=Level.ERROR,
        message=evil,
        place=Place(file="a.py", line=1),
    )
    plan = a_plan(a_task(), project=f"x -->\n{evil}")
    record = a_record(plan, a_result("train", Outcome.FAILED, findings=(finding,)))
    fork(job, server, archive(record))

    assert job.publish("--from-workflow-run", "--require-publish") == 0

    (body,) = server.repository.bodies(PULL)
    before_code, _, _ = body.partition("```")
    assert sum(line.startswith("<!--") for line in before_code.splitlines()) == 2
    assert not any(line.startswith("@") for line in body.splitlines())
    printed = capsys.readouterr()
    assert not any(line.startswith("::") for line in (printed.out + printed.err).splitlines())
    (check,) = server.repository.checks.values()
    assert "\n" not in check["name"]


def test_a_comment_of_the_forks_owner_is_not_taken_for_ours(
    job: Job, server: GitHubServer
) -> None:
    server.repository.add_comment(PULL, markdown.marker("fraud") + "\ntrust me", STRANGER)
    fork(job, server, archive(a_failing_record()))

    job.publish("--from-workflow-run")

    assert server.repository.bodies(PULL)[0].endswith("trust me")
    assert len(server.repository.bodies(PULL)) == 2


def test_the_option_is_for_that_event_alone(job: Job) -> None:
    assert job.publish("--from-workflow-run") == 2
    assert job.publish("--from-workflow-run", str(job.folder)) == 2
