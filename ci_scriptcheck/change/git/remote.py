"""Getting from the remote the commits that a shallow checkout lacks, a few bounded times."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck.change.git import command
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DEEPENINGS = ("--deepen=50", "--deepen=500", "--unshallow")
"""How much more history each attempt asks for; most branches are shorter than the first."""

SECONDS = 120.0
"""After which one attempt is given up."""

_FETCH = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-recurse-submodules",
    "--no-write-fetch-head",
    # Given here, the repository's settings cannot name a program instead.
    "--upload-pack=git-upload-pack",
)


# The remote must not think that we have all that belongs to the commits that we have.
_ASK_FOR_ALL = ("-c", "fetch.negotiationAlgorithm=noop")
_ROUNDS = 3  # for folders, for what they hold, and once more


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """The remote that a job may ask, and what it needs to be let in.

    Attributes:
        variables: Environment of the fetching process alone.
    """

    name: str = "origin"
    variables: Mapping[str, str]


def remote_of(environ: Mapping[str, str]) -> Remote | None:
    """Give the remote where asking it is expected: in continuous integration, not on a desk."""
    if environ.get("CI", "").lower() not in {"true", "1"} and "GITHUB_EVENT_NAME" not in environ:
        return None
    return Remote(variables={"GIT_ALLOW_PROTOCOL": "https:http:ssh:file", **_access(environ)})


def fetch_commit(root: Path, remote: Remote, commit: str) -> bool:
    """Get one commit by its id, without its history where the checkout is shallow."""
    depth = ["--depth=1"] if is_shallow(root) else []
    return _fetch(root, remote, *depth, remote.name, commit)


def fetch_branch(root: Path, remote: Remote, branch: str) -> bool:
    """Get a branch under its usual name, without its history where the checkout is shallow."""
    depth = ["--depth=1"] if is_shallow(root) else []
    return _fetch(root, remote, *depth, remote.name, _tracking(remote, branch))


def deepen(root: Path, remote: Remote, how: str, *, head: str, branch: str) -> bool:
    """Get more of the history of a branch and of head; `how` is one of `DEEPENINGS`."""
    return _fetch(root, remote, how, remote.name, _tracking(remote, branch), head)


def complete(root: Path, remote: Remote, *commits: str) -> bool:
    """Get the files of commits that a partial clone has left with the remote, and say whether they are here then.

    Git would get each when it is asked for, but without the job's token, and so not where a checkout kept none.
    """
    if not _is_partial(root):
        return True
    for _ in range(_ROUNDS):
        missing = _missing(root, commits)
        if not missing:
            return True
        wanted = [*_ASK_FOR_ALL, *_FETCH, "--filter=blob:none", remote.name, "--stdin"]
        (answer,) = command.ask(
            root, [wanted], given=missing, variables=remote.variables, seconds=SECONDS
        )
        if answer.status:
            return False
    return not _missing(root, commits)


def is_shallow(root: Path) -> bool:
    """Say whether the checkout lacks history."""
    return command.run(root, "rev-parse", "--is-shallow-repository").strip() == b"true"


def has_origin(root: Path) -> bool:
    """Say whether the repository knows where it was cloned from."""
    (answer,) = command.ask(root, [["config", "--get", "remote.origin.url"]])
    return answer.status == 0


def address(root: Path) -> str | None:
    """Give the address that the repository was cloned from; it may hold a password."""
    (answer,) = command.ask(root, [["config", "--get", "remote.origin.url"]])
    return answer.output.decode(errors="replace").strip() if answer.status == 0 else None


def _is_partial(root: Path) -> bool:
    (answer,) = command.ask(root, [["config", "--get-regexp", r"^remote\..*\.promisor$"]])
    return answer.status == 0


def _missing(root: Path, commits: Sequence[str]) -> bytes:
    """Name what is not here of the files of commits, a line each."""
    listed = command.run(root, "rev-list", "--objects", "--no-walk", "--missing=print", *commits)
    marked = (line for line in listed.splitlines() if line.startswith(b"?"))
    return b"".join(line[1:] + b"\n" for line in marked)


def _fetch(root: Path, remote: Remote, *arguments: str) -> bool:
    (answer,) = command.ask(
        root, [[*_FETCH, *arguments]], variables=remote.variables, seconds=SECONDS
    )
    return answer.status == 0


def _tracking(remote: Remote, branch: str) -> str:
    return f"+refs/heads/{branch}:refs/remotes/{remote.name}/{branch}"


def _access(environ: Mapping[str, str]) -> dict[str, str]:
    """Let one git process in with the job's token, which the checkout need not have kept.

    The empty value first drops a header that the checkout did keep: two of them are refused.
    """
    token = environ.get("GITHUB_TOKEN")
    if not token:
        return {}
    server = environ.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/")
    secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    key = f"http.{server}/.extraheader"
    return {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": key,
        "GIT_CONFIG_VALUE_0": "",
        "GIT_CONFIG_KEY_1": key,
        "GIT_CONFIG_VALUE_1": f"AUTHORIZATION: basic {secret}",
    }
