"""The working folder as a tree of files, and the projects in a tree.

Light enough for the paths on which nothing is to be done: no settings are read here.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ci_scriptcheck import repository_file
from ci_scriptcheck.project.paths import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ci_scriptcheck.model.tree import Tree


class WorkingTree:
    """The files of the working folder that git does not ignore, as they lie there now.

    Attributes:
        root: Root of the repository, absolute.
    """

    def __init__(self, root: Path, files: tuple[str, ...]) -> None:
        self.root = root
        self._folder = str(root)
        self._paths = tuple(sorted(files))
        self._known = frozenset(files)

    def paths(self) -> tuple[str, ...]:
        """List every file, sorted."""
        return self._paths

    def has(self, path: str) -> bool:
        """Say whether this is a file of the tree."""
        return path in self._known

    def read(self, path: str) -> bytes:
        """Give the content of a file.

        Raises:
            FileNotFoundError: the tree has no such file, or it is a link that leads out of it.
        """
        if path not in self._known:
            raise FileNotFoundError(path)
        return repository_file.read(self._folder, path)

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Give the contents of several files; those that do not exist are left out."""
        found: dict[str, bytes] = {}
        for path in paths:
            try:
                found[path] = self.read(path)
            except FileNotFoundError:
                continue
        return found

    def blob_ids(self, paths: Iterable[str]) -> dict[str, str]:
        """Give git's id of each content; files that do not exist are left out."""
        return {path: _blob_id(content) for path, content in self.read_many(paths).items()}


def find_projects(tree: Tree) -> tuple[str, ...]:
    """List the folders that hold a settings file, relative to the repository; its root is empty."""
    return tuple(
        path.removesuffix(FILE_NAME).rstrip("/")
        for path in tree.paths()
        if path == FILE_NAME or path.endswith(f"/{FILE_NAME}")
    )


def exists(tree: Tree, path: str) -> bool:
    """Say whether a path is a file of the tree, or a folder that holds one."""
    below = f"{path}/" if path else ""
    return tree.has(path) or any(one.startswith(below) for one in tree.paths())


def _blob_id(content: bytes) -> str:
    whole = b"blob %d\0" % len(content) + content
    return hashlib.sha1(whole, usedforsecurity=False).hexdigest()
