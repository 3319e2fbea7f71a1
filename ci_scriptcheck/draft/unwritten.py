"""A project without a settings file, read as if the one that `init` would write were there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.project import loader, scan
from ci_scriptcheck.project.paths import FILE_NAME, within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.model.project import Project
    from ci_scriptcheck.model.tree import Tree


class WithFile:
    """A tree with one file more."""

    def __init__(self, tree: Tree, path: str, text: str) -> None:
        self._tree = tree
        self._path = path
        self._content = text.encode()

    def paths(self) -> tuple[str, ...]:
        """List every file, sorted."""
        return tuple(sorted({*self._tree.paths(), self._path}))

    def has(self, path: str) -> bool:
        """Say whether this is a file of the tree."""
        return path == self._path or self._tree.has(path)

    def read(self, path: str) -> bytes:
        """Give the content of a file.

        Raises:
            FileNotFoundError: the tree has no such file.
        """
        return self._content if path == self._path else self._tree.read(path)

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Give the contents of several files; those that do not exist are left out."""
        wanted = set(paths)
        found = self._tree.read_many(wanted - {self._path})
        return found | ({self._path: self._content} if self._path in wanted else {})

    def blob_ids(self, paths: Iterable[str]) -> dict[str, str]:
        """Give a text for each file that is equal when the contents are equal."""
        return self._tree.blob_ids(set(paths) - {self._path})


def project_of(tree: Tree, folder: str) -> Project:
    """Read the project in a folder; without a settings file, what is found in the files.

    Raises:
        UsageError: the settings hold a mistake, or there is neither a script nor a contract.
    """
    file = within(folder, FILE_NAME) or FILE_NAME
    if tree.has(file):
        return loader.load_project(tree, folder)
    return of_text(tree, folder, scan.draft(tree, folder))


def of_text(tree: Tree, folder: str, text: str) -> Project:
    """Read the project that a settings file of this text would make.

    Raises:
        UsageError: the text holds a mistake.
    """
    file = within(folder, FILE_NAME) or FILE_NAME
    return loader.load_project(WithFile(tree, file, text), folder)
