"""A tree of files in memory."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class MemoryTree:
    """Implements `model.tree.Tree` and remembers what was read."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = {name: text.encode() for name, text in files.items()}
        self.was_read: list[str] = []

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._files))

    def has(self, path: str) -> bool:
        return path in self._files

    def read(self, path: str) -> bytes:
        if path not in self._files:
            raise FileNotFoundError(path)
        self.was_read.append(path)
        return self._files[path]

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        return {path: self.read(path) for path in paths if path in self._files}

    def blob_ids(self, paths: Iterable[str]) -> dict[str, str]:
        return {
            path: hashlib.sha256(self._files[path]).hexdigest()
            for path in paths
            if path in self._files
        }
