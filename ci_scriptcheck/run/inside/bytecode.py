"""Compile the project's modules once for all runs of a host; stands alone, Python 3.9 and later.

A run does not write bytecode: it would land in the repository, or anywhere a script could forge it.
Supervisors compile instead what a second run has read, into a folder that no script can write, and
later runs read it there. It is checked by the source's content each time, not by its date.
"""

from __future__ import annotations

import contextlib
import os
import py_compile
import stat
import sys
from typing import Any

from . import doorkeeper, failure

_LARGEST = 2_000_000
_TAG = sys.implementation.cache_tag or "python"


def use(folder: str, tree: str) -> None:
    """From now on, read the bytecode of a tree's modules from a folder, and write none."""
    sys.dont_write_bytecode = True
    machinery: Any = sys.modules["_frozen_importlib_external"]
    usual = machinery.cache_from_source

    def place(path: str, debug_override: object = None, *, optimization: object = None) -> str:
        if failure.is_inside(path, tree):
            return _place(folder, path)
        found: str = usual(path, debug_override, optimization=optimization)
        return found

    machinery.cache_from_source = place


def compile_for_later(folder: str, tree: str, files: list[str]) -> None:
    """Compile the modules among these files that a second run has read, in a process of its own.

    What one run reads, as its own script, would be compiled for nobody, and a fork costs as much as
    a small step. The supervisor itself stays as small as it can: every run begins as its copy.
    """
    new = [
        file
        for file in files
        if file.endswith(".py")
        and failure.is_inside(file, tree)
        and not os.path.exists(_place(folder, file))
        and _was_seen(folder, file)
    ]
    if not new:
        return
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        return
    try:
        doorkeeper.open_door()  # what is read here is not executed
        for file in new:
            _compile(file, _place(folder, file))
    finally:
        os._exit(0)


def _was_seen(folder: str, file: str) -> bool:
    """Say whether another run has read this file, and note that one has now."""
    mark = f"{_place(folder, file)}.seen"
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(mark), exist_ok=True)
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return False
    return True


def _compile(file: str, place: str) -> None:
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    with contextlib.suppress(OSError, ValueError, py_compile.PyCompileError, RecursionError):
        seen = os.stat(file)
        # What a script opened may be a pipe of its own, which would never end.
        if stat.S_ISREG(seen.st_mode) and seen.st_size <= _LARGEST:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            py_compile.compile(file, place, doraise=True, invalidation_mode=mode)


def _place(folder: str, file: str) -> str:
    return f"{folder}{os.path.abspath(file)}.{_TAG}.pyc"
