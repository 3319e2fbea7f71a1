"""Ask a host for one run, and wait for its end."""

from __future__ import annotations

import select
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.run.inside import wire
from ci_scriptcheck.run.process.request import Address, Call, Ended, Ending

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

_BEAT = 0.05
_PATIENCE = 0.8
"""Seconds a cancelled run may take to say what it had done."""
_LAST_LINES = 2000


def call(address: Address, call: Call, *, cancelled: Callable[[], bool] | None = None) -> Ending:
    """Run a script to its end, and say how it ended.

    Args:
        address: Of the host whose interpreter and libraries it needs.
        call: What to run.
        cancelled: Asked about twenty times a second; once it says yes, the run is ended and so is
            the wait, within a second. An exception that arrives meanwhile, such as
            `KeyboardInterrupt`, ends the run too.
    """
    try:
        connection = wire.connected(address.socket)
    except OSError:
        return _lost(address)
    with connection:
        try:
            wire.send(connection.fileno(), {"token": address.token, "call": written(call)})
            message = reply(connection, cancelled)
        except (OSError, ValueError):
            message = None
    if message is None or "ending" not in message:
        return _lost(address)
    return from_json(Ending, message["ending"])


def written(call: Call) -> dict[str, Any]:
    """Write a call with all its defaults: who reads it does not have our model."""
    message = {name: to_json(getattr(call, name)) for name in Call.__slots__}
    for name in ("target", "limits"):
        value = getattr(call, name)
        parts = {part: to_json(getattr(value, part)) for part in type(value).__slots__}
        message[name] = {"kind": type(value).__name__, **parts}
    return message


def reply(
    connection: socket.socket, cancelled: Callable[[], bool] | None
) -> dict[str, Any] | None:
    """Wait for the next message; `None` when the other end is gone."""
    incoming = wire.Incoming()
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    deadline: float | None = None
    while True:
        if deadline is None and cancelled is not None and cancelled():
            wire.send(connection.fileno(), {"cancel": True})
            deadline = time.monotonic() + _PATIENCE
        if deadline is not None and time.monotonic() > deadline:
            return {"ending": {"how": Ended.CANCELLED.value}}
        if not waiting.poll(_BEAT * 1000):
            continue
        data = connection.recv(1 << 16)
        if not data:
            return None
        incoming.feed(data)
        message = incoming.take()
        if message is not None:
            return message


def _lost(address: Address) -> Ending:
    try:
        said = Path(address.log).read_text(encoding="utf-8", errors="replace")
    except OSError:
        said = ""
    detail = said.strip()[-_LAST_LINES:] or "the process that ran it is gone"
    return Ending(how=Ended.LOST, detail=detail)
