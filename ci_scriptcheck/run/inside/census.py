"""The processes below one process: who they are, what they use, and their end.

Stands alone, Python 3.9 and later. Linux tells by `/proc`; elsewhere `ps` does.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from typing import Callable

PAGE = os.sysconf("SC_PAGE_SIZE")
LINUX = sys.platform.startswith("linux")

_EXITING = 4
_SET_PDEATHSIG = 1
_SET_CHILD_SUBREAPER = 36
_HAS_CHILDREN_FILES = LINUX and os.access(f"/proc/{os.getpid()}/task/{os.getpid()}/children", 4)


def adopt_orphans() -> None:
    """Become the parent of every process below whose own parent has ended."""
    if LINUX:
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Be killed when the parent ends, however it does."""
    if LINUX:
        ctypes.CDLL(None).prctl(_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        return
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.3)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def descendants(root: int) -> list[int]:
    """List all processes below one, nearest first; ended ones may be among them."""
    if _HAS_CHILDREN_FILES:
        return _below(root, _children)
    by_parent: dict[int, list[int]] = {}
    for pid, parent in _parents().items():
        by_parent.setdefault(parent, []).append(pid)
    return _below(root, lambda pid: by_parent.get(pid, []))


def memory(pids: list[int], limit: int) -> int:
    """Sum the memory of processes in bytes.

    Pages that forked processes share are counted once; that is slow to find out, so it is done
    only where there is more than one process and the plain sum is not far below the limit.
    """
    resident = sum(_resident(pid) for pid in pids)
    if len(pids) > 1 and resident > limit // 2:
        return sum(_proportional(pid) for pid in pids)
    return resident


def command(pid: int) -> str | None:
    """Give the command line of a process; `None` where it has ended."""
    if not LINUX:
        return f"process {pid}" if _is_alive(pid) else None
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b") ")[2].split()
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read(4096).split(b"\0")
    except OSError:
        return None
    if fields[0] in {b"Z", b"X"} or int(fields[6]) & _EXITING:
        return None
    return " ".join(word.decode(errors="replace") for word in words if word) or f"process {pid}"


def children(parent: int) -> list[int]:
    """List the processes that one has started itself or adopted."""
    if _HAS_CHILDREN_FILES:
        return _children(parent)
    return [pid for pid, above in _parents().items() if above == parent]


def is_alone(pid: int) -> bool:
    """Say whether a process has one thread, and is all that is below the calling one.

    Where that cannot be told, it is not.
    """
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return False
    return len(threads) == 1 and _HAS_CHILDREN_FILES and descendants(os.getpid()) == [pid]


def filters(pid: int) -> int | None:
    """Count the filters on calls to the system that a process is bound by; `None` where that is not told."""
    try:
        with open(f"/proc/{pid}/status", "rb") as file:
            for line in file:
                if line.startswith(b"Seccomp_filters:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return None


def is_ending(pid: int) -> bool:
    """Say whether a process runs nothing of its own any more, calls to the system included.

    A killed process first finishes the call that it is in, and that may take as long as it likes.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b") ")[2].split()
    except OSError:
        return False
    return fields[0] in {b"Z", b"X"} or bool(int(fields[6]) & _EXITING)


def kill_below(root: int) -> None:
    """Kill all processes below one, once.

    What could still start others is stopped first, so that a fork bomb cannot outrun us.
    """
    stopped: list[int] = []
    for _ in range(50):
        new = [pid for pid in descendants(root) if pid not in stopped]
        if not new:
            break
        for pid in new:
            _signal(pid, signal.SIGSTOP)
        stopped += new
    for pid in stopped:
        _signal(pid, signal.SIGKILL)


def kill_tree(root: int) -> None:
    """Kill a process and all below it, once."""
    _signal(root, signal.SIGSTOP)
    kill_below(root)
    _signal(root, signal.SIGKILL)


def kill(pid: int) -> None:
    """Kill one process; where it has ended, nothing happens."""
    _signal(pid, signal.SIGKILL)


def kill_group(leader: int) -> None:
    """Kill a process group at one blow; the system lets nobody in it fork meanwhile."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def kill_all_children(limit: float = 5.0) -> None:
    """Kill everything below this process and wait until nothing is left, at most `limit` seconds."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        kill_below(os.getpid())
        if is_childless():
            return
        time.sleep(0.002)


def is_childless() -> bool:
    """Collect the children that have ended, and say whether none is left."""
    try:
        while True:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return False
    except ChildProcessError:
        return True


def _below(root: int, children_of: Callable[[int], list[int]]) -> list[int]:
    found = list(children_of(root))
    seen = set(found)
    for pid in found:
        for child in children_of(pid):
            if child not in seen:
                seen.add(child)
                found.append(child)
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found += map(int, file.read().split())
        except OSError:
            continue
    return found


def _parents() -> dict[int, int]:
    if not LINUX:
        rows = [line.split() for line in _ps("-A", "-o", "pid=,ppid=").splitlines()]
        return {int(row[0]): int(row[1]) for row in rows if len(row) == 2}
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    parents[int(name)] = int(file.read().rpartition(b") ")[2].split()[1])
            except OSError:
                continue
    return parents


def _ps(*words: str) -> str:
    """Ask `ps`, by hand: a supervisor collects every child that ends, this one included."""
    reading, writing = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, writing, 1)]
    os.posix_spawn("/bin/ps", ["ps", *words], os.environ, file_actions=actions)
    os.close(writing)
    with open(reading, encoding="utf-8", errors="replace") as answer:
        return answer.read()


def _resident(pid: int) -> int:
    if not LINUX:
        text = _ps("-o", "rss=", "-p", str(pid)).strip()
        return int(text) * 1024 if text else 0
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def _proportional(pid: int) -> int:
    """Give a process's share of memory; where that is not told, all that it has, which is too much at worst."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    # Of a process that is gone, that is nothing.
    return _resident(pid)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, number)
