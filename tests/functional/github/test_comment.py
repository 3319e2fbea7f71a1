"""One comment for each project, whatever GitHub and other publishers do meanwhile."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.errors import PublishError
from ci_scriptcheck.github import comment
from ci_scriptcheck.github.api import RefusalError, connect
from ci_scriptcheck.github.comment import Standing, Without
from ci_scriptcheck.github.patience import Patience
from tests.github_server.repository import BOT, NAME, READER, STRANGER, Person
from tests.github_server.server import TOKEN, Fault, Gate, GitHubServer

if TYPE_CHECKING:
    from ci_scriptcheck.github.api import Api
    from ci_scriptcheck.github.comment import Posted
    from tests.functional.github.conftest import Clock

PULL = 42
MARKER = "<!-- scriptcheck:fraud -->"


def text(run: int = 7, attempt: int = 1, rest: str = "All 5 affected steps passed") -> str:
    """Write a comment of one attempt."""
    stamp = f"<!-- scriptcheck run={run} attempt={attempt} head=1f0c9ab -->"
    return f"{MARKER}\n{stamp}\n### {rest}\n"


def post(api: Api, body: str, without: Without = Without.WRITE) -> Posted:
    return comment.publish(api, NAME, PULL, body, without=without)


def test_the_first_run_writes_a_comment(api: Api, server: GitHubServer) -> None:
    posted = post(api, text())

    assert posted.standing is Standing.WRITTEN
    assert posted.url == server.repository.comments_of(PULL)[0]["html_url"]
    assert server.repository.bodies(PULL) == [text()]


def test_a_later_run_updates_it(api: Api, server: GitHubServer) -> None:
    post(api, text(run=7))
    posted = post(api, text(run=8))

    assert posted.standing is Standing.UPDATED
    assert server.repository.bodies(PULL) == [text(run=8)]


def test_it_is_found_on_the_last_of_forty_pages(api: Api, server: GitHubServer) -> None:
    server.page = 3
    for number in range(119):
        server.repository.add_comment(PULL, f"remark {number}", STRANGER)
    server.repository.add_comment(PULL, text(run=7))

    post(api, text(run=8))

    assert server.asked.count(f"GET /repos/{NAME}/issues/{PULL}/comments") == 40
    assert server.repository.bodies(PULL)[-1] == text(run=8)
    assert len(server.repository.bodies(PULL)) == 120


def test_an_older_run_leaves_the_text_of_a_newer_one(api: Api, server: GitHubServer) -> None:
    server.repository.add_comment(PULL, text(run=9))

    posted = post(api, text(run=8, attempt=3))

    assert posted.standing is Standing.NEWER
    assert server.repository.bodies(PULL) == [text(run=9)]


def test_an_older_attempt_leaves_the_text_of_a_newer_one(api: Api, server: GitHubServer) -> None:
    server.repository.add_comment(PULL, text(attempt=2))

    assert post(api, text(attempt=1)).standing is Standing.NEWER
    assert server.repository.bodies(PULL) == [text(attempt=2)]


def test_where_nothing_is_affected_no_comment_is_begun(api: Api, server: GitHubServer) -> None:
    assert post(api, text(), Without.LEAVE).standing is Standing.NONE
    assert server.repository.bodies(PULL) == []


def test_where_nothing_is_affected_an_old_comment_is_updated(
    api: Api, server: GitHubServer
) -> None:
    server.repository.add_comment(PULL, text(run=6, rest="1 of 5 affected steps failed"))

    assert post(api, text(rest="Nothing to check"), Without.LEAVE).standing is Standing.UPDATED
    assert server.repository.bodies(PULL) == [text(rest="Nothing to check")]


def test_other_projects_have_comments_of_their_own(api: Api, server: GitHubServer) -> None:
    other = text().replace("scriptcheck:fraud", "scriptcheck:fraud-2")
    server.repository.add_comment(PULL, other)

    post(api, text())

    assert server.repository.bodies(PULL) == [other, text()]


@pytest.mark.parametrize("knows_viewer", [True, False])
def test_a_stranger_who_pastes_the_marker_is_left_alone(
    api: Api, server: GitHubServer, knows_viewer: bool
) -> None:
    server.knows_viewer = knows_viewer
    pasted = text(run=99, rest="trust me")
    server.repository.add_comment(PULL, pasted, STRANGER)

    assert post(api, text(run=8)).standing is Standing.WRITTEN
    assert server.repository.bodies(PULL) == [pasted, text(run=8)]


def test_another_bot_is_no_more_ours_than_a_stranger(api: Api, server: GitHubServer) -> None:
    echo = Person(login="echo[bot]", id=5, type="Bot")
    server.repository.add_comment(PULL, text(run=99), echo)

    post(api, text(run=8))

    assert server.repository.bodies(PULL) == [text(run=99), text(run=8)]


def test_a_marker_further_down_makes_no_comment_ours(api: Api, server: GitHubServer) -> None:
    quoting = f"As it said:\n\n{text(run=6)}"
    server.repository.add_comment(PULL, quoting)

    post(api, text())

    assert server.repository.bodies(PULL) == [quoting, text()]


def test_of_two_comments_that_were_left_the_older_stays(api: Api, server: GitHubServer) -> None:
    for run in (5, 6):
        server.repository.add_comment(PULL, text(run=run))
    oldest = server.repository.comments_of(PULL)[0]["id"]

    post(api, text(run=7))

    assert [one["id"] for one in server.repository.comments_of(PULL)] == [oldest]
    assert server.repository.bodies(PULL) == [text(run=7)]


def test_a_newer_text_is_kept_when_its_comment_is_one_too_many(
    api: Api, server: GitHubServer
) -> None:
    for run in (5, 9):
        server.repository.add_comment(PULL, text(run=run))

    assert post(api, text(run=7)).standing is Standing.NEWER
    assert server.repository.bodies(PULL) == [text(run=9)]


@pytest.mark.parametrize("runs", [(7, 8), (8, 7)])
@pytest.mark.parametrize("after", [False, True])
def test_two_runs_at_once_end_with_one_comment_of_the_newer(
    server: GitHubServer, runs: tuple[int, int], after: bool
) -> None:
    # Both have seen that there is none before either writes.
    meet(server, 2, "GET", after=True)
    meet(server, 2, "POST", after=after)

    together(server, *(text(run=run) for run in runs))

    assert server.repository.bodies(PULL) == [text(run=8)]


def test_two_runs_that_update_at_once_end_with_the_newer_text(server: GitHubServer) -> None:
    server.repository.add_comment(PULL, text(run=6))
    # Both have seen the older one, and have written before either knows of it.
    meet(server, 2, "GET", after=True)
    meet(server, 2, "PATCH", after=True)

    together(server, text(run=7), text(run=8))

    assert server.repository.bodies(PULL) == [text(run=8)]


def test_eight_runs_at_once_end_with_one_comment_of_the_newest(server: GitHubServer) -> None:
    meet(server, 8, "GET", after=True)
    meet(server, 8, "POST", after=False)

    together(server, *(text(run=run) for run in (3, 8, 1, 6, 2, 7, 5, 4)))

    assert server.repository.bodies(PULL) == [text(run=8)]


def meet(server: GitHubServer, runs: int, method: str, *, after: bool) -> None:
    """Let the first requests of so many runs wait for each other, before the deed or behind it."""
    path = "/comments/" if method == "PATCH" else "/comments$"
    server.gates.append(
        Gate(method=method, path=path, barrier=threading.Barrier(runs), after=after)
    )


def together(server: GitHubServer, *bodies: str) -> None:
    """Publish several texts at once, each over a connection of its own."""
    failed: list[BaseException] = []

    def publish(body: str) -> None:
        try:
            with connect(server.url, TOKEN, Patience()) as api:
                post(api, body)
        except BaseException as error:  # noqa: BLE001  (to be seen by the test)
            failed.append(error)

    threads = [threading.Thread(target=publish, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_comment_that_is_removed_meanwhile_is_written_anew(
    api: Api, server: GitHubServer
) -> None:
    server.repository.add_comment(PULL, text(run=6))
    server.faults.append(Fault(method="PATCH", path="/comments/", status=404))

    assert post(api, text(run=7)).standing in {Standing.UPDATED, Standing.WRITTEN}
    assert server.repository.bodies(PULL) == [text(run=7)]


def test_a_token_that_may_only_read_is_told_with_the_way_out(
    api: Api, server: GitHubServer
) -> None:
    server.people[TOKEN] = READER

    with pytest.raises(RefusalError) as refused:
        post(api, text())

    assert refused.value.status == 403
    assert "`Comment on pull requests from forks`" in (refused.value.advice or "")
    assert TOKEN not in "".join([str(refused.value), *refused.value.facts])


def test_a_pull_request_that_is_not_there_is_told(api: Api, server: GitHubServer) -> None:
    server.faults.append(Fault(method="GET", path="/comments", status=404, message="Not Found"))

    with pytest.raises(PublishError, match="no such thing"):
        post(api, text())


def test_a_body_at_the_limit_is_taken_whatever_its_bytes(api: Api, server: GitHubServer) -> None:
    head = text()
    body = head + "🙈" * (65_536 - len(head))

    post(api, body)

    assert server.repository.bodies(PULL) == [body]


def test_a_body_that_is_too_long_comes_as_its_headline(api: Api, server: GitHubServer) -> None:
    post(api, text() + "x" * 65_536)

    (body,) = server.repository.bodies(PULL)
    assert body.startswith(text().rstrip())
    assert "the run's summary" in body


def test_a_rate_limit_is_waited_for_as_long_as_github_says(
    api: Api, server: GitHubServer, clock: Clock
) -> None:
    for method in ("GET", "POST"):
        server.faults.append(
            Fault(method=method, path="/comments", status=429, headers={"Retry-After": "17"})
        )

    post(api, text())

    assert clock.slept == [17, 17]
    assert server.repository.bodies(PULL) == [text()]


def test_a_secondary_rate_limit_without_a_time_is_waited_for_a_minute(
    api: Api, server: GitHubServer, clock: Clock
) -> None:
    limit = "You have exceeded a secondary rate limit. Please wait."
    server.faults.append(Fault(method="POST", path="/comments", status=403, message=limit))

    post(api, text())

    assert clock.slept == [60]
    assert server.repository.bodies(PULL) == [text()]


SECONDARY = {"status": 403, "message": "You have exceeded a secondary rate limit. Please wait."}
PRIMARY = {"status": 429, "headers": {"Retry-After": "60"}}


@pytest.mark.parametrize("limit", [SECONDARY, PRIMARY], ids=["secondary", "primary"])
def test_a_newer_text_that_came_while_github_had_us_wait_is_left(
    server: GitHubServer, limit: dict[str, Any]
) -> None:
    comment_ = server.repository.add_comment(PULL, text(run=6))
    server.faults.append(Fault(method="PATCH", path="/comments/", **limit))

    def sleep(seconds: float) -> None:
        if seconds == 60:
            server.repository.change_comment(comment_["id"], text(run=9))

    with connect(server.url, TOKEN, Patience(sleep=sleep)) as api:
        posted = post(api, text(run=8))

    assert posted.standing is Standing.NEWER
    assert server.repository.bodies(PULL) == [text(run=9)]


def test_a_change_that_github_lets_nobody_make_is_given_up(
    api: Api, server: GitHubServer, clock: Clock
) -> None:
    server.repository.add_comment(PULL, text(run=6))
    server.faults.append(
        Fault(
            method="PATCH", path="/comments/", status=429, headers={"Retry-After": "9"}, times=99
        )
    )

    with pytest.raises(PublishError, match="no more requests"):
        post(api, text(run=8))

    assert clock.slept == [9] * 5
    assert server.repository.bodies(PULL) == [text(run=6)]


def test_nobody_waits_an_hour(api: Api, server: GitHubServer, clock: Clock) -> None:
    server.faults.append(
        Fault(method="POST", path="/comments", status=429, headers={"Retry-After": "3600"})
    )

    with pytest.raises(PublishError, match="3600 seconds"):
        post(api, text())

    assert clock.slept == []


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("status", [500, 502, None])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_lost_answer_makes_no_second_comment(
    api: Api, server: GitHubServer, method: str, status: int | None, done: bool
) -> None:
    if method == "PATCH":
        server.repository.add_comment(PULL, text(run=6))
    server.faults.append(Fault(method=method, path="/comments", status=status, done=done))

    post(api, text())

    assert server.repository.bodies(PULL) == [text()]


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_connection_that_breaks_in_the_middle_of_an_answer_is_opened_again(
    api: Api, server: GitHubServer, method: str
) -> None:
    if method in {"PATCH", "DELETE"}:
        server.repository.add_comment(PULL, text(run=5))
        server.repository.add_comment(PULL, text(run=6))
    server.faults.append(Fault(method=method, path="/comments", halfway=True))

    post(api, text())

    assert server.repository.bodies(PULL) == [text()]


def test_a_server_that_stays_broken_is_given_up(
    api: Api, server: GitHubServer, clock: Clock
) -> None:
    server.faults.append(Fault(method="POST", path="/comments", status=500, times=99))

    with pytest.raises(PublishError, match="GitHub failed"):
        post(api, text())

    assert sum(clock.slept) < 60
    assert server.repository.bodies(PULL) == []


def test_an_enterprise_server_has_its_api_below_a_path(
    server: GitHubServer,
) -> None:
    server.prefix = "/api/v3"

    with connect(server.url, TOKEN, Patience(sleep=lambda _: None)) as api:
        post(api, text(run=7))
        post(api, text(run=8))

    assert server.repository.bodies(PULL) == [text(run=8)]
    assert server.repository.comments_of(PULL)[0]["user"]["login"] == BOT.login
