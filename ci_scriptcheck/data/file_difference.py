"""Whether two files that should be equal hold the same, and where they first differ."""

from __future__ import annotations

import gzip
import re
import zlib
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from ci_scriptcheck.data import archives
from ci_scriptcheck.model.difference import Difference, Kind

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 200_000_000
"""Unpacked; what lies behind is not looked at, and counts as different."""

_LONGEST = 100
_MOST_WITH_TIMES = 5_000_000
_MOST_MEMBERS = 20
_CHUNK = 1 << 16

_DATA = frozenset(
    {".arrow", ".csv", ".feather", ".htm", ".html", ".json", ".jsonl", ".md", ".npy", ".parquet"}
    | {".tsv", ".txt", ".xml", ".yaml", ".yml"}
)
TIMES = re.compile(
    rb"(?P<moment>\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?)"
    rb"|(?P<date>\d{4}-\d\d-\d\d(?:Z|[+-]\d\d:?\d\d)?)"
    rb"|(?P<stamp>\b20\d{6}[_T-]?\d{4,6}\b)"
    rb"|(?P<day>(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2},? \d{4})"
    rb"|(?P<clock>\b\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?\b)"
    # Seconds since 1970, or parts of them.
    rb"|(?P<epoch>\b1[6-9]\d{8}(?:\d{3}|\d{6}|\d{9})?(?:\.\d+)?\b)"
    # Values whose name says that they are a time.
    rb"|(?P<named>\b(?i:(?:\w*[_. -])?(?:time|second|date|duration|elapsed|created|timestamp|stamp)s?(?:_\w*)?)[\"']?\s*[:=]\s*[-+.\de]+)"
)
"""What looks like a time in a text, by its shape."""


def difference(one: Path, other: Path) -> Difference | None:
    """Say how a file of a second run differs from that of the first; `None` where neither does.

    Archives are compared by their members, packed files by what is packed in them.
    """
    there_is = [path.is_file() and not path.is_symlink() for path in (one, other)]
    if not all(there_is):
        when = "first" if there_is[0] else "second"
        return Difference(how=f"is only there the {when} time", kind=Kind.DATA)
    here, there = _members(one), _members(other)
    if here is not None and there is not None:
        return _of_members(one, other, here, there)
    try:
        with _opened(one) as first, _opened(other) as second:
            how = _of_contents(first, second)
            if how is None:
                return None
            is_stamped = _are_equal_but_for_times(_head(first), _head(second))
    except (OSError, EOFError, zlib.error):
        return Difference(how="cannot be read", kind=Kind.BYTES)
    if is_stamped:
        return Difference(how=how, kind=Kind.TIMES)
    is_text = "from byte" not in how
    return Difference(how=how, kind=Kind.DATA if is_text else _kind(one.name))


def _members(path: Path) -> dict[str, str] | None:
    """Give the members of an archive; `None` where its bytes have to do."""
    try:
        return archives.members(path)
    except archives.ArchiveError:
        return None


def _kind(name: str) -> Kind:
    return Kind.DATA if PurePosixPath(name).suffix.lower() in _DATA else Kind.BYTES


def _of_members(
    one: Path, other: Path, here: dict[str, str], there: dict[str, str]
) -> Difference | None:
    differing = [
        name for name in sorted(here.keys() | there.keys()) if here.get(name) != there.get(name)
    ]
    if not differing:
        return None
    stamped = _stamped(one, other, [name for name in differing if name in here and name in there])
    # What people can read says most, and times say least.
    name = min(differing, key=lambda one: (one in stamped, _kind(one) is Kind.BYTES))
    if name in here and name in there:
        how = f"differs in its member `{name[:_LONGEST]}`"
        return Difference(how=how, kind=Kind.TIMES if name in stamped else _kind(name))
    when = "first" if name in here else "second"
    how = f"has the member `{name[:_LONGEST]}` only the {when} time"
    return Difference(how=how, kind=Kind.DATA)


def _stamped(one: Path, other: Path, names: list[str]) -> frozenset[str]:
    """Find the members that are equal but for times."""
    texts = [name for name in names if _kind(name) is Kind.DATA][:_MOST_MEMBERS]
    if not texts:
        return frozenset()
    try:
        first, second = (
            archives.contents(path, texts, most_bytes=_MOST_WITH_TIMES) for path in (one, other)
        )
    except archives.ArchiveError:
        return frozenset()
    return frozenset(
        name
        for name in first.keys() & second.keys()
        if _are_equal_but_for_times(first[name], second[name])
    )


def _are_equal_but_for_times(*texts: bytes) -> bool:
    """Compare two short texts without what looks like a time; larger ones count as different."""
    if any(len(text) == _MOST_WITH_TIMES or b"\0" in text for text in texts):
        return False
    return len({TIMES.sub(b"", text) for text in texts}) == 1


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(_MOST_WITH_TIMES)


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
