"""What a job is about, from what the runner and GitHub say of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.github.event import Attempt, finished_run, job_of

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "1f0c9ab" + "0" * 33
MERGE = "e" * 40
PULL = {"pull_request": {"number": 42, "head": {"sha": HEAD}, "base": {"ref": "main"}}}
RUN: dict[str, Any] = {
    "id": 77,
    "run_attempt": 2,
    "event": "pull_request",
    "head_sha": HEAD,
    "head_branch": "better",
    "head_repository": {"full_name": "mallory/fraud"},
}


def environ(folder: Path, event: str, payload: object, **more: str) -> dict[str, str]:
    file = folder / "event.json"
    file.write_text(json.dumps(payload))
    return {
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(file),
        "GITHUB_REPOSITORY": "acme/fraud",
        "GITHUB_RUN_ID": "7",
        "GITHUB_SHA": MERGE,
    } | more


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
def test_a_pull_request_is_about_its_own_last_commit(tmp_path: Path, event: str) -> None:
    job = job_of(environ(tmp_path, event, PULL))

    assert (job.pull_request, job.head, job.base) == (42, HEAD, "main")


def test_a_merge_queue_is_about_its_commit_and_no_pull_request(tmp_path: Path) -> None:
    job = job_of(environ(tmp_path, "merge_group", {"merge_group": {"head_sha": HEAD}}))

    assert (job.pull_request, job.head) == (None, HEAD)


def test_a_push_is_about_what_was_pushed(tmp_path: Path) -> None:
    job = job_of(environ(tmp_path, "push", {}))

    assert (job.pull_request, job.head) == (None, MERGE)


def test_a_comment_on_a_pull_request_is_about_none(tmp_path: Path) -> None:
    assert job_of(environ(tmp_path, "issue_comment", PULL)).pull_request is None


def test_an_enterprise_server_is_known_by_its_own_addresses(tmp_path: Path) -> None:
    job = job_of(
        environ(
            tmp_path,
            "push",
            {},
            GITHUB_API_URL="https://git.acme.example/api/v3",
            GITHUB_SERVER_URL="https://git.acme.example",
        )
    )

    assert job.api == "https://git.acme.example/api/v3"
    assert job.run_url == "https://git.acme.example/acme/fraud/actions/runs/7"


def test_a_later_attempt_is_newer_and_a_later_run_even_more() -> None:
    attempts = [Attempt(run=8), Attempt(run=7, number=2), Attempt(run=7)]

    assert sorted(attempts) == attempts[::-1]


@pytest.mark.parametrize(
    "payload", [None, [], {"pull_request": {"number": "42"}}, {"pull_request": []}]
)
def test_a_payload_that_is_none_names_no_pull_request(tmp_path: Path, payload: object) -> None:
    assert job_of(environ(tmp_path, "pull_request", payload)).pull_request is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"GITHUB_REPOSITORY": "acme/fraud/../../user"},
        {"GITHUB_REPOSITORY": ""},
        {"GITHUB_RUN_ID": "seven"},
        {"GITHUB_RUN_ID": ""},
        {"GITHUB_EVENT_NAME": ""},
    ],
)
def test_what_no_runner_says_is_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        job_of(environ(tmp_path, "push", {}, **wrong))


def test_a_run_that_has_ended_is_known_by_what_github_says(tmp_path: Path) -> None:
    run = finished_run(environ(tmp_path, "workflow_run", {"workflow_run": RUN}))

    assert (run.attempt, run.head) == (Attempt(run=77, number=2), HEAD)
    assert (run.head_repository, run.head_branch) == ("mallory/fraud", "better")


@pytest.mark.parametrize("missing", ["id", "head_sha", "head_repository"])
def test_a_payload_that_is_not_whole_is_refused(tmp_path: Path, missing: str) -> None:
    payload = {name: value for name, value in RUN.items() if name != missing}

    with pytest.raises(UsageError, match="does not say which run"):
        finished_run(environ(tmp_path, "workflow_run", {"workflow_run": payload}))
