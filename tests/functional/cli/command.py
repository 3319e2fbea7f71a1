"""The command as a shell calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
_OF_OTHERS = ("ACTIONS_", "AWS_", "GITHUB_", "GIT_", "PYTEST_", "PYTHON", "SCRIPTCHECK_")


def scriptcheck(
    *words: str,
    folder: Path | None = None,
    variables: dict[str, str] | None = None,
    python: str = sys.executable,
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder, with the variables of no job and no repository."""
    return subprocess.run(
        [python, "-m", "ci_scriptcheck", *words],
        cwd=folder,
        env=environment() | (variables or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def environment() -> dict[str, str]:
    """Give our own environment without what CI services, AWS, git and Python's own switches put there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OF_OTHERS)}
    return kept | {"PYTHONPATH": str(ROOT)}


def git(root: Path, *words: str) -> None:
    """Carry out a git command in a repository."""
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *words], cwd=root, env=environment(), check=True)


def commit(root: Path) -> None:
    """Commit everything."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=Change")
