"""A tree of files as the readers of projects see it: the working folder, or one commit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Tree(Protocol):
    """Files by their path relative to the repository, with `/` between the parts."""

    def paths(self) -> tuple[str, ...]:
        """List every file, sorted; ignored files are left out."""
        ...

    def has(self, path: str) -> bool:
        """Say whether this is a file of the tree."""
        ...

    def read(self, path: str) -> bytes:
        """Give the content of a file.

        Raises:
            FileNotFoundError: the tree has no such file.
        """
        ...

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Give the contents of several files at once; those that do not exist are left out."""
        ...

    def blob_ids(self, paths: Iterable[str]) -> dict[str, str]:
        """Give a text for each file that is equal when the contents are equal, cheaply."""
        ...
