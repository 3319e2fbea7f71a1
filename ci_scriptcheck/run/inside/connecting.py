"""Let a script connect to its own sockets only, where sockets lie as files.

Neither Landlock nor a filter of calls can look at where a call leads, and through such a socket a script
could ask a service of this machine to do what it may not: Docker's, an agent that holds keys, our hosts.
So the kernel hands each `connect` to the supervisor, which does it for the script or refuses.
Stands alone, Python 3.9 and later.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import signal
import socket
import struct
import sys
from functools import cache

from . import census

_RECEIVE, _SEND, _IS_VALID = 0xC0502100, 0xC0182101, 0x40082102
_NOTICE = struct.Struct("QIIiIQ6Q")
_ANSWER = struct.Struct("QqiI")
_OPEN_PROCESS, _GET_DESCRIPTOR = 434, 438
_LONGEST_ADDRESS = 128
_PATIENCE = 0.05
"""Seconds for a connection to a socket whose queue is full: nobody else's time may pass with it."""

_SYSTEM = ctypes.CDLL(None, use_errno=True)


@cache
def is_possible() -> bool:
    """Say whether a supervisor can get at the descriptors of the processes below it.

    Looked at once: a host asks, and what it forks knows.
    """
    if not census.LINUX:
        return False  # elsewhere that number is another call
    with (
        contextlib.suppress(OSError, ValueError),
        open("/proc/sys/kernel/yama/ptrace_scope") as file,
    ):
        if int(file.read()) > 1:
            return False
    _SYSTEM.syscall(_GET_DESCRIPTOR, -1, -1, 0)
    return ctypes.get_errno() == errno.EBADF


def taken_from(pid: int, descriptor: int) -> int:
    """Give a copy of a descriptor of a process below this one.

    Raises:
        OSError: it cannot be had.
    """
    process = _checked(_SYSTEM.syscall(_OPEN_PROCESS, pid, 0))
    try:
        return _checked(_SYSTEM.syscall(_GET_DESCRIPTOR, process, descriptor, 0))
    finally:
        os.close(process)


def answer(listener: int, folders: list[str]) -> None:
    """Answer one call of `connect`: do it where it leads into one of these folders, by their real paths."""
    notice = bytearray(_NOTICE.size)
    try:
        fcntl.ioctl(listener, _RECEIVE, notice)
    except OSError:
        return  # who called is gone
    number, caller, _, _, _, _, descriptor, place, length, *_ = _NOTICE.unpack(notice)
    failed = 0
    try:
        address = _address(caller, place, min(length, _LONGEST_ADDRESS))
        # The process could have ended meanwhile, and another one have its number.
        fcntl.ioctl(listener, _IS_VALID, struct.pack("Q", number))
        _connect(caller, descriptor, address, folders)
    except OSError as error:
        failed = error.errno or errno.EACCES
    with contextlib.suppress(OSError):
        fcntl.ioctl(listener, _SEND, _ANSWER.pack(number, 0, -failed, 0))


def _address(caller: int, place: int, length: int) -> bytes:
    memory = os.open(f"/proc/{caller}/mem", os.O_RDONLY)
    try:
        return os.pread(memory, length, place)
    finally:
        os.close(memory)


def _connect(caller: int, descriptor: int, address: bytes, folders: list[str]) -> None:
    own = taken_from(_process_of(caller), descriptor)
    target = -1
    try:
        if int.from_bytes(address[:2], sys.byteorder) == socket.AF_UNIX:
            target = _target(caller, address[2:].partition(b"\0")[0], folders)
            # By its descriptor: what lies at the path may be another one by now.
            address = struct.pack("H", socket.AF_UNIX) + f"/proc/self/fd/{target}\0".encode()
        _connect_soon(own, address)
    finally:
        os.close(own)
        if target != -1:
            os.close(target)


def _target(caller: int, path: bytes, folders: list[str]) -> int:
    if not path:  # an abstract name: whose it is cannot be told
        raise PermissionError(errno.EACCES, "no file")
    found = os.open(os.path.join(os.fsencode(f"/proc/{caller}/cwd"), path), os.O_PATH)
    place = os.readlink(f"/proc/self/fd/{found}")
    if not any(place.startswith(f"{folder}/") for folder in folders):
        os.close(found)
        raise PermissionError(errno.EACCES, "of others", place)
    return found


def _connect_soon(descriptor: int, address: bytes) -> None:
    before = signal.signal(signal.SIGALRM, lambda _number, _frame: None)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE, _PATIENCE)
    try:
        # By itself, `socket.connect` would begin again after the signal.
        _checked(_SYSTEM.connect(descriptor, address, len(address)))
    except InterruptedError:
        raise BlockingIOError(errno.EAGAIN, "its queue is full") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _process_of(thread: int) -> int:
    with open(f"/proc/{thread}/status", "rb") as file:
        for line in file:
            if line.startswith(b"Tgid:"):
                return int(line[5:])
    raise ProcessLookupError(errno.ESRCH, "it has ended")


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
