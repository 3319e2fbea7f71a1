"""What one column of a schema asks of its cells, as DuckDB expressions.

`raw` is the cell, null where it holds no value; `value` is what it means by the schema's type, null
where it cannot mean that. Texts in CSV are read as pandas reads them: what it takes for missing is
missing, but in columns of any texts, where `NA` may be a country.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import Column, ColumnType
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.model.contract import Scalar

TEXT, JSON = "text", "json"
"""Families of cells that have no type of their own: those of CSV, and those of JSON."""

RAW, VALUE = "\0raw", "\0value"
"""Stand in conditions for the two expressions of a cell; no text of the settings can hold them."""

_FAMILIES = {
    "TINYINT": "int",
    "SMALLINT": "int",
    "INTEGER": "int",
    "BIGINT": "int",
    "HUGEINT": "int",
    "UTINYINT": "int",
    "USMALLINT": "int",
    "UINTEGER": "int",
    "UBIGINT": "int",
    "UHUGEINT": "int",
    "FLOAT": "single",
    "DOUBLE": "float",
    "BOOLEAN": "bool",
    "VARCHAR": "string",
    "UUID": "string",
    "DATE": "date",
    "TIMESTAMP WITH TIME ZONE": "moment",
    "JSON": JSON,
}
_MISSING_WORDS = ("na", "n/a", "#n/a", "#na", "<na>", "nan", "-nan", "nat", "null", "none")
_MISSING = f"('', {', '.join(repr(word) for word in _MISSING_WORDS)})"
_ISO = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?$"
_NUMBERS = "('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')"
_SQL_TYPES = {
    ColumnType.STRING: "varchar",
    ColumnType.INT: "hugeint",
    ColumnType.FLOAT: "double",
    ColumnType.BOOL: "boolean",
    ColumnType.DATE: "timestamp",
    ColumnType.DATETIME: "timestamp",
}
_COMPARED = (
    ({ColumnType.INT}, "hugeint"),
    ({ColumnType.INT, ColumnType.FLOAT}, "double"),
    ({ColumnType.BOOL}, "boolean"),
    ({ColumnType.DATE}, "date"),
    ({ColumnType.DATE, ColumnType.DATETIME}, "timestamp"),
)
_DAYS = {ColumnType.DATE, ColumnType.DATETIME}
# What is computed, or held in 32 bits, misses a bound by a last digit.
_ROUNDING = {"single": 1e-6}
_ROUNDING_ELSE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The expressions of one column.

    Attributes:
        meant: The type that counts; of a category, that of its values, `None` where it has none.
        outside: Holds where a value is out of range; `None` where nothing is asked.
        strange: Holds where a value is not among those allowed.
        unlike: Holds where a text does not match, as far as DuckDB's expressions can tell.
    """

    raw: str
    value: str
    meant: ColumnType | None
    outside: str | None = None
    strange: str | None = None
    unlike: str | None = None


def family_of(sql_type: str) -> str:
    """Say what kind of cells DuckDB found in a typed file."""
    if sql_type.startswith("DECIMAL"):
        return "float"
    if sql_type.startswith("ENUM"):
        return "string"
    return _FAMILIES.get(sql_type, "datetime" if sql_type.startswith("TIMESTAMP") else "other")


def meant_type(column: Column) -> ColumnType | None:
    """Give the type that its cells are read as: a category of whole numbers may hold `1.0`."""
    is_whole = column.value_type is ColumnType.INT
    return (
        ColumnType.FLOAT if is_whole and column.type is not ColumnType.INT else column.value_type
    )


def sql_type_of(column: Column) -> str:
    """Give the type that a check finds a column in."""
    if column.type is ColumnType.INT:
        return "bigint"
    if column.type is ColumnType.DATE:
        return "date"
    meant = meant_type(column)
    return "varchar" if meant is None else _SQL_TYPES[meant]


