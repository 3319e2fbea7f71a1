"""Facts about Python files, kept on disk by the identity of their content."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ci_scriptcheck import cache_file
from ci_scriptcheck.change.closure import module_facts

if TYPE_CHECKING:
    from ci_scriptcheck.change.closure.module_facts import ModuleFacts

FORMAT = f"6-{sys.version_info[0]}.{sys.version_info[1]}"
"""Changes with what is kept, and with the Python whose grammar was used."""

MOST = 40_000
"""Entries kept: those of this run, and others up to this number."""


class FactCache:
    """Facts by content; a file that cannot be read or written only costs time."""

    def __init__(self, file: Path | None) -> None:
        """Read what an earlier run left."""
        self._file = file
        self._kept = cache_file.read(file, version=_version())
        self._used: dict[str, ModuleFacts] = {}
        self._new: dict[str, list[Any]] = {}

    def get(self, content: str) -> ModuleFacts | None:
        """Give what is known of a content."""
        known = self._used.get(content)
        if known is None and content in self._kept:
            try:
                known = module_facts.from_json(self._kept[content])
            except ValueError:
                return None
            self._used[content] = known
        return known

    def put(self, content: str, facts: ModuleFacts) -> None:
        """Remember what was found."""
        self._used[content] = facts
        self._new[content] = facts.as_json()

    def save(self) -> None:
        """Keep what was found, before what other runs have used."""
        if self._file is None or not self._new:
            return
        used = {name: entry for name, entry in self._kept.items() if name in self._used}
        others = {name: entry for name, entry in self._kept.items() if name not in self._used}
        room = max(MOST - len(used) - len(self._new), 0)
        some = dict(list(others.items())[-room:]) if room else {}
        cache_file.write(self._file, {**some, **used, **self._new}, version=_version())


def _version() -> str:
    return cache_file.version_of(Path(__file__).parent, FORMAT)
