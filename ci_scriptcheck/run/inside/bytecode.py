"""Compile the project's modules once for all runs of a host; stands alone, Python 3.9 and later.

A run does not write bytecode: it would land in the repository, or anywhere a script could forge it.
Supervisors compile instead what a second run has read, into a folder that no script can write, and
later runs read it there. It is checked by the source's content each time, not by its date.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import py_compile
import resource
import stat
import sys
from hashlib import sha256
from typing import Any

from . import doorkeeper, failure

_LARGEST = 200_000
_MOST_FILES = 300
_SECONDS, _MEMORY = 3, 400_000_000
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


def compile_for_later(folder: str, tree: str, files: list[str], written: list[str]) -> None:
    """Compile the modules among these files that a second run has read, in a process of its own.

    What one run reads, as its own script, would be compiled for nobody, and a fork costs as much as
    a small step. The supervisor itself stays as small as it can: every run begins as its copy.
    Which files these are was said by the script's process, which may say anything.

    Args:
        folder: Of compiled modules.
        tree: Root of the code that was run.
        files: What the run read.
        written: Folders in which its files are a script's, and no code of the tree.
    """
    modules = (file for file in files if file.endswith(".py") and failure.is_inside(file, tree))
    new = [
        file
        for file in itertools.islice(modules, _MOST_FILES)
        if _is_plain(file, tree, written)
        and not os.path.exists(_place(folder, file))
        and _was_noted(folder, file, "seen")
    ]
    if not new:
        return
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        return
    try:
        doorkeeper.open_door()  # what is read here is not executed
        _limit()
        for file in new:
            # What ends this process or is too much for it is not tried again.
            if not _was_noted(folder, file, "tried"):
                _compile(file, _place(folder, file))
    finally:
        os._exit(0)


def _is_plain(file: str, tree: str, written: list[str]) -> bool:
    """Say whether this is a regular file of the tree, to which no link in it leads."""
    try:
        seen = os.lstat(file)
    except (OSError, ValueError):
        return False
    real = os.path.realpath(file)
    # What a script opened may be a pipe of its own, which would never end.
    return (
        stat.S_ISREG(seen.st_mode)
        and seen.st_size <= _LARGEST
        and real == os.path.realpath(tree) + os.path.normpath(file)[len(tree.rstrip(os.sep)) :]
        and not any(real.startswith(f"{one}/") for one in written)
    )


def _was_noted(folder: str, file: str, what: str) -> bool:
    """Say whether something was noted of this file, and note it now."""
    with contextlib.suppress(OSError):
        os.makedirs(folder, exist_ok=True)
        mark = f"{_place(folder, file)}.{what}"
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return False
    return True


def _limit() -> None:
    """Take at most some seconds and some memory beside what is there: short texts can cost much of both."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        with open("/proc/self/statm", "rb") as file:
            most = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE") + _MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _compile(file: str, place: str) -> None:
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    failures = (OSError, ValueError, py_compile.PyCompileError, RecursionError, MemoryError)
    with contextlib.suppress(*failures):
        py_compile.compile(file, place, doraise=True, invalidation_mode=mode)


def _place(folder: str, file: str) -> str:
    """Give the place of a module's bytecode: all in one folder, however deep the modules lie."""
    name = sha256(os.fsencode(os.path.abspath(file))).hexdigest()[:32]
    return f"{folder}/{name}.{_TAG}.pyc"
