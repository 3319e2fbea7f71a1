"""Which files that a run hung on were written after it began, so that it says nothing of the present ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.acceptance import FILE_NAME
from ci_scriptcheck.model.change import ChangeKind
from ci_scriptcheck.model.source import Copied
from ci_scriptcheck.project import paths
from ci_scriptcheck.run import record as run_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ci_scriptcheck.model.plan import Plan


def changed_since(root: Path, run_directory: Path, plan: Plan) -> tuple[str, ...]:
    """List the files, sorted, that were written or removed since a run in the same repository began.

    A commit alone writes no file; another branch that is checked out writes those that it has otherwise.
    """
    began = run_record.planned_at(run_directory)
    return tuple(sorted(path for path in _hung_on(root, plan) if _is_newer(root / path, began)))


def _hung_on(root: Path, plan: Plan) -> set[str]:
    """Name what a run hangs on and is there now, or was then: code, settings, data, and what changed."""
    found = {file for closure in plan.closures.values() for file in closure.files}
    found |= {
        change.path for change in plan.changes.files if change.kind is not ChangeKind.DELETED
    }
    found.add(paths.within(plan.folder, paths.FILE_NAME) or paths.FILE_NAME)
    for task in plan.of_head():
        for item in task.inputs:
            if isinstance(item.source, Copied):
                found.update(_files(root, item.source.path))
    # What is accepted changes no data.
    return {path for path in found if path.rpartition("/")[2] != FILE_NAME}


def _files(root: Path, path: str) -> Iterator[str]:
    place = root / path
    for file in place.rglob("*") if place.is_dir() else [place]:
        if not file.is_dir():
            yield file.relative_to(root).as_posix()


def _is_newer(file: Path, began: int) -> bool:
    try:
        return file.stat().st_mtime_ns > began
    except OSError:
        return True
