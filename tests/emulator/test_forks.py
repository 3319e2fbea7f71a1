"""The trusted side of pull requests from forks: another workflow's job, for which a record is data."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.emulator.hub import HELPER, PREPARE
from tests.github_server.repository import READER
from tests.github_server.server import TOKEN, GitHubServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.hub import Hub

RENAMED = {"scripts/prepare.py": PREPARE.replace("total\\n", "amount\\n")}
CHECKED = "scriptcheck (fraud)"


def archive(folder: Path) -> bytes:
    """Pack an artifact as GitHub keeps it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.rglob("*")):
            packed.write(file, file.relative_to(folder).as_posix())
    return content.getvalue()


@pytest.fixture
def github(hub: Hub, server: GitHubServer) -> GitHubServer:
    """Let the server know of two pull requests, of which one comes from a fork."""
    hub.from_fork(RENAMED)
    known = server.repository
    known.commits |= {
        hub.commits["head"]: (),
        hub.commits["merge"]: (hub.commits["main"], hub.commits["head"]),
    }
    known.add_pull(
        7, head=hub.commits["head"], branch="topic", repository="mallory/fraud", base="main"
    )
    known.add_pull(
        8, head=hub.commits["main"], branch="other", repository="acme/fraud", base="main"
    )
    return server


def end_run(hub: Hub, github: GitHubServer, *without: str) -> None:
    """Let the run end that checked: what it left lies on the server, but for what got lost."""
    for name, folder in sorted(hub.machine.artifacts.items()):
        if name not in without:
            github.repository.add_artifact(41, name, archive(folder))


def conclusions(github: GitHubServer) -> list[tuple[str, str]]:
    return [(one["head_sha"], one["conclusion"]) for one in github.repository.checks.values()]


def test_the_pull_request_is_found_by_its_commit_and_gets_the_comment(
    hub: Hub, github: GitHubServer
) -> None:
    checked = hub.of_pull_request(head="topic")
    end_run(hub, github)

    job = hub.finished_run(github.url, TOKEN)

    assert checked.outcome == "failure"
    assert job.outcome == "success", job.log
    assert job.outputs["outcome"] == "failed"
    (body,) = github.repository.bodies(7)
    assert "daily/train" in body
    assert f"run=41 attempt=1 head={hub.commits['head']}" in body
    assert github.repository.bodies(8) == []
    assert job.outputs["comment-url"].startswith("https://github.com/acme/fraud/pull/7#")
    assert conclusions(github) == [(hub.commits["head"], "failure")]


def test_it_takes_nothing_of_the_run_onto_its_machine(hub: Hub, github: GitHubServer) -> None:
    hub.of_pull_request(head="topic")
    end_run(hub, github)

    job = hub.finished_run(github.url, TOKEN)

    ran = [step.name for step in job.steps if step.outcome != "skipped"]
    assert ran == ["Install scriptcheck", "Publish"]
    assert not (hub.machine.temp / "scriptcheck" / "records").exists()


def test_the_forks_own_run_may_write_nothing_and_its_verdict_stands(
    hub: Hub, github: GitHubServer
) -> None:
    github.people["read-only"] = READER
    checked = hub.of_pull_request(head="topic")

    job = hub.published(github.url, "read-only")

    assert (checked.outcome, job.outcome) == ("failure", "success")
    assert job.outputs["outcome"] == "failed"
    assert "Comment on pull requests from forks" in job.step("Publish").summary
    assert github.repository.comments == github.repository.checks == {}


def test_one_that_has_moved_on_meanwhile_gets_no_comment(hub: Hub, github: GitHubServer) -> None:
    hub.of_pull_request(head="topic")
    end_run(hub, github)
    github.repository.pulls[0]["head"]["sha"] = "d" * 40

    job = hub.finished_run(github.url, TOKEN)

    assert job.outcome == "success", job.log
    assert "no open pull request ends in the commit" in job.log
    assert github.repository.comments == {}


def test_shares_have_one_comment(hub: Hub, github: GitHubServer) -> None:
    for share in ("1/2", "2/2"):
        hub.of_pull_request(head="topic", shard=share)
    end_run(hub, github)

    job = hub.finished_run(github.url, TOKEN)

    assert job.outcome == "success", job.log
    (body,) = github.repository.bodies(7)
    assert "daily/train" in body
    assert conclusions(github) == [(hub.commits["head"], "failure")]


def test_a_share_that_left_nothing_does_not_pass(hub: Hub, github: GitHubServer) -> None:
    for share in ("1/2", "2/2"):
        hub.of_pull_request(head="topic", shard=share)
    records = {
        name: json.loads((folder / "record.json").read_text())
        for name, folder in hub.machine.artifacts.items()
    }
    (failed,) = (name for name, record in records.items() if record["exit_code"])
    end_run(hub, github, failed)

    job = hub.finished_run(github.url, TOKEN)

    assert job.outputs["outcome"] == "failed"
    (body,) = github.repository.bodies(7)
    assert "has left no record" in body
    assert conclusions(github) == [(hub.commits["head"], "failure")]


def test_a_run_after_a_push_has_a_check_and_no_comment(hub: Hub, github: GitHubServer) -> None:
    hub.of_pull_request(head="topic")
    end_run(hub, github)

    job = hub.finished_run(github.url, TOKEN, event="push")

    assert job.outcome == "success", job.log
    assert github.repository.comments == {}
    assert [name["name"] for name in github.repository.checks.values()] == [CHECKED]


def test_a_run_that_left_nothing_is_told(hub: Hub, github: GitHubServer) -> None:
    hub.from_fork({"lib/sums.py": HELPER}, number=9)

    job = hub.finished_run(github.url, TOKEN)

    assert job.outcome == "success", job.log
    assert "left no record" in job.step("Publish").summary
    assert job.outputs["outcome"] == "error"
