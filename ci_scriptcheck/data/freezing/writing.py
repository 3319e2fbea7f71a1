"""Made rows as files that a script reads as it reads the real ones: format, types, marks between cells, names."""

from __future__ import annotations

import gzip
import shutil
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ci_scriptcheck.data.layout import parts
from ci_scriptcheck.data.sample import literal
from ci_scriptcheck.model.contract import Format

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ci_scriptcheck.data.freezing.means import Cell
    from ci_scriptcheck.data.freezing.source import Column, Table

_TYPES = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
_MOST = 2**63 - 1


def write(table: Table, rows: Mapping[str, Sequence[Cell]], folder: Path) -> tuple[str, ...]:
    """Write the files of a dataset into a folder of its name, and list them, sorted."""
    made = _arrow(table, rows)
    count = made.num_rows
    written = []
    for name, kind, spans in parts(count, table.given.entries):
        path = folder / table.name / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = pa.concat_tables([made.slice(low, high - low) for low, high in spans])
        _write(part, kind, path, table.delimiter or ",")
        written.append(name)
    return tuple(sorted(written))


def _arrow(table: Table, rows: Mapping[str, Sequence[Cell]]) -> pa.Table:
    wanted = _types(table)
    return pa.table(
        {
            name: _array(table.columns[name], cells, wanted.get(name))
            for name, cells in rows.items()
        }
    )


def _types(table: Table) -> Mapping[str, pa.DataType]:
    """Give the types of the real columns, of which there are more than a schema tells."""
    if table.given.format != "parquet":
        return {}
    schema = pq.read_schema(table.given.files[0])
    return dict(zip(schema.names, schema.types, strict=True))


def _array(column: Column, cells: Sequence[Cell], wanted: pa.DataType | None) -> pa.Array:
    made = _plain(column, cells)
    if wanted is None or made.type == wanted:
        return made
    try:
        if pa.types.is_dictionary(wanted):
            return made.cast(wanted.value_type).dictionary_encode().cast(wanted)
        if pa.types.is_timestamp(wanted) and pa.types.is_timestamp(made.type):
            return made.cast(pa.timestamp("us", wanted.tz)).cast(wanted)
        return made.cast(wanted, safe=not pa.types.is_decimal(wanted))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return made


def _plain(column: Column, cells: Sequence[Cell]) -> pa.Array:
    if column.is_moment:
        if column.form is None:
            kind = pa.timestamp("us")
            return pa.array(cells, pa.int64()).cast(kind)
        return pa.array(
            [None if cell is None else column.form.text(int(cell)) for cell in cells], pa.string()
        )
    if column.kind == "int":
        cells = [None if cell is None else max(min(int(cell), _MOST), -_MOST) for cell in cells]
    if column.kind == "bool" and column.is_text:
        return pa.array(cells, pa.string())
    return pa.array(cells, _TYPES.get(column.kind, pa.string()))


def _write(table: pa.Table, kind: Format, path: Path, delimiter: str) -> None:
    if kind is Format.PARQUET:
        pq.write_table(table, path)
        return
    if kind in {Format.JSON, Format.JSONL} and not table.num_rows:
        path.write_text("[]\n" if kind is Format.JSON else "", encoding="utf-8")
        return
    delimiter = "\t" if kind is Format.TSV else delimiter
    options = {
        Format.JSON: "format json, array true",
        Format.JSONL: "format json",
    }.get(kind, f"format csv, header true, delimiter {literal(delimiter)}")
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.register("data", table)
        # DuckDB would compress by the name's ending, and put the time into the file.
        connection.execute(f"copy data to {literal(str(path))} ({options}, compression none)")
    if path.suffix == ".gz":
        _compress(path)


def _compress(path: Path) -> None:
    plain = path.with_name(f"{path.name}.plain")
    path.rename(plain)
    with (
        plain.open("rb") as source,
        path.open("wb") as target,
        gzip.GzipFile("", "wb", fileobj=target, mtime=0) as packed,
    ):
        shutil.copyfileobj(source, packed, 1 << 20)
    plain.unlink()
