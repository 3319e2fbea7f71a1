"""Locks between processes that the kernel holds, so that a killed process holds none."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedWriter
    from pathlib import Path

_SHORTEST_PAUSE = 0.001
_LONGEST_PAUSE = 0.05


@contextmanager
def held(path: Path, *, patience: float = float("inf")) -> Iterator[bool]:
    """Hold the lock of this name; say whether it was had within so many seconds.

    Where the file cannot be made (a read-only folder, a full disk) there is no lock to be had: what
    it guards must be right without it, at the price of work done twice.
    """
    end = time.monotonic() + patience
    # Closing the file lets go of the lock.
    with ExitStack() as opened:
        while True:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                file = opened.enter_context(path.open("ab"))
            except OSError:
                is_taken = False
                break
            is_taken = _taken(file.fileno(), end)
            if not is_taken or _is_at(path, file):
                break
            # It was swept away after we had opened it, and others lock another one.
            opened.close()
        yield is_taken


def sweep(folder: Path, *, oldest: float) -> None:
    """Remove the files of locks made before a moment (seconds since 1970) that nobody holds."""
    for path in folder.glob("*"):
        # Where it is held, or cannot be opened or removed, it stays.
        with suppress(OSError):
            if path.stat().st_mtime >= oldest:
                continue
            with path.open("ab") as file:
                if _taken(file.fileno(), end=0.0) and _is_at(path, file):
                    path.unlink()


def _is_at(path: Path, file: BufferedWriter) -> bool:
    try:
        there, ours = path.stat(), os.fstat(file.fileno())
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)


def _taken(descriptor: int, end: float) -> bool:
    # Asked for again and again rather than waited for, so that an interrupt comes through.
    pause = _SHORTEST_PAUSE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        except OSError:
            return False
        else:
            return True
