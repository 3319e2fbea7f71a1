"""What lies around a failure, looked up while all is as the run saw it.

These are the neighbours of a missing file, the folders that hold a missing module, and the
interpreter that looked for it. Only names are read, below the repository and the run's folders.
"""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.run.judgement import missing
from ci_scriptcheck.run.judgement.exhibits import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.run.process.request import Call, Ending

_MOST_NAMES = 200
_MOST_FOLDERS = 2000
_DEEPEST = 4
_PASSED_OVER = frozenset({"node_modules", "site-packages", "__pycache__"})


def look_around(ending: Ending, call: Call, *, project: Path, python: str) -> Scene:
    """Look up what helps to understand an exception; a script that ended otherwise needs nothing.

    Args:
        ending: How the run ended.
        call: What was asked of it.
        project: Folder of the project, absolute.
        python: Its interpreter.
    """
    beside: dict[str, tuple[str, ...]] = {}
    elsewhere: dict[str, None] = {}
    roots: list[str] = []
    for raised in ending.errors:
        file = missing.file(raised)
        module = missing.module(raised)
        if file is not None:
            folder = Path(call.folder, file).parent
            beside |= _names(folder, call)
            elsewhere |= dict.fromkeys(_elsewhere(file, call))
        if module is not None:
            roots.extend(_roots_of(project, module.partition(".")[0]))
    return Scene(python=python, beside=beside, elsewhere=tuple(elsewhere), roots=tuple(roots))


def _names(folder: Path, call: Call) -> dict[str, tuple[str, ...]]:
    try:
        real = folder.resolve()
        if not any(real.is_relative_to(place) for place in _places(call)):
            return {}
        with os.scandir(real) as entries:
            return {str(folder): tuple(sorted(one.name for one in islice(entries, _MOST_NAMES)))}
    except (OSError, RuntimeError, ValueError):
        return {}


def _places(call: Call) -> tuple[Path, ...]:
    return Path(call.tree).resolve(), Path(call.private).parent.resolve()


def _elsewhere(file: str, call: Call) -> Iterator[str]:
    if file.startswith("/"):
        return
    root = Path(call.tree)
    for folder in (root, Path(call.target.file).parent):
        try:
            path = (folder / file).resolve()
            if path.exists() and path.is_relative_to(root.resolve()):
                yield path.relative_to(root.resolve()).as_posix()
        except (OSError, RuntimeError, ValueError):
            continue


def _roots_of(project: Path, module: str) -> Iterator[str]:
    """Find the folders in which a module lies, the nearest to the project's own folder first."""
    waiting = [project]
    for seen, folder in enumerate(waiting):
        if seen >= _MOST_FOLDERS:
            return
        try:
            with os.scandir(folder) as entries:
                inside = {one.name: one.is_dir(follow_symlinks=False) for one in entries}
        except OSError:
            continue
        inside_path = folder.relative_to(project)
        if f"{module}.py" in inside or _is_package(folder, module, inside):
            yield inside_path.as_posix()
        if len(inside_path.parts) < _DEEPEST and "pyvenv.cfg" not in inside:
            waiting.extend(
                folder / name
                for name, is_folder in sorted(inside.items())
                if is_folder and not name.startswith(".") and name not in _PASSED_OVER
            )


def _is_package(folder: Path, module: str, inside: Mapping[str, bool]) -> bool:
    if not inside.get(module):
        return False
    try:
        return any(one.suffix == ".py" for one in (folder / module).iterdir())
    except OSError:
        return False
