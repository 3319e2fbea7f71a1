"""A table as one side of a comparison: a relation in DuckDB, and what its columns hold.

Types are in the words of schemas. Those of CSV are told from every cell, so that a postcode stays
text; those of JSON from what it says itself, and its texts only as moments.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ci_scriptcheck.data import formats, tables
from ci_scriptcheck.data.compare import words
from ci_scriptcheck.data.validate import parts
from ci_scriptcheck.data.validate.cells import JSON, TEXT, family_of, literal, quoted
from ci_scriptcheck.data.validate.scan import (
    MOST_JSON_ROW,
    THREADS,
    UnreadableError,
    in_words,
    lock,
)
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MEMORY = "600MB"
MOST_SPILT = "4GB"
TABLES = frozenset({"csv", "tsv", "parquet", "jsonl"})
_MOST_KEPT = 50_000_000
"""Bytes of a text file up to which its cells are kept in memory, and not parsed for every query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of one side.

    Attributes:
        source: What DuckDB calls it.
        family: Of its cells, as `validate.cells` tells them.
        sql: Its type in DuckDB.
        word: Its type in the words of schemas; `None` where no cell tells it.
    """

    name: str
    source: str
    family: str
    sql: str
    word: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A table that was opened.

    Attributes:
        relation: What stands behind `from`.
        columns: By name, in the file's order.
    """

    part: parts.Part
    relation: str
    rows: int
    columns: Mapping[str, Column]


