"""The rows of a file that a script wrote, cell by cell; only as many as a literal test has use for."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.data import tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ci_scriptcheck.model.contract import Scalar

Row = dict[str, "Scalar"]

MOST_ROWS = 5_000
"""More rows than that are counted by nobody: no literal test expects them."""

_MOST_JSON = 100_000_000
_HEAD = 65_536
_DELIMITERS = ",\t;|"


class UnreadableError(Exception):
    """A file holds no table; the text says why."""


def rows_of(path: Path, columns: Sequence[str] = ()) -> list[Row]:
    """Read the first rows of a table; cells of CSV files are text, and empty ones are `None`.

    Args:
        path: The file.
        columns: Some names that its header is expected to hold, by which a delimiter is told.

    Raises:
        UnreadableError: it is no table.
    """
    if path.is_symlink() or not path.is_file():
        raise UnreadableError("is not there")
    kind = tables.figures(path).format
    readers = {
        "csv": lambda: _csv_rows(path, columns),
        "tsv": lambda: _csv_rows(path, columns),
        "jsonl": lambda: _jsonl_rows(path),
        "json": lambda: _json_rows(path),
        "parquet": lambda: _parquet_rows(path),
    }
    if kind not in readers:
        raise UnreadableError(f"is {kind}, and no table")
    try:
        return [
            {str(name): _cell(cell) for name, cell in row.items()}
            for row in islice(readers[kind](), MOST_ROWS)
        ]
    except (ValueError, OSError, EOFError, csv.Error, RecursionError, ImportError) as error:
        raise UnreadableError(f"cannot be read as {kind}: {error}"[:300]) from error


def tables_of(folder: Path) -> tuple[str, ...]:
    """List the files of a folder that hold a table."""
    return tuple(name for name, one in tables.measure(folder).items() if one.rows is not None)


def _csv_rows(path: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    opened: Any = gzip.open if packed else open
    with opened(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as text:
        head = text.readline(_HEAD)
        lines = csv.reader(chain([head], text), delimiter=_delimiter(head, columns))
        names = next(lines, [])
        for cells in lines:
            if cells:
                padded = [*cells, *[""] * (len(names) - len(cells))]
                yield dict(zip(names, [cell or None for cell in padded], strict=False))


def _delimiter(head: str, columns: Sequence[str]) -> str:
    """Tell what stands between cells: that with which the header holds most of the names."""

    def fits(mark: str) -> tuple[int, int]:
        names = next(csv.reader([head], delimiter=mark), [])
        return len(set(columns).intersection(names)), len(names)

    return max(_DELIMITERS, key=fits)


def _jsonl_rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(_MOST_JSON), b""):
            if line.strip():
                yield _row(json.loads(line))


def _json_rows(path: Path) -> Iterator[dict[str, Any]]:
    if path.stat().st_size > _MOST_JSON:
        raise ValueError(f"it is larger than {_MOST_JSON:,} bytes")
    document = json.loads(path.read_bytes().decode("utf-8-sig"))
    if isinstance(document, list):
        yield from (_row(item) for item in document)
        return
    if not isinstance(document, dict) or not all(isinstance(v, dict) for v in document.values()):
        raise ValueError("it holds no list of rows")
    # Written column by column, as pandas does unless told otherwise.
    for number in next(iter(document.values()), {}):
        yield {name: cells.get(number) for name, cells in document.items()}


def _row(item: object) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise ValueError("it holds something else than rows")  # noqa: TRY004  (about the file)
    return item


def _parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, memory_map=False) as file:
        for batch in file.iter_batches(batch_size=500):
            yield from batch.to_pylist()


def _cell(value: object) -> Scalar:
    """Write a cell so that JSON can say it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return json.dumps(value, default=str, ensure_ascii=False, sort_keys=True)
