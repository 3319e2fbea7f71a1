"""The server of these tests sees what is not as GitHub says: else the other tests would show nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.github_server.repository import HEAD, NAME
from tests.github_server.server import TOKEN, GitHubServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.github_server.contract import Contract

GOOD: dict[str, Any] = {
    "name": "check",
    "head_sha": HEAD,
    "status": "completed",
    "conclusion": "success",
}
NOTE = {
    "path": "a.py",
    "start_line": 1,
    "end_line": 1,
    "annotation_level": "notice",
    "message": "m",
}


@pytest.fixture
def watching(contract: Contract) -> Iterator[GitHubServer]:
    with GitHubServer(contract) as running:
        yield running


def send(server: GitHubServer, method: str, path: str, body: object = None) -> int:
    """Send a request without our client, and give the status."""
    answer = requests.request(
        method,
        f"{server.url}/repos/{NAME}{path}",
        json=body,
        headers={"Authorization": f"token {TOKEN}", "Connection": "close"},
        timeout=10,
    )
    return answer.status_code


def test_what_is_right_is_no_violation(watching: GitHubServer) -> None:
    assert send(watching, "POST", "/check-runs", GOOD) == 201
    assert send(watching, "GET", f"/commits/{HEAD}/check-runs?check_name=check&per_page=5") == 200
    assert watching.violations == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/issues/42/comments", {}),
        ("POST", "/issues/42/comments", {"body": 5}),
        ("POST", "/issues/42/comments", {"body": "b", "boddy": "c"}),
        ("POST", "/check-runs", GOOD | {"conclusion": "splendid"}),
        ("POST", "/check-runs", GOOD | {"output": {"title": "t"}}),
        ("POST", "/check-runs", GOOD | {"output": {"title": "t", "summary": "s" * 65_536}}),
        (
            "POST",
            "/check-runs",
            GOOD | {"output": {"title": "t", "summary": "s", "annotations": [NOTE] * 51}},
        ),
        ("GET", "/pulls?state=ajar", None),
        ("GET", "/issues/forty-two/comments", None),
        ("GET", "/no-such-thing", None),
    ],
)
def test_what_is_wrong_in_a_request_is_seen(
    watching: GitHubServer, method: str, path: str, body: object
) -> None:
    send(watching, method, path, body)

    assert watching.violations


def test_what_is_wrong_in_an_answer_is_seen(watching: GitHubServer) -> None:
    made = watching.repository.add_comment(42, "text")
    del watching.repository.comments[made["id"]]["user"]

    send(watching, "GET", f"/issues/comments/{made['id']}")

    assert any("user" in one for one in watching.violations)
