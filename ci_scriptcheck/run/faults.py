"""What the system refuses while a task is looked after: the end of the run, or a finding about the task."""

from __future__ import annotations

import errno
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError

if TYPE_CHECKING:
    from ci_scriptcheck.run.context import Context

LONGEST_NAME = 120
"""Characters of a name that are shown: one can be too long for the system."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_EVERYWHERE = _FULL | {errno.EROFS}
"""What no other task would fare better with."""


def is_of_run(error: OSError, context: Context) -> bool:
    """Say whether a run cannot go on: nothing can be written any more, or not where its results go.

    What is refused inside the folders of one task, where names are what a script made them, or in
    the repository, is that task's alone.
    """
    if error.errno in _EVERYWHERE:
        return True
    place = _place(error)
    if place is None:
        return False
    if place.is_relative_to(context.run_directory):
        return not _below_one_task(place, context)
    return place.is_relative_to(context.store.folder)


def in_words(error: OSError, context: Context) -> UsageError:
    """Say why a run cannot go on, and what to do."""
    if error.errno not in _FULL:
        return UsageError(
            what=f"the run cannot go on: {error.strerror or error}",
            facts=(str(error.filename),) if error.filename else (),
            advice="name another folder with `--output` or `SCRIPTCHECK_STORE`, one that can be written",
        )
    # A write that fails does not say into which file.
    places = (context.run_directory, context.store.folder)
    full = min(places, key=lambda place: _free(place))
    other = "`--output`" if full == context.run_directory else "`SCRIPTCHECK_STORE`"
    return UsageError(
        what="there is no space left for the run",
        facts=(f"{full} lies on a disk that is full",),
        advice=f"free some space, or name another folder with {other}",
    )


def of_task(error: OSError, context: Context) -> tuple[str, str]:
    """Give the rule and the message of the finding where a task's files cannot be dealt with."""
    why = error.strerror or str(error)
    place = _place(error)
    if place is None:
        return "SC227", f"its files cannot be dealt with: {why}"
    kind, *below = _below_one_task(place, context) or [""]
    if kind == "out":
        return "SC222", f"`{_cut('/'.join(below))}` among its outputs cannot be read: {why}"
    is_inside = place.is_relative_to(context.root)
    shown = place.relative_to(context.root) if is_inside else place
    return "SC227", f"`{_cut(str(shown))}` cannot be read: {why}"


def _below_one_task(place: Path, context: Context) -> list[str]:
    """Give the path below the folder of a task, or of data that are made; empty where it is not there."""
    if not place.is_relative_to(context.run_directory):
        return []
    kind, *parts = place.relative_to(context.run_directory).parts or ("",)
    return parts[1:] if kind in {"tasks", "made"} else []


def _place(error: OSError) -> Path | None:
    # Of a descriptor there is a number only.
    return Path(str(error.filename)) if isinstance(error.filename, (str, Path)) else None


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..."


def _free(folder: Path) -> int:
    """Give the bytes that can still be written; a folder that cannot be asked is not the full one."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return sys.maxsize
