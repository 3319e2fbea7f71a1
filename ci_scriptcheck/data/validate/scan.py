"""One scan of a part: a single query counts everything that its columns are asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from ci_scriptcheck.data import tables
from ci_scriptcheck.data.validate.cells import (
    JSON,
    RAW,
    TEXT,
    Cell,
    about,
    cell,
    family_of,
    literal,
    quoted,
)
from ci_scriptcheck.data.validate.parts import Part, header_of
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ci_scriptcheck.model.contract import Column

MEMORY = "1GB"
THREADS = 2
MOST_JSON_ROW = 16_000_000
MOST_TEXTS = 1_000_000
"""Different texts that are compared one by one, where DuckDB cannot read their pattern."""


class UnreadableError(Exception):
    """A part cannot be read as what it seems to be; the text says what it is instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was counted in one column.

    Attributes:
        filled: Rows with a value.
        good: Of them, those whose value is of the type.
        distinct: Different values; counted only where that is asked.
        is_cut: Whether there are more texts than were held against the pattern.
    """

    filled: int
    good: int
    outside: int = 0
    strange: int = 0
    unlike: int = 0
    distinct: int = 0
    is_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A part as it was read.

    Attributes:
        source: What stands behind `from`.
        cells: Column of the schema that it has → its expressions.
        places: Every column → the expression for it, and the family of its cells.
        types: Every column → its type, as people know it.
        counts: Column of the schema that it has → what was counted.
    """

    part: Part
    rows: int
    source: str
    cells: Mapping[str, Cell]
    places: Mapping[str, tuple[str, str]]
    types: Mapping[str, str]
    counts: Mapping[str, Counts]


def connected(paths: Iterable[str]) -> duckdb.DuckDBPyConnection:
    """Open a database that can reach these files and nothing else."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": THREADS,
            "memory_limit": MEMORY,
            "max_temp_directory_size": tables.MOST_SPILT,
            "preserve_insertion_order": False,
        },
    )
    lock(connection, paths)
    return connection


def lock(connection: duckdb.DuckDBPyConnection, paths: Iterable[str]) -> None:
    """Let a database reach these files and nothing else, and believe nothing that they claim."""
    # What a Parquet file says of its values does not count NaN: DuckDB takes it for word that there
    # is none, and leaves `isnan` out (https://github.com/duckdb/duckdb/issues/25521).
    connection.execute("set disabled_optimizers = 'statistics_propagation'")
    connection.execute("set allowed_paths = ?", [sorted(set(paths))])
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def scanned(
    connection: duckdb.DuckDBPyConnection, part: Part, columns: Sequence[Column], unique: set[str]
) -> Scan:
    """Count what a part holds.

    Args:
        connection: That can reach its files.
        part: The files.
        columns: Of the schema; those that it does not have are left out.
        unique: Of which of them to count the different values.

    Raises:
        UnreadableError: the files are broken.
    """
    try:
        return _scanned(connection, part, columns, unique)
    except duckdb.Error as error:
        raise UnreadableError(in_words(part, str(error))) from None


def _scanned(
    connection: duckdb.DuckDBPyConnection, part: Part, columns: Sequence[Column], unique: set[str]
) -> Scan:
    source, places, types = _relation(connection, part, columns)
    there = [column for column in columns if column.name in places]
    cells = {column.name: cell(column, *places[column.name]) for column in there}
    inner, outer = [], ["count(*)"]
    for number, column in enumerate(there):
        found = cells[column.name]
        inner.append(f"{found.raw} as r{number}, {found.value} as v{number}")
        outer += [
            f"count(r{number})",
            f"count(v{number})" if found.value != found.raw else "-1",
            _counted(found.outside, number),
            _counted(found.strange, number),
            _counted(_pattern(connection, found), number),
            f"count(distinct v{number})" if column.name in unique else "0",
        ]
    listed = ", ".join(inner) or "1"
    query = f"select {', '.join(outer)} from (select {listed} from {source})"  # noqa: S608  (written here)
    rows, *counted = connection.execute(query).fetchone() or (0,)
    counts = {}
    for number, column in enumerate(there):
        filled, good, *others = counted[6 * number : 6 * number + 6]
        counts[column.name] = _counts(filled, filled if good < 0 else good, others)
    scan = Scan(
        part=part,
        rows=rows,
        source=source,
        cells=cells,
        places=places,
        types=types,
        counts=counts,
    )
    return _with_true_patterns(connection, scan, there)


def _counts(filled: int, good: int, others: Sequence[int]) -> Counts:
    outside, strange, unlike, distinct = others
    return Counts(
        filled=filled,
        good=good,
        outside=outside,
        strange=strange,
        unlike=unlike,
        distinct=distinct,
    )


def _counted(condition: str | None, number: int) -> str:
    if condition is None:
        return "0"
    return f"count(*) filter (where {about(condition, raw=f'r{number}', value=f'v{number}')})"


def where(scan: Scan, column: str, condition: str) -> str:
    """Write a query's tail for the rows of a part in which a condition over its cells holds."""
    found = scan.cells[column]
    test = about(condition, raw="raw", value="value")
    cells = f"select {found.raw} as raw, {found.value} as value from {scan.source}"  # noqa: S608  (written here)
    return f"from ({cells}) where {test}"


