"""A table as the files of a dataset: names, patterns, shares, formats, and contents in place."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from ci_scriptcheck.data import damage
from ci_scriptcheck.data.draw import UnmakeableError
from ci_scriptcheck.model.contract import Entry, Format, GivenFile, TableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ci_scriptcheck.model.defect import Defect

_COPY = {
    Format.CSV: "format csv, header true, delimiter ','",
    Format.TSV: "format csv, header true, delimiter '\t'",
    Format.JSONL: "format json",
    Format.JSON: "format json, array true",
}


def write(
    table: pa.Table | None,
    entries: Sequence[Entry],
    folder: Path,
    defect: Defect | None = None,
) -> tuple[str, ...]:
    """Write the files of a dataset and list their names, sorted.

    Args:
        table: Its rows, in an order that is random already; `None` where all files are given.
        entries: What its files are.
        folder: Where they go; folders in their names are made.
        defect: What is to be wrong with the files.

    Raises:
        UnmakeableError: a file has no format that rows can be written in, or leaves the folder.
    """
    written = []
    for entry in entries:
        if isinstance(entry, GivenFile):
            _inside(folder, entry.name).write_text(entry.text, encoding="utf-8", newline="")
            written.append(entry.name)
    tables = [entry for entry in entries if isinstance(entry, TableFile)]
    if table is not None:
        for name, kind, part in _parts(table, tables):
            _write_table(part, kind, _inside(folder, name))
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
    if content.suffix in {".parquet", ".csv"} and files:
        table = _read(content)
        return write(damage.of_table(table, defect) if defect else table, entries, folder, defect)
    if len(files) > 1 or any("*" in file.name for file in files):
        raise UnmakeableError("the generator gave one file, and its dataset has several")
    name = files[0].name if files else content.name
    shutil.copyfile(content, _inside(folder, name))
    written = write(None, entries, folder)
    if defect is not None:
        damage.of_files(folder, entries, defect)
    return tuple(sorted((name, *written)))


def _read(content: Path) -> pa.Table:
    try:
        return pq.read_table(content) if content.suffix == ".parquet" else pa_csv.read_csv(content)
    except (pa.ArrowException, OSError) as error:
        raise UnmakeableError(f"what the generator gave is no table: {error}") from error


def _parts(table: pa.Table, files: Sequence[TableFile]) -> Iterator[tuple[str, Format, pa.Table]]:
    start = 0.0
    for file in files:
        part = _rows_between(table, start, start + file.share)
        start += file.share
        names = file.names()
        for number, name in enumerate(names):
            low, high = (round(part.num_rows * turn / len(names)) for turn in (number, number + 1))
            yield name, file.format, part.slice(low, high - low)


def _rows_between(table: pa.Table, start: float, end: float) -> pa.Table:
    """Cut out a share of the rows; shares beyond the whole begin again at its first row."""
    if end <= 1 + 1e-9:
        low, high = round(table.num_rows * start), round(table.num_rows * min(end, 1))
        return table.slice(low, high - low)
    low = round(table.num_rows * (start % 1))
    wanted = round(table.num_rows * (end - start))
    around = pa.concat_tables([table.slice(low), table.slice(0, low)])
    return around.slice(0, wanted)


def _inside(folder: Path, name: str) -> Path:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts or "\0" in name:
        raise UnmakeableError(f"the file `{name}` would lie outside of its dataset")
    path = folder / parts
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _write_table(table: pa.Table, kind: Format, path: Path) -> None:
    match kind:
        case Format.PARQUET:
            pq.write_table(table, path)
        case Format.TEXT:
            _write_lines(table, path)
        case Format.ANY:
            raise UnmakeableError(f"no rows can be written to `{path.name}`: its format is `any`")
        case _:
            _copy(table, _COPY[kind], path)
    if path.suffix == ".gz" and kind is not Format.PARQUET:
        # Without a time stamp, so that equal rows are equal bytes.
        path.write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def _copy(table: pa.Table, options: str, path: Path) -> None:
    if "json" in options and table.num_rows == 0:
        path.write_text("" if options == _COPY[Format.JSONL] else "[]\n", encoding="utf-8")
        return
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.register("data", table)
        quoted = str(path).replace("'", "''")
        # DuckDB compresses by the name's ending; that would put the time into the file.
        connection.execute(f"copy data to '{quoted}' ({options}, compression none)")


def _write_lines(table: pa.Table, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
            file.write("\t".join("" if cell is None else _as_text(cell) for cell in row) + "\n")


def _as_text(cell: object) -> str:
    return cell if isinstance(cell, str) else json.dumps(cell, default=str, ensure_ascii=False)
