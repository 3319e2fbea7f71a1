"""What the job of a workflow is about, as far as publishing has to know it.

All of it comes from the runner and from GitHub's payload, none of it from a run or an artifact: a
pull request could put there what it likes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.values import dataclass

DEFAULT_API = "https://api.github.com"
DEFAULT_SERVER = "https://github.com"

# Events that are about the commit of a pull request; `GITHUB_SHA` is then a merge commit.
_PULL_REQUEST = ("pull_request", "pull_request_target")
_NAME = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Attempt:
    """One attempt of one run of a workflow; the greater of two is the newer one.

    Attributes:
        run: GitHub counts these up for all workflows of a server.
        number: From 1 on; more where somebody ran it again.
    """

    run: int
    number: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Where we are, and what the results of the run are about.

    Attributes:
        server: Where people look at repositories, as `https://github.com`.
        api: Where programs ask, as `https://api.github.com` or `https://HOST/api/v3`.
        repository: `owner/name`.
        event: As GitHub calls it.
        attempt: The one whose results are published.
        head: The commit that a check belongs to; `None` where nothing says it.
        pull_request: Number of the pull request; `None` where the event is about none.
        base: Branch that the pull request asks to be merged into.
    """

    server: str
    api: str
    repository: str
    event: str
    attempt: Attempt
    head: str | None = None
    pull_request: int | None = None
    base: str | None = None

    @property
    def run_url(self) -> str:
        """Where people see the run."""
        return f"{self.server}/{self.repository}/actions/runs/{self.attempt.run}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedRun:
    """A run of another workflow that has ended, as `workflow_run` tells of it.

    Attributes:
        event: What that run was started by.
        head: Its commit. GitHub says so, not the code that ran there.
        head_repository: `owner/name` of the repository that the commit was pushed to.
        head_branch: The branch it was pushed to.
    """

    attempt: Attempt
    event: str
    head: str
    head_repository: str
    head_branch: str


def job_of(environ: Mapping[str, str]) -> Job:
    """Read what this job is about.

    Raises:
        UsageError: this is no job of GitHub Actions.
    """
    payload = _payload(environ.get("GITHUB_EVENT_PATH"))
    event = _needed(environ, "GITHUB_EVENT_NAME")
    repository = _needed(environ, "GITHUB_REPOSITORY")
    if not _NAME.fullmatch(repository):
        raise UsageError(what=f"GITHUB_REPOSITORY is `{repository}`, which names no repository")
    about = event in _PULL_REQUEST
    return Job(
        server=environ.get("GITHUB_SERVER_URL") or DEFAULT_SERVER,
        api=environ.get("GITHUB_API_URL") or DEFAULT_API,
        repository=repository,
        event=event,
        attempt=Attempt(
            run=_number(environ, "GITHUB_RUN_ID"),
            number=_number(environ, "GITHUB_RUN_ATTEMPT", otherwise=1),
        ),
        head=_head(payload, environ, event),
        pull_request=_whole(_at(payload, "pull_request", "number")) if about else None,
        base=_text(_at(payload, "pull_request", "base", "ref")) if about else None,
    )


def finished_run(environ: Mapping[str, str]) -> FinishedRun:
    """Read which run has ended, in a job that `workflow_run` started.

    Raises:
        UsageError: another event started it, or the payload is not whole.
    """
    event = environ.get("GITHUB_EVENT_NAME")
    if event != "workflow_run":
        raise UsageError(
            what=f"`--from-workflow-run` is for the event `workflow_run`, and this one is `{event}`",
            advice="leave it out where the run took place in this same workflow",
        )
    run = _at(_payload(environ.get("GITHUB_EVENT_PATH")), "workflow_run")
    number, head = _whole(_at(run, "id")), _commit(_at(run, "head_sha"))
    repository = _text(_at(run, "head_repository", "full_name"))
    if number is None or head is None or repository is None:
        raise UsageError(what="the payload of this event does not say which run has ended")
    return FinishedRun(
        attempt=Attempt(run=number, number=_whole(_at(run, "run_attempt")) or 1),
        event=_text(_at(run, "event")) or "",
        head=head,
        head_repository=repository,
        head_branch=_text(_at(run, "head_branch")) or "",
    )


def _head(payload: object, environ: Mapping[str, str], event: str) -> str | None:
    if event in _PULL_REQUEST:
        return _commit(_at(payload, "pull_request", "head", "sha"))
    if event == "merge_group":
        return _commit(_at(payload, "merge_group", "head_sha"))
    return _commit(environ.get("GITHUB_SHA"))


def _needed(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name)
    if not value:
        raise UsageError(
            what=f"{name} is not set, so there is nothing to publish to",
            advice="`scriptcheck publish` is for jobs of GitHub Actions; elsewhere, use `scriptcheck report`",
        )
    return value


def _number(environ: Mapping[str, str], name: str, *, otherwise: int | None = None) -> int:
    value = environ.get(name) or ("" if otherwise is None else str(otherwise))
    if not (value.isascii() and value.isdecimal()):
        raise UsageError(what=f"{name} is `{value}`, which is no number")
    return int(value)


def _payload(file: str | None) -> object:
    try:
        data: object = json.loads(Path(file).read_bytes()) if file else {}
    except (OSError, ValueError):
        return {}
    return data


def _at(value: object, *keys: str) -> Any:  # noqa: ANN401  (JSON)
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _commit(value: object) -> str | None:
    return value if isinstance(value, str) and _COMMIT.fullmatch(value) else None
