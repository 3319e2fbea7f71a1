"""The files of the repository that a run opened, beyond those that its key already has."""

from __future__ import annotations

import time
from pathlib import PurePath
from typing import TYPE_CHECKING

from ci_scriptcheck.run.store.keys import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ci_scriptcheck.run.context import Context
    from ci_scriptcheck.run.process.request import Ending

_MOST = 2_000
# What belongs to tools or to an installed environment is not the project's.
_NOT_PROJECT = frozenset({".git", ".scriptcheck", "__pycache__", "site-packages", "dist-packages"})


UNSTABLE = "?"
"""In place of a digest: the file was changed during the run, so what the run saw is not known."""


def moment() -> int:
    """Give the time before a run, to tell later what was changed during it; nanoseconds."""
    return time.time_ns()


def reads(context: Context, script: str, ending: Ending, *, since: int) -> Mapping[str, str]:
    """Note what a run opened, looked for or listed in the repository.

    Gives path relative to the repository → digest: empty for what was looked for in vain, of its
    names for a folder that was listed, whose path ends in `/`.
    """
    known = context.keys.closure(_relative(context, script) or script)
    opened = {path for path in _inside(context, ending.read) if path not in known}
    listed = {f"{path}/" for path in _inside(context, ending.listed)}
    missed = {path for path in _inside(context, ending.looked_for) if path not in known} - opened
    names = sorted(opened | listed | missed)
    if len(names) > _MOST:
        return {".": UNSTABLE}
    files = {name: context.keys.seen(name) for name in names}
    for name in names:
        if files[name] != ABSENT if name in missed else _changed(context.root / name, since):
            files[name] = UNSTABLE
    return files


def are_stable(files: Mapping[str, str]) -> bool:
    """Say whether it is sure what the run saw, so that its result can be kept."""
    return UNSTABLE not in files.values()


def _inside(context: Context, paths: tuple[str, ...]) -> Iterator[str]:
    own = (str(context.run_directory), str(context.store.folder))
    for path in paths:
        relative = _relative(context, path)
        if relative is None or _NOT_PROJECT & set(PurePath(relative).parts):
            continue
        if not any(PurePath(path).is_relative_to(folder) for folder in own):
            yield relative


def _relative(context: Context, path: str) -> str | None:
    pure = PurePath(path)
    return pure.relative_to(context.root).as_posix() if pure.is_relative_to(context.root) else None


def _changed(path: Path, since: int) -> bool:
    try:
        seen = path.stat()
    except OSError:
        return True
    return max(seen.st_mtime_ns, seen.st_ctime_ns) >= since
