"""Closures kept on disk: what a script depends on, for as long as what that follows from is equal.

A closure follows from the names of all files, the folders that are searched, and the content of
the modules in it. What other files hold does not matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ci_scriptcheck import cache_file
from ci_scriptcheck.change.closure import fact_cache
from ci_scriptcheck.model.change import Closure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.model.tree import Tree

FORMAT = 1
"""Raised when what is kept is written otherwise."""

LEAST_ROOM = 200
"""Closures of other runs that are kept at least; otherwise as many as this run has."""


class Chains(Mapping[str, tuple[str, ...]]):
    """File → the files that lead to it, from the script to itself, put together when asked for.

    Attributes:
        leading: File → the one that leads to it; the script has none.
    """

    def __init__(self, leading: Mapping[str, str | None]) -> None:
        self.leading = leading

    def __getitem__(self, file: str) -> tuple[str, ...]:
        chain = [file]
        while (before := self.leading[chain[-1]]) is not None:
            chain.append(before)
        return tuple(reversed(chain))

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.leading))

    def __len__(self) -> int:
        return len(self.leading)


class ClosureCache:
    """The closures of one tree; a file that cannot be read or written only costs time."""

    def __init__(self, file: Path | None, tree: Tree) -> None:
        """Read what earlier runs left."""
        self._file = file
        self._tree = tree
        self._kept = cache_file.read(file, version=_version())
        self._names = _digest(tree.paths()) if file is not None else ""
        self._ids: dict[str, str] = {}
        self._used: dict[str, list[Any]] = {}
        self._is_new = False

    def get(self, script: str, roots: tuple[str, ...]) -> Closure | None:
        """Give the closure of a script with its import roots, where it is still right."""
        key = self._key(script, roots)
        entry = self._kept.get(key)
        if entry is None:
            return None
        try:
            contents, leading, others, *rest = entry
            if self._contents([*leading, *others]) != contents:
                return None
            found = _closure(script, leading, *rest)
        except (ValueError, TypeError, AttributeError, KeyError):
            return None
        self._used[key] = entry
        return found

    def put(self, closure: Closure, roots: tuple[str, ...], read: frozenset[str]) -> None:
        """Remember a closure that was found anew.

        Args:
            closure: What was found.
            roots: The script's import roots.
            read: The modules that were looked into, those that turned out not to count included.
        """
        if not isinstance(closure.chains, Chains):
            return
        leading = dict(closure.chains.leading)
        others = sorted(read.difference(leading))
        self._used[self._key(closure.script, roots)] = [
            self._contents([*leading, *others]),
            leading,
            others,
            list(closure.libraries),
            list(closure.modules),
            list(closure.unresolved),
        ]
        self._is_new = True

    def save(self) -> None:
        """Write down what was used and found, and some of what other runs left."""
        if self._file is None or not self._is_new:
            return
        others = [key for key in self._kept if key not in self._used]
        room = max(LEAST_ROOM, len(self._used))
        kept = {key: self._kept[key] for key in others[-room:]} | self._used
        cache_file.write(self._file, kept, version=_version())

    def _key(self, script: str, roots: tuple[str, ...]) -> str:
        return _digest([self._names, script, *roots])

    def _contents(self, files: Iterable[str]) -> str:
        """Give one digest for the contents of the modules among some files."""
        modules = sorted(file for file in files if file.endswith(".py"))
        unknown = [file for file in modules if file not in self._ids]
        if unknown:
            # What does not exist has no id.
            self._ids |= dict.fromkeys(unknown, "") | self._tree.blob_ids(unknown)
        return _digest(self._ids[file] for file in modules)


def _closure(
    script: str,
    leading: Mapping[str, str | None],
    libraries: list[str],
    modules: list[str],
    unresolved: list[str],
) -> Closure:
    return Closure(
        script=script,
        files=tuple(sorted(leading)),
        chains=Chains(leading),
        libraries=tuple(libraries),
        modules=tuple(modules),
        unresolved=tuple(unresolved),
    )


def _digest(texts: Iterable[str]) -> str:
    joined = "\0".join(texts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:32]


def _version() -> str:
    return cache_file.version_of(Path(__file__).parent, FORMAT, fact_cache.FORMAT)
