"""Filters for calls of the system, in the classic BPF that seccomp takes.

Which calls are refused is said here; when, and whether that worked, in `confine`. Stands alone,
Python 3.9 and later.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys
from typing import NamedTuple

Line = tuple[int, int, int, int]


class _Machine(NamedTuple):
    """An architecture's own number, as auditing has it, and those of its calls."""

    architecture: int
    open_socket: int
    open_pair: int
    open_ring: int
    set_limit: int
    connect: int
    install: int


_MACHINES = {
    # `socket`, `socketpair`, `io_uring_setup`, `prlimit64`, `connect` and `seccomp`.
    "x86_64": _Machine(0xC000003E, 41, 53, 425, 302, 42, 317),
    "aarch64": _Machine(0xC00000B7, 198, 199, 425, 261, 203, 277),
}
_TO_THE_SUPERVISOR = 0x7FC00000
_UNIX, _NETLINK, _ALG = 1, 16, 38
_STREAM, _SEQPACKET, _KINDS = 1, 5, 0xF
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000
_EPERM, _EACCES, _ENOSYS = 1, 13, 38
_LOAD, _JUMP_IF, _JUMP_IF_FROM, _LEAVE, _AND = 0x20, 0x15, 0x35, 0x06, 0x54
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
"""Where the call's number, the architecture and the arguments are."""


def machine() -> _Machine | None:
    """Give the numbers of this machine; `None` where they are not known."""
    return _MACHINES.get(platform.machine())


def program(lines: list[Line]) -> tuple[bytes, object]:
    """Write a filter, classic BPF over (number, architecture, instruction, arguments).

    The second value holds its instructions, to which the first one points.
    """
    written = b"".join(
        code.to_bytes(2, sys.byteorder) + bytes((yes, no)) + value.to_bytes(4, sys.byteorder)
        for code, yes, no, value in lines
    )
    code = ctypes.create_string_buffer(written, len(written))
    return struct.pack("HP", len(lines), ctypes.addressof(code)), code


def of_connecting(known: _Machine) -> list[Line]:
    """Have another process answer every `connect`."""
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF, 0, 2, known.architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_IF, 1, 0, known.connect),
        (_LEAVE, 0, 0, _ALLOW),
        (_LEAVE, 0, 0, _TO_THE_SUPERVISOR),
    ]


def of_limits(known: _Machine) -> list[Line]:
    """Refuse to set the limits of another process."""
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF, 0, 4, known.architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_IF, 0, 2, known.set_limit),
        (_LOAD, 0, 0, _FIRST),
        (_JUMP_IF, 0, 1, 0),  # the process that asks
        (_LEAVE, 0, 0, _ALLOW),
        (_LEAVE, 0, 0, _REFUSE | _EPERM),
    ]


def of_sockets(known: _Machine) -> list[Line]:
    """Refuse all sockets but local ones that are connected before anything is sent.

    A datagram says itself where it goes, even one of a pair: nobody could look at that.
    """
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF, 1, 0, known.architecture),
        (_LEAVE, 0, 0, _REFUSE | _ENOSYS),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_IF_FROM, 0, 1, 0x40000000),  # the x32 numbers of the same calls
        (_LEAVE, 0, 0, _REFUSE | _ENOSYS),
        (_JUMP_IF, 0, 1, known.open_ring),
        (_LEAVE, 0, 0, _REFUSE | _ENOSYS),
        (_JUMP_IF, 2, 0, known.open_socket),
        (_JUMP_IF, 1, 0, known.open_pair),
        (_LEAVE, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FIRST),
        (_JUMP_IF, 6, 0, _NETLINK),
        (_JUMP_IF, 5, 0, _ALG),
        (_JUMP_IF, 0, 5, _UNIX),
        (_LOAD, 0, 0, _SECOND),
        (_AND, 0, 0, _KINDS),
        (_JUMP_IF, 1, 0, _STREAM),
        (_JUMP_IF, 0, 1, _SEQPACKET),
        (_LEAVE, 0, 0, _ALLOW),
        (_LEAVE, 0, 0, _REFUSE | _EACCES),
    ]
