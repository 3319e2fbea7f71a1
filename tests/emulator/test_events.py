"""Our own action on the other events: each has its base, and one that is not known checks everything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.hub import PREPARE, TOKEN, ZEROS
from tests.emulator.private import served
from tests.functional.change.conftest import Repository

if TYPE_CHECKING:
    from tests.emulator.hub import Hub
    from tests.emulator.runner import Job

RENAMED = PREPARE.replace("total\\n", "amount\\n")
PUSH = {"event_name": "push", "ref": "refs/heads/topic"}


def changes(job: Job) -> dict[str, Any]:
    data = json.loads((Path(job.outputs["run-directory"]) / "record.json").read_text())
    found: dict[str, Any] = data["run"]["plan"]["changes"]
    return found


def test_a_merge_queue_is_compared_with_what_the_group_is_added_to(hub: Hub) -> None:
    hub.pull_request({"scripts/prepare.py": RENAMED})
    queue = "refs/heads/gh-readonly-queue/main/pr-7"
    hub.remote.git("update-ref", queue, hub.commits["merge"])
    payload = {
        "merge_group": {
            "base_sha": hub.commits["main"],
            "base_ref": "refs/heads/main",
            "head_sha": hub.commits["merge"],
        }
    }

    job = hub.job(hub.checkout(queue), {"event_name": "merge_group", "ref": queue}, payload)

    assert changes(job)["base"] == hub.commits["main"]
    assert (job.outcome, job.outputs["failed"]) == ("failure", "2")


def test_a_new_branch_is_compared_with_where_it_left_main(hub: Hub) -> None:
    hub.pull_request({"scripts/prepare.py": RENAMED})
    workspace = hub.checkout("refs/heads/topic", "--depth=1")

    job = hub.job(workspace, PUSH, {"before": ZEROS})

    assert changes(job)["base"] == hub.commits["second"]
    assert (job.outcome, job.outputs["failed"]) == ("failure", "2")


def test_a_push_is_compared_with_what_was_there_before(hub: Hub) -> None:
    hub.pull_request({"scripts/prepare.py": RENAMED})
    hub.remote.git("checkout", "--quiet", "topic")
    hub.remote.commit({"README.md": "# Yet another\n"})
    workspace = hub.checkout("refs/heads/topic", "--depth=1")

    job = hub.job(workspace, PUSH, {"before": hub.commits["head"]})

    assert changes(job)["base"] == hub.commits["head"]
    assert (job.outcome, job.outputs["affected"]) == ("success", "0")


def test_a_run_by_hand_is_compared_with_the_base_that_the_workflow_hands_over(hub: Hub) -> None:
    hub.pull_request({"scripts/prepare.py": RENAMED})
    workspace = hub.checkout("refs/heads/topic", "--depth=1")
    github = {"event_name": "workflow_dispatch", "ref": "refs/heads/topic"}

    job = hub.job(workspace, github, {"inputs": {}}, base=hub.commits["first"])

    assert changes(job)["base"] == hub.commits["first"]
    assert job.outputs["failed"] == "2"


def test_a_base_that_nobody_knows_is_an_error_with_its_own_code(hub: Hub) -> None:
    workspace = hub.checkout("refs/heads/main", "--depth=1")
    github = {"event_name": "workflow_dispatch", "ref": "refs/heads/main"}

    job = hub.job(workspace, github, {"inputs": {}}, base="nowhere")

    assert job.step("Check").exit_code == 3
    assert job.outputs["outcome"] == "error"
    assert any("`nowhere`" in one for one in job.issues("error"))


@pytest.mark.parametrize("event", ["schedule", "workflow_dispatch", "push"])
def test_where_nothing_can_be_compared_with_everything_is_checked_and_it_is_said(
    hub: Hub, event: str
) -> None:
    workspace = hub.checkout("refs/heads/main", "--depth=1")

    job = hub.job(workspace, {"event_name": event, "ref": "refs/heads/main"}, {"before": ZEROS})

    assert (job.outcome, job.outputs["affected"]) == ("success", "2")
    # Whoever sets up a schedule, or starts a run by hand, knows it already.
    warned = [one for one in job.issues("warning") if "everything is checked" in one]
    assert bool(warned) is (event == "push")


def test_history_of_a_private_repository_is_got_with_the_token_that_the_checkout_did_not_keep(
    hub: Hub,
) -> None:
    hub.pull_request({"scripts/prepare.py": RENAMED})
    hub.remote.commit_many(60)
    workspace = hub.checkout("refs/heads/topic", "--depth=1")
    with served(hub.remote.root, TOKEN) as address:
        Repository(workspace).git("remote", "set-url", "origin", f"{address}/remote/.git")

        job = hub.job(workspace, PUSH | {"server_url": address}, {"before": ZEROS})

    assert changes(job)["base"] == hub.commits["second"]
    kept = [file for file in (workspace / ".git").rglob("*") if file.is_file()]
    assert not any(TOKEN.encode() in file.read_bytes() for file in kept)


@pytest.mark.parametrize("filtered", ["blob:none", "tree:0"])
def test_what_a_partial_clone_of_a_private_repository_lacks_is_got_before_scripts_run(
    hub: Hub, filtered: str
) -> None:
    hub.pull_request({"scripts/prepare.py": RENAMED})
    workspace = hub.checkout("refs/pull/7/merge", "--depth=2", f"--filter={filtered}")
    github, payload = hub.about(7, "topic")
    with served(hub.remote.root, TOKEN) as address:
        Repository(workspace).git("remote", "set-url", "origin", f"{address}/remote/.git")

        job = hub.job(workspace, github | {"server_url": address}, payload)

    assert changes(job)["base"] == hub.commits["main"]
    assert (job.outcome, job.outputs["failed"]) == ("failure", "2"), job.log
    at_cause, _ = job.step("Check").log.issues("error")
    assert at_cause.properties["file"] == "scripts/prepare.py"
    kept = [file for file in (workspace / ".git").rglob("*") if file.is_file()]
    assert not any(TOKEN.encode() in file.read_bytes() for file in kept)
