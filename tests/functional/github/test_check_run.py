"""The verdict at a commit, with as many annotations as GitHub takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.errors import Place
from ci_scriptcheck.github import check_run
from ci_scriptcheck.github.check_run import Check, Conclusion
from ci_scriptcheck.github.event import Attempt
from ci_scriptcheck.model.annotation import Annotation, Weight
from tests.github_server.repository import HEAD, NAME
from tests.github_server.server import Fault, GitHubServer

if TYPE_CHECKING:
    from ci_scriptcheck.github.api import Api


def a_check(count: int = 0, *, run: int = 7, number: int = 1, **given: Any) -> Check:
    """Make a failing check with so many annotations."""
    parts: dict[str, Any] = {
        "name": "scriptcheck (fraud)",
        "head": HEAD,
        "attempt": Attempt(run=run, number=number),
        "conclusion": Conclusion.FAILURE,
        "title": "1 of 5 affected steps failed",
        "summary": "`fraud/train` stops.",
        "details_url": "https://github.com/acme/fraud/actions/runs/7",
        "annotations": tuple(an_annotation(line) for line in range(1, count + 1)),
    }
    return Check(**parts | given)


def an_annotation(line: int, file: str = "scripts/train.py") -> Annotation:
    return Annotation(
        place=Place(file=file, line=line),
        weight=Weight.ERROR,
        title="fraud/train failed",
        message="KeyError",
    )


def only(server: GitHubServer) -> dict[str, Any]:
    """Give the only check run there is."""
    (found,) = server.repository.checks.values()
    return found


def lines(server: GitHubServer) -> list[int]:
    """List the lines of its annotations, in the order in which they came."""
    return [one["start_line"] for one in server.repository.annotations[only(server)["id"]]]


def test_a_verdict_is_shown(api: Api, server: GitHubServer) -> None:
    shown = check_run.publish(api, NAME, a_check(1))

    run = only(server)
    assert (run["status"], run["conclusion"]) == ("completed", "failure")
    assert run["output"]["title"] == "1 of 5 affected steps failed"
    assert shown.url == run["html_url"]
    assert lines(server) == [1]


def test_annotations_come_in_batches(api: Api, server: GitHubServer) -> None:
    shown = check_run.publish(api, NAME, a_check(120))

    assert lines(server) == list(range(1, 121))
    assert shown.annotations == 120
    assert sum(one.startswith("PATCH") for one in server.asked) == 2


def test_no_more_annotations_are_posted_than_anybody_reads(api: Api, server: GitHubServer) -> None:
    check_run.publish(api, NAME, a_check(1_000))

    assert len(lines(server)) == check_run.MOST


def test_an_older_attempt_leaves_a_newer_verdict(api: Api, server: GitHubServer) -> None:
    check_run.publish(api, NAME, a_check(number=2, conclusion=Conclusion.SUCCESS))

    assert check_run.publish(api, NAME, a_check(number=1)).newer
    assert only(server)["conclusion"] == "success"


def test_a_newer_attempt_has_a_check_run_of_its_own(api: Api, server: GitHubServer) -> None:
    check_run.publish(api, NAME, a_check(1, number=1))
    check_run.publish(api, NAME, a_check(1, number=2))

    assert len(server.repository.checks) == 2


def test_the_same_attempt_published_again_repeats_nothing(api: Api, server: GitHubServer) -> None:
    check_run.publish(api, NAME, a_check(70))
    check_run.publish(api, NAME, a_check(70))

    assert lines(server) == list(range(1, 71))


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("status", [500, 503, None])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_lost_answer_repeats_no_annotation(
    api: Api, server: GitHubServer, method: str, status: int | None, done: bool
) -> None:
    server.faults.append(Fault(method=method, path="/check-runs", status=status, done=done))

    check_run.publish(api, NAME, a_check(120))

    assert lines(server) == list(range(1, 121))


def test_an_annotation_that_github_refuses_does_not_cost_the_verdict(
    api: Api, server: GitHubServer
) -> None:
    bad = an_annotation(3, "/etc/passwd")

    shown = check_run.publish(api, NAME, a_check(annotations=(bad,)))

    assert shown.left_out
    assert only(server)["conclusion"] == "failure"


def test_a_summary_that_is_too_long_does_not_cost_the_verdict(
    api: Api, server: GitHubServer
) -> None:
    # Few enough characters for the description, too many bytes for the server.
    shown = check_run.publish(api, NAME, a_check(summary="é" * 40_000))

    assert shown.left_out
    assert only(server)["output"]["summary"] == "1 of 5 affected steps failed"


def test_an_annotation_that_is_refused_late_does_not_cost_the_verdict(
    api: Api, server: GitHubServer
) -> None:
    notes = (*a_check(60).annotations, an_annotation(61, "/etc/passwd"))

    shown = check_run.publish(api, NAME, a_check(annotations=notes))

    assert shown.left_out
    assert only(server)["conclusion"] == "failure"