def _relation(
    connection: duckdb.DuckDBPyConnection, part: Part, columns: Sequence[Column]
) -> tuple[str, dict[str, tuple[str, str]], dict[str, str]]:
    match part.kind:
        case "csv" | "tsv":
            names = {f"c{number}": "VARCHAR" for number in range(len(part.columns))}
            options = (
                "auto_detect = false, header = true, quote = '\"', escape = '\"', nullstr = '',"
                " allow_quoted_nulls = false,"
                f" delim = {literal(part.delimiter)}, columns = {names or {'c0': 'VARCHAR'}},"
                f" compression = '{'gzip' if part.is_packed else 'none'}', hive_partitioning = false"
            )
            places = {name: (f"c{number}", TEXT) for number, name in header_of(part)}
            return f"read_csv({_listed(part)}, {options})", places, dict.fromkeys(places, "text")
        case "jsonl":
            names = {column.name: "JSON" for column in columns} | dict.fromkeys(
                part.columns, "JSON"
            )
            written = ", ".join(f"{literal(name)}: 'JSON'" for name in names)
            options = (
                "format = 'newline_delimited', records = true, columns = {" + written + "},"
                f" maximum_object_size = {MOST_JSON_ROW},"
                f" compression = '{'gzip' if part.is_packed else 'none'}'"
            )
            source = f"read_json({_listed(part)}, {options})"
            places = {name: (quoted(name), JSON) for name in names}
            return source if names else "(select 1 limit 0)", places, dict.fromkeys(places, "JSON")
        case "json":
            return _document(connection, part)
        case _:
            return _typed(connection, part)


def _typed(
    connection: duckdb.DuckDBPyConnection, part: Part
) -> tuple[str, dict[str, tuple[str, str]], dict[str, str]]:
    # A folder such as `date=2024` would give every table below it another column.
    source = f"read_parquet({_listed(part)}, hive_partitioning = false)"
    described = connection.execute(f"describe select * from {source}").fetchall()  # noqa: S608  (written here)
    known = {name for _, name in header_of(part)}
    types = {name: kind for name, kind, *_ in described if name in known}
    places = {name: (quoted(name), family_of(kind)) for name, kind in types.items()}
    return source, places, {name: kind.lower() for name, kind in types.items()}


def _document(
    connection: duckdb.DuckDBPyConnection, part: Part
) -> tuple[str, dict[str, tuple[str, str]], dict[str, str]]:
    rows = _rows(part)
    names = list(dict.fromkeys(name for row in rows for name in row))[: tables.MOST_COLUMNS]
    arrays = {
        name: pa.array([_as_json(row.get(name)) for row in rows], pa.string()) for name in names
    }
    name = f"document{abs(hash(part.paths))}"
    connection.register(name, pa.table(arrays or {"": pa.array([], pa.string())}))
    places = {name: (f"{quoted(name)}::json", JSON) for name in names}
    return name, places, dict.fromkeys(places, "JSON")


def _rows(part: Part) -> list[dict[str, Any]]:
    """Read a JSON document that is a table: a list of rows, or columns as pandas writes them."""
    document = loaded(Path(part.paths[0]), tables.MOST_JSON_BYTES)
    if isinstance(document, list) and all(isinstance(row, dict) for row in document):
        return document
    is_by_column = isinstance(document, dict) and all(
        isinstance(column, dict) for column in document.values()
    )
    if is_by_column and document and tables.figures(Path(part.paths[0])).rows is not None:
        numbers = next(iter(document.values()))
        return [{name: document[name].get(row) for name in document} for row in numbers]
    raise UnreadableError("a JSON document that is no table")


