"""Remove the shared memory that a run leaves, as far as it can be told whose it is.

It lies in no folder of the run and outlives all processes: only a restart would give it back. Stands
alone, Python 3.9 and later.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
from typing import TYPE_CHECKING

from .held import SHARED_MEMORY as _FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable

_SEGMENTS = "/proc/sysvipc/shm"
_REMOVE = 0
_TICK = 0.02
_SYSTEM = ctypes.CDLL(None, use_errno=True)


def mapped(pids: Iterable[int]) -> set[str]:
    """List the files of shared memory that processes have in use; asked before they are killed."""
    found = set()
    for pid in pids:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/maps", "rb") as file:
            for line in file:
                place = line.split(None, 5)[5:]
                if place and place[0].startswith(f"{_FOLDER}/".encode()):
                    found.add(os.fsdecode(place[0].rstrip(b"\n")))
    return found


def remove(files: Iterable[str], pids: set[int], since: float) -> None:
    """Remove files of shared memory, and segments that these processes made.

    Args:
        files: Their paths; those in folders below the one stay, whose places others could take.
        pids: Processes of the run.
        since: When the run began, seconds of the clock: nothing older is touched.
    """
    for path in files:
        if os.path.dirname(path) == _FOLDER:
            with contextlib.suppress(OSError):
                seen = os.lstat(path)
                # Its clock may lag by one tick.
                is_new = seen.st_ctime >= since - _TICK
                if is_new and stat.S_ISREG(seen.st_mode) and seen.st_uid == os.geteuid():
                    os.unlink(path)
    for segment, maker, owner, changed in _segments():
        if maker in pids and owner == os.geteuid() and changed >= int(since):
            _SYSTEM.shmctl(segment, _REMOVE, None)


def _segments() -> list[tuple[int, int, int, float]]:
    """Give number, maker, owner and time of change of each segment of System V."""
    try:
        with open(_SEGMENTS) as file:
            names, *lines = [line.split() for line in file]
    except (OSError, ValueError):
        return []
    wanted = [names.index(name) for name in ("shmid", "cpid", "uid", "ctime")]
    return [
        (int(line[wanted[0]]), int(line[wanted[1]]), int(line[wanted[2]]), float(line[wanted[3]]))
        for line in lines
    ]
