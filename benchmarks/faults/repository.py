"""Temporary git repositories that hold a project: one whose store is warm, and a copy for each edit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.faults.edit import Edit

ROOT = Path(__file__).parents[2]
PROJECTS = {
    "penguins": ROOT / "examples" / "penguins",
    "flights": ROOT / "examples" / "flights",
    "claims": ROOT / "tests" / "projects" / "claims",
}
TIMEOUT = "20s"
"""For one script. The slowest takes a second; a project's own minute would only make a hang cost more."""

_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".scriptcheck")


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run of the command line ended."""

    status: int
    output: str
    errors: str


def warm(project: str, folder: Path) -> Path:
    """Put a project on the main branch of a new repository, run everything once, and give the repository.

    Raises:
        RuntimeError: the project has a fault already.
    """
    repository = folder / project
    shutil.copytree(PROJECTS[project], repository / project, ignore=_LEFT_OUT)
    shutil.copy(ROOT / "examples" / "requirements.txt", repository)
    _git(repository, "init", "--quiet", "--initial-branch=main")
    _commit(repository, "All is well")
    ended = _scriptcheck(repository / project, "run", "--all")
    if ended.status:
        msg = f"{project} is at fault before any edit:\n{ended.output}{ended.errors}"
        raise RuntimeError(msg)
    return repository


def propose(edit: Edit, warmed: Path, folder: Path) -> Path:
    """Copy a repository with its store, commit the edit to a branch, and give the project's folder."""
    repository = folder / edit.name.replace("/", "-")
    shutil.copytree(warmed, repository, symlinks=True, ignore=shutil.ignore_patterns("runs"))
    project = repository / edit.project
    _git(repository, "switch", "--quiet", "--create", "change")
    edit.apply(project)
    _commit(repository, edit.name)
    return project


def check(project: Path) -> Ended:
    """Check the branch as a pull request's job does; what it prints is the record as JSON."""
    return _scriptcheck(
        project, "run", "--base", "main", "--workers", "1", "--timeout", TIMEOUT, "--json"
    )


def _scriptcheck(project: Path, *words: str) -> Ended:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SCRIPTCHECK_", "GITHUB_", "PYTEST_"))
    }
    ended = subprocess.run(  # noqa: S603  (ours)
        (sys.executable, "-m", "ci_scriptcheck", "-C", str(project), *words),
        capture_output=True,
        text=True,
        check=False,
        cwd=project,
        env=environment | {"PYTHONPATH": str(ROOT)},
    )
    return Ended(status=ended.returncode, output=ended.stdout, errors=ended.stderr)


def _commit(repository: Path, message: str) -> None:
    _git(repository, "add", "--all")
    author = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")
    _git(repository, *author, "commit", "--quiet", "--message", message)


def _git(repository: Path, *words: str) -> None:
    subprocess.run(("git", *words), cwd=repository, check=True, capture_output=True)  # noqa: S603, S607  (ours)
