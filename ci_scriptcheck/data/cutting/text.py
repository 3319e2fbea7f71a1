"""CSV files and JSON lines: whole records from their pieces, byte for byte as they were.

A record of a CSV file may have line ends inside quotes, so the start of a piece from the middle can lie
in a cell. A piece is used only where reading it from outside of quotes gives records of the header's
width throughout, and reading it from inside does not; else nobody knows, and the caller is told so.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
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
_BOM = b"\xef\xbb\xbf"


class NotSureError(Exception):
    """Nobody can tell where records begin in a piece from the middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """How many whole records were found in how many bytes of a file."""

    records: int
    bytes: int


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
        What was found in each block, without the header.

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
            body, count = form.whole_records(content, is_first=not start, is_last=end == size)
            written.write(body)
            found.append(Piece(records=count, bytes=len(body)))
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
        Its records without the header, and the bytes of the file that they lay in, about.
    """
    with path.open("rb") as file:
        head = file.read(end)
    is_all = end == path.stat().st_size
    is_packed = head.startswith(_GZIP)
    content, used = _unpacked(head, most) if is_packed else (head[:most], min(end, most))
    is_all = is_all and (used == end)
    form = _form_of(content, kind)
    body, count = form.whole_records(content, is_first=True, is_last=is_all)
    share = len(body) / len(content) if content else 1.0
    target.write_bytes(gzip.compress(body, mtime=0) if is_packed else body)
    return Piece(records=count, bytes=round(used * share))


class _Form:
    """How the records of one text are told apart."""

    def whole_records(self, content: bytes, *, is_first: bool, is_last: bool) -> tuple[bytes, int]:
        """Cut a piece to its whole records and count them; a header stays, and does not count."""
        raise NotImplementedError


class _Lines(_Form):
    """JSON lines: no line end can stand inside a record."""

    def whole_records(self, content: bytes, *, is_first: bool, is_last: bool) -> tuple[bytes, int]:
        body = _whole_lines(content, is_first=is_first, is_last=is_last)
        lines = [line for line in body.split(b"\n") if line.strip()]
        for line in lines:
            try:
                json.loads(line)
            except (ValueError, RecursionError) as error:
                raise NotSureError from error
        return _ended(body), len(lines)


class _Records(_Form):
    """A CSV file of a known width."""

    def __init__(self, delimiter: str, width: int, *, has_header: bool) -> None:
        self._delimiter = delimiter
        self._width = width
        self._has_header = has_header

    def whole_records(self, content: bytes, *, is_first: bool, is_last: bool) -> tuple[bytes, int]:
        if is_first:
            body, widths = self._cut(content, is_last=is_last)
            if not self._is_sound(widths):
                raise NotSureError
            return _ended(body), len(widths) - (self._has_header and bool(widths))
        outside = _whole_lines(content, is_first=False, is_last=True)
        body, widths = self._cut(outside, is_last=is_last)
        if not self._is_sound(widths) or self._may_begin_inside(content, is_last=is_last):
            raise NotSureError
        return _ended(body), len(widths)

    def _is_sound(self, widths: Sequence[int]) -> bool:
        return bool(widths) and all(width == self._width for width in widths)

    def _may_begin_inside(self, content: bytes, *, is_last: bool) -> bool:
        """Say whether the piece would be as good if it began inside of quotes."""
        if b'"' not in content:
            # A whole piece inside one cell; that many lines of just this width are no prose.
            return False
        try:
            _, widths = self._cut(b'"' + content, is_last=is_last)
        except NotSureError:
            return False
        return self._is_sound(widths[1:])

    def _cut(self, content: bytes, *, is_last: bool) -> tuple[bytes, list[int]]:
        """Give the records of a text that begins with one, and the width of each that is not empty."""
        lines = _Counted(io.StringIO(content.decode(_BYTES), newline="\n"))
        widths, ends = [], []
        try:
            for record in csv.reader(lines, delimiter=self._delimiter):
                ends.append(lines.read)
                widths.append(len(record))
        except csv.Error as error:
            raise NotSureError from error
        if not is_last and ends:
            # The last one may go on behind the piece.
            ends.pop()
            widths.pop()
        return content[: ends[-1] if ends else 0], [width for width in widths if width]


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
    return _Records(delimiter, len(first), has_header=not formats.is_data(first))


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
