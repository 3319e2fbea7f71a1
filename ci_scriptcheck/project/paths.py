"""Paths as a settings file writes them → paths relative to the repository."""

from __future__ import annotations

import posixpath
from pathlib import Path

from ci_scriptcheck.repository_path import folder_of, joined

FILE_NAME = "scriptcheck.yaml"


def within(folder: str, written: str) -> str | None:
    """Read a path that is relative to the project's folder.

    Gives the path relative to the repository, empty for its root, or `None` where the path leads
    out of it or is absolute.
    """
    if written.startswith(("/", "~")) or "\0" in written or "\\" in written:
        return None
    return joined(folder, written)


def written_relative(root: Path, folder: str, written: str) -> str | None:
    """Write an absolute path inside the repository as a settings file has to; `None` for all else."""
    place = Path(posixpath.normpath(written))
    for top in (root, root.resolve()):
        if place.is_absolute() and place.is_relative_to(top):
            return posixpath.relpath(place, top / folder)
    return None


def is_misnamed(path: str, folder: str) -> bool:
    """Say whether a file of this folder seems to be meant as its settings."""
    name = path.rpartition("/")[2]
    known = {"scriptcheck.yaml", "scriptcheck.yml"}
    return folder_of(path) == folder and name != FILE_NAME and name.lstrip(".").lower() in known
