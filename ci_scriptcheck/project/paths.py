"""Paths as a settings file writes them → paths relative to the repository."""

from __future__ import annotations

import posixpath

FILE_NAME = "scriptcheck.yaml"


def within(folder: str, written: str) -> str | None:
    """Read a path that is relative to the project's folder.

    Gives the path relative to the repository, empty for its root, or `None` where the path leads
    out of it or is absolute.
    """
    if written.startswith(("/", "~")) or "\0" in written or "\\" in written:
        return None
    path = posixpath.normpath(posixpath.join(folder, written))
    if path == ".." or path.startswith("../"):
        return None
    return "" if path == "." else path
