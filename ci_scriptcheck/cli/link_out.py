"""Places out of the repository: those that links lead to, which a pull request may have put where a command writes."""

from __future__ import annotations

import contextlib
from pathlib import Path

from ci_scriptcheck import repository_file
from ci_scriptcheck.change.git.repository import repository_root
from ci_scriptcheck.errors import ChangeError, UsageError


def refuse(path: Path) -> None:
    """Refuse to write through a link out of the repository: it could lead to anybody's file.

    Raises:
        UsageError: it leads there.
    """
    with contextlib.suppress(ChangeError):
        place = path.absolute()
        root = repository_root(Path())
        names = str(root), str(place)
        if place.is_relative_to(root) and not repository_file.is_inside(*names, with_ours=True):
            if not _without_dots(place).is_relative_to(root):
                raise UsageError(
                    what=f"`{path}` is outside of the repository", advice="name a place in it"
                )
            raise UsageError(
                what=f"{path} is not written: it lies behind a link out of the repository",
                advice="name another file",
            )


def _without_dots(path: Path) -> Path:
    """Write an absolute path without `..`, as whoever wrote it means it; links are not followed."""
    parts: list[str] = []
    for part in path.parts[1:]:
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
    return Path(path.anchor, *parts)
