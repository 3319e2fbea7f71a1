"""The one comment of a project on a pull request: found by its first line, and written in place.

A text begins with two hidden lines. The first names the project, the second the attempt that the
text is of. GitHub has no request that changes a comment only if it is still what we read. So it is
read right before writing, also where GitHub had us wait with that, and once more a moment later:
whoever finds an older text then writes again. An older text could only stay if its publisher, or the
network, halted for longer than that between two requests. Nothing that is left then tells what was
overwritten, so `concurrency` in the workflow has to rule that out; ours have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from ci_scriptcheck.errors import PublishError
from ci_scriptcheck.github import author as github_author
from ci_scriptcheck.github.api import RefusalError
from ci_scriptcheck.github.event import Attempt
from ci_scriptcheck.model import comment_stamp
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ci_scriptcheck.github.api import Api
    from ci_scriptcheck.github.author import Author

T = TypeVar("T")
MOST_CHARACTERS = 65_536
"""Of a comment, counted as Unicode characters; GitHub answers 422 to more."""

_ROUNDS = 4
_HEADLINES = 3
_MOMENT = 1.0  # seconds; far longer than anybody takes from reading to writing
_GONE = (404, 410)


class Without(Enum):
    """What to do where the project has no comment yet."""

    WRITE = "write one"
    LEAVE = "leave it so"


class Standing(Enum):
    """What became of a comment."""

    WRITTEN = "written"
    UPDATED = "updated"
    NEWER = "a newer run's comment is there"
    NONE = "no comment is needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A comment as it stands now.

    Attributes:
        url: Where people see it; `None` where there is none.
    """

    standing: Standing
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comment:
    id: int
    body: str
    url: str

    @property
    def attempt(self) -> Attempt:
        """Give the attempt its text is of; a text that names none is older than all."""
        return attempt_of(self.body) or Attempt(run=0, number=0)


def attempt_of(text: str) -> Attempt | None:
    """Read the attempt that a text is of from its second line; `None` where that does not name it."""
    found = comment_stamp.read(text)
    if found is None or found.run is None or found.attempt is None:
        return None
    return Attempt(run=found.run, number=found.attempt)


def publish(
    api: Api, repository: str, number: int, text: str, *, without: Without = Without.WRITE
) -> Posted:
    """Have the pull request show this text in its one comment, unless a newer run's is there.

    Args:
        api: The connection.
        repository: `owner/name`.
        number: Of the pull request.
        text: Begins with the hidden lines.
        without: What to do where there is no comment yet.

    Raises:
        PublishError: GitHub took no text.
    """
    thread = _Thread(api, repository, number, text)
    for _ in range(_ROUNDS):
        posted = thread.written(without)
        if posted is not None:
            return posted
    raise PublishError(what="the comment was removed or changed each time we wrote it")


class _Thread:
    """The comments of one pull request, while ours is being written."""

    def __init__(self, api: Api, repository: str, number: int, text: str) -> None:
        self._api = api
        self._comments = f"/repos/{repository}/issues/{number}/comments"
        self._one = f"/repos/{repository}/issues/comments"
        self._text = text
        self._marker = text.partition("\n")[0]
        self._attempt = attempt_of(text) or Attempt(run=0, number=0)
        self._author: Author = github_author.of_token(api)

    def written(self, without: Without) -> Posted | None:
        """Write once; `None` where somebody else did at the same time, so that it is to be looked at again."""
        ours = self._ours()
        standing = Standing.UPDATED
        if not ours:
            if without is Without.LEAVE:
                return Posted(standing=Standing.NONE)
            made = self._made()
            standing = Standing.WRITTEN
            ours = self._ours() or (made,)
        kept = ours[0]
        newest = max(ours, key=lambda one: one.attempt)
        is_newest = not self._attempt < newest.attempt
        try:
            self._put(kept, self._text if is_newest else newest.body)
        except RefusalError as refusal:
            if refusal.status in _GONE:
                return None
            raise
        self._remove(ours[1:])
        now = self._attempt_at(kept)
        if now is None or now < self._attempt:
            return None
        return Posted(standing=Standing.NEWER if now > self._attempt else standing, url=kept.url)

    def _ours(self) -> tuple[_Comment, ...]:
        """List the comments of this project that we wrote, the oldest first."""
        found = [
            _as_comment(item)
            for item in self._api.pages(self._comments)
            if isinstance(item, Mapping) and self._author.wrote(item)
        ]
        own = [one for one in found if one.body.partition("\n")[0].rstrip("\r") == self._marker]
        return tuple(sorted(own, key=lambda one: one.id))

    def _made(self) -> _Comment:
        def act(text: str) -> _Comment:
            return _as_comment(
                self._api.once(
                    lambda: self._api.post(self._comments, {"body": text}), self._item_if_there
                )
            )

        return _with_less(act, self._text)

    def _item_if_there(self) -> dict[str, Any] | None:
        ours = self._ours()
        return {"id": ours[0].id, "body": ours[0].body, "html_url": ours[0].url} if ours else None

    def _put(self, comment: _Comment, text: str) -> None:
        path = f"{self._one}/{comment.id}"
        attempt = attempt_of(text)

        def act(body: str) -> bool:
            now = _as_comment(self._api.get(path))
            if _same(now.body, body) or (attempt is not None and now.attempt > attempt):
                return False
            self._api.patch(path, {"body": body})
            return True

        if _with_less(lambda body: self._api.again(lambda: act(body)), text):
            self._api.patience.pause(_MOMENT)

    def _attempt_at(self, comment: _Comment) -> Attempt | None:
        """Read which attempt a comment tells of now; `None` where it is gone."""
        try:
            return _as_comment(self._api.get(f"{self._one}/{comment.id}")).attempt
        except RefusalError as refusal:
            if refusal.status in _GONE:
                return None
            raise

    def _remove(self, others: Sequence[_Comment]) -> None:
        for other in others:
            self._api.delete(f"{self._one}/{other.id}")


def _with_less(act: Callable[[str], T], text: str) -> T:
    """Post a text; where it is too much for the server, its hidden lines and its headline alone."""
    try:
        return act(text)
    except RefusalError as refusal:
        if refusal.status != 422:
            raise
        short = "\n".join(text.split("\n")[:_HEADLINES])
        more = "The rest of this report is more than this server takes; it stands in the run's summary."
        if len(short) >= len(text) or len(short) + len(more) > MOST_CHARACTERS:
            raise
        return act(f"{short}\n\n{more}\n")


def _same(one: str, other: str) -> bool:
    """Compare two texts; the ends of lines are the server's to choose, and so is the last one."""
    return one.replace("\r\n", "\n").rstrip() == other.rstrip()


def _as_comment(item: object) -> _Comment:
    number = item.get("id") if isinstance(item, Mapping) else None
    if not isinstance(item, Mapping) or not isinstance(number, int):
        raise PublishError(what="GitHub answered with a comment without a number")
    return _Comment(
        id=number, body=str(item.get("body") or ""), url=str(item.get("html_url") or "")
    )
