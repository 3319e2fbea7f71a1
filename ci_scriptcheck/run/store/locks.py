"""Locks between processes that the kernel holds, so that a killed process holds none."""

from __future__ import annotations

import fcntl
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SHORTEST_PAUSE = 0.001
_LONGEST_PAUSE = 0.05


@contextmanager
def held(path: Path, *, patience: float = float("inf")) -> Iterator[bool]:
    """Hold the lock of this name; say whether it was had within so many seconds.

    Where the file cannot be made (a read-only folder, a full disk) there is no lock to be had: what
    it guards must be right without it, at the price of work done twice.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError:
        yield False
        return
    with file:
        # Closing the file lets go of the lock.
        yield _taken(file.fileno(), patience)


def _taken(descriptor: int, patience: float) -> bool:
    # Asked for again and again rather than waited for, so that an interrupt comes through.
    end = time.monotonic() + patience
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
