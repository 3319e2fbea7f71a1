"""What a repository on GitHub holds, as far as publishing sees and changes it."""

from __future__ import annotations

import hashlib
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.github_server.contract import Contract

NAME = "acme/fraud"
HEAD = "1f0c9ab" + "0" * 33
MOST_CHARACTERS = 65_536
MOST_BYTES = 65_535


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whoever holds a token."""

    login: str
    id: int
    type: str = "User"
    may_write: bool = True


BOT = Person(login="github-actions[bot]", id=41898282, type="Bot")
READER = Person(login="github-actions[bot]", id=41898282, type="Bot", may_write=False)
STRANGER = Person(login="mallory", id=666)


class Invalid(Exception):  # noqa: N818  (an answer, not an error of ours)
    """What GitHub answers 422 to."""


class Missing(Exception):  # noqa: N818  (an answer, not an error of ours)
    """What GitHub answers 404 to."""


@dataclass
class Repository:
    """One repository; its answers are GitHub's own examples with other values."""

    contract: Contract
    name: str = NAME
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    checks: dict[int, dict[str, Any]] = field(default_factory=dict)
    annotations: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    artifacts: dict[int, dict[str, Any]] = field(default_factory=dict)
    archives: dict[int, bytes] = field(default_factory=dict)
    commits: dict[str, tuple[str, ...]] = field(default_factory=lambda: {HEAD: ()})
    _last: int = 1_000

    def add_comment(self, number: int, body: str, person: Person = BOT) -> dict[str, Any]:
        """Have somebody write a comment."""
        _check_body(body)
        comment = deepcopy(self.contract.example("issue-comment"))
        comment["id"] = self._new_id()
        comment["body"] = body
        comment["user"] |= {"login": person.login, "id": person.id, "type": person.type}
        comment["html_url"] = (
            f"https://github.com/{self.name}/pull/{number}#issuecomment-{comment['id']}"
        )
        comment["issue_url"] = f"https://api.github.com/repos/{self.name}/issues/{number}"
        self.comments[comment["id"]] = comment
        return dict(comment)

    def comments_of(self, number: int) -> list[dict[str, Any]]:
        """List the comments of an issue or pull request, the oldest first."""
        end = f"/issues/{number}"
        return [one for _, one in sorted(self.comments.items()) if one["issue_url"].endswith(end)]

    def bodies(self, number: int) -> list[str]:
        """List what they say."""
        return [str(one["body"]) for one in self.comments_of(number)]

    def comment(self, number: int) -> dict[str, Any]:
        """Give one comment."""
        if number not in self.comments:
            raise Missing
        return self.comments[number]

    def change_comment(self, number: int, body: str) -> dict[str, Any]:
        """Have it say something else."""
        comment = self.comment(number)
        _check_body(body)
        comment["body"] = body
        return comment

    def add_check(self, given: dict[str, Any]) -> dict[str, Any]:
        """Make a check run at a commit."""
        if given["head_sha"] not in self.commits:
            raise Invalid(f"No commit found for SHA: {given['head_sha']}")
        check: dict[str, Any] = deepcopy(self.contract.example("check-run"))
        check["id"] = self._new_id()
        check["head_sha"] = given["head_sha"]
        check["name"] = given["name"]
        check["html_url"] = f"https://github.com/{self.name}/runs/{check['id']}"
        self.annotations[check["id"]] = []
        _change_check(check, given, self.annotations[check["id"]])
        self.checks[check["id"]] = check
        return check

    def check(self, number: int) -> dict[str, Any]:
        """Give one check run."""
        if number not in self.checks:
            raise Missing
        return self.checks[number]

    def change_check(self, number: int, given: dict[str, Any]) -> dict[str, Any]:
        """Change a check run; annotations come to those that are there."""
        check = self.check(number)
        _change_check(check, given, self.annotations[number])
        return check

    def checks_of(self, commit: str, name: str | None) -> list[dict[str, Any]]:
        """List the check runs at a commit, the newest first."""
        return [
            check
            for _, check in sorted(self.checks.items(), reverse=True)
            if check["head_sha"] == commit and name in {None, check["name"]}
        ]

    def add_pull(self, number: int, *, head: str, branch: str, repository: str, base: str) -> None:
        """Open a pull request."""
        pull = deepcopy(self.contract.example("pull-request-simple-items")[0])
        owner = repository.partition("/")[0]
        pull |= {"number": number, "state": "open"}
        pull["head"] |= {"sha": head, "ref": branch, "label": f"{owner}:{branch}"}
        pull["head"]["repo"] |= {"full_name": repository}
        pull["base"] |= {"ref": base}
        # The team in GitHub's own example is not as its own description says.
        pull["requested_teams"] = []
        self.pulls.append(pull)

    def add_artifact(self, run: int, name: str, archive: bytes) -> dict[str, Any]:
        """Have a run upload an artifact."""
        example = self.contract.example("artifact-paginated")["artifacts"][0]
        artifact = deepcopy(example)
        artifact |= {"id": self._new_id(), "name": name, "size_in_bytes": len(archive)}
        artifact |= {"expired": False, "digest": f"sha256:{hashlib.sha256(archive).hexdigest()}"}
        artifact["workflow_run"] |= {"id": run}
        self.artifacts[artifact["id"]] = artifact
        self.archives[artifact["id"]] = archive
        return dict(artifact)

    def commit(self, name: str) -> dict[str, Any]:
        """Give one commit with its parents."""
        if name not in self.commits:
            raise Missing
        commit: dict[str, Any] = deepcopy(self.contract.example("git-commit-2"))
        parent = commit["parents"][0]
        commit["sha"] = name
        commit["parents"] = [parent | {"sha": one} for one in self.commits[name]]
        return commit

    def _new_id(self) -> int:
        self._last += 1
        return self._last


def _check_body(body: str) -> None:
    if len(body) > MOST_CHARACTERS:
        raise Invalid(f"Body is too long (maximum is {MOST_CHARACTERS} characters)")


def _change_check(
    check: dict[str, Any], given: dict[str, Any], annotations: list[dict[str, Any]]
) -> None:
    output = given.get("output") or {}
    for part in ("summary", "text"):
        if len((output.get(part) or "").encode()) > MOST_BYTES:
            raise Invalid(f"Only {MOST_BYTES} bytes are allowed for output.{part}")
    for one in output.get("annotations", ()):
        if one["path"].startswith("/"):
            raise Invalid(f"Invalid path: {one['path']}")
    annotations += output.get("annotations", ())
    check |= {
        name: given[name] for name in ("status", "conclusion", "details_url") if name in given
    }
    check["external_id"] = given.get("external_id", check["external_id"])
    check["output"] |= {
        **{part: output[part] for part in ("title", "summary", "text") if part in output},
        "annotations_count": len(annotations),
    }
