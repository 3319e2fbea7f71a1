"""The files of a commit as a folder of their own, made from git's objects; the checkout is not touched."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from ci_scriptcheck.change.git import command
from ci_scriptcheck.errors import ChangeError, UsageError

FOLDER = ".scriptcheck/base"
"""Where commits are laid out, a folder each, relative to the repository."""

KEPT = 3
"""How many commits stay laid out when none of them is in use."""

IN_USE = 6 * 3600.0
"""Seconds after which no run reads any more what was laid out, or found laid out, for it."""


def place_of(root: Path, commit: str) -> Path:
    """Give the folder that a commit is laid out in."""
    return root / FOLDER / commit


def lay_out(root: Path, commit: str, *, moment: float) -> Path:
    """Lay out the files of a commit, or find them laid out; give their folder.

    They are made aside and renamed, so that a folder of this name is always whole. Filters that the
    repository's own settings define are not run, and submodules are left out.

    Args:
        root: The repository.
        commit: Its full id.
        moment: Now, in seconds since 1970: what was used shortly before may still be in use.

    Raises:
        ChangeError: git cannot say what the commit holds.
        UsageError: they cannot be written.
    """
    place = place_of(root, commit)
    if place.is_dir():
        with contextlib.suppress(OSError):
            os.utime(place, (moment, moment))
        return place
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="aside-", dir=place.parent) as aside:
            _write(root, commit, Path(aside))
            os.utime(Path(aside) / "files", (moment, moment))
            with contextlib.suppress(FileExistsError):
                (Path(aside) / "files").rename(place)
        _forget_oldest(place.parent, moment)
    except OSError as error:
        if place.is_dir():  # another run was quicker
            return place
        raise UsageError(
            what=f"the files of {commit[:7]} cannot be laid out: {error.strerror or error}",
            facts=(str(error.filename or place),),
            advice="free some space, or pass `--no-compare` to leave base out",
        ) from error
    return place


def _write(root: Path, commit: str, aside: Path) -> None:
    (aside / "files").mkdir()
    (settings,) = command.run_together(root, command.NAMES_OF_SETTINGS)
    variables = {**command.without_filters(settings), "GIT_INDEX_FILE": str(aside / "index")}
    prefix = f"{aside / 'files'}/"
    for arguments in (("read-tree", commit), ("checkout-index", "--all", f"--prefix={prefix}")):
        (answer,) = command.ask(root, [arguments], variables=variables)
        if answer.status != 0:
            raise ChangeError(
                what=f"git cannot lay out the files of {commit[:7]}",
                facts=tuple(answer.errors.splitlines()[:3]),
            )


def _forget_oldest(folder: Path, moment: float) -> None:
    """Remove the commits that were not used for the longest time, and that no run can be reading."""
    with contextlib.suppress(OSError):
        known = [one for one in folder.iterdir() if not one.name.startswith("aside-")]
        used = {one: one.stat().st_mtime for one in known}
        for old in sorted(known, key=lambda one: used[one], reverse=True)[KEPT:]:
            if used[old] < moment - IN_USE:
                shutil.rmtree(old, ignore_errors=True)
