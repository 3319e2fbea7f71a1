"""Take from a process what a script may not do, and try whether that worked.

By the kernel's own means, so that native code and further processes are bound as well: Landlock
for files and signals, a seccomp filter for the network. Where the kernel has none of it, nothing
is claimed. Stands alone, Python 3.9 and later.
"""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import struct
import sys
from typing import TYPE_CHECKING, Any

from . import connecting, filters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SET_NO_NEW_PRIVS = 38
_GET_NO_NEW_PRIVS = 39
_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2

_CREATE_RULESET = 444
_ADD_RULE = 445
_RESTRICT_SELF = 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_READ_FILE = 1 << 2
# WRITE_FILE, and removing and making entries of every kind.
_WRITES = (1 << 1) | sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_OF_FILES = (1 << 1) | _READ_FILE | _TRUNCATE
_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3

_CAPABILITY_VERSION = 0x20080522
# DAC_OVERRIDE, DAC_READ_SEARCH, KILL.
_KEPT_CAPABILITIES = 0x26
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_GRAPHICS = ("dri", "kfd", "nvidia")
"""What the names of graphics cards in /dev begin with; models are trained on them."""
_SHARED_MEMORY = "/dev/shm"  # noqa: S108  (semaphores of multiprocessing lie there, too)
# Files, and no folders, links or pipes.
_OF_SHARED_MEMORY = (1 << 5) | (1 << 8) | _OF_FILES

_FILTER, _WITH_LISTENER = 1, 8
_SYSTEM = ctypes.CDLL(None, use_errno=True)


def give_up_rights() -> list[str]:
    """Take from this process what no call needs; give what is in force and was tried.

    `confine` must follow: without new privileges, but for the rest free.
    """
    if not sys.platform.startswith("linux"):
        return []
    active = []
    _SYSTEM.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if _SYSTEM.prctl(_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1:
        active.append("no new privileges")
    if _drop_capabilities():
        active.append("no capabilities of root")
    if _forbid_limits_of_others():
        active.append("limits of others: seccomp")
    return active


def confine(
    call: dict[str, Any], answers: str, hand_over: Callable[[int], None] | None = None
) -> list[str]:
    """Bind this process and all it will start; give what is in force and was tried.

    Args:
        call: `folder`, `private` and `writable` may be written, `hidden` may not be read.
        answers: A folder that may not be written, for the trial.
        hand_over: Gives the supervisor a descriptor, where it is to answer for connections.
    """
    if not sys.platform.startswith("linux"):
        return []
    active = _forbid_files(call, answers)
    if call["network"] == "none" and _forbid_network():
        active.append("network: seccomp")
        if hand_over is not None and _forbid_sockets_of_others(answers, hand_over):
            active.append("sockets of others: seccomp")
    if call["network"] != "any":
        active.append("network: Python")
    return active


def _forbid_files(call: dict[str, Any], answers: str) -> list[str]:
    version = _SYSTEM.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    if version < 1:
        return []
    writes = _WRITES | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    hidden = tuple(path for path in call["hidden"] if os.path.isdir(path))
    handled = writes | (_READ_FILE if hidden else 0)
    scoped = _SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0
    # Files, network, scopes; older kernels know only the first ones.
    attributes = struct.pack("QQQ", handled, 0, scoped)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _SYSTEM.syscall(_CREATE_RULESET, attributes, size, 0)
    if rules < 0:
        return []
    try:
        own = [call["folder"], call["private"], *call["writable"], *call["outputs"]]
        devices = [f"/dev/{name}" for name in _DEVICES]
        for path in (*own, f"/proc/{os.getpid()}", *devices):
            _grant(rules, path, handled)
        for path in _graphics():
            _grant(rules, path, handled & _OF_FILES)
        _grant(rules, _SHARED_MEMORY, handled & _OF_SHARED_MEMORY)
        if hidden:
            for path in _beside(hidden):
                _grant(rules, path, _READ_FILE)
        if _SYSTEM.syscall(_RESTRICT_SELF, rules, 0) != 0:
            return []
    finally:
        os.close(rules)
    return _tried(answers, hidden, scoped)


def _graphics() -> list[str]:
    try:
        return [f"/dev/{name}" for name in os.listdir("/dev") if name.startswith(_GRAPHICS)]
    except OSError:
        return []


def _drop_capabilities() -> bool:
    """Keep of root's rights those to open files, which the rules on files bind anyway.

    With the others it could read the variables of any process, secrets among them, set the clock, or
    leave programs that belong to somebody else.
    """
    head = struct.pack("Ii", _CAPABILITY_VERSION, 0)
    before = ctypes.create_string_buffer(24)
    if _SYSTEM.capget(head, before) != 0:
        return False
    effective, permitted, *_ = struct.unpack("6I", before.raw)
    if effective == 0:
        return False
    kept = (effective & _KEPT_CAPABILITIES, permitted & _KEPT_CAPABILITIES)
    return bool(_SYSTEM.capset(head, struct.pack("6I", *kept, 0, 0, 0, 0)) == 0)


def _grant(rules: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if rights & ~_OF_FILES and not os.path.isdir(path):
            rights &= _OF_FILES
        rule = struct.pack("=Qi", rights, descriptor)
        _SYSTEM.syscall(_ADD_RULE, rules, _PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)


def _beside(hidden: tuple[str, ...], folder: str = "/") -> Iterator[str]:
    """List what together is everything but these folders. Links lead to what is listed anyway."""
    try:
        with os.scandir(folder) as entries:
            found = [entry.path for entry in entries if not entry.is_symlink()]
    except OSError:
        return
    for path in found:
        if path in hidden:
            continue
        if any(secret.startswith(f"{path}/") for secret in hidden):
            yield from _beside(hidden, path)
        else:
            yield path


def _tried(answers: str, hidden: tuple[str, ...], scoped: int) -> list[str]:
    """Claim only what a forbidden deed was refused for."""
    active = []
    probe = os.path.join(answers, f"probe-{os.getpid()}")
    try:
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT, 0o600))
        os.unlink(probe)
    except PermissionError:
        active.append("writes outside: Landlock")
    secret = next((path for folder in hidden for path in _files_of(folder)), None)
    if secret is not None:
        try:
            os.close(os.open(secret, os.O_RDONLY))
        except PermissionError:
            active.append("hidden folders: Landlock")
    if scoped:
        try:
            os.kill(os.getppid(), 0)
        except PermissionError:
            active.append("signals outside: Landlock")
    return active


