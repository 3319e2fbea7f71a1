"""Ask a host for one run, and wait for its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.run.inside import wire
from ci_scriptcheck.run.process.request import Address, Call, Ended, Ending

_LAST_LINES = 2000


def call(address: Address, call: Call) -> Ending:
    """Run a script to its end, and say how it ended.

    Args:
        address: Of the host whose interpreter and libraries it needs.
        call: What to run. An exception that arrives meanwhile, such as `KeyboardInterrupt`, ends it.
    """
    # Before it connects: whoever has connected is waited for.
    question = wire.packed({"token": address.token, "call": written(call)})
    try:
        connection = wire.connected(address.socket)
    except OSError:
        return _lost(address)
    with connection:
        try:
            connection.sendall(question)
            message = wire.receive(connection.fileno(), wire.Incoming())
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


def _lost(address: Address) -> Ending:
    try:
        said = Path(address.log).read_text(encoding="utf-8", errors="replace")
    except OSError:
        said = ""
    detail = said.strip()[-_LAST_LINES:] or "the process that ran it is gone"
    return Ending(how=Ended.LOST, detail=detail)
