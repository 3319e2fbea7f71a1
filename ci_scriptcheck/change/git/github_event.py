"""What GitHub says about the event that started a job, as far as it tells the base to compare with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from ci_scriptcheck.values import dataclass, field

Payload = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubEvent:
    """One event.

    Attributes:
        name: As GitHub calls it: `pull_request`, `push`, …
        commit: `GITHUB_SHA`, the commit that the job is about.
        branch: The branch that was pushed or dispatched.
        target: The branch that a pull request asks to be merged into.
    """

    name: str
    commit: str | None = None
    branch: str | None = None
    target: str | None = None
    payload: Payload = field(default_factory=dict)

    def text(self, *keys: str) -> str | None:
        """Give a text of the payload by the keys that lead to it; `None` where there is none."""
        value: object = self.payload
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value if isinstance(value, str) and value else None

    @property
    def default_branch(self) -> str | None:
        """Name of the repository's default branch."""
        return self.text("repository", "default_branch")


def event_of(environ: Mapping[str, str], root: Path) -> GitHubEvent | None:
    """Read the event from the environment of a GitHub job.

    A repository outside the job's workspace, such as one that a test has made, is not what the
    event is about.
    """
    name = environ.get("GITHUB_EVENT_NAME")
    if not name or not _is_about(environ, root):
        return None
    return GitHubEvent(
        name=name,
        commit=environ.get("GITHUB_SHA") or None,
        branch=environ.get("GITHUB_REF", "").removeprefix("refs/heads/") or None,
        target=environ.get("GITHUB_BASE_REF") or None,
        payload=_payload(environ.get("GITHUB_EVENT_PATH")),
    )


def _is_about(environ: Mapping[str, str], root: Path) -> bool:
    workspace = environ.get("GITHUB_WORKSPACE")
    return not workspace or root.resolve().is_relative_to(Path(workspace).resolve())


def _payload(file: str | None) -> Payload:
    try:
        data = json.loads(Path(file).read_bytes()) if file else {}
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
