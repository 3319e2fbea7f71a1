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
from hashlib import sha256
from typing import Any

from . import bytecode, census, priority, wire
from .child_process import ChildProcess
from .watched_run import WatchedRun

_IDLE_BEAT = 0.2
_AHEAD = 5
_TIME_TO_ASK = struct.pack("ll", 10, 0)


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
        connection = _caller(listener, host)
        if connection is None:
            break
        _tell(telling, "busy")
        with connection:
            is_clean = _serve(connection, started, arguments, host, woken)
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


def _caller(listener: socket.socket, host: int) -> socket.socket | None:
    """Wait for a connection; `None` when the host is gone."""
    while True:
        ready, _, _ = select.select([listener], [], [], _IDLE_BEAT)
        if os.getppid() != host:
            return None
        if ready:
            with contextlib.suppress(BlockingIOError):
                connection, _ = listener.accept()
                return connection


def _serve(
    connection: socket.socket,
    started: ChildProcess,
    arguments: dict[str, Any],
    host: int,
    woken: int,
) -> bool:
    """Answer one caller; say whether nothing unusual happened."""
    connection.setblocking(True)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _TIME_TO_ASK)
    incoming = wire.Incoming()
    try:
        message = wire.receive(connection.fileno(), incoming)
    except (OSError, ValueError):
        message = None
    secret = sha256(str((message or {}).get("token")).encode()).hexdigest()
    if message is None or secret != arguments["secret"]:
        return False
    run = WatchedRun((connection.fileno(), incoming), started, message["call"], host, woken)
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
