"""Links that a pull request may have put where a command writes."""

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
            raise UsageError(
                what=f"{path} is not written: it lies behind a link out of the repository",
                advice="name another file",
            )
