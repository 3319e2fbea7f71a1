"""GitHub's API as a few verbs, with errors that people can act on.

The client is PyGithub: it is typed, knows rate limits, redirects and enterprise servers, and is
installed without breaking (githubkit 0.16 cannot be imported beside the cache library that it asks
for). We go through its requester and not through its objects, because these follow pages and load
fields by themselves, where each request has to be repeated or given up knowingly.
"""

from __future__ import annotations

import contextlib
import logging
import re
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import parse_qs, urlsplit

import github
import requests
from github.GithubException import GithubException
from urllib3.exceptions import HTTPError

from ci_scriptcheck import __version__
from ci_scriptcheck.errors import PublishError
from ci_scriptcheck.github.patience import TRIES, Patience, PatientRetry, WaitedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from github.Requester import Requester

T = TypeVar("T")
TIMEOUT = 20
"""Seconds that one answer may take."""

PAGE = 100
"""Items of a page; GitHub gives no more."""

MOST_PAGES = 100
"""More pages than any list of GitHub's is read; a list that never ends must not hold the job."""

# The client prints to standard error as soon as it is imported; what matters we tell ourselves.
logging.getLogger("github").handlers.clear()
logging.getLogger("github").addHandler(logging.NullHandler())
logging.getLogger("github").propagate = False

_NEXT = re.compile(r'<([^>]+)>\s*;[^,]*\brel="next"')
_LONGEST_MESSAGE = 300


class RefusalError(PublishError):
    """GitHub answered, and the answer is no.

    Attributes:
        status: Of HTTP.
    """

    status: int = 0


class LostError(PublishError):
    """No answer came, or only that the server failed: what was asked for may have been done."""


