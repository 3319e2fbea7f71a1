"""What processes hold that lies in no folder: threads, files in memory, files that were removed.

Each of them costs the machine what limits are for, and none shows in a process's own memory or in a
folder's size. Stands alone, Python 3.9 and later.
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import NamedTuple

from . import census

SHARED_MEMORY = "/dev/shm"  # noqa: S108  (what lies there is what this is about)
_BLOCK = 512
_REMOVED = " (deleted)"

Identity = tuple[int, int]


class Held(NamedTuple):
    """What was found.

    Attributes:
        memory: Bytes of files in memory that no process has in its own.
        removed: Bytes of files on disk that have no name any more.
        threads: All of them.
        shared: Names of those that lie in the folder of shared memory.
    """

    memory: int = 0
    removed: int = 0
    threads: int = 0
    shared: frozenset[str] = frozenset()


def by(pids: list[int], shared: frozenset[str]) -> Held:
    """Look at these processes once.

    Args:
        pids: Who they are.
        shared: Names in the folder of shared memory that they had earlier.
    """
    if not census.LINUX:
        return Held()
    in_memory: dict[Identity, int] = {}
    removed: dict[Identity, int] = {}
    names = set(shared)
    for pid in pids:
        for place, link in _descriptors(pid):
            if link.startswith(("/memfd:", f"{SHARED_MEMORY}/")):
                _add(in_memory, place)
                if link.startswith(f"{SHARED_MEMORY}/") and not link.endswith(_REMOVED):
                    names.add(link)
            elif link.endswith(_REMOVED):
                _add(removed, place)
    for name in names:
        _add(in_memory, name)
    memory = sum(in_memory.values())
    if memory:
        memory = max(0, memory - sum(_status(pid, b"RssShmem:") * 1024 for pid in pids))
    threads = sum(_status(pid, b"Threads:") for pid in pids)
    return Held(memory, sum(removed.values()), threads, frozenset(names))


def _descriptors(pid: int) -> list[tuple[str, str]]:
    found = []
    with contextlib.suppress(OSError):
        for number in os.listdir(f"/proc/{pid}/fd"):
            place = f"/proc/{pid}/fd/{number}"
            with contextlib.suppress(OSError):
                found.append((place, os.readlink(place)))
    return found


def _add(found: dict[Identity, int], place: str) -> None:
    with contextlib.suppress(OSError):
        seen = os.stat(place)
        if stat.S_ISREG(seen.st_mode):
            found[seen.st_dev, seen.st_ino] = seen.st_blocks * _BLOCK


def _status(pid: int, name: bytes) -> int:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/status", "rb") as file:
        for line in file:
            if line.startswith(name):
                return int(line.split()[1])
    return 0
