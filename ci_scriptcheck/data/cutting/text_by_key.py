"""The records of a CSV file or of JSON lines whose key is kept, as they are written, in one pass."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from contextlib import contextmanager
from itertools import chain, compress, islice
from typing import TYPE_CHECKING, BinaryIO, cast

from ci_scriptcheck.data.cutting import keys, text
from ci_scriptcheck.data.cutting.parquet import NotCutError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

MOST_UNPACKED = 20_000_000_000
"""Characters that come out of one file; a few packed bytes can stand for any number."""

_MOST_RECORD = 8 << 20
_AT_ONCE = 4 << 20
"""Characters that are looked at together."""
_MANY = 1 << 14
_GZIP = b"\x1f\x8b"
# What is no UTF-8 is kept as it is, so that what was read is written as it was.
_ENCODING, _ERRORS = "utf-8", "surrogateescape"
_BOM = "\ufeff"

_Batch = tuple["Sequence[str]", "Sequence[str | None]"]
"""Records as they are written, and the key of each."""


def write_kept(
    path: Path, target: Path, *, kind: str, column: str, keep: int, name: str
) -> tuple[int, int]:
    """Write the records whose key is kept; give their number, and that of all.

    Args:
        path: The file, all of it.
        target: The smaller file; packed if the file is.
        kind: `csv`, `tsv` or `jsonl`.
        column: Which holds the key.
        keep: Of 1,000 shares.
        name: Of the object that the file is.

    Raises:
        NotCutError: it is no such text, or has no such column.
    """
    with path.open("rb") as file:
        is_packed = file.read(2) == _GZIP
    with (
        _read(path, is_packed=is_packed) as source,
        _write(target, is_packed=is_packed) as written,
    ):
        if kind == "jsonl":
            records = _lines(source, column)
        else:
            header, records = _records(source, kind, column)
            written.write(header)
        return _filtered(records, written, keep, name)


@contextmanager
def _read(path: Path, *, is_packed: bool) -> Iterator[io.TextIOWrapper]:
    raw = cast("BinaryIO", gzip.GzipFile(path)) if is_packed else path.open("rb")
    buffered = io.BufferedReader(cast("io.RawIOBase", raw), 1 << 20)
    with io.TextIOWrapper(buffered, _ENCODING, _ERRORS, newline="\n") as source:
        try:
            yield source
        except (zlib.error, EOFError, gzip.BadGzipFile) as error:
            raise NotCutError("it is packed by gzip, and damaged") from error
        except csv.Error as error:
            raise NotCutError(f"it is no table: {error}") from error


@contextmanager
def _write(path: Path, *, is_packed: bool) -> Iterator[io.TextIOWrapper]:
    with path.open("wb") as file:
        raw = gzip.GzipFile("", "wb", 6, file, mtime=0) if is_packed else file
        with io.TextIOWrapper(cast("BinaryIO", raw), _ENCODING, _ERRORS, newline="\n") as written:
            yield written


def _records(source: io.TextIOBase, kind: str, column: str) -> tuple[str, Iterator[_Batch]]:
    """Give the header as it is written, and the records with their keys."""
    csv.field_size_limit(_MOST_RECORD)
    first = source.readline()
    delimiter, _ = text.first_record(first.encode(_ENCODING, _ERRORS) or b"\n", kind)
    read: list[str] = []
    lines = _noted(chain([first.removeprefix(_BOM)], source), read)
    names = next(csv.reader(lines, delimiter=delimiter), [])
    if column not in names:
        # Which it has is not said: in a table without a header they would be values.
        raise NotCutError(f"it has no column `{column}`")
    header = "".join([first, *read[1:]])
    return _with_end(header), _batches(source, delimiter, names.index(column))


def _batches(source: io.TextIOBase, delimiter: str, place: int) -> Iterator[_Batch]:
    """Give records that begin where one begins, many at a time."""
    while lines := source.readlines(_AT_ONCE):
        together = "".join(lines)
        if _is_plain(together):
            # As `csv` reads them, and much faster.
            try:
                cells = [line.split(delimiter, place + 1)[place] for line in lines]
            except IndexError:
                raise NotCutError("a record has fewer cells than the header") from None
            yield lines, [cell.rstrip("\r\n") for cell in cells]
        else:
            yield _parsed(lines, source, delimiter, place)


def _is_plain(lines: str) -> bool:
    """Say whether every line is a record, and every delimiter ends a cell."""
    return (
        '"' not in lines
        and "\n\n" not in lines
        and not lines.startswith("\n")
        and (
            "\r" not in lines
            or (lines.count("\r") == lines.count("\r\n") and "\n\r\n" not in lines)
        )
    )


def _parsed(lines: list[str], source: Iterable[str], delimiter: str, place: int) -> _Batch:
    """Read the records that begin in some lines; the last can go on behind them."""
    raws, cells = [], []
    read: list[str] = []
    left = len(lines)
    for record in csv.reader(_noted(chain(lines, source), read), delimiter=delimiter):
        # A record is one line, or several where a cell holds line ends.
        left -= len(read)
        if len(record) > place:
            raws.append(read[0] if len(read) == 1 else "".join(read))
            cells.append(record[place])
        elif record:
            raise NotCutError("a record has fewer cells than the header")
        read.clear()
        if left <= 0:
            break
    return raws, cells


def _noted(lines: Iterable[str], read: list[str]) -> Iterator[str]:
    for line in lines:
        read.append(line)
        yield line


def _lines(source: Iterable[str], column: str) -> Iterator[_Batch]:
    records = _objects(source, column)
    while some := list(islice(records, _MANY)):
        raws, found = zip(*some, strict=True)
        yield raws, found


def _objects(source: Iterable[str], column: str) -> Iterator[tuple[str, str | None]]:
    is_known = False
    for line in source:
        if len(line) > _MOST_RECORD:
            raise NotCutError(f"a line has more than {_MOST_RECORD:,} characters")
        if not line.strip():
            continue
        try:
            record = json.loads(line.removeprefix(_BOM))
        except (ValueError, RecursionError) as error:
            raise NotCutError(f"a line is no JSON: {error}") from error
        if not isinstance(record, dict):
            raise NotCutError("a line holds no object with names")
        is_known = is_known or column in record
        yield line, _key(record.get(column))
    if not is_known:
        raise NotCutError(f"no line has a `{column}`")


def _key(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
        case _:
            raise NotCutError("its key is a list or an object, which is no key")


def _filtered(
    batches: Iterator[_Batch], written: io.TextIOBase, keep: int, name: str
) -> tuple[int, int]:
    kept = seen = size = 0
    for raws, found in batches:
        if not raws:
            continue
        is_kept = keys.is_kept(_array(found), keep, name=name, first=seen)
        written.writelines(_with_end(raw) for raw in compress(raws, is_kept))
        kept += int(is_kept.sum())
        seen += len(raws)
        size += sum(map(len, raws))
        if size > MOST_UNPACKED:
            raise NotCutError(f"more than {MOST_UNPACKED / 1e9:.0f} GB come out of it")
    return kept, seen


def _array(found: Iterable[str | None]) -> pa.Array:
    import pyarrow as pa

    try:
        return pa.array(found, pa.string())
    except UnicodeEncodeError:  # in an old encoding
        raw = (None if one is None else one.encode(_ENCODING, _ERRORS) for one in found)
        return pa.array(list(raw), pa.binary())


def _with_end(raw: str) -> str:
    return raw if raw.endswith("\n") else f"{raw}\n"
