"""Figures about files, told from their content: format, rows, names of columns.

What is measured was written by a script, so nothing about it is believed: sizes are bounded, of
archives is only seen whether they hold anything, and what cannot be read has a format and no more.
Reading this module imports nothing heavy; Arrow and DuckDB are imported where they are used.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from ci_scriptcheck.data import archives, formats
from ci_scriptcheck.model.result import EMPTY_ARCHIVE
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa

MOST_BYTES = 1_000_000_000
"""How much of one file is read, after decompression, to count its rows."""

MOST_JSON_BYTES = 100_000_000
"""Of a JSON document, which has to lie in memory as a whole."""

MOST_SPILT = "1GB"
"""What a query may put on disk that does not fit into memory; by default, DuckDB fills what is free."""

MOST_COLUMNS = 10_000
_LOOKED_AT = 100
"""Rows of a document whose keys are taken for columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is told about one file."""

    format: str
    rows: int | None = None
    columns: tuple[str, ...] = ()


class TooLargeError(Exception):
    """There is more in a file than is read of one."""


def measure(
    folder: Path, *, most_files: int = 10_000, most_bytes: int = MOST_BYTES
) -> Mapping[str, Figures]:
    """Look at every file below a folder, or at one file; links are not followed.

    Args:
        folder: Where they lie.
        most_files: How many are looked at, in the order of their names.
        most_bytes: How much of one file is read, after decompression, to count its rows.
    """
    if folder.is_file() and not folder.is_symlink():
        return {folder.name: figures(folder, most_bytes)}
    paths = sorted(files_of(folder))[:most_files]
    return {path.relative_to(folder).as_posix(): figures(path, most_bytes) for path in paths}


def figures(path: Path, most_bytes: int = MOST_BYTES) -> Figures:
    """Tell a file's format, and the rows and columns of a table; this never fails."""
    try:
        with path.open("rb") as file:
            head = file.read(formats.HEAD)
        kind = formats.format_of(path.name, head)
    except OSError:
        return Figures(format="unreadable")
    try:
        return _FIGURES.get(kind, _no_table)(path, kind, most_bytes)
    # Three libraries on hostile bytes: what they raise is no closed set, and says the same to us.
    except Exception:  # noqa: BLE001
        return Figures(format=kind)


def column(path: Path, name: str) -> pa.Array:
    """Read one column of a table, or of all tables of a folder that have it.

    Raises:
        LookupError: no table there has this column.
    """
    import duckdb

    files = [path] if path.is_file() else sorted(files_of(path))
    having = [file for file in files if name in figures(file).columns]
    if not having:
        raise LookupError(f"no table in {path.name} has a column `{name}`")
    quoted = '"' + name.replace('"', '""') + '"'
    limits: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1,
        "max_temp_directory_size": MOST_SPILT,
    }
    with duckdb.connect(":memory:", config=limits) as connection:
        parts = [
            connection.sql(
                f"select {quoted}::varchar as cell from {_SCAN[figures(file).format]}",  # noqa: S608  (quoted)
                params=[str(file)],
            ).to_arrow_table()["cell"]
            for file in having
        ]
    import pyarrow as pa

    return pa.chunked_array([chunk for part in parts for chunk in part.chunks], pa.string())


_SCAN = {
    "csv": "read_csv(?, header = true, all_varchar = true)",
    "tsv": "read_csv(?, header = true, all_varchar = true)",
    "parquet": "read_parquet(?)",
    "json": "read_json(?)",
    "jsonl": "read_json(?)",
}


def files_of(folder: Path) -> Iterator[Path]:
    """Give the files below a folder; what links lead to is not below it."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in names:
            path = Path(parent, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _no_table(_: Path, kind: str, __: int) -> Figures:
    return Figures(format=kind)


class _Bounded(io.RawIOBase):
    """A file that is refused once more was read of it than may be."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._left = file, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  (any buffer)
        data = self._file.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise TooLargeError
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def opened(path: Path, most: int) -> io.BufferedReader:
    """Open a file, unpacked where it is gzip, of which no more than so many bytes can be read.

    Reading more raises `TooLargeError`.
    """
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    opened = cast("BinaryIO", gzip.GzipFile(path)) if packed else path.open("rb")
    return io.BufferedReader(_Bounded(opened, most), 1 << 20)


