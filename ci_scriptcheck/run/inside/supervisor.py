"""Stands beside the runs of one place: takes the callers one by one, and reports to each.

Forked by the host, and the parent of every process that a script starts or orphans. Stands
alone, Python 3.9 and later.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
import time
from hashlib import sha256
from typing import Any

from . import bytecode, census, priority, wire
from .child_process import ChildProcess
from .watched_run import WatchedRun

_IDLE_BEAT = 0.2
_AHEAD = 5
_TIME_TO_ASK = 0.5
"""Seconds for who has connected: its message is written already."""
_PEER = struct.Struct("iII")


def main(listener: socket.socket, telling: int, arguments: dict[str, Any]) -> None:
    """Serve one caller after the other while the host lives.

    What it forks is fresh for each run. It begins another run only when nothing is left of the
    one before, so that two runs' orphans never mix.

    Args:
        listener: Shared with the other supervisors; whoever is idle takes the next caller.
        telling: A pipe on which the host hears who is busy.
        arguments: The host's own.
    """
    host = os.getppid()
    os.setsid()
    census.adopt_orphans()
    usual = _hurry()
    woken, waking = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(waking, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    while True:
        started = ChildProcess((listener.fileno(), telling, woken, waking), arguments, usual=usual)
        asked = _asked(listener, host, arguments["secret"])
        if asked is None:
            break
        _tell(telling, "busy")
        with asked[0]:
            is_clean = _serve(*asked, started, arguments, (host, woken))
        started.close()
        if not is_clean:
            break
        _tell(telling, "idle")
    census.kill_all_children()


def _hurry() -> int | None:
    """Go before others, so that a fork bomb cannot keep us from the processor.

    Gives the priority that scripts are to have; `None` where nobody is allowed to hurry.
    """
    usual = priority.of(0)
    with contextlib.suppress(OSError):
        priority.give(os.getpid(), usual - _AHEAD)
        return usual
    return None


def _tell(telling: int, state: str) -> None:
    os.write(telling, f"{os.getpid()} {state}\n".encode())


def _asked(
    listener: socket.socket, host: int, secret: str
) -> tuple[socket.socket, wire.Incoming, wire.Message] | None:
    """Wait for somebody who connects, knows the token and says what to run; `None` when the host is gone.

    Whoever else connects is sent away without a word, and costs neither a process nor much time.
    """
    while True:
        ready, _, _ = select.select([listener], [], [], _IDLE_BEAT)
        if os.getppid() != host:
            return None
        if ready:
            with contextlib.suppress(BlockingIOError):
                connection, _ = listener.accept()
                incoming = wire.Incoming()
                message = None if _is_confined(connection) else _message(connection, incoming)
                token = str((message or {}).get("token")).encode()
                if message is not None and sha256(token).hexdigest() == secret:
                    return connection, incoming, message
                connection.close()


def _is_confined(connection: socket.socket) -> bool:
    """Say whether who connected is a script: more is forbidden to it than to us. Where that is not told, no."""
    if not census.LINUX:
        return False
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    own, other = (census.filters(pid) for pid in (os.getpid(), _PEER.unpack(told)[0]))
    return own is not None and other is not None and other > own


def _message(connection: socket.socket, incoming: wire.Incoming) -> wire.Message | None:
    deadline = time.monotonic() + _TIME_TO_ASK
    try:
        while (rest := deadline - time.monotonic()) > 0:
            connection.settimeout(rest)
            data = connection.recv(65536)
            incoming.feed(data)
            message = incoming.take()
            if message is not None or not data:
                connection.setblocking(True)
                return message
    except (OSError, ValueError):
        pass
    return None


def _serve(
    connection: socket.socket,
    incoming: wire.Incoming,
    message: wire.Message,
    started: ChildProcess,
    arguments: dict[str, Any],
    host: tuple[int, int],
) -> bool:
    """Answer one caller; say whether nothing unusual happened."""
    run = WatchedRun((connection.fileno(), incoming), started, message["call"], *host)
    ending = run.watch()
    with contextlib.suppress(OSError):
        wire.send(connection.fileno(), {"ending": ending})
    connection.close()
    run.end()
    run.remove_shared_memory()
    if run.is_clean:
        tree, read = message["call"]["tree"], ending.get("read", [])
        bytecode.compile_for_later(arguments["bytecode"], tree, read, run.own_folders)
    return run.is_clean
