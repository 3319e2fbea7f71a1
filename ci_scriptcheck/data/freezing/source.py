"""Real tables that are to be frozen, as relations of DuckDB, and what their columns are.

What leaves this module of a column is an array that numbers are made of, or figures; texts leave it only
with the number of rows that have them.
"""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from ci_scriptcheck.data import sample
from ci_scriptcheck.data.freezing import moments
from ci_scriptcheck.data.freezing.moments import Form
from ci_scriptcheck.data.sample import UnreadableError, cell_of, literal
from ci_scriptcheck.data.validate.scan import lock
from ci_scriptcheck.model.frozen import Given
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Floats = np.ndarray[Any, np.dtype[np.float64]]

MOST_TOGETHER = 20_000
"""Rows by which is seen how columns go together."""

_NEARLY = 0.8
_MEMORY = "1GB"
_MOST_SPILT = "4GB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a real table.

    Attributes:
        kind: A type of a schema, or `nested`, or `empty` where no cell has a value.
        is_text: Whether the file says it as text, so that what is made must be text, too.
        filled: Cells with a value.
        distinct: How many values differ; estimated where many do and some repeat.
        values: All of them, where they are few.
        form: How moments are written, where they are text.
    """

    name: str
    kind: str
    is_text: bool
    filled: int
    distinct: int
    values: tuple[str, ...] = ()
    form: Form | None = None

    @property
    def is_unique(self) -> bool:
        """Say whether no value comes twice."""
        return self.distinct == self.filled > 1

    @property
    def is_moment(self) -> bool:
        """Say whether it holds dates or times."""
        return self.kind in {"date", "datetime"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A real table.

    Attributes:
        relation: What it is called in the database.
        columns: By name, in the file's order.
        delimiter: Of CSV files.
    """

    given: Given
    relation: str
    rows: int
    columns: Mapping[str, Column]
    delimiter: str | None = None

    @property
    def name(self) -> str:
        """Give the name of its dataset."""
        return self.given.name