def common_type(one: Column | None, other: Column | None) -> str:
    """Give the SQL type in which values of two columns compare, whatever files hold them in."""
    meant = {None if column is None else meant_type(column) for column in (one, other)}
    for types, name in _COMPARED:
        if meant <= types:
            return name
    return "varchar"


def compared(column: Column | None, source: str, family: str, sql_type: str) -> str:
    """Give the expression of a column's value as it compares with others in this type.

    A whole number of a column with nulls may lie there as 3.0, and a date as a moment.
    """
    value = source if column is None else cell(column, source, family).value
    if family == "single":
        # The nearest of 64 bits to 0.1 is not the one of 32 bits.
        value = f"({value})::varchar"
    own = common_type(column, column)
    if own == "varchar" and family in {"float", "single"}:
        return f"regexp_replace(({value})::varchar, '\\.0$', '')"
    typed = f"try_cast({value} as {own})"
    return typed if own == sql_type else f"try_cast({typed} as {sql_type})"


def cell(column: Column, source: str, family: str) -> Cell:
    """Give the expressions for a column that lies in `source`, an expression itself."""
    meant = meant_type(column)
    raw = _raw(source, family, is_plain=_may_be_called_missing(column, meant))
    # Named in the query around, so that each is computed once.
    value = _value(raw, source, family, meant)
    return Cell(
        raw=raw,
        value=value,
        meant=meant,
        outside=_outside(column, meant, family),
        strange=_strange(column, meant),
        unlike=_unlike(column, meant),
    )


def outside(column: Column, value: str, family: str) -> str | None:
    """Give the condition in which a value of a column's type, an expression, is out of its range; `None` where none is."""
    found = _outside(column, meant_type(column), family)
    return None if found is None else about(found, raw=value, value=value)


def about(condition: str, *, raw: str, value: str) -> str:
    """Write a condition over these two expressions."""
    return condition.replace(RAW, raw).replace(VALUE, value)


def quoted(name: str) -> str:
    """Write a name as SQL does."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text as SQL does."""
    return "'" + text.replace("'", "''") + "'"


def _may_be_called_missing(column: Column, meant: ColumnType | None) -> bool:
    """Say whether `NA` and the like are texts as any other in a column."""
    if meant not in {None, ColumnType.STRING}:
        return False
    if column.values:
        return any(str(value).lower() in _MISSING_WORDS for value in column.values)
    if column.pattern is not None:
        pattern = re.compile(column.pattern, re.IGNORECASE)
        return any(pattern.fullmatch(word) for word in _MISSING_WORDS)
    return True


def _raw(source: str, family: str, *, is_plain: bool) -> str:
    if family == TEXT and not is_plain:
        return f"case when lower(trim({source})) in {_MISSING} then null else {source} end"
    if family == JSON:
        return f"case when json_type({source}) = 'NULL' then null else {source} ->> '$' end"
    if family in {"float", "single"}:
        return f"case when isnan({source}::double) then null else {source} end"
    return source


def _value(raw: str, source: str, family: str, meant: ColumnType | None) -> str:
    if meant is None:
        return raw
    match family:
        case "text":
            return _of_text(raw, meant)
        case "json":
            return _of_json(raw, source, meant)
        case _:
            return _of_typed(raw, family, meant)


def _of_text(text: str, meant: ColumnType) -> str:
    number = f"try_cast({text} as double)"
    match meant:
        case ColumnType.INT:
            # A cast alone would round 3.7 to 4.
            return f"case when {number} = trunc({number}) then coalesce(try_cast({text} as hugeint), try_cast({number} as hugeint)) end"
        case ColumnType.FLOAT:
            return number
        case ColumnType.BOOL:
            return (
                f"case when lower(trim({text})) in ('true', '1', '1.0') then true"
                f" when lower(trim({text})) in ('false', '0', '0.0') then false end"
            )
        case ColumnType.DATE | ColumnType.DATETIME:
            moment = f"case when regexp_matches({text}, '{_ISO}') then try_cast({text} as timestamp) end"
            return moment if meant is ColumnType.DATETIME else _day(moment)
        case _:
            return text


