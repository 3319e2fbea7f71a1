"""The files of a folder as the parts of a dataset: layout and formats, told from what lies there.

A part is what one scan reads: a file that the dataset names, or all files of a pattern that have
the same header.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import zlib
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ci_scriptcheck.data import formats, tables
from ci_scriptcheck.model.contract import Dataset, Format, GivenFile, Said, TableFile
from ci_scriptcheck.model.mismatch import Mismatch
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MOST_FILES = 10_000
MOST_HEADER = 1_000_000
"""Bytes of a first line; beyond that it is no header that anybody means."""

MOST_LINE = 2_000_000
"""Bytes of a line of a table in text, which are as many as DuckDB reads of one."""

MOST_FOOTER = 64_000_000
"""Bytes of what a Parquet file says about itself, which has to lie in memory as a whole."""

MOST_CELLS = 2_000_000_000
"""Rows times columns that are looked at; a small file can claim any number."""

TABLES = frozenset({"csv", "tsv", "parquet", "jsonl", "json"})
_BUFFER = 32_000_000
"""Bytes of such a table that DuckDB reads at once."""
_TEXTS = frozenset({"csv", "tsv", "json", "jsonl", "text"})
_SEPARATORS = {"csv": ",", "tsv": "\t"}
_CALLED = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Files that one scan reads together.

    Attributes:
        name: As people know it: of the file, or the pattern that it fits.
        kind: Format, told from the content.
        columns: Names in the files' order; what one of JSON does not have at its beginning may be
            missing among them.
        delimiter: What stands between cells.
        is_packed: Whether the files are compressed with gzip.
    """

    name: str
    paths: tuple[str, ...]
    kind: str
    columns: tuple[str, ...] = ()
    delimiter: str = ","
    is_packed: bool = False


class RefusedError(Exception):
    """A file is not looked at; the text says what it is instead."""


def found_in(folder: Path, dataset: Dataset) -> tuple[list[Part], list[Mismatch]]:
    """Give the tables of a dataset among the files below a folder, and what is wrong with them."""
    found = [folder] if folder.is_file() else sorted(tables.files_of(folder))
    paths = found[:MOST_FILES]
    above = folder.parent if folder.is_file() else folder
    there = {path.relative_to(above).as_posix(): path for path in paths}
    parts: list[Part] = []
    wrong: list[Mismatch] = _too_many(found)
    for entry in dataset.files:
        names = _named(entry.name, there) if _is_said(entry) else []
        if isinstance(entry, GivenFile) or entry.format is Format.ANY:
            wrong += [] if names else [_missing(entry.name, there)]
            continue
        if entry.said is not Said.ALL:
            names = [name for name, path in there.items() if _kind(path) in TABLES]
        elif not names:
            wrong.append(_missing(entry.name, there))
        wanted = None if entry.said is Said.NOTHING else entry.format
        looked, refused = _looked(entry, [(name, there[name]) for name in names], wanted)
        parts += looked
        wrong += refused
    return _merged(parts), wrong


def _too_many(files: list[Path]) -> list[Mismatch]:
    """Tell of files that are not looked at: what was not checked has not passed."""
    if len(files) <= MOST_FILES:
        return []
    told = f"a folder of {len(files):,} files, of which {MOST_FILES:,} were looked at"
    return [Mismatch(rule="SC303", expected=f"one of at most {MOST_FILES:,}", found=told)]


def _is_said(entry: TableFile | GivenFile) -> bool:
    return isinstance(entry, GivenFile) or entry.said is Said.ALL


def _named(name: str, there: Iterable[str]) -> list[str]:
    return [one for one in there if (fnmatchcase(one, name) if "*" in name else one == name)]


def _missing(name: str, there: Iterable[str]) -> Mismatch:
    held = list(there)
    more = f" and {len(held) - _SHOWN} more" if len(held) > _SHOWN else ""
    found = ", ".join(f"`{one}`" for one in held[:_SHOWN]) + more
    return Mismatch(rule="SC304", file=name, expected=f"`{name}`", found=found or "no file")


def _looked(
    entry: TableFile, files: list[tuple[str, Path]], wanted: Format | None
) -> tuple[list[Part], list[Mismatch]]:
    parts: list[Part] = []
    wrong: list[Mismatch] = []
    for name, path in files:
        shown = entry.name if len(files) > 1 and "*" in entry.name else name
        try:
            part = part_of(shown, path)
        except RefusedError as error:
            expected = f"{wanted}" if wanted else "a file that can be checked"
            wrong.append(Mismatch(rule="SC303", file=name, expected=expected, found=str(error)))
            continue
        odd = None if wanted is None else _odd(part, path, wanted)
        if odd is not None:
            wrong.append(Mismatch(rule="SC303", file=name, expected=odd[0], found=odd[1]))
        # In another format, every column would be told anew.
        is_read = odd is None or part.kind == wanted
        if is_read and part.kind in TABLES and wanted is not Format.TEXT and path.stat().st_size:
            parts.append(part)
    return parts, wrong


def _odd(part: Part, path: Path, wanted: Format) -> tuple[str, str] | None:
    """Say what is expected of a file's format and what it is, where that differs."""
    if wanted is Format.TEXT:
        return None if part.kind in _TEXTS else ("text", part.kind)
    if path.stat().st_size == 0:
        return None if wanted is Format.JSONL else (wanted.value, "an empty file")
    if wanted.value in _SEPARATORS and part.kind in _SEPARATORS:
        separator = _SEPARATORS[wanted.value]
        if len(part.columns) > 1 and part.delimiter != separator:
            return (
                f"{wanted} with {_CALLED[separator]}",
                f"cells between {_CALLED[part.delimiter]}",
            )
        return None
    if part.kind == wanted.value or {part.kind, wanted.value} == {"json", "jsonl"}:
        # One row is the same in both; a list of rows where lines are wanted is told when read.
        return None if part.kind == wanted.value or _is_one_row(path) else (wanted, part.kind)
    return wanted.value, part.kind