class Api:
    """A connection to one server, with one token."""

    def __init__(self, requester: Requester, patience: Patience) -> None:
        self._requester = requester
        self.patience = patience

    def get(self, path: str, **parameters: object) -> Any:  # noqa: ANN401  (JSON)
        """Give what lies at a path.

        Raises:
            PublishError: it cannot be had.
        """
        return self.again(lambda: self._asked("GET", path, parameters))[1]

    def pages(self, path: str, *, under: str | None = None, **parameters: object) -> Iterator[Any]:
        """Give the items of a list, page after page; `under` names the list in the answer.

        Raises:
            PublishError: a page cannot be had.
        """
        wanted: dict[str, object] = {"per_page": PAGE, **parameters}
        for _ in range(MOST_PAGES):
            headers, page = self.again(partial(self._asked, "GET", path, wanted))
            items = page.get(under) if under is not None and isinstance(page, dict) else page
            yield from items if isinstance(items, list) else ()
            following = _next_page(headers.get("link"))
            if following is None:
                return
            wanted = wanted | following

    def post(self, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401  (JSON)
        """Make something, or fail with `LostError` where it may have been made."""
        return self._asked("POST", path, {}, body)[1]

    def patch(self, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401  (JSON)
        """Change something, or fail with `LostError` where it may have been changed."""
        return self._asked("PATCH", path, {}, body)[1]

    def delete(self, path: str) -> None:
        """Remove something; that it is gone already is as good."""
        try:
            self.again(lambda: self._asked("DELETE", path, {}))
        except RefusalError as refusal:
            if refusal.status not in {404, 410}:
                raise

    def query(self, text: str) -> Any:  # noqa: ANN401  (JSON)
        """Answer a question in GraphQL, which for some things is the only way to ask."""
        return self.again(
            lambda: _told("POST", "/graphql", lambda: self._requester.graphql_query(text, {}))
        )[1]

    def redirection(self, path: str) -> str:
        """Give the address that a path leads to. It may hold a secret of its own: tell it to nobody.

        Raises:
            PublishError: it leads nowhere.
        """

        def asked() -> str:
            def act() -> str:
                status, headers, body = self._requester.requestJson("GET", path)
                if status == 302 and headers.get("location"):
                    return str(headers["location"])
                raise GithubException(status, body, headers)

            return _told("GET", path, act)

        return self.again(asked)

    def again(self, ask: Callable[[], T]) -> T:
        """Ask what may be asked any number of times, until an answer comes.

        Raises:
            PublishError: none came, or it is no.
        """
        return self.once(ask, lambda: None)

    def once(self, act: Callable[[], T], done: Callable[[], T | None]) -> T:
        """Do what must not be done twice: where no answer came, look whether it is done before trying again.

        What is read in the act is read again each time.

        Raises:
            PublishError: it could not be done.
        """
        for tries in range(1, TRIES):
            try:
                return act()
            except WaitedError:
                continue
            except LostError:
                self.patience.back_off(tries)
                found = done()
                if found is not None:
                    return found
        return act()

    def _asked(
        self,
        verb: str,
        path: str,
        parameters: Mapping[str, object],
        body: Mapping[str, object] | None = None,
    ) -> tuple[dict[str, Any], Any]:
        return _told(
            verb,
            path,
            lambda: self._requester.requestJsonAndCheck(
                verb,
                path,
                parameters=dict(parameters),
                headers={"Accept": "application/vnd.github+json"},
                input=None if body is None else dict(body),
            ),
        )


@contextlib.contextmanager
def connect(url: str, token: str, patience: Patience) -> Iterator[Api]:
    """Open a connection to the API at a URL, and close it at the end.

    Raises:
        PublishError: there can be none at such a URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PublishError(what=f"GITHUB_API_URL is `{url}`, which is no address of a server")
    client = github.Github(
        auth=github.Auth.Token(token),
        base_url=url.rstrip("/"),
        timeout=TIMEOUT,
        user_agent=f"ci-scriptcheck/{__version__}",
        # The types know of PyGithub's own kinds only.
        retry=cast("Any", PatientRetry(patience=patience)),
        # We wait by our own clock.
        seconds_between_requests=None,
        seconds_between_writes=None,
    )
    try:
        yield Api(client.requester, patience)
    finally:
        client.close()


def _told(verb: str, path: str, ask: Callable[[], T]) -> T:
    """Ask, and turn whatever the client raises into an error of ours; none of them holds the token."""
    try:
        return ask()
    except GithubException as error:
        raise _refusal(verb, path, error) from None
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        raise LostError(
            what="GitHub did not answer",
            facts=(f"{verb} {path}: {type(error).__name__}",),
            advice="run this job again",
        ) from None
    except (AssertionError, AttributeError, KeyError, RuntimeError, TypeError) as error:
        # The client takes it for granted that an answer has the form that it should have.
        raise LostError(
            what="what answered was not GitHub",
            facts=(f"{verb} {path}: {type(error).__name__}",),
            advice="look whether GITHUB_API_URL and proxies are right, or run this job again",
        ) from None


def _refusal(verb: str, path: str, error: GithubException) -> PublishError:
    facts = (f"{verb} {path}: {error.status} {_message(error.data)}".rstrip(),)
    if error.status >= 500:
        return LostError(what="GitHub failed", facts=facts, advice="run this job again")
    what, advice = _MEANING.get(error.status, ("GitHub refused", None))
    if error.status in {403, 429} and "rate limit" in facts[0].lower():
        what, advice = "GitHub takes no more requests for now", "run this job again later"
    refusal = RefusalError(what=what, facts=facts, advice=advice)
    refusal.status = error.status
    return refusal


_MEANING: dict[int, tuple[str, str | None]] = {
    401: (
        "GitHub does not know this token",
        "give the job's own: `GITHUB_TOKEN: ${{ github.token }}`",
    ),
    403: (
        "this token may not do that",
        "give the job `permissions: {contents: read, actions: read, checks: write, pull-requests: write}`; a"
        " run for a fork never gets them, so publish from a second workflow: the page `Comment on pull requests"
        " from forks` of scriptcheck's documents has it",
    ),
    404: ("GitHub has no such thing, or does not show it to this token", None),
    410: ("it is gone", None),
    422: ("GitHub cannot take this", None),
}


def _message(data: object) -> str:
    if not isinstance(data, dict):
        return ""
    errors = data.get("errors")
    details = [
        str(one.get("message") or one.get("code") or "") if isinstance(one, dict) else str(one)
        for one in (errors if isinstance(errors, list) else [])
    ]
    text = ": ".join([str(data.get("message") or ""), *(one for one in details if one)])
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"


def _next_page(link: str | None) -> dict[str, str] | None:
    """Read what to ask for next; of the address only the query counts, as the rest is known."""
    found = _NEXT.search(link or "")
    if found is None:
        return None
    query = parse_qs(urlsplit(found[1]).query)
    return {name: values[-1] for name, values in query.items()} or None
