"""Whether two files that should be equal hold the same, and where they first differ."""

from __future__ import annotations

import gzip
import zlib
from itertools import zip_longest
from typing import TYPE_CHECKING, BinaryIO, cast

from ci_scriptcheck.data import archives

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 200_000_000
"""Unpacked; what lies behind is not looked at, and counts as different."""

_LONGEST = 100
_CHUNK = 1 << 16


def difference(one: Path, other: Path) -> str | None:
    """Say how a file of a second run differs from that of the first; `None` where neither does.

    Archives are compared by their members, packed files by what is packed in them.
    """
    there_is = [path.is_file() and not path.is_symlink() for path in (one, other)]
    if not all(there_is):
        return f"is only there the {'first' if there_is[0] else 'second'} time"
    here, there = archives.members(one), archives.members(other)
    if here is not None and there is not None:
        return _of_members(here, there)
    try:
        with _opened(one) as first, _opened(other) as second:
            return _of_contents(first, second)
    except (OSError, EOFError, zlib.error):
        return "cannot be read"


def _of_members(here: dict[str, str], there: dict[str, str]) -> str | None:
    for name in sorted(here.keys() | there.keys()):
        if here.get(name) == there.get(name):
            continue
        if name in here and name in there:
            return f"differs in its member `{name[:_LONGEST]}`"
        when = "first" if name in here else "second"
        return f"has the member `{name[:_LONGEST]}` only the {when} time"
    return None


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast("BinaryIO", gzip.open(path, "rb")) if packed else path.open("rb")


def _of_contents(first: BinaryIO, second: BinaryIO) -> str | None:
    lines, position = 0, 0
    while position < MOST_BYTES:
        here, there = first.read(_CHUNK), second.read(_CHUNK)
        if here != there:
            at = _first_difference(here, there)
            line = lines + here.count(b"\n", 0, at) + 1
            return _told(here, there, at, line=line, byte=position + at)
        if not here:
            return None
        lines += here.count(b"\n")
        position += len(here)
    return f"is equal in its first {MOST_BYTES:,} bytes, and differs behind"


def _first_difference(here: bytes, there: bytes) -> int:
    return next(number for number, (a, b) in enumerate(zip_longest(here, there)) if a != b)


def _told(here: bytes, there: bytes, at: int, *, line: int, byte: int) -> str:
    start = here.rfind(b"\n", 0, at) + 1
    try:
        texts = [
            part[start : start + _LONGEST].decode().partition("\n")[0] for part in (here, there)
        ]
    except UnicodeDecodeError:
        return f"differs from byte {byte:,} on"
    if not all(text.isprintable() for text in texts):
        return f"differs from byte {byte:,} on"
    if texts[0] == texts[1]:
        return f"differs in line {line:,}, in how it ends"
    return f"differs in line {line:,}: `{texts[0]}`, and then `{texts[1]}`"