def loaded(
    path: Path,
    most_bytes: int,
    *,
    of_pairs: Callable[[list[tuple[str, Any]]], dict[str, Any]] | None = None,
) -> Any:  # noqa: ANN401  (JSON)
    """Read a JSON document of so many bytes at most, unpacked.

    Args:
        path: Where it lies.
        most_bytes: How large it may be.
        of_pairs: Makes an object of its keys and values; by default, the last of equal keys counts.

    Raises:
        UnreadableError: it is broken, or larger.
    """
    try:
        with tables.opened(path, most_bytes) as file:
            return json.loads(file.read().decode("utf-8-sig"), object_pairs_hook=of_pairs)
    except tables.TooLargeError:
        raise UnreadableError(f"JSON of more than {most_bytes:,} bytes") from None
    except UnicodeDecodeError:
        raise UnreadableError("text that is not UTF-8") from None
    except (ValueError, RecursionError, OSError, EOFError):
        raise UnreadableError("broken JSON") from None


def _as_json(value: Any) -> str | None:  # noqa: ANN401  (JSON)
    return None if value is None else json.dumps(value)


def _listed(part: Part) -> str:
    return "[" + ", ".join(literal(path) for path in part.paths) + "]"


def _pattern(connection: duckdb.DuckDBPyConnection, found: Cell) -> str | None:
    """Give the test for texts that may not match; all of them where DuckDB cannot read the pattern."""
    if found.unlike is None:
        return None
    try:
        connection.execute(f"select {about(found.unlike, raw=literal(''), value='')}")
    except duckdb.Error:
        return f"{RAW} is not null"
    return found.unlike


def _with_true_patterns(
    connection: duckdb.DuckDBPyConnection, scan: Scan, columns: Sequence[Column]
) -> Scan:
    """Look again at texts that seem not to match: Python's own expressions say more than DuckDB's."""
    counts = dict(scan.counts)
    for column in columns:
        before = counts[column.name]
        if before.unlike and column.pattern is not None:
            texts, is_cut = _compared(connection, scan, column)
            unlike = sum(count for _, count in texts)
            counts[column.name] = Counts(
                filled=before.filled,
                good=before.good,
                outside=before.outside,
                strange=before.strange,
                unlike=unlike,
                distinct=before.distinct,
                is_cut=is_cut,
            )
    return Scan(
        part=scan.part,
        rows=scan.rows,
        source=scan.source,
        cells=scan.cells,
        places=scan.places,
        types=scan.types,
        counts=counts,
    )


def suspected(
    connection: duckdb.DuckDBPyConnection, scan: Scan, column: Column
) -> list[tuple[str, int]]:
    """Give the texts of a column that do not match its pattern, each with its number of rows."""
    return _compared(connection, scan, column)[0]


def _compared(
    connection: duckdb.DuckDBPyConnection, scan: Scan, column: Column
) -> tuple[list[tuple[str, int]], bool]:
    """Give these texts, and whether there are more than were looked at."""
    test = _pattern(connection, scan.cells[column.name]) or "false"
    tail = where(scan, column.name, test)
    query = f"select raw::varchar as text, count(*) {tail} group by 1 order by 1 limit {MOST_TEXTS + 1}"
    expression = re.compile(column.pattern or "")
    found = connection.execute(query).fetchall()
    unlike = [one for one in found[:MOST_TEXTS] if not expression.fullmatch(one[0])]
    return unlike, len(found) > MOST_TEXTS


_LINE = re.compile(r"(?:CSV Error on Line: |in line )(\d+)")
_CELLS = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")


def in_words(part: Part, message: str) -> str:
    """Say what is wrong with a file; DuckDB's own words would show what stands in it."""
    line = _LINE.search(message)
    where = f" in line {line[1]}" if line else ""
    cells = _CELLS.search(message)
    if cells:
        return f"{cells[2]} cells{where}, and {cells[1]} in the header"
    for words, meaning in (
        ("unicode", f"text that is not UTF-8{where}"),
        ("utf-8", f"text that is not UTF-8{where}"),
        ("utf8", f"text that is not UTF-8{where}"),
        ("unterminated quote", f"a quote that is never closed{where}"),
        ("maximum line size", f"a line that is too long{where}"),
        ("maximum_object_size", f"a line of more than {MOST_JSON_ROW:,} bytes"),
        ("out of memory", f"more than can be looked at in {MEMORY} of memory"),
    ):
        if words in message.lower():
            return meaning
    return f"broken {part.kind}{where}"
