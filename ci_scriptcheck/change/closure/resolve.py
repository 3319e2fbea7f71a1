"""Which files a name in an import statement leads to, as Python's own finders would look."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ci_scriptcheck.repository_path import folder_of
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

Folders = tuple[str, ...]

NATIVE = (".so", ".pyd")
"""Compiled modules; a repository seldom holds any, but one that it holds is a dependency."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a name leads to: a module, a package, or a namespace without a file of its own.

    Attributes:
        folders: Where its parts are looked for; none for a module.
    """

    file: str | None
    folders: Folders


@dataclass(frozen=True, slots=True)
class Way:
    """The files that importing a dotted name executes.

    Attributes:
        passed: Packages on the way, which are only loaded.
        reached: What is asked for: the module itself, and modules among the names taken from it.
    """

    passed: tuple[str, ...]
    reached: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """All of them."""
        return self.passed + self.reached


class Files:
    """The files of a tree, as an index for looking modules up."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Index them."""
        self._files = frozenset(paths)
        self._folders = _folders_of(self._files)
        self._names = frozenset(path.rpartition("/")[2] for path in self._files)
        self._found: dict[tuple[Folders, str], Found | None] = {}
        self._native: dict[str, tuple[str, ...]] | None = None
        self._below: dict[tuple[str, str], list[str]] = {}

    def has(self, path: str) -> bool:
        """Say whether this is a file."""
        return path in self._files

    def could_hold(self, path: str) -> bool:
        """Say quickly whether any file has the last part of this path for its name."""
        return path.rpartition("/")[2] in self._names

    def has_folder(self, path: str) -> bool:
        """Say whether any file lies below this folder."""
        return path in self._folders

    def below(self, folder: str, suffix: str = "") -> list[str]:
        """List the files below a folder at any depth, sorted."""
        start = f"{folder}/" if folder else ""
        key = (folder, suffix)
        if key not in self._below:
            self._below[key] = sorted(
                path for path in self._files if path.startswith(start) and path.endswith(suffix)
            )
        return self._below[key]

    def parents(self, file: str, roots: Folders) -> tuple[str, list[str]]:
        """Give the folder above the packages that a file lies in, and their `__init__` files.

        A root is never inside a package, and neither is a folder that no import can name.
        """
        folder = folder_of(file)
        inits: list[str] = []
        while folder and folder not in roots and self.has(f"{folder}/__init__.py"):
            if not posixpath.basename(folder).isidentifier():
                return folder_of(file), []
            inits.insert(0, f"{folder}/__init__.py")
            folder = folder_of(folder)
        return folder, inits

    def follow(self, start: Folders, dotted: str, names: Iterable[str] = ()) -> Way:
        """Follow a dotted name from the folders where its first part is looked for.

        Args:
            start: In the order in which they are searched.
            dotted: Empty for a relative import of names alone.
            names: What is taken from it, which may be modules as well.
        """
        way: list[str] = []
        folders = start
        for part in dotted.split(".") if dotted else ():
            found = self.find(folders, part)
            if found is None:
                # What is asked for is a name in the last module, or does not exist.
                return Way(tuple(way[:-1]), tuple(way[-1:]))
            way += [found.file] if found.file is not None else []
            folders = found.folders
        taken = [self.find(folders, name) if folders else None for name in names]
        modules = [found.file for found in taken if found is not None and found.file is not None]
        if taken and all(found is not None for found in taken):
            return Way(tuple(way), tuple(modules))
        return Way(tuple(way[:-1]), (*way[-1:], *modules))

    def find(self, folders: Folders, name: str) -> Found | None:
        """Find one part of a dotted name; within a folder a package comes before a module."""
        key = (folders, name)
        if key not in self._found:
            self._found[key] = self._look(folders, name)
        return self._found[key]

    def _look(self, folders: Folders, name: str) -> Found | None:
        portions = []
        for folder in folders:
            place = f"{folder}/{name}" if folder else name
            if f"{place}/__init__.py" in self._files:
                return Found(f"{place}/__init__.py", (place,))
            if f"{place}.py" in self._files:
                return Found(f"{place}.py", ())
            native = self._native_modules().get(place)
            if native:
                return Found(native[0], ())
            if place in self._folders:
                portions.append(place)
        return Found(None, tuple(portions)) if portions else None

    def _native_modules(self) -> dict[str, tuple[str, ...]]:
        if self._native is None:
            self._native = {}
            for path in sorted(path for path in self._files if path.endswith(NATIVE)):
                folder, _, name = path.rpartition("/")
                place = f"{folder}/{name.split('.')[0]}" if folder else name.split(".")[0]
                self._native[place] = (*self._native.get(place, ()), path)
        return self._native


def _folders_of(files: frozenset[str]) -> frozenset[str]:
    folders: set[str] = set()
    for file in files:
        folder = folder_of(file)
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder_of(folder)
    return frozenset(folders)