def _day(moment: str) -> str:
    return f"case when date_trunc('day', {moment}) = {moment} then {moment} end"


def _of_json(text: str, source: str, meant: ColumnType) -> str:
    wanted = {
        ColumnType.INT: _NUMBERS,
        ColumnType.FLOAT: _NUMBERS,
        ColumnType.BOOL: "('BOOLEAN', 'BIGINT', 'UBIGINT', 'DOUBLE')",
    }.get(meant, "('VARCHAR')")
    return f"case when json_type({source}) in {wanted} then {_of_text(text, meant)} end"


def _of_typed(raw: str, family: str, meant: ColumnType) -> str:  # noqa: PLR0911  (a table of pairs)
    nothing = f"null::{_SQL_TYPES[meant]}"
    is_number = family in {"int", "float", "single"}
    match meant:
        case ColumnType.INT if family == "int":
            return raw
        case ColumnType.INT if is_number:
            return f"case when {raw} = trunc({raw}) then {raw} end"
        case ColumnType.FLOAT if is_number:
            return raw
        case ColumnType.BOOL if family == "bool":
            return raw
        case ColumnType.BOOL if is_number:
            return f"case when {raw} in (0, 1) then {raw} = 1 end"
        case ColumnType.STRING:
            return raw if family == "string" else nothing
        case ColumnType.DATE if family == "date":
            return raw
        case ColumnType.DATE | ColumnType.DATETIME if family in {"date", "datetime", "moment"}:
            # A moment with a time zone is looked at as UTC.
            plain = (
                f"make_timestamp(epoch_us({raw}))" if family == "moment" else f"{raw}::timestamp"
            )
            return plain if meant is ColumnType.DATETIME else _day(plain)
        case _:
            return nothing


def _outside(column: Column, meant: ColumnType | None, family: str) -> str | None:
    bounds = []
    for bound, sign in ((column.min, -1), (column.max, 1)):
        end = None if bound is None else _end(bound, sign, meant, family)
        if end is not None:
            bounds.append(f"{VALUE} {'<' if sign < 0 else '>'} {end}")
    return " or ".join(bounds) or None


def _end(bound: Scalar, sign: int, meant: ColumnType | None, family: str) -> str | None:
    if meant in _DAYS:
        return _moment(str(bound), sign)
    if meant not in {ColumnType.INT, ColumnType.FLOAT} or not isinstance(bound, int | float):
        return None
    if meant is ColumnType.INT or math.isinf(bound):
        return None if math.isinf(bound) else repr(bound)
    slack = _ROUNDING.get(family, _ROUNDING_ELSE) * max(1.0, abs(bound))
    return repr(float(bound) + sign * slack)


def _moment(bound: str, sign: int) -> str | None:
    try:
        moment = datetime.fromisoformat(bound)
    except ValueError:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    day = moment.strftime("%Y-%m-%d")
    # `max: 2024-12-31` means the whole of that day.
    is_whole_day = sign > 0 and len(bound) == len(day)
    return f"timestamp '{day} 23:59:59.999999'" if is_whole_day else f"timestamp '{moment}'"


def _strange(column: Column, meant: ColumnType | None) -> str | None:
    values = [value for value in column.values if value is not None]
    if not values or meant is None:
        return None
    match meant:
        case ColumnType.INT | ColumnType.FLOAT:
            listed = [repr(value) for value in values if isinstance(value, int | float)]
        case ColumnType.BOOL:
            listed = [str(bool(value)).lower() for value in values]
        case ColumnType.DATE | ColumnType.DATETIME:
            listed = [f"try_cast({literal(str(value))} as timestamp)" for value in values]
        case _:
            listed = [literal(str(value)) for value in values]
    return f"{VALUE} not in ({', '.join(listed)})"


def _unlike(column: Column, meant: ColumnType | None) -> str | None:
    if column.pattern is None or meant not in {ColumnType.STRING, None}:
        return None
    return f"not regexp_full_match({RAW}::varchar, {literal(column.pattern)})"
