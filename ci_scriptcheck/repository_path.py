"""Paths relative to a repository, as text: `/` between the parts, empty for its root."""

from __future__ import annotations

import posixpath


def folder_of(path: str) -> str:
    """Give the folder that a file or folder lies in; empty at the root."""
    return path.rpartition("/")[0]


def joined(folder: str, below: str) -> str | None:
    """Follow a relative path from a folder; `None` where it leaves the repository."""
    path = posixpath.normpath(posixpath.join(folder, below))
    if path.startswith(("../", "/")) or path == "..":
        return None
    return "" if path == "." else path
