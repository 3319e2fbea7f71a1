"""A server or a proxy that answers with nonsense is told; it never ends in a fault of ours."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.errors import PublishError
from ci_scriptcheck.github import artifact, check_run, comment, pull_request
from tests.functional.github.test_artifact import FINISHED, RECORD, RUN, an_archive
from tests.functional.github.test_check_run import a_check
from tests.functional.github.test_comment import PULL, text
from tests.github_server.repository import HEAD, NAME
from tests.github_server.server import Fault, GitHubServer

if TYPE_CHECKING:
    from ci_scriptcheck.github.api import Api

NONSENSE = [
    b"",
    b"null",
    b"5",
    b'"text"',
    b"[]",
    b"{}",
    b"[5, null]",
    b'[{"id": "x"}]',
    b'{"id": null, "data": null}',
    b'{"data": {"viewer": 5}}',
    b"<html>busy</html>",
    b"{broken",
    b"\xff\xfe",
]


def publish_all(api: Api) -> None:
    """Ask for everything that is ever asked for; each may be refused."""
    with contextlib.suppress(PublishError):
        comment.publish(api, NAME, PULL, text(run=7))
    with contextlib.suppress(PublishError):
        check_run.publish(api, NAME, a_check(60))
    with contextlib.suppress(PublishError):
        for one in artifact.of_run(api, NAME, RUN):
            artifact.record_of(api, NAME, one)
    with contextlib.suppress(PublishError):
        pull_request.find(api, NAME, FINISHED)
    with contextlib.suppress(PublishError):
        pull_request.of_commit(api, NAME, FINISHED, {"one": "e" * 40})


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("body", NONSENSE)
def test_nonsense_is_an_error_of_publishing_at_most(
    api: Api, server: GitHubServer, body: bytes, status: int
) -> None:
    server.repository.add_comment(PULL, text(run=6))
    server.repository.commits["e" * 40] = (HEAD,)
    server.repository.add_pull(
        PULL, head=HEAD, branch="better", repository="mallory/fraud", base="main"
    )
    server.repository.add_artifact(RUN, "scriptcheck", an_archive(("record.json", RECORD)))
    for method in ("GET", "POST", "PATCH", "DELETE"):
        for path in ("graphql", "comments", "check-runs", "artifacts", "pulls", "commits"):
            server.faults.append(Fault(method=method, path=path, status=status, body=body))

    publish_all(api)

    assert len(server.repository.bodies(PULL)) <= 2