def _csv_figures(path: Path, kind: str, most: int) -> Figures:
    head = _first_text(path)
    delimiter = "\t" if kind == "tsv" else formats.delimiter_in(head)
    first = next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), [])
    if not first:
        return Figures(format=kind, rows=0)
    has_header = not formats.is_data(first)
    try:
        lines = _count_records(path, delimiter, most)
    except (TooLargeError, csv.Error, EOFError, OSError):
        return Figures(format=kind, columns=_limited(first) if has_header else ())
    if not has_header:
        return Figures(format=kind, rows=lines)
    return Figures(format=kind, rows=max(lines - 1, 0), columns=_limited(first))


def delimiter_of(path: Path, kind: str) -> str:
    """Tell what stands between the cells of a CSV or TSV file, from its first line."""
    return "\t" if kind == "tsv" else formats.delimiter_in(_first_text(path))


def _first_text(path: Path) -> str:
    with opened(path, formats.HEAD * 64) as file:
        return file.read(formats.HEAD).decode("utf-8-sig", "replace")


def _count_records(path: Path, delimiter: str, most: int) -> int:
    """Count the records of a CSV file, header and all; line ends inside quotes are none."""
    lines, last = 0, b"\n"
    with opened(path, most) as file:
        while chunk := file.read(1 << 20):
            if b'"' in chunk or b"\r" in chunk or b"\n\n" in last + chunk:
                return _count_with_quotes(path, delimiter, most)
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    return lines + (last != b"\n")


def _count_with_quotes(path: Path, delimiter: str, most: int) -> int:
    csv.field_size_limit(formats.HEAD * 1024)
    with (
        opened(path, most) as file,
        io.TextIOWrapper(file, "utf-8", "replace", newline="") as text,
    ):
        return sum(1 for record in csv.reader(text, delimiter=delimiter) if record)


def _jsonl_figures(path: Path, kind: str, most: int) -> Figures:
    rows, names = 0, dict[str, None]()
    with opened(path, most) as file:
        for line in iter(lambda: file.readline(MOST_JSON_BYTES), b""):
            if not line.strip():
                continue
            rows += 1
            if rows <= _LOOKED_AT:
                names |= dict.fromkeys(_keys([json.loads(line)]))
    return Figures(format=kind, rows=rows, columns=_limited(names))


def _json_figures(path: Path, kind: str, most: int) -> Figures:
    with opened(path, min(most, MOST_JSON_BYTES)) as file:
        document = json.loads(file.read().decode("utf-8-sig"))
    # An empty list can be anything, such as a report without entries.
    if isinstance(document, list) and document and all(isinstance(row, dict) for row in document):
        names = _keys(document[:_LOOKED_AT])
        return Figures(format=kind, rows=len(document), columns=_limited(names))
    if isinstance(document, dict) and document:
        return _by_column(document, kind)
    return Figures(format=kind)


def _by_column(document: dict[str, Any], kind: str) -> Figures:
    """Read a table that is written column by column, as pandas does unless told otherwise."""
    columns = [list(column) if isinstance(column, dict) else [] for column in document.values()]
    numbered = [str(number) for number in range(len(columns[0]))]
    if not numbered or any(column != numbered for column in columns):
        return Figures(format=kind)
    return Figures(format=kind, rows=len(numbered), columns=_limited(document))


def _keys(items: Iterable[Any]) -> Iterator[str]:
    for item in items:
        if isinstance(item, dict):
            yield from item


def _parquet_figures(path: Path, kind: str, _: int) -> Figures:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, memory_map=False) as file:
        metadata = file.metadata
        counted = sum(
            metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)
        )
        names = [
            name for name in file.schema_arrow.names if not re.match(r"__index_level_\d+__", name)
        ]
    is_sound = counted == metadata.num_rows >= 0
    return Figures(format=kind, rows=counted if is_sound else None, columns=_limited(names))


def _limited(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))[:MOST_COLUMNS]


def _archive_figures(path: Path, kind: str, _: int) -> Figures:
    return Figures(format=EMPTY_ARCHIVE if archives.is_empty(path) else kind)


_FIGURES = {
    "gzip": _archive_figures,
    "tar": _archive_figures,
    "zip": _archive_figures,
    "csv": _csv_figures,
    "tsv": _csv_figures,
    "jsonl": _jsonl_figures,
    "json": _json_figures,
    "parquet": _parquet_figures,
}
