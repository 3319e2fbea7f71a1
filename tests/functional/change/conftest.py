"""Real git repositories for tests."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository in a folder, made by git itself."""

    root: Path

    def git(self, *arguments: str, given: str | None = None) -> str:
        """Call git as a person would."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=kept | IDENTITY,
            capture_output=True,
            text=True,
            input=given,
            check=True,
        )
        return done.stdout.strip()

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files; `None` removes one."""
        for name, content in files.items():
            file = self.root / name
            if content is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, files: Mapping[str, str | bytes | None], message: str = "a change") -> str:
        """Write files and commit everything; give the commit's id."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def commit_many(self, count: int) -> None:
        """Add commits that change nothing to the branch that is checked out."""
        branch = self.git("symbolic-ref", "HEAD")
        who = "committer Ada <ada@example.org> 1700000000 +0000"
        stream = "".join(
            f"commit {branch}\n{who}\ndata 4\nmore\n"
            + (f"from {branch}^0\n" if not number else "")
            for number in range(count)
        )
        self.git("fast-import", "--quiet", given=stream)

    def branch(self, name: str) -> None:
        """Start a branch here."""
        self.git("checkout", "--quiet", "-b", name)

    def clone(self, folder: Path, *options: str) -> Repository:
        """Clone it as continuous integration does, over a protocol that keeps a clone shallow."""
        self.git("clone", "--quiet", *options, self.root.as_uri(), str(folder))
        return Repository(folder)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository on branch main."""
    made = Repository(tmp_path / "project")
    made.root.mkdir()
    made.git("init", "--quiet", "--initial-branch=main")
    return made
