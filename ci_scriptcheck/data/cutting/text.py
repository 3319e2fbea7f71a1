"""CSV files and JSON lines: whole records from their pieces, byte for byte as they were.

A record of a CSV file may have line ends inside quotes, so the start of a piece from the middle can lie
in a cell. A piece is read both ways, as strictly as the format is, and used where only one gives records of
the header's width throughout; else nobody knows, and the caller is told so.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from ci_scriptcheck.data import formats
from ci_scriptcheck.data.cutting.parquet import NotCutError
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Range = tuple[int, int]

_GZIP = b"\x1f\x8b"
# Of it, every byte is one character, so that places in the text are places in the file.
_BYTES = "latin-1"
_NO_PROSE = 20
"""Lines."""
_BOM = b"\xef\xbb\xbf"


class NotSureError(Exception):
    """Nobody can tell where records begin in a piece from the middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """How many records were found in a part of a file.

    Attributes:
        records: Whole ones, which were written.
        ended: All that end in it: each ends in one place, so that pieces of a file can stand for the rest of it.
        bytes: Of the part, without a header.
        header: Bytes of it, where the part has one.
    """

    records: int
    ended: int
    bytes: int
    header: int = 0


def write_blocks(
    path: Path, target: Path, *, kind: str, blocks: Sequence[Range]
) -> tuple[Piece, ...]:
    """Write the whole records of some blocks; the first begins the file, with a header if it has one.

    Args:
        path: The file, of which at least the blocks are here.
        target: The smaller file.
        kind: `csv`, `tsv` or `jsonl`.
        blocks: In their order; none touches another.

    Returns:
        What was found in each block.

    Raises:
        NotSureError: a block does not show where its records begin.
        NotCutError: it is no such text.
    """
    size = path.stat().st_size
    found = []
    with path.open("rb") as source, target.open("wb") as written:
        form: _Form | None = None
        for start, end in blocks:
            source.seek(start)
            content = source.read(end - start)
            if form is None:
                form = _form_of(content, kind)
            one = form.whole_records(content, is_first=not start, is_last=end == size)
            written.write(one.body)
            found.append(
                Piece(
                    records=one.records,
                    ended=one.ended,
                    bytes=end - start - one.header,
                    header=one.header,
                )
            )
    return tuple(found)


def write_head(path: Path, target: Path, *, kind: str, end: int, most: int) -> Piece:
    """Write the whole records at the beginning of a file; packed, if it is.

    Args:
        path: The file, of which at least the bytes before `end` are here.
        target: The smaller file.
        kind: `csv`, `tsv` or `jsonl`.
        end: How much of it is here.
        most: Bytes of the records, unpacked.

    Returns:
        What was found in it; the bytes are those of the file, packed as it is.
    """
    with path.open("rb") as file:
        head = file.read(end)
    is_all = end == path.stat().st_size
    is_packed = head.startswith(_GZIP)
    content, used = _unpacked(head, most) if is_packed else (head[:most], min(end, most))
    is_all = is_all and (used == end)
    form = _form_of(content, kind)
    found = form.whole_records(content, is_first=True, is_last=is_all)
    target.write_bytes(gzip.compress(found.body, mtime=0) if is_packed else found.body)
    header = round(used * found.header / max(1, len(content)))
    return Piece(records=found.records, ended=found.ended, bytes=used - header, header=header)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Records:
    """The whole records of a piece, with a header before them if it has one, which does not count.

    Attributes:
        records: How many there are.
        ended: How many end in the piece, that which began before it among them.
        header: Bytes.
    """

    body: bytes
    records: int
    ended: int
    header: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """Where the whole records of a piece begin and end, read in one way."""

    start: int
    end: int
    records: int
    ended: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """Where records end in a text that begins with one, and how many cells each has.

    Attributes:
        last: Cells of the last one of a piece, which is left out as it may go on behind it, but looks whole.
    """

    at: list[int]
    widths: list[int]
    last: int = 0


class _Form:
    """How the records of one text are told apart."""

    def whole_records(self, content: bytes, *, is_first: bool, is_last: bool) -> _Records:
        """Cut a piece to its whole records and count them."""
        raise NotImplementedError


class _Lines(_Form):
    """JSON lines: no line end can stand inside a record."""

    def whole_records(self, content: bytes, *, is_first: bool, is_last: bool) -> _Records:
        body = _whole_lines(content, is_first=is_first, is_last=is_last)
        lines = [line for line in body.split(b"\n") if line.strip()]
        for line in lines:
            try:
                json.loads(line)
            except (ValueError, RecursionError) as error:
                raise NotSureError from error
        began_before = not is_first and b"\n" in content
        return _Records(body=_ended(body), records=len(lines), ended=len(lines) + began_before)