def connected(paths: Iterable[str], scratch: str) -> duckdb.DuckDBPyConnection:
    """Open a database that reaches these files, and a folder for what does not fit into memory.

    The order of rows is kept, as whether it differs is asked.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": THREADS,
            "memory_limit": MEMORY,
            "temp_directory": scratch,
            "max_temp_directory_size": MOST_SPILT,
        },
    )
    connection.execute("set enable_progress_bar = false")
    lock(connection, paths)
    return connection


def opened(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> Side:
    """Open a table.

    Args:
        connection: That can reach it.
        path: Where it lies.
        name: For the relation, in this connection.

    Raises:
        UnreadableError: it is broken, or larger than what is looked at.
    """
    try:
        part = parts.part_of(path.name, path)
    except parts.RefusedError as error:
        raise UnreadableError(str(error)) from None
    try:
        return _opened(connection, part, name)
    except duckdb.OutOfMemoryException:
        raise UnreadableError(f"more than can be looked at in {MEMORY} of memory") from None
    except duckdb.Error as error:
        raise UnreadableError(in_words(part, str(error))) from None


def _opened(connection: duckdb.DuckDBPyConnection, part: parts.Part, name: str) -> Side:
    source, columns = _source(connection, part)
    kind = "view" if part.kind == "parquet" or not _is_kept(part) else "table"
    connection.execute(f"create temp {kind} {name} as select * from {source}")  # noqa: S608  (written here)
    rows = connection.execute(f"select count(*) from {name}").fetchone() or (0,)  # noqa: S608  (ours)
    told = words.told(connection, name, [(one.source, one.family) for one in columns])
    known = {
        column.name: Column(
            name=column.name,
            source=column.source,
            family=column.family,
            sql=column.sql,
            word=told.get(column.source, column.word),
        )
        for column in columns
    }
    return Side(part=part, relation=name, rows=int(rows[0]), columns=known)


def _is_kept(part: parts.Part) -> bool:
    size = Path(part.paths[0]).stat().st_size
    return size * (10 if part.is_packed else 1) <= _MOST_KEPT


def _source(
    connection: duckdb.DuckDBPyConnection, part: parts.Part
) -> tuple[str, Sequence[Column]]:
    match part.kind:
        case "parquet":
            return _of_parquet(connection, part)
        case "jsonl":
            return _of_lines(connection, part)
        case _:
            return _of_cells(part)


def _of_parquet(
    connection: duckdb.DuckDBPyConnection, part: parts.Part
) -> tuple[str, Sequence[Column]]:
    import pyarrow.parquet as pq

    source = f"read_parquet({literal(part.paths[0])}, hive_partitioning = false)"
    described = connection.execute(f"describe select * from {source}").fetchall()  # noqa: S608  (quoted)
    names = list(pq.read_schema(part.paths[0]).names)
    if len(names) != len(described):
        names = [name for name, *_ in described]
    # DuckDB gives `a` beside `A` another name, so that columns are told by their places.
    found = [
        Column(
            name=name,
            source=quoted(alias),
            family=family_of(kind),
            sql=kind,
            word=words.of_native(kind),
        )
        for name, (alias, kind, *_) in zip(_numbered(names), described, strict=True)
    ]
    return source, found


def _of_cells(part: parts.Part) -> tuple[str, Sequence[Column]]:
    try:
        first, _ = parts.first_line(Path(part.paths[0]), part.kind)
    except parts.RefusedError as error:
        raise UnreadableError(str(error)) from None
    if not first:
        return "(select 1 limit 0)", []
    has_header = not formats.is_data(first)
    names = first if has_header else [f"column {number + 1}" for number in range(len(first))]
    found = [
        Column(name=name, source=f"c{number}", family=TEXT, sql="VARCHAR", word=None)
        for number, name in enumerate(_numbered(names))
    ]
    cells = ", ".join(f"{column.source}: 'VARCHAR'" for column in found)
    options = (
        f"auto_detect = false, header = {has_header}, quote = '\"', escape = '\"', nullstr = '',"
        f" allow_quoted_nulls = false, delim = {literal(part.delimiter)},"
        f" columns = {{{cells}}}, hive_partitioning = false, {_compression(part)}"
    )
    return f"read_csv({literal(part.paths[0])}, {options})", found


def _of_lines(
    connection: duckdb.DuckDBPyConnection, part: parts.Part
) -> tuple[str, Sequence[Column]]:
    """Read JSON lines; keys are gathered from all of them, in the order of their names."""
    options = f"format = 'newline_delimited', maximum_object_size = {MOST_JSON_ROW}, {_compression(part)}"
    source = f"read_json_objects({literal(part.paths[0])}, {options})"
    _refuse_odd_lines(connection, source)
    query = (
        f"select distinct unnest(json_keys(json)) from {source} limit {tables.MOST_COLUMNS + 1}"  # noqa: S608  (quoted)
    )
    names = sorted(name for (name,) in connection.execute(query).fetchall())
    if len(names) > tables.MOST_COLUMNS:
        raise UnreadableError(f"more than {tables.MOST_COLUMNS:,} keys")
    found = [
        Column(name=name, source=f"c{number}", family=JSON, sql="JSON", word=None)
        for number, name in enumerate(names)
    ]
    cells = ", ".join(
        f"json_extract(json, {literal(_pointer(one.name))}) as {one.source}" for one in found
    )
    return f"(select {cells or '1 as c0'} from {source})", found  # noqa: S608  (quoted)


def _refuse_odd_lines(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Refuse lines of which columns would show nothing, or one of two values only."""
    keys = "json_keys(json)"
    tests = "json_type(json) <> 'OBJECT'", f"len({keys}) <> len(list_distinct({keys}))"
    counted = ", ".join(f"count(*) filter ({test})" for test in tests)
    odd, double = connection.execute(f"select {counted} from {source}").fetchone() or (0, 0)  # noqa: S608  (quoted)
    if odd:
        raise UnreadableError(f"{odd:,} line{'s' * (odd != 1)} of JSON without an object")
    if double:
        raise UnreadableError(f"{double:,} line{'s' * (double != 1)} of JSON with a key twice")


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _compression(part: parts.Part) -> str:
    return f"compression = '{'gzip' if part.is_packed else 'none'}'"


def _numbered(names: Iterable[str]) -> list[str]:
    """Tell columns of the same name apart, by a number behind all but the first."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
