"""Where runs lie: a new folder for each, old ones removed, the newest found again."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.run import record

if TYPE_CHECKING:
    from pathlib import Path

RUNS = ".scriptcheck/runs"
"""Where runs lie that nobody named, relative to the repository."""

KEPT = 10
"""How many finished runs stay to be looked at."""

_ABANDONED = 24 * 3600.0
"""Seconds after which a run without a record counts as killed."""


def make(root: Path, asked: Path | None, *, moment: int) -> Path:
    """Make the folder of a new run, and remove the oldest that nobody named.

    Args:
        root: The repository.
        asked: Where the user wants it; it may exist, and what it holds of an earlier run goes.
        moment: Nanoseconds of the clock, which name the run.

    Raises:
        UsageError: it cannot be made.
    """
    try:
        if asked is not None:
            return _emptied(asked.absolute())
        runs = root / RUNS
        if runs.is_symlink():
            raise UsageError(
                what=f"{runs} is a link, and old runs are removed there",
                advice=f"remove it: `rm {RUNS}`",
            )
        folder = _new(runs, f"{root} {moment} {os.getpid()}")
        hide(root)
        _remove_oldest(runs)
    except OSError as error:
        raise UsageError(
            what=f"the run directory cannot be made: {error.strerror or error}",
            facts=(f"it was to be {error.filename}",) if error.filename else (),
            advice="pass `--output <a folder that can be written>`",
        ) from error
    return folder


def hide(root: Path) -> None:
    """Have git overlook all that we keep in a repository, before anything else is written there.

    Raises:
        OSError: the repository cannot be written.
    """
    ignore = root / ".scriptcheck" / ".gitignore"
    if not ignore.exists():
        ignore.parent.mkdir(exist_ok=True)
        # Not through a link that leads to nothing yet.
        with contextlib.suppress(FileExistsError), ignore.open("x", encoding="utf-8") as file:
            file.write("*\n")


def newest(root: Path) -> Path:
    """Find the last run that was recorded.

    Raises:
        UsageError: there is none.
    """
    found = sorted(
        (root / RUNS).glob("*/record.json"),
        key=lambda path: (path.stat().st_mtime_ns, path.as_posix()),
    )
    if not found:
        raise UsageError(
            what="there is no finished run to report",
            facts=(f"looked in {root / RUNS}",),
            advice="run `scriptcheck run` first, or name a run directory with `--run`",
        )
    return found[-1].parent


def _new(runs: Path, said: str) -> Path:
    """Make a folder that nobody had: in another's, its results would be taken for this run's."""
    runs.mkdir(parents=True, exist_ok=True)
    while True:
        folder = runs / hashlib.sha256(said.encode()).hexdigest()[:6]
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            return folder
        said = f"{said}, again"


def _emptied(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    held = sorted(path.name for path in folder.iterdir())
    if held and not record.is_run_directory(folder):
        raise UsageError(
            what=f"{folder} holds other files, such as {held[0]}",
            facts=("a run directory is emptied at the start of its run",),
            advice="pass `--output <a new or empty folder>`",
        )
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return folder


def _remove_oldest(runs: Path) -> None:
    folders = sorted(
        (path for path in runs.iterdir() if path.is_dir() and not path.is_symlink()),
        key=lambda path: (path.stat().st_mtime_ns, path.name),
    )
    for folder in folders[:-KEPT]:
        is_old = time.time() - folder.stat().st_mtime > _ABANDONED
        if record.is_run_directory(folder) and (record.is_finished(folder) or is_old):
            shutil.rmtree(folder, ignore_errors=True)