def connected(paths: Sequence[str], scratch: Path) -> duckdb.DuckDBPyConnection:
    """Open a database that reaches these files and a folder for what does not fit into memory."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "memory_limit": _MEMORY,
            "temp_directory": str(scratch),
            "max_temp_directory_size": _MOST_SPILT,
        },
    )
    connection.execute("set enable_progress_bar = false")
    lock(connection, paths)
    return connection


@contextmanager
def all_opened(
    given: Sequence[Given],
) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[Table]]]:
    """Open a database with some tables, for as long as it is needed.

    Raises:
        UnreadableError: one is broken, or too large; the text names it.
    """
    paths = [[Path(file) for file in one.files] for one in given]
    flat = [str(path) for some in paths for path in some]
    with tempfile.TemporaryDirectory() as scratch, connected(flat, Path(scratch)) as connection:
        tables = []
        for number, (one, some) in enumerate(zip(given, paths, strict=True)):
            try:
                tables.append(opened(connection, one, some, number))
            except (duckdb.Error, UnreadableError) as error:
                raise UnreadableError(f"`{one.name}`: {str(error).splitlines()[0]}") from error
        yield connection, tables


def opened(
    connection: duckdb.DuckDBPyConnection, given: Given, paths: Sequence[Path], number: int
) -> Table:
    """Read a table.

    Raises:
        UnreadableError: it is none, or more than is read.
    """
    from ci_scriptcheck.data import tables

    if sum(path.stat().st_size for path in paths) > sample.MOST_BYTES:
        raise UnreadableError(f"more than {sample.MOST_BYTES / 1e9:.0f} GB are not frozen")
    relation = f"table_{number}"
    scan = sample.scan_of(paths, given.format)
    described = connection.execute(f"describe select * from {scan}").fetchall()  # noqa: S608  (quoted)
    natives = {str(row[0]): str(row[1]) for row in described[: sample.MOST_COLUMNS]}
    if given.format in {"json", "jsonl"}:
        # As its readers would, DuckDB takes texts for dates; what is made has to be text as well.
        texts = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in natives)
        scan = f"{scan[:-1]}, columns = {{{texts}}})"
    connection.execute(f"create temp table {relation} as select * from {scan}")  # noqa: S608  (quoted)
    rows, seen = sample.look_at(connection, relation)
    numeric = r"U?\w*INT|DOUBLE|FLOAT|BOOL|DECIMAL"
    is_text = {
        name: native == "VARCHAR" or native.startswith("ENUM")
        if given.format == "parquet"
        else not re.match(numeric, native)
        for name, native in natives.items()
    }
    found = {
        one.name: _column(
            connection, relation, one, rows, natives[one.name], is_text=is_text[one.name]
        )
        for one in seen
    }
    delimiter = (
        tables.delimiter_of(paths[0], given.format) if given.format in {"csv", "tsv"} else None
    )
    return Table(given=given, relation=relation, rows=rows, columns=found, delimiter=delimiter)


def _column(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    seen: sample.Seen,
    rows: int,
    native: str,
    *,
    is_text: bool,
) -> Column:
    kind = seen.type
    is_nested = "[" in native or "STRUCT" in native or "MAP" in native or kind == "nested"
    is_nested = is_nested or native in {"BLOB", "JSON", "TIME", "INTERVAL"}
    filled = rows - seen.nulls
    form = None
    if is_nested:
        kind = "nested"
    elif not filled:
        kind = "empty"
    elif kind == "int" or (is_text and kind in {"date", "datetime", "string"}):
        form = moments.form_of(connection, relation, seen.name, kind)
        kind = kind if form is None else form.kind
    distinct = seen.distinct
    if not is_nested and filled and distinct <= MOST_TOGETHER:
        query = f"select count(distinct {cell_of(seen.name)}) from {relation}"  # noqa: S608  (quoted)
        distinct = _number(connection, query)
    return Column(
        name=seen.name,
        kind=kind,
        is_text=is_text,
        filled=filled,
        distinct=distinct,
        values=seen.values,
        form=form,
    )


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    found = connection.execute(query).fetchall()[0]
    return int(found[0])


def ordered_sql(column: Column) -> str:
    """Write a column as numbers: microseconds where it holds moments, without a value where it has none."""
    if column.is_moment:
        return moments.micros(column.name, column.form)
    return f"try_cast({cell_of(column.name)} as double)"


def ordered(connection: duckdb.DuckDBPyConnection, table: Table, name: str) -> Floats:
    """Give all values of a column of numbers, or of moments in microseconds."""
    sql = ordered_sql(table.columns[name])
    found = connection.execute(
        f"select one from (select ({sql})::double as one from {table.relation}) where isfinite(one)"  # noqa: S608  (quoted)
    ).fetchnumpy()["one"]
    return np.asarray(found, dtype=np.float64)


def both(
    connection: duckdb.DuckDBPyConnection, table: Table, first: str, second: str
) -> tuple[Floats, Floats]:
    """Give two columns of moments in the rows that have both, in microseconds."""
    one, other = (ordered_sql(table.columns[name]) for name in (first, second))
    found = connection.execute(
        f"select one::double as one, other::double as other from (select {one} as one, {other} as other from {table.relation}) "  # noqa: S608  (quoted)
        "where one is not null and other is not null"
    ).fetchnumpy()
    return np.asarray(found["one"], dtype=np.float64), np.asarray(found["other"], dtype=np.float64)


def counted(
    connection: duckdb.DuckDBPyConnection, table: Table, name: str, *, least: int, most: int
) -> list[tuple[str, int]]:
    """Give the values that so many rows have at least, as text, the most frequent first."""
    cell = cell_of(name)
    found = connection.execute(
        f"select {cell} as one, count(*) as n from {table.relation} where {cell} is not null "  # noqa: S608  (quoted)
        f"group by 1 having n >= {least} order by n desc, one limit {most}"
    ).fetchall()
    return [(str(value), int(count)) for value, count in found]


def side_by_side(
    connection: duckdb.DuckDBPyConnection, table: Table, expressions: Sequence[str]
) -> list[Floats]:
    """Give several expressions for the same rows, some where there are many; `nan` stands for no value."""
    names = [f"c{number}" for number in range(len(expressions))]
    listed = ", ".join(
        f"coalesce(({sql})::double, 'nan'::double) as {name}"
        for sql, name in zip(expressions, names, strict=True)
    )
    some = (
        f" using sample reservoir({MOST_TOGETHER} rows) repeatable (1)"
        if table.rows > MOST_TOGETHER
        else ""
    )
    found = connection.execute(f"select {listed} from {table.relation}{some}").fetchnumpy()  # noqa: S608  (quoted)
    return [np.asarray(found[name], dtype=np.float64) for name in names]


def tuple_sql(columns: Sequence[str]) -> str:
    """Write some columns together as a text, which has no value where one of them has none."""
    cells = [cell_of(name) for name in columns]
    if len(cells) == 1:
        return cells[0]
    return " || chr(1) || ".join(f"({cell})" for cell in cells)


def tell_apart(
    connection: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str]
) -> bool:
    """Say whether no two rows have the same values of some columns, and all have some."""
    kinds = math.prod(max(table.columns[name].distinct, 1) for name in columns)
    if any(table.columns[name].filled < table.rows for name in columns) or kinds < table.rows:
        return False
    one = tuple_sql(columns)
    found = connection.execute(
        f"select count(*), count({one}), count(distinct {one}) from {table.relation}"  # noqa: S608  (quoted)
    ).fetchall()[0]
    return bool(found[0] == found[1] == found[2] > 1)


def whole(connection: duckdb.DuckDBPyConnection, table: Table, name: str) -> set[int]:
    """Give all values of a column of whole numbers, exactly."""
    found = connection.execute(
        f"select distinct try_cast({cell_of(name)} as bigint) as one from {table.relation}"  # noqa: S608  (quoted)
    ).fetchall()
    return {int(row[0]) for row in found if row[0] is not None}


def is_sorted(connection: duckdb.DuckDBPyConnection, table: Table, name: str) -> bool:
    """Say whether the rows of a table lie in the order of a column, of which every row has a value."""
    column = table.columns[name]
    if column.filled != table.rows or column.distinct < 2:
        return False
    found = connection.execute(
        f"select bool_and(one >= before) from (select one, lag(one) over () as before from "  # noqa: S608  (quoted)
        f"(select {ordered_sql(column)} as one from {table.relation}))"
    ).fetchall()[0]
    return bool(found[0])


def missing_together(
    connection: duckdb.DuckDBPyConnection, table: Table, names: Sequence[str]
) -> list[list[str]]:
    """Group columns that lack their values in nearly the same rows."""
    if not names:
        return []
    holes = [f"({cell_of(name)} is null)::int" for name in names]
    found = dict(zip(names, side_by_side(connection, table, holes), strict=True))
    groups: list[list[str]] = []
    for name in names:
        for group in groups:
            one, other = found[group[0]] > 0, found[name] > 0
            either = np.count_nonzero(one | other)
            if either and np.count_nonzero(one & other) >= _NEARLY * either:
                group.append(name)
                break
        else:
            groups.append([name])
    return groups
