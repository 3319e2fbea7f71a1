"""Reports and run directories that we wrote where somebody wanted them: no change of the project.

They are kept as patterns of git's own, which hold only for files that nobody has added to git.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from pathlib import Path

WRITTEN = ".scriptcheck/written"
"""The file of patterns, relative to the repository."""

MOST = 200
"""Patterns that are kept: the last ones."""

_SPECIAL = re.compile(r"([\\*?\[\] ])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file or folder that we have written into a repository, relative to it."""

    path: str
    is_folder: bool

    def as_pattern(self) -> str:
        """Write it as git's files of patterns have it."""
        return "/" + _SPECIAL.sub(r"\\\1", self.path) + ("/" if self.is_folder else "")


def note(root: Path, written: Path) -> None:
    """Remember something that we have written; what lies in no repository needs no note.

    Raises:
        OSError: the repository cannot be written.
    """
    place = written.resolve()
    if not place.is_relative_to(root) or place == root:
        return
    path = place.relative_to(root).as_posix()
    if "\n" in path:
        return
    pattern = Written(path=path, is_folder=place.is_dir()).as_pattern()
    file = root / WRITTEN
    known = os.fsdecode(file.read_bytes()).splitlines() if _is_there(root) else []
    if pattern not in known:
        file.write_bytes(os.fsencode("\n".join([*known, pattern][-MOST:]) + "\n"))


def options(root: Path) -> tuple[str, ...]:
    """Give the options with which `git ls-files` leaves out what was noted."""
    return (f"--exclude-from={root / WRITTEN}",) if _is_there(root) else ()


def _is_there(root: Path) -> bool:
    file = root / WRITTEN
    return file.is_file() and not file.is_symlink()
