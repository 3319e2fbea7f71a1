"""What sample files show of their columns, for a schema that a person then reads.

Every row is read: a type that changes late in a file is seen, and text with leading zeros stays
text. Types are told from the cells' own words, not by a reader that converts what it can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.data import tables
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

MOST_BYTES = 2_000_000_000
"""Of one file as it lies on disk; more is not read as a whole for a draft."""
MOST_CELLS = 500_000_000
MOST_COLUMNS = 1_000
MOST_VALUES = 20
"""Different texts up to which a column can be a category."""

_LEAST_REPEATS = 3
_MEMORY = "1GB"
_ABSENT = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None")
"""What pandas takes for no value, too."""

_INT = r"[-+]?(0|[1-9][0-9]{0,17})"
_FLOAT = r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT = _DATE + r"([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[-+][0-9]{2}:?[0-9]{2})?)?"
_LETTERS = "^[A-Za-z_-]*"
_NUMBERED = "[A-Za-z_-]*[0-9]+"

_NATIVE = {
    "BOOLEAN": "bool",
    "DATE": "date",
    "DOUBLE": "float",
    "FLOAT": "float",
    "VARCHAR": "string",
    "JSON": "nested",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the cells of one column were.

    Attributes:
        type: A type of a schema, or `nested` where cells hold lists or records.
        nulls: Cells without a value.
        distinct: How many values differ; counted exactly where all do or few do.
        values: All of them, sorted, where they are few and repeat.
        low: Least number or moment, as text.
        high: Greatest.
        letters: How every text begins, where all are these letters and digits behind them.
        digits: How many digits follow, where that is always the same.
    """

    name: str
    type: str
    nulls: int
    distinct: int
    values: tuple[str, ...] = ()
    low: str | None = None
    high: str | None = None
    letters: str | None = None
    digits: int | None = None


class UnreadableError(Exception):
    """The files cannot be read as one table; the text says why."""


def look(files: Sequence[Path], kind: str) -> tuple[int, tuple[Seen, ...]]:
    """Count the rows of files that hold one table, and tell about each column.

    Args:
        files: All of one format, with the same columns.
        kind: That format, as `tables.figures` names it.

    Raises:
        UnreadableError: they are too large, or no table.
    """
    import duckdb

    if sum(file.stat().st_size for file in files) > MOST_BYTES:
        raise UnreadableError(f"more than {MOST_BYTES / 1e9:.0f} GB are not read for a draft")
    limits: Mapping[str, str | bool | int | float | list[str]] = {
        "threads": 1,
        "memory_limit": _MEMORY,
        "max_temp_directory_size": tables.MOST_SPILT,
    }
    with duckdb.connect(":memory:", config=dict(limits)) as connection:
        try:
            return _looked(connection, files, kind)
        except duckdb.Error as error:
            raise UnreadableError(str(error).splitlines()[0]) from error


def _looked(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path], kind: str
) -> tuple[int, tuple[Seen, ...]]:
    return look_at(connection, scan_of(files, kind))


def look_at(connection: duckdb.DuckDBPyConnection, scan: str) -> tuple[int, tuple[Seen, ...]]:
    """Do the same for what DuckDB reads from there: a table, or a call of one of its readers.

    Raises:
        UnreadableError: there are too many cells.
    """
    described = connection.execute(f"describe select * from {scan}").fetchall()  # noqa: S608  (quoted)
    natives = {str(row[0]): str(row[1]) for row in described[:MOST_COLUMNS]}
    counted = connection.execute(f"select count(*) from {scan}").fetchall()[0][0]  # noqa: S608  (quoted)
    rows = int(counted)
    if rows * len(natives) > MOST_CELLS:
        raise UnreadableError(f"more than {MOST_CELLS:,} cells are not read for a draft")
    parts = [part for name in natives for part in _figures(name)]
    figures = connection.execute(f"select {', '.join(parts)} from {scan}").fetchall()[0]  # noqa: S608  (quoted)
    width = len(parts) // max(len(natives), 1)
    seen = []
    for number, (name, native) in enumerate(natives.items()):
        told = dict(zip(_FIGURES, figures[number * width : (number + 1) * width], strict=True))
        told["rows"] = rows
        seen.append(_seen(connection, scan, name, native, told))
    return rows, tuple(seen)


def scan_of(files: Sequence[Path], kind: str) -> str:
    """Write how DuckDB reads files that hold one table."""
    names = ", ".join(literal(str(file)) for file in files)
    match kind:
        case "csv" | "tsv":
            delimiter = literal(tables.delimiter_of(files[0], kind))
            options = f"delim = {delimiter}, header = true, all_varchar = true, quote = '\"'"
            return f"read_csv([{names}], {options}, union_by_name = true, sample_size = -1)"
        case "parquet":
            return f"read_parquet([{names}], union_by_name = true)"
        case "json" | "jsonl":
            form = "array" if kind == "json" else "newline_delimited"
            options = f"format = '{form}', sample_size = -1, convert_strings_to_integers = false"
            return f"read_json([{names}], {options}, union_by_name = true)"
        case _:
            raise UnreadableError(f"{kind} holds no table")


