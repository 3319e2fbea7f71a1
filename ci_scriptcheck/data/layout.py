"""A table as the files of a dataset: names, patterns, shares, formats, and contents in place."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import stat
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from ci_scriptcheck.data import damage
from ci_scriptcheck.data.rows import of_table
from ci_scriptcheck.data.tables import MOST_SPILT
from ci_scriptcheck.data.unmakeable import UnmakeableError
from ci_scriptcheck.model.contract import Entry, Format, GivenFile, TableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ci_scriptcheck.data.rows import Rows
    from ci_scriptcheck.model.defect import Defect

_COPY = {
    Format.CSV: "format csv, header true, delimiter ','",
    Format.TSV: "format csv, header true, delimiter '\t'",
    Format.JSONL: "format json",
    Format.JSON: "format json, array true",
}
_LOOKED_AT = 4096
_EMPTY = {Format.JSONL: "", Format.JSON: "[]\n"}
"""What DuckDB does not write for a table without rows."""


def write(
    rows: Rows | None,
    entries: Sequence[Entry],
    folder: Path,
    defect: Defect | None = None,
) -> tuple[str, ...]:
    """Write the files of a dataset and list their names, sorted.

    Args:
        rows: In an order that is random already; `None` where all files are given.
        entries: What its files are.
        folder: Where they go; folders in their names are made.
        defect: What is to be wrong with them.

    Raises:
        UnmakeableError: a file has no format that rows can be written in, or leaves the folder.
    """
    written = []
    for entry in entries:
        if isinstance(entry, GivenFile):
            _inside(folder, entry.name).write_text(entry.text, encoding="utf-8", newline="")
            written.append(entry.name)
    tables = [entry for entry in entries if isinstance(entry, TableFile)]
    if rows is not None:
        for name, kind, spans in parts(rows.count, tables):
            pieces = (piece for low, high in spans for piece in rows.between(low, high))
            if defect is not None:
                pieces = (damage.of_table(piece, defect) for piece in pieces)
            _write_table(pieces, kind, _inside(folder, name))
            written.append(name)
    if defect is not None:
        damage.of_files(folder, entries, defect)
    return tuple(sorted(written))


def lay_out(
    content: Path, entries: Sequence[Entry], folder: Path, defect: Defect | None = None
) -> tuple[str, ...]:
    """Write what a generator gave as the files of its dataset, and list their names, sorted.

    Args:
        content: A table in Parquet or CSV, by the name's ending; anything else is one whole file.
        entries: What its files are; none for one file that keeps the content's name.
        folder: Where they go.
        defect: What is to be wrong with them.

    Raises:
        UnmakeableError: it is one whole file, and the dataset has several.
    """
    files = [entry for entry in entries if isinstance(entry, TableFile)]
    with _opened(content) as read:
        if content.suffix in {".parquet", ".csv"} and files:
            return write(of_table(_read(content, read)), entries, folder, defect)
        return _lay_out_whole(content.name, read, entries, folder, defect)


def _lay_out_whole(
    name: str, read: BinaryIO, entries: Sequence[Entry], folder: Path, defect: Defect | None
) -> tuple[str, ...]:
    files = [entry for entry in entries if isinstance(entry, TableFile)]
    if len(files) > 1 or any("*" in file.name for file in files):
        raise UnmakeableError("the generator gave one file, and its dataset has several")
    name = files[0].name if files else name
    with _inside(folder, name).open("wb") as written:
        shutil.copyfileobj(read, written)
    given = write(None, entries, folder)
    if defect is not None:
        damage.of_files(folder, entries, defect)
    return tuple(sorted((name, *given)))


@contextmanager
def _opened(content: Path) -> Iterator[BinaryIO]:
    """Open a file that a generator left, and nothing that a link or a pipe in its place leads to."""
    try:
        descriptor = os.open(content, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise UnmakeableError(f"what the generator gave is no file: {error}") from error
    with os.fdopen(descriptor, "rb") as read:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnmakeableError("what the generator gave is no file")
        yield read


def _read(content: Path, read: BinaryIO) -> pa.Table:
    try:
        return pq.read_table(read) if content.suffix == ".parquet" else pa_csv.read_csv(read)
    except (pa.ArrowException, OSError) as error:
        raise UnmakeableError(f"what the generator gave is no table: {error}") from error


def parts(
    count: int, files: Sequence[TableFile]
) -> Iterator[tuple[str, Format, list[tuple[int, int]]]]:
    """Give for each file which of so many rows it holds, from one number up to another."""
    start = 0.0
    for file in files:
        first, length = _rows_between(count, start, start + file.share)
        start += file.share
        names = file.names()
        for number, name in enumerate(names):
            low, high = (round(length * turn / len(names)) for turn in (number, number + 1))
            yield name, file.format, _around(count, first + low, high - low)


def _rows_between(count: int, start: float, end: float) -> tuple[int, int]:
    """Give the first row and the number of rows of a share."""
    if end <= 1 + 1e-9:
        low, high = round(count * start), round(count * min(end, 1))
        return low, high - low
    return round(count * (start % 1)), min(round(count * (end - start)), count)


def _around(count: int, first: int, length: int) -> list[tuple[int, int]]:
    """Begin again at the first row where shares go beyond the whole."""
    first %= max(count, 1)
    until = min(first + length, count)
    rest = first + length - until
    return [(first, until), (0, rest)] if rest > 0 else [(first, until)]


def _inside(folder: Path, name: str) -> Path:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts or "\0" in name:
        raise UnmakeableError(f"the file `{name}` would lie outside of its dataset")
    path = folder / parts
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _write_table(parts: Iterator[pa.Table], kind: Format, path: Path) -> None:
    match kind:
        case Format.PARQUET:
            first = next(parts)
            with pq.ParquetWriter(path, first.schema, use_dictionary=_repeating(first)) as writer:
                for part in chain([first], parts):
                    writer.write_table(part)
        case Format.TEXT:
            _write_lines(parts, path)
        case Format.ANY:
            raise UnmakeableError(f"no rows can be written to `{path.name}`: its format is `any`")
        case _:
            _copy(parts, kind, path)
    if path.suffix == ".gz" and kind is not Format.PARQUET:
        _compress(path)


def _repeating(table: pa.Table) -> list[str]:
    """Name the columns whose values recur; to look for recurring ones in others costs most."""
    some = table.slice(0, _LOOKED_AT)
    return [
        name
        for name in some.column_names
        if pc.count_distinct(some[name]).as_py() <= some.num_rows // 2
    ]


def _compress(path: Path) -> None:
    plain = path.with_name(f"{path.name}.plain")
    path.rename(plain)
    # Without name and time stamp, so that equal rows are equal bytes.
    with (
        plain.open("rb") as source,
        path.open("wb") as target,
        gzip.GzipFile("", "wb", fileobj=target, mtime=0) as packed,
    ):
        shutil.copyfileobj(source, packed, 1 << 20)
    plain.unlink()


def _copy(parts: Iterator[pa.Table], kind: Format, path: Path) -> None:
    first = next(parts)
    if kind in _EMPTY and first.num_rows == 0:
        path.write_text(_EMPTY[kind], encoding="utf-8")
        return
    batches = (batch for part in chain([first], parts) for batch in part.to_batches())
    connection = _connection()
    connection.register("data", pa.RecordBatchReader.from_batches(first.schema, batches))
    quoted = str(path).replace("'", "''")
    # DuckDB compresses by the name's ending; that would put the time into the file.
    connection.execute(f"copy data to '{quoted}' ({_COPY[kind]}, compression none)")
    connection.unregister("data")


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """Open the only connection for writing; to open one takes longer than to write a small table."""
    return duckdb.connect(":memory:", config={"threads": 1, "max_temp_directory_size": MOST_SPILT})


def _write_lines(parts: Iterator[pa.Table], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for part in parts:
            for row in zip(*(column.to_pylist() for column in part.columns), strict=True):
                cells = ("" if cell is None else _as_text(cell) for cell in row)
                file.write("\t".join(cells) + "\n")


def _as_text(cell: object) -> str:
    return cell if isinstance(cell, str) else json.dumps(cell, default=str, ensure_ascii=False)
