"""The check run of a project at a commit: the verdict, a summary, and annotations at the lines.

GitHub takes 50 annotations with a request, and adds those of each update to what is there. So a
request whose answer is lost is not sent again before we have looked how many there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.errors import PublishError
from ci_scriptcheck.github.api import RefusalError
from ci_scriptcheck.github.event import Attempt
from ci_scriptcheck.model.annotation import Annotation, Weight
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ci_scriptcheck.errors import Place
    from ci_scriptcheck.github.api import Api

BATCH = 50
"""Annotations of one request."""

MOST = 200
"""Annotations that are posted at all; nobody reads more, and each batch is a request."""

_LONGEST_MESSAGE = 16_000  # characters, so that even those of four bytes stay below 64 KB
_LONGEST_TITLE = 255
_LEVELS = {Weight.ERROR: "failure", Weight.WARNING: "warning", Weight.NOTICE: "notice"}


class Conclusion(StrEnum):
    """What a check comes to; a required one lets a neutral result pass."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What is to be shown at a commit.

    Attributes:
        name: What branch protection calls it; one for each project.
        head: The commit.
        attempt: Whose results these are.
        title: One line.
        summary: Markdown, at most 65,535 bytes.
        details_url: Where its link leads.
    """

    name: str
    head: str
    attempt: Attempt
    conclusion: Conclusion
    title: str
    summary: str
    details_url: str
    annotations: tuple[Annotation, ...] = ()

    @property
    def external_id(self) -> str:
        """By what we find it again, or one that is newer."""
        return f"{_PREFIX}{self.attempt.run}:{self.attempt.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A check run as it stands now.

    Attributes:
        annotations: How many are shown.
        newer: Whether a newer attempt's result was there, and was left.
        left_out: Whether annotations and summary had to be left out.
    """

    url: str
    annotations: int
    newer: bool = False
    left_out: bool = False


_PREFIX = "scriptcheck:"


def publish(api: Api, repository: str, check: Check) -> Shown:
    """Show a result at a commit, unless a newer attempt's is there.

    Raises:
        PublishError: GitHub took none.
    """
    runs = _Runs(api, repository, replace(check, annotations=_placed(check)))
    newest = runs.newest()
    if newest is not None and _attempt(newest) > check.attempt:
        return replace(_shown(newest), newer=True)
    try:
        return runs.written(newest)
    except RefusalError as refusal:
        # A path or a text that GitHub does not like must not cost the verdict.
        if refusal.status != 422:
            raise
        bare = replace(check, annotations=(), summary=check.title)
        return replace(_Runs(api, repository, bare).written(runs.newest()), left_out=True)


class _Runs:
    """The check runs of one name at one commit."""

    def __init__(self, api: Api, repository: str, check: Check) -> None:
        self._api = api
        self._checks = f"/repos/{repository}/check-runs"
        self._listed = f"/repos/{repository}/commits/{check.head}/check-runs"
        self._check = check

    def newest(self) -> Mapping[str, Any] | None:
        """Find the newest of ours at the commit."""
        found = [
            run
            for run in self._api.pages(
                self._listed, under="check_runs", check_name=self._check.name, filter="all"
            )
            if isinstance(run, Mapping)
            and isinstance(run.get("id"), int)
            and str(run.get("external_id")).startswith(_PREFIX)
        ]
        return max(found, key=_attempt) if found else None

    def written(self, newest: Mapping[str, Any] | None) -> Shown:
        """Make the check run, or go on with one of the same attempt."""
        check = self._check
        run = newest if newest is not None and _attempt(newest) == check.attempt else None
        if run is None:
            run = self._api.once(self._make, self._same)
            sent = min(BATCH, len(check.annotations))
        else:
            sent = _count(run)
            run = self._update(run, sent, BATCH)
            sent += BATCH
        while sent < len(check.annotations):
            run = self._update(run, sent, BATCH)
            sent += BATCH
        return Shown(url=str(run.get("html_url") or ""), annotations=len(check.annotations))

    def _make(self) -> Mapping[str, Any]:
        check = self._check
        return _run(
            self._api.post(
                self._checks,
                {
                    "name": check.name,
                    "head_sha": check.head,
                    "external_id": check.external_id,
                    **self._state(check.annotations[:BATCH]),
                },
            )
        )

    def _same(self) -> Mapping[str, Any] | None:
        run = self.newest()
        return run if run is not None and _attempt(run) == self._check.attempt else None

    def _update(self, run: Mapping[str, Any], sent: int, batch: int) -> Mapping[str, Any]:
        path = f"{self._checks}/{run['id']}"
        more = self._check.annotations[sent : sent + batch]

        def act() -> Mapping[str, Any]:
            return _run(self._api.patch(path, self._state(more)))

        def done() -> Mapping[str, Any] | None:
            now = _run(self._api.get(path))
            return now if more and _count(now) >= sent + len(more) else None

        return self._api.once(act, done)

    def _state(self, annotations: Sequence[Annotation]) -> dict[str, object]:
        check = self._check
        output: dict[str, object] = {"title": check.title, "summary": check.summary}
        if annotations:
            output["annotations"] = [_as_json(one, one.place) for one in annotations if one.place]
        return {
            "status": "completed",
            "conclusion": check.conclusion.value,
            "details_url": check.details_url,
            "output": output,
        }


def _placed(check: Check) -> tuple[Annotation, ...]:
    """List what can be posted: GitHub shows nothing that is at no place."""
    return tuple(one for one in check.annotations if one.place is not None)[:MOST]


def _as_json(annotation: Annotation, place: Place) -> dict[str, object]:
    return {
        "path": place.file,
        "start_line": place.line or 1,
        "end_line": place.line or 1,
        "annotation_level": _LEVELS[annotation.weight],
        "title": annotation.title[:_LONGEST_TITLE],
        "message": annotation.message[:_LONGEST_MESSAGE] or annotation.title,
    }


def _attempt(run: Mapping[str, Any]) -> Attempt:
    parts = str(run.get("external_id")).removeprefix(_PREFIX).split(":")
    if len(parts) == 2 and all(part.isascii() and part.isdecimal() for part in parts):
        return Attempt(run=int(parts[0]), number=int(parts[1]))
    return Attempt(run=0, number=0)


def _count(run: Mapping[str, Any]) -> int:
    output = run.get("output")
    count = output.get("annotations_count") if isinstance(output, Mapping) else None
    return count if isinstance(count, int) else 0


def _shown(run: Mapping[str, Any]) -> Shown:
    return Shown(url=str(run.get("html_url") or ""), annotations=_count(run))


def _run(item: object) -> Mapping[str, Any]:
    if not isinstance(item, Mapping) or not isinstance(item.get("id"), int):
        raise PublishError(what="GitHub answered with a check run without a number")
    return item