_FIGURES = (
    "filled",
    "distinct",
    "ints",
    "floats",
    "bools",
    "dates",
    "moments",
    "numbered",
    "shortest",
    "longest",
    "first_letters",
    "last_letters",
    "low",
    "high",
    "first_moment",
    "last_moment",
)


def _figures(name: str) -> tuple[str, ...]:
    """Give the expressions behind `_FIGURES`, all over one column as text."""
    cell = cell_of(name)

    def matching(pattern: str, more: str = "") -> str:
        return f"count(*) filter (regexp_full_match({cell}, {literal(pattern)}){more})"

    letters = f"regexp_extract({cell}, {literal(_LETTERS)})"
    number = f"try_cast({cell} as double)"
    moment = f"try_cast({cell} as timestamp)"
    return (
        f"count({cell})",
        f"approx_count_distinct({cell})",
        matching(_INT),
        matching(_FLOAT),
        f"count(*) filter (lower({cell}) in ('true', 'false'))",
        matching(_DATE, f" and try_cast({cell} as date) is not null"),
        matching(_MOMENT, f" and try_cast({cell} as timestamptz) is not null"),
        matching(_NUMBERED),
        f"min(length({cell}))",
        f"max(length({cell}))",
        f"min({letters})",
        f"max({letters})",
        f"min({number})",
        f"max({number})",
        f"min({moment})",
        f"max({moment})",
    )


def _seen(
    connection: duckdb.DuckDBPyConnection,
    scan: str,
    name: str,
    native: str,
    told: dict[str, Any],
) -> Seen:
    kind = _type(native, told)
    cell, filled = cell_of(name), int(told["filled"])
    distinct, values = int(told["distinct"]), tuple[str, ...]()
    if filled and distinct <= 2 * MOST_VALUES and kind not in {"float", "nested"}:
        # Estimated so far; few can be counted, and named.
        query = f"select distinct {cell} as one from {scan} where {cell} is not null order by one limit {MOST_VALUES + 1}"  # noqa: S608  (quoted)
        found = tuple(str(row[0]) for row in connection.execute(query).fetchall())
        if len(found) <= MOST_VALUES:
            distinct = len(found)
            values = found if filled >= _LEAST_REPEATS * distinct else ()
    if distinct > 0.8 * filled:
        query = f"select count(distinct {cell}) from {scan}"  # noqa: S608  (quoted)
        distinct = int(connection.execute(query).fetchall()[0][0])
    low, high = _bounds(kind, told)
    is_numbered = kind == "string" and filled and told["numbered"] == filled
    same_letters = is_numbered and told["first_letters"] == told["last_letters"]
    letters = str(told["first_letters"]) if same_letters else None
    same_length = letters is not None and told["shortest"] == told["longest"]
    return Seen(
        name=name,
        type=kind,
        nulls=int(told["rows"]) - filled,
        distinct=distinct,
        values=values,
        low=low,
        high=high,
        letters=letters,
        digits=int(told["longest"]) - len(letters or "") if same_length else None,
    )


def _type(native: str, told: Mapping[str, Any]) -> str:
    """Name the narrowest type that all cells have; columns without a value are text."""
    if native.startswith("TIMESTAMP"):
        return "datetime"
    if "INT" in native and "INTERVAL" not in native and "[" not in native and "(" not in native:
        return "int"
    if native.startswith("DECIMAL"):
        return "float"
    if native.startswith("ENUM"):
        return "string"
    kind = _NATIVE.get(native, "nested")
    return kind if kind != "string" else _of_text(told)


def _of_text(told: Mapping[str, Any]) -> str:
    filled = told["filled"]
    if not filled:
        return "string"
    kinds = ("int", "ints"), ("float", "floats"), ("bool", "bools"), ("date", "dates")
    for kind, count in (*kinds, ("datetime", "moments")):
        if told[count] == filled:
            return kind
    return "string"


def _bounds(kind: str, told: Mapping[str, Any]) -> tuple[str | None, str | None]:
    low, high = told["low"], told["high"]
    if kind in {"int", "float"} and low is not None:
        return f"{low:.10g}", f"{high:.10g}"
    first, last = told["first_moment"], told["last_moment"]
    if kind in {"date", "datetime"} and first is not None:
        return (str(first)[:10], str(last)[:10]) if kind == "date" else (str(first), str(last))
    return None, None


def cell_of(name: str) -> str:
    """Write how a column's cells are taken as text, with no value where pandas sees none."""
    quoted = '"' + name.replace('"', '""') + '"'
    text = f"{quoted}::varchar"
    absent = ", ".join(literal(word) for word in _ABSENT)
    return f"(case when {text} in ({absent}) then null else {text} end)"


def literal(text: str) -> str:
    """Write a text for SQL."""
    return "'" + text.replace("'", "''") + "'"
