"""What jobs that check have left is posted by another job, which checks no code out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.emulator.hub import PREPARE, SETTINGS, TRAIN, ZEROS
from tests.github_server.server import TOKEN, GitHubServer

if TYPE_CHECKING:
    from tests.emulator.hub import Hub

RENAMED = PREPARE.replace("total\\n", "amount\\n")


def test_one_comment_and_one_check_are_written_and_then_kept_up(
    hub: Hub, server: GitHubServer
) -> None:
    hub.pull_request({"scripts/prepare.py": RENAMED})
    server.repository.commits[hub.commits["head"]] = ()
    hub.of_pull_request()

    first = hub.published(server.url, TOKEN)
    again = hub.published(server.url, TOKEN, variables={"GITHUB_RUN_ATTEMPT": "2"})

    assert first.outcome == "success", first.log
    assert first.outputs["outcome"] == "failed"
    assert first.outputs["comment-url"] == again.outputs["comment-url"]
    assert first.outputs["comment-url"].startswith("https://github.com/acme/fraud/pull/7#")
    (body,) = server.repository.bodies(7)
    assert "daily/train" in body
    # GitHub shows the last of a name; each attempt has its own.
    checks = [(one["head_sha"], one["conclusion"]) for one in server.repository.checks.values()]
    assert checks == [(hub.commits["head"], "failure")] * 2


def test_the_shares_of_a_run_have_one_comment(hub: Hub, server: GitHubServer) -> None:
    hub.pull_request({"scripts/prepare.py": RENAMED})
    server.repository.commits[hub.commits["head"]] = ()
    planned = hub.of_pull_request(command="plan")
    for share in json.loads(planned.outputs["matrix"])["include"]:
        hub.of_pull_request(shard=share["shard"])

    job = hub.published(server.url, TOKEN)

    assert job.outcome == "success", job.log
    (body,) = server.repository.bodies(7)
    assert "daily/train" in body


def test_a_token_that_may_not_write_changes_no_verdict(hub: Hub, server: GitHubServer) -> None:
    hub.pull_request({"scripts/prepare.py": RENAMED})
    hub.of_pull_request()

    job = hub.published(server.url, "nobody's")

    assert job.outcome == "success", job.log
    assert "Not everything was posted" in job.step("Publish").summary
    assert all("could not post everything" in one for one in job.issues("warning"))
    assert job.issues("warning")


def test_a_job_that_publishes_before_any_has_checked_says_so(
    hub: Hub, server: GitHubServer
) -> None:
    hub.pull_request({"scripts/prepare.py": RENAMED})

    job = hub.published(server.url, TOKEN)

    assert job.step("Publish").exit_code == 2
    (error,) = job.issues("error")
    assert error.startswith("scriptcheck could not post anything: No job of this run has left")
    assert "their logs say why" in error
    assert "`needs:`" in error


def test_a_project_of_the_matrix_that_left_no_record_is_told(
    hub: Hub, server: GitHubServer
) -> None:
    hub.pull_request({"scripts/prepare.py": RENAMED})
    server.repository.commits[hub.commits["head"]] = ()
    hub.of_pull_request()

    job = hub.published(server.url, TOKEN, projects=".\nteams/prices\n")

    assert (job.outcome, job.outputs["outcome"]) == ("success", "failed")
    assert any("`teams/prices`" in one for one in job.issues("warning"))
    checks = {one["name"]: one["conclusion"] for one in server.repository.checks.values()}
    assert checks == {
        "scriptcheck (fraud)": "failure",
        "scriptcheck (teams/prices)": "failure",
    }


MOVED = {
    "scripts/prepare.py": None,
    "scripts/clean.py": PREPARE,
    "scriptcheck.yaml": SETTINGS.replace("prepare.py", "clean.py"),
}
MANY = {f"reports/{number}.txt": f"{number}\n" for number in range(2999)}


@pytest.mark.parametrize(
    ("files", "headline", "outcome"),
    [
        pytest.param(
            {"scripts/train.py": TRAIN + "\n"},
            "✅ The only affected step passed",
            "passed",
            id="passes",
        ),
        pytest.param({"README.md": "# Our shop\n"}, None, "passed", id="touches nothing"),
        pytest.param(
            MANY | {"scripts/prepare.py": RENAMED},
            "❌ Both affected steps failed",
            "failed",
            id="3000 files",
        ),
        pytest.param(MOVED, "✅ ", "passed", id="renames a script"),
        pytest.param({"lib/sums.py": None}, "❌ ", "failed", id="deletes a helper"),
    ],
)
def test_the_comment_says_what_came_out(
    hub: Hub,
    server: GitHubServer,
    files: dict[str, str | None],
    headline: str | None,
    outcome: str,
) -> None:
    hub.pull_request(files)
    server.repository.commits[hub.commits["head"]] = ()
    hub.of_pull_request()

    job = hub.published(server.url, TOKEN)

    assert job.outcome == "success", job.log
    assert job.outputs["outcome"] == outcome
    told = [body.splitlines()[2] for body in server.repository.bodies(7)]
    assert [line.startswith(f"### {headline}") for line in told] == [True] * bool(headline), told


def test_a_check_that_could_not_check_is_told_over_the_comment_that_all_is_well(
    hub: Hub, server: GitHubServer
) -> None:
    hub.pull_request({"scripts/train.py": TRAIN + "\n"})
    server.repository.commits[hub.commits["head"]] = ()
    hub.of_pull_request()
    hub.published(server.url, TOKEN)
    (before,) = server.repository.bodies(7)
    hub.remote.git("checkout", "--quiet", "topic")
    hub.commits["head"] = hub.remote.commit({"scriptcheck.yaml": SETTINGS + "pipelnes: {}\n"})
    hub.remote.git("update-ref", "refs/pull/7/merge", "HEAD")
    server.repository.commits[hub.commits["head"]] = ()

    hub.of_pull_request(variables={"GITHUB_RUN_ATTEMPT": "2"})
    job = hub.published(server.url, TOKEN, variables={"GITHUB_RUN_ATTEMPT": "2"})

    (after,) = server.repository.bodies(7)
    assert before.splitlines()[2].startswith("### ✅")
    assert after.splitlines()[2] == "### 🛑 Could not be checked: unknown key `pipelnes`"
    assert (job.outcome, job.outputs["outcome"]) == ("success", "error")


@pytest.mark.parametrize("event", ["push", "merge_group", "schedule"])
def test_what_is_about_no_pull_request_has_a_check_at_its_commit_and_no_comment(
    hub: Hub, server: GitHubServer, event: str
) -> None:
    hub.pull_request({"scripts/prepare.py": RENAMED})
    queue = "refs/heads/gh-readonly-queue/main/pr-7"
    hub.remote.git("update-ref", queue, hub.commits["merge"])
    commit = hub.commits["merge" if event == "merge_group" else "head"]
    server.repository.commits[commit] = ()
    ref = queue if event == "merge_group" else "refs/heads/topic"
    github = {"event_name": event, "ref": ref, "sha": commit}
    group = {"base_sha": hub.commits["main"], "head_sha": commit, "base_ref": "refs/heads/main"}
    payload = {"before": ZEROS, "merge_group": group}

    checked = hub.job(hub.checkout(ref), github, payload)
    job = hub.published_for(server.url, TOKEN, github, payload)

    assert (checked.outcome, job.outcome) == ("failure", "success"), job.log
    assert server.repository.comments == {}
    checks = [(one["head_sha"], one["conclusion"]) for one in server.repository.checks.values()]
    assert checks == [(commit, "failure")]