def _is_one_row(path: Path) -> bool:
    with tables.opened(path, tables.MOST_JSON_BYTES) as file:
        return file.read(64).lstrip().startswith(b"{")


def _kind(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return formats.format_of(path.name, file.read(formats.HEAD))
    except OSError:
        return "unreadable"


def part_of(name: str, path: Path) -> Part:
    """Look at one file as a part of its own.

    Raises:
        RefusedError: it is larger than what is looked at, or broken at its first sight.
    """
    kind = _kind(path)
    if kind == "unreadable":
        raise RefusedError("a file that cannot be opened")
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    if kind in _SEPARATORS:
        columns, delimiter = _header(path, kind)
        if is_packed or path.stat().st_size > _BUFFER:
            _refuse_long_line(_chunks(path, tables.MOST_BYTES if is_packed else sys.maxsize))
        return Part(
            name=name,
            paths=(str(path),),
            kind=kind,
            columns=columns,
            delimiter=delimiter,
            is_packed=is_packed,
        )
    if is_packed and kind in TABLES:
        for _ in _chunks(path, tables.MOST_BYTES):
            pass
    if kind == "parquet":
        _refuse_footer(path)
    columns = tables.figures(path).columns if kind in TABLES else ()
    return Part(name=name, paths=(str(path),), kind=kind, columns=columns, is_packed=is_packed)


def _chunks(path: Path, most: int) -> Iterator[bytes]:
    """Read a file, unpacked, to its end.

    Raises:
        RefusedError: there is more than that packed in it, or it is broken.
    """
    try:
        with tables.opened(path, most) as file:
            while chunk := file.read(1 << 20):
                yield chunk
    except tables.TooLargeError:
        size = path.stat().st_size
        raise RefusedError(f"more than {most:,} bytes packed into {size:,}") from None
    except (OSError, EOFError, zlib.error):
        raise RefusedError("broken gzip") from None


def _refuse_long_line(chunks: Iterable[bytes]) -> None:
    """Refuse a table of which DuckDB leaves out the end without a word: a last line longer than its buffer."""
    length = 0
    for chunk in chunks:
        first, last = chunk.find(b"\n"), chunk.rfind(b"\n")
        length += len(chunk) if first < 0 else first
        if length > MOST_LINE:
            raise RefusedError("a line that is too long")
        if last >= 0:
            length = len(chunk) - 1 - last


def _refuse_footer(path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(size - 8, 0))
        end = file.read()
    if end[4:] != b"PAR1" or int.from_bytes(end[:4], "little") > size:
        raise RefusedError("broken Parquet, perhaps cut short")
    if int.from_bytes(end[:4], "little") > MOST_FOOTER:
        raise RefusedError(f"Parquet that takes more than {MOST_FOOTER:,} bytes to describe")
    try:
        metadata = pq.read_metadata(path)
    except (pa.ArrowException, OSError):
        raise RefusedError("broken Parquet") from None
    if metadata.num_columns > tables.MOST_COLUMNS:
        raise RefusedError(f"{metadata.num_columns:,} columns")
    if metadata.num_rows * max(metadata.num_columns, 1) > MOST_CELLS:
        raise RefusedError(f"{metadata.num_rows:,} rows in {size:,} bytes")


def _header(path: Path, kind: str) -> tuple[tuple[str, ...], str]:
    """Give the names in the first line of a table, none where there is no header, and what parts them."""
    first, delimiter = first_line(path, kind)
    return (() if formats.is_data(first) else tuple(first)), delimiter


def first_line(path: Path, kind: str) -> tuple[list[str], str]:
    """Give the cells of the first line of a CSV or TSV file, and what parts them.

    Raises:
        RefusedError: it is too long, or none.
    """
    with tables.opened(path, tables.MOST_BYTES) as file:
        head = file.read(MOST_HEADER)
    if len(head) == MOST_HEADER and b"\n" not in head:
        raise RefusedError(f"a first line of more than {MOST_HEADER:,} bytes")
    text = head.decode("utf-8-sig", "replace")
    delimiter = "\t" if kind == "tsv" else formats.delimiter_in(text)
    try:
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        raise RefusedError("a first line that is no header") from None
    if len(first) > tables.MOST_COLUMNS:
        raise RefusedError(f"{len(first):,} columns")
    return first, delimiter


def _merged(parts: Iterable[Part]) -> list[Part]:
    """Join the files of a pattern that look alike, so that one scan reads them."""
    found: dict[tuple[object, ...], Part] = {}
    for part in parts:
        like = (part.name, part.kind, part.columns, part.delimiter, part.is_packed)
        # What JSON and Parquet hold beyond their names is told file by file.
        key = like if part.kind in _SEPARATORS else (*like, part.paths)
        before = found.get(key)
        paths = (*before.paths, *part.paths) if before else part.paths
        found[key] = Part(
            name=part.name,
            paths=paths,
            kind=part.kind,
            columns=part.columns,
            delimiter=part.delimiter,
            is_packed=part.is_packed,
        )
    return list(found.values())


def header_of(part: Part) -> Iterator[tuple[int, str]]:
    """Give each column's position and name, of equal names the first."""
    seen: set[str] = set()
    for position, name in enumerate(part.columns):
        if name not in seen and not re.fullmatch(r"__index_level_\d+__", name):
            seen.add(name)
            yield position, name