def _files_of(folder: str) -> Iterator[str]:
    for above, _, names in os.walk(folder):
        for name in names:
            yield os.path.join(above, name)


def _forbid_limits_of_others() -> bool:
    """Let it set its own limits only: one that is spent ends a process as a signal would."""
    known = filters.machine()
    if known is None or not _filtered(filters.of_limits(known)):
        return False
    try:
        resource.prlimit(os.getppid(), resource.RLIMIT_CORE)
    except PermissionError:
        return True
    return False


def _forbid_network() -> bool:
    """Refuse every socket but local ones, and the ring through which sockets come as well."""
    known = filters.machine()
    if known is None or not _filtered(filters.of_sockets(known)):
        return False
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
    except PermissionError:
        return True
    return False


def _forbid_sockets_of_others(answers: str, hand_over: Callable[[int], None]) -> bool:
    """Have the supervisor answer every `connect`; without the filter on sockets it could be gone round."""
    known = filters.machine()
    if known is None or not connecting.is_possible():
        return False
    program, _kept = filters.program(filters.of_connecting(known))
    listener = _SYSTEM.syscall(known.install, _FILTER, _WITH_LISTENER, program)
    if listener < 0:
        return False
    try:
        hand_over(listener)
    finally:
        # Who holds it answers: the script must not.
        os.close(listener)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(os.path.join(answers, "pip.py"))
        except PermissionError:
            return True
        except OSError:
            pass
    return False


def _filtered(lines: list[filters.Line]) -> bool:
    """Put a filter in force."""
    program, _kept = filters.program(lines)
    return bool(_SYSTEM.prctl(_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) == 0)