class _Table(_Form):
    """A CSV file of a known width."""

    def __init__(self, delimiter: str, width: int, *, has_header: bool) -> None:
        self._delimiter = delimiter
        self._width = width
        self._has_header = has_header
        self._escape: str | None = None

    def whole_records(self, content: bytes, *, is_first: bool, is_last: bool) -> _Records:
        if is_first:
            ends = self._cut_first(content, is_last=is_last)
            count = len(_filled(ends.widths)) - self._has_header
            return _Records(
                body=_ended(content[: ends.at[-1]]),
                records=count,
                ended=count + bool(ends.last),
                header=ends.at[0] if self._has_header else 0,
            )
        # It begins outside of quotes, or inside.
        read = [self._read_from(begin, content, is_last=is_last) for begin in (b"", b'"')]
        found = {one for one in read if one is not None and one.records}
        is_open = any(one is not None and not one.records for one in read)
        # All in one cell, read the other way: so many lines of just this width are no prose.
        if len(found) != 1 or (is_open and all(one.records < _NO_PROSE for one in found)):
            raise NotSureError
        (one,) = found
        body = _ended(content[one.start : one.end])
        return _Records(body=body, records=one.records, ended=one.ended)

    def _read_from(self, begin: bytes, content: bytes, *, is_last: bool) -> _Reading | None:
        """Read a piece as if this stood before it; `None` where that gives no records of this table."""
        try:
            ends = self._cut(begin + content, is_last=is_last)
        except NotSureError:
            return None
        # The first record began before the piece.
        whole = _filled(ends.widths[1:])
        if any(width != self._width for width in whole):
            return None
        if not ends.at:
            return _Reading(start=0, end=0, records=0, ended=0)
        shift = len(begin)
        return _Reading(
            start=ends.at[0] - shift,
            end=ends.at[-1] - shift,
            records=len(whole),
            ended=1 + len(whole) + bool(ends.last),
        )

    def _cut_first(self, content: bytes, *, is_last: bool) -> _Ends:
        # Spark writes quotes inside of quotes behind a backslash, unless it is told not to.
        for escape in (None, "\\"):
            self._escape = escape
            with suppress(NotSureError):
                ends = self._cut(content, is_last=is_last)
                if self._is_sound(ends.widths):
                    return ends
        raise NotSureError

    def _is_sound(self, widths: Sequence[int]) -> bool:
        filled = _filled(widths)
        return bool(filled) and all(width == self._width for width in filled)

    def _cut(self, content: bytes, *, is_last: bool) -> _Ends:
        lines = _Counted(io.StringIO(content.decode(_BYTES), newline="\n"))
        # Strict: what stands behind a closing quote tells that it was none.
        reader = csv.reader(lines, delimiter=self._delimiter, escapechar=self._escape, strict=True)
        widths, ends = [], []
        try:
            for record in reader:
                ends.append(lines.read)
                widths.append(len(record))
        except csv.Error as error:
            # The piece may end inside of quotes, and a file may not.
            if is_last or lines.read < len(content):
                raise NotSureError from error
            return _Ends(at=ends, widths=widths)
        if is_last or not ends:
            return _Ends(at=ends, widths=widths)
        # The last one may go on behind the piece.
        ends.pop()
        last = widths.pop()
        return _Ends(at=ends, widths=widths, last=last if content.endswith(b"\n") else 0)


def _filled(widths: Iterable[int]) -> list[int]:
    """Leave out empty lines."""
    return [width for width in widths if width]


class _Counted:
    """Lines, with a count of the characters that were read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.read = 0

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.read += len(line)
        return line


def _form_of(head: bytes, kind: str) -> _Form:
    if kind == "jsonl":
        return _Lines()
    delimiter, first = first_record(head, kind)
    return _Table(delimiter, len(first), has_header=not formats.is_data(first))


def first_record(head: bytes, kind: str) -> tuple[str, list[str]]:
    """Give what stands between the cells of a table, and the cells of its first record.

    Raises:
        NotCutError: it is no table.
    """
    text = head.removeprefix(_BOM)[: formats.HEAD * 16].decode(_BYTES)
    delimiter = "\t" if kind == "tsv" else formats.delimiter_in(text)
    try:
        first = next(csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter), [])
    except csv.Error as error:
        raise NotCutError(f"its first line is none of a table: {error}") from error
    if not first:
        raise NotCutError("it begins with an empty line")
    return delimiter, first


def _whole_lines(content: bytes, *, is_first: bool, is_last: bool) -> bytes:
    start = 0 if is_first else content.find(b"\n") + 1
    if not is_first and not start:
        return b""
    end = len(content) if is_last else content.rfind(b"\n") + 1
    return content[start : max(start, end)]


def _ended(body: bytes) -> bytes:
    """End the last record with a line end, so that another can follow."""
    return body if not body or body.endswith(b"\n") else body + b"\n"


def _unpacked(head: bytes, most: int) -> tuple[bytes, int]:
    """Unpack the beginning of a packed file; say how many of its bytes that took."""
    parts: list[bytes] = []
    left, rest = most, head
    while left > 0 and rest.startswith(_GZIP):
        unpacking = zlib.decompressobj(wbits=31)
        try:
            part = unpacking.decompress(rest, left)
        except zlib.error as error:
            raise NotCutError("it is packed by gzip, and damaged") from error
        parts.append(part)
        left -= len(part)
        if not unpacking.eof:
            rest = unpacking.unconsumed_tail
            break
        rest = unpacking.unused_data
    return b"".join(parts), len(head) - len(rest)
