"""JSON messages between worker, supervisor and child; stands alone, Python 3.9 and later."""

from __future__ import annotations

import json
import os
import socket
from typing import Any

Message = dict[str, Any]

# Taken now: a script may put something else in place of the library's, on purpose or not. The
# encoder is the compiled one, which looks nothing up.
_MAKE = json.encoder.c_make_encoder  # type: ignore[attr-defined]
_ENCODE = json.encoder.encode_basestring_ascii
_encoded = _MAKE({}, repr, _ENCODE, None, ":", ",", False, False, True) if _MAKE else None
_loads, _write = json.loads, os.write

_LENGTH = 4
LARGEST = 32 * 1024 * 1024
_MOST_PARTS = 200_000
"""Of a message: each takes twenty times the memory of its text."""


def packed(message: Message) -> bytes:
    """Write a message with its length in front."""
    text = ("".join(_encoded(message, 0)) if _encoded else json.dumps(message)).encode()
    return len(text).to_bytes(_LENGTH, "big") + text


def send(descriptor: int, message: Message) -> None:
    """Write a whole message to a pipe or socket that blocks.

    Raises:
        OSError: the other end is gone.
    """
    rest = memoryview(packed(message))
    while rest:
        rest = rest[_write(descriptor, rest) :]


class Incoming:
    """Bytes of one direction, cut into messages as they become complete."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._complete: list[Message] = []

    def feed(self, data: bytes) -> None:
        """Take what was read.

        Raises:
            ValueError: this is no message.
        """
        self._bytes += data
        while len(self._bytes) >= _LENGTH:
            length = int.from_bytes(self._bytes[:_LENGTH], "big")
            if length > LARGEST:
                raise ValueError("a message is too long")
            if len(self._bytes) < _LENGTH + length:
                break
            text = bytes(self._bytes[_LENGTH : _LENGTH + length])
            del self._bytes[: _LENGTH + length]
            self._complete.append(_message(text))

    def take(self) -> Message | None:
        """Give the next complete message, if there is one."""
        return self._complete.pop(0) if self._complete else None


def _message(text: bytes) -> Message:
    if text.count(b"[") + text.count(b"{") > _MOST_PARTS:
        raise ValueError("a message has too many parts")
    try:
        message = _loads(text)
    except RecursionError:
        raise ValueError("a message is nested too deep") from None
    if not isinstance(message, dict):
        raise ValueError("a message is not a dictionary")  # noqa: TRY004  (as for all that is no message)
    return message


def receive(descriptor: int, incoming: Incoming) -> Message | None:
    """Wait for the next message of a pipe that blocks; `None` when the other end is gone."""
    while True:
        message = incoming.take()
        if message is not None:
            return message
        data = os.read(descriptor, 65536)
        if not data:
            return None
        incoming.feed(data)


def connected(path: str) -> socket.socket:
    """Connect to a host.

    Raises:
        OSError: nobody listens there.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection
