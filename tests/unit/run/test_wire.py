"""What is taken for a message of ours."""

from __future__ import annotations

import pytest

from ci_scriptcheck.run.inside.wire import LARGEST, Incoming, packed


def test_messages_that_come_in_pieces_are_put_together() -> None:
    incoming = Incoming()
    for byte in packed({"one": 1}) + packed({"two": [2]}):
        incoming.feed(bytes([byte]))

    assert [incoming.take(), incoming.take(), incoming.take()] == [{"one": 1}, {"two": [2]}, None]


@pytest.mark.parametrize(
    "text",
    [b"[]", b"nonsense", b'{"x": [' + b"[]," * 300_000 + b"1]}", b"[" * 100_000],
    ids=["a list", "no JSON", "many parts", "deep"],
)
def test_what_is_no_message_or_would_fill_the_memory_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"message|Expecting"):
        Incoming().feed(len(text).to_bytes(4, "big") + text)


def test_a_message_that_says_it_is_endless_is_refused_before_it_has_come() -> None:
    with pytest.raises(ValueError, match="too long"):
        Incoming().feed((LARGEST + 1).to_bytes(4, "big"))
