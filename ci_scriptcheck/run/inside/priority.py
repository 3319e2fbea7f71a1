"""Who goes first where processors are short; stands alone, Python 3.9 and later."""

from __future__ import annotations

import contextlib
import os


def of(pid: int) -> int:
    """Give the priority of a process, from -20 (goes first) to 19."""
    return os.getpriority(os.PRIO_PROCESS, pid)


def give(pid: int, priority: int) -> None:
    """Set the priority of a process that leads a session of its own.

    Raises:
        OSError: it is a higher one than this process may give.
    """
    os.setpriority(os.PRIO_PROCESS, pid, priority)
    # Where the kernel deals out time by session, the session's priority is what counts.
    with contextlib.suppress(OSError), open(f"/proc/{pid}/autogroup", "w") as file:
        file.write(str(priority))
