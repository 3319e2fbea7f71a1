"""What changed for an event on GitHub, by real checkouts as its runners make them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ci_scriptcheck.change.git.repository import CommitTree, change_set
from ci_scriptcheck.errors import ChangeError
from ci_scriptcheck.model.change import ChangeSet
from tests.functional.change.conftest import Repository

ZEROS = "0" * 40
TOKEN = "a-text-to-look-for"  # noqa: S105  (lets nobody in)


@dataclass
class Hub:
    """A repository as the remote keeps it: main, a branch that left it, and their merge."""

    remote: Repository
    folder: Path
    commits: dict[str, str] = field(default_factory=dict)

    def checkout(self, ref: str, *options: str) -> Repository:
        """Check one reference out as the usual checkout action does."""
        made = Repository(self.folder / f"runner-{len(list(self.folder.iterdir()))}")
        made.root.mkdir()
        made.git("init", "--quiet", "--initial-branch=main")
        made.git("remote", "add", "origin", self.remote.root.as_uri())
        made.git("fetch", "--quiet", "--no-tags", *(options or ["--depth=1"]), "origin", ref)
        made.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
        return made

    def changes(
        self, checkout: Repository, event: str, payload: dict[str, Any], **given: str
    ) -> ChangeSet:
        """Find the changes with the environment of a job."""
        file = self.folder / "event.json"
        file.write_text(json.dumps({"repository": {"default_branch": "main"}} | payload))
        environ = {
            "CI": "true",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(file),
            "GITHUB_SHA": checkout.git("rev-parse", "HEAD"),
            "GITHUB_WORKSPACE": str(checkout.root),
        }
        return change_set(
            checkout.root, base=given.pop("base", None), environ=environ | given, default_base=None
        )


@pytest.fixture
def hub(repository: Repository, tmp_path: Path) -> Hub:
    made = Hub(repository, tmp_path)
    repository.commit({"a.py": "0\n"})
    made.commits["left"] = repository.commit({"a.py": "1\n"})
    repository.branch("topic")
    made.commits["first"] = repository.commit({"b.py": "1\n"})
    made.commits["topic"] = repository.commit({"c.py": "1\n"})
    repository.git("checkout", "--quiet", "main")
    made.commits["main"] = repository.commit({"other.py": "1\n"})
    repository.git("checkout", "--quiet", "--detach")
    repository.git("merge", "--quiet", "--no-edit", "topic")
    made.commits["merge"] = repository.git("rev-parse", "HEAD")
    repository.git("update-ref", "refs/pull/7/merge", "HEAD")
    repository.git("update-ref", "refs/pull/7/head", "topic")
    repository.git("checkout", "--quiet", "main")
    repository.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return made


def paths(found: ChangeSet) -> set[str]:
    return set(found.touched())


PULL = {"pull_request": {"base": {"ref": "main", "sha": "5" * 40}}}


@pytest.mark.parametrize("depth", ["--depth=2", "--depth=1", "--depth=1000"])
def test_a_pull_request_is_compared_with_the_first_parent_of_its_merge(
    hub: Hub, depth: str
) -> None:
    checkout = hub.checkout("refs/pull/7/merge", depth)

    found = hub.changes(checkout, "pull_request", PULL, GITHUB_BASE_REF="main")

    assert found == ChangeSet(
        base=hub.commits["main"], head=hub.commits["merge"], base_name="main", files=found.files
    )
    assert paths(found) == {"b.py", "c.py"}


def test_a_pull_requests_own_head_is_compared_with_where_it_left_its_target(hub: Hub) -> None:
    checkout = hub.checkout("refs/pull/7/head")

    found = hub.changes(
        checkout, "pull_request", PULL, GITHUB_BASE_REF="main", GITHUB_SHA=hub.commits["merge"]
    )

    assert (found.base, found.base_name) == (hub.commits["left"], "main")
    assert paths(found) == {"b.py", "c.py"}


def test_history_is_fetched_until_the_place_where_a_branch_left_is_there(hub: Hub) -> None:
    hub.remote.commit_many(120)
    hub.remote.git("checkout", "--quiet", "topic")
    hub.remote.commit_many(60)
    checkout = hub.checkout("refs/heads/topic")

    found = hub.changes(checkout, "push", {"before": ZEROS}, GITHUB_REF="refs/heads/topic")

    assert found.base == hub.commits["left"]


def test_what_lies_in_the_working_folder_is_no_change_on_an_event(hub: Hub) -> None:
    checkout = hub.checkout("refs/pull/7/merge", "--depth=2")
    checkout.write({"made-by-the-job.py": "1\n", "a.py": "edited\n"})

    found = hub.changes(checkout, "pull_request", PULL, GITHUB_BASE_REF="main")

    assert paths(found) == {"b.py", "c.py"}
    assert not found.uncommitted


def test_a_merge_group_is_compared_with_the_base_it_names(hub: Hub) -> None:
    checkout = hub.checkout("refs/pull/7/merge")
    payload = {"merge_group": {"base_sha": hub.commits["main"], "base_ref": "refs/heads/main"}}

    found = hub.changes(checkout, "merge_group", payload)

    assert (found.base, found.base_name) == (hub.commits["main"], "main")
    assert paths(found) == {"b.py", "c.py"}


def test_a_push_is_compared_with_what_was_there_before(hub: Hub) -> None:
    checkout = hub.checkout("refs/heads/topic")

    found = hub.changes(
        checkout, "push", {"before": hub.commits["first"]}, GITHUB_REF="refs/heads/topic"
    )

    assert (found.base, found.base_name) == (hub.commits["first"], "topic")
    assert paths(found) == {"c.py"}


def test_the_first_push_of_a_branch_is_compared_with_where_it_left_main(hub: Hub) -> None:
    checkout = hub.checkout("refs/heads/topic")

    found = hub.changes(checkout, "push", {"before": ZEROS}, GITHUB_REF="refs/heads/topic")

    assert (found.base, found.base_name) == (hub.commits["left"], "main")
    assert paths(found) == {"b.py", "c.py"}


def test_a_forced_push_whose_past_is_gone_is_compared_with_main(hub: Hub) -> None:
    checkout = hub.checkout("refs/heads/topic")

    found = hub.changes(checkout, "push", {"before": "4" * 40}, GITHUB_REF="refs/heads/topic")

    assert found.base == hub.commits["left"]


def test_the_first_push_of_the_default_branch_checks_everything(hub: Hub) -> None:
    checkout = hub.checkout("refs/heads/main")

    found = hub.changes(checkout, "push", {"before": ZEROS}, GITHUB_REF="refs/heads/main")

    assert found == ChangeSet(
        base=None, head=hub.commits["main"], unknown="nothing lies before the first push of main"
    )


def test_a_run_by_hand_is_compared_with_its_input_or_with_main(hub: Hub) -> None:
    checkout = hub.checkout("refs/heads/topic")
    by_input = {"inputs": {"base": hub.commits["first"]}}

    assert hub.changes(checkout, "workflow_dispatch", by_input).base == hub.commits["first"]
    assert hub.changes(checkout, "workflow_dispatch", {}).base == hub.commits["left"]


def test_a_run_by_hand_on_main_checks_everything(hub: Hub) -> None:
    checkout = hub.checkout("refs/heads/main")

    found = hub.changes(checkout, "workflow_dispatch", {}, GITHUB_REF="refs/heads/main")

    assert (found.base, found.unknown) == (None, "a run started by hand on main checks everything")


def test_a_schedule_checks_everything(hub: Hub) -> None:
    found = hub.changes(hub.checkout("refs/heads/main"), "schedule", {})

    assert (found.base, found.unknown) == (None, "a scheduled run checks everything")


def test_a_base_that_cannot_be_found_checks_everything_and_says_why(
    hub: Hub, tmp_path: Path
) -> None:
    checkout = hub.checkout("refs/pull/7/head")
    checkout.git("remote", "set-url", "origin", (tmp_path / "gone").as_uri())

    found = hub.changes(checkout, "pull_request", PULL, GITHUB_BASE_REF="main", GITHUB_SHA=ZEROS)

    assert found.unknown == "main is not in this checkout"
    assert found.files == ()


def test_a_base_that_was_asked_for_is_fetched(hub: Hub) -> None:
    checkout = hub.checkout("refs/heads/topic")

    found = hub.changes(checkout, "push", {"before": ZEROS}, base=hub.commits["main"])

    assert found.base == hub.commits["main"]
    assert paths(found) == {"b.py", "c.py", "other.py"}


def test_a_base_that_was_asked_for_and_is_nowhere_is_an_error(hub: Hub) -> None:
    checkout = hub.checkout("refs/heads/topic")

    with pytest.raises(ChangeError, match="is not a commit of this repository"):
        hub.changes(checkout, "pull_request", PULL, base="nowhere")


def test_a_repository_that_a_job_has_made_is_not_what_its_event_is_about(
    hub: Hub, tmp_path: Path
) -> None:
    made = Repository(tmp_path / "made")
    made.root.mkdir()
    made.git("init", "--quiet", "--initial-branch=main")
    head = made.commit({"a.py": "1\n"})

    found = hub.changes(made, "push", {"before": ZEROS}, GITHUB_WORKSPACE=str(hub.remote.root))

    assert found == ChangeSet(base=head, head=head, base_name="main")


@pytest.mark.parametrize("payload", ["", "{", "[]", '{"before": 5, "repository": "x"}'])
def test_a_payload_that_is_no_payload_checks_everything(hub: Hub, payload: str) -> None:
    checkout = hub.checkout("refs/heads/topic")
    file = hub.folder / "broken.json"
    file.write_text(payload)

    found = hub.changes(checkout, "push", {}, GITHUB_EVENT_PATH=str(file), CI="")

    assert found.base == hub.commits["left"] or found.unknown is not None


def test_the_token_reaches_the_fetching_process_and_nothing_else(hub: Hub) -> None:
    checkout = hub.checkout("refs/heads/topic")

    found = hub.changes(checkout, "push", {"before": hub.commits["first"]}, GITHUB_TOKEN=TOKEN)

    assert found.base == hub.commits["first"]
    kept = [file for file in (checkout.root / ".git").rglob("*") if file.is_file()]
    assert not any(TOKEN.encode() in file.read_bytes() for file in kept)


@pytest.fixture(params=["blob:none", "tree:0"])
def partial(hub: Hub, request: pytest.FixtureRequest) -> Repository:
    """Check out a push that changes a file, without what that file was before."""
    hub.remote.git("config", "uploadpack.allowFilter", "true")
    hub.remote.git("checkout", "--quiet", "topic")
    hub.commits["before"] = hub.remote.commit({"b.py": "as it was\n"})
    hub.remote.commit({"b.py": "as it is\n"})
    return hub.checkout("refs/heads/topic", "--depth=2", f"--filter={request.param}")


def lose_remote(checkout: Repository) -> None:
    checkout.git("remote", "set-url", "origin", (checkout.root / "nowhere").as_uri())


def test_the_files_of_base_are_got_while_the_remote_may_be_asked(
    hub: Hub, partial: Repository
) -> None:
    found = hub.changes(partial, "push", {"before": hub.commits["before"]})
    lose_remote(partial)

    assert paths(found) == {"b.py"}
    assert CommitTree(partial.root, hub.commits["before"]).read("b.py") == b"as it was\n"


def test_a_base_whose_files_cannot_be_had_checks_everything_and_says_why(
    hub: Hub, partial: Repository
) -> None:
    lose_remote(partial)

    found = hub.changes(partial, "push", {"before": hub.commits["before"]})

    assert found.base is None
    assert "this is a partial clone" in (found.unknown or "")


def test_a_base_that_was_asked_for_and_whose_files_cannot_be_had_is_an_error(
    hub: Hub, partial: Repository
) -> None:
    lose_remote(partial)

    with pytest.raises(ChangeError, match="partial clone") as refused:
        hub.changes(partial, "push", {"before": ZEROS}, base=hub.commits["before"])

    assert "without `filter:`" in (refused.value.advice or "")
