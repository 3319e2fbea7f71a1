"""A tree as it was, with some files as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ci_scriptcheck.model.tree import Tree


class LaidOver:
    """The files of one tree, but for some that are another's.

    Attributes:
        taken: Paths of the files that are the other's.
    """

    def __init__(self, below: Tree, above: Tree, taken: Collection[str]) -> None:
        self._below = below
        self._above = above
        self.taken = frozenset(taken)

    def paths(self) -> tuple[str, ...]:
        """List every file, sorted."""
        return tuple(sorted({*self._below.paths(), *self.taken}))

    def has(self, path: str) -> bool:
        """Say whether this is a file of the tree."""
        return path in self.taken or self._below.has(path)

    def read(self, path: str) -> bytes:
        """Give the content of a file.

        Raises:
            FileNotFoundError: the tree has no such file.
        """
        return (self._above if path in self.taken else self._below).read(path)

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Give the contents of several files; those that do not exist are left out."""
        wanted = set(paths)
        below = self._below.read_many(sorted(wanted - self.taken))
        return below | self._above.read_many(sorted(wanted & self.taken))

    def blob_ids(self, paths: Iterable[str]) -> dict[str, str]:
        """Give git's id of each content; files that do not exist are left out."""
        wanted = set(paths)
        below = self._below.blob_ids(sorted(wanted - self.taken))
        return below | self._above.blob_ids(sorted(wanted & self.taken))
