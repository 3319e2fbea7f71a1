"""The columns of two tables side by side, each as an expression that means the same on both.

A value that is not a number means the same as none, as it does for pandas; moments are compared as
instants, those without a time zone as UTC.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare import words
from ci_scriptcheck.data.compare.opening import Column
from ci_scriptcheck.data.validate.cells import JSON, TEXT
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from ci_scriptcheck.data.compare.opening import Side

NUMBERS = frozenset({"int", "float"})
MOMENTS = frozenset({"date", "datetime"})
ZONE = r"(Z|[-+][0-9]{2}:?[0-9]{2})$"
"""What a moment in text ends in that has a time zone."""

_SQL = {
    "int": "HUGEINT",
    "float": "DOUBLE",
    "bool": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}
_MOST_EXACT = {"FLOAT": 2**24}
_MOST_EXACT_ELSE = 2**53
"""Up to which numbers of 32 bits, and those of 64, hold every whole number."""
_MOST_DIGITS = 38
"""Of a decimal, and of the whole numbers that DuckDB has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A column that both sides have.

    Attributes:
        cell: What it is called in both relations of `related`.
        meant: The type, in the words of schemas, that its values are compared as.
        left: Its value on base, as an expression.
        right: Its value on head.
    """

    cell: str
    before: Column
    after: Column
    meant: str
    left: str
    right: str

    @property
    def name(self) -> str:
        """As the files call it."""
        return self.before.name

    @property
    def types(self) -> tuple[str, str]:
        """The types on base and on head; where one side tells none, that of the other."""
        before, after = _told(self.before, self.after)
        return before or after or "string", after or before or "string"

    @property
    def zones(self) -> tuple[bool, bool]:
        """Say on which side a typed column of moments has a time zone."""
        return self.before.family == "moment", self.after.family == "moment"

    @property
    def has_new_type(self) -> bool:
        """Say whether its type differs; a number with or without a fraction, told from text, is one."""
        are_told = {self.before.family, self.after.family} <= {TEXT, JSON}
        if are_told and set(self.types) <= NUMBERS:
            return False
        return self.types[0] != self.types[1]

    @property
    def has_new_zone(self) -> bool:
        """Say whether its moments have a time zone on one side only, as far as files declare it."""
        declared = TEXT not in (families := {self.before.family, self.after.family})
        return declared and JSON not in families and self.zones[0] != self.zones[1]


def matched(connection: duckdb.DuckDBPyConnection, before: Side, after: Side) -> tuple[Match, ...]:
    """Give the columns that both sides have, in the order of base.

    Args:
        connection: In which both are opened.
        before: The side of base.
        after: The side of head.
    """
    found: list[Match] = []
    for name in [name for name in before.columns if name in after.columns]:
        columns = before.columns[name], after.columns[name]
        cell = f"v{len(found)}"
        is_long = any(
            _is_long(connection, side, column, other)
            for side, column, other in zip((before, after), columns, columns[::-1], strict=True)
        )
        found.append((_exact_match if is_long else match)(cell, *columns))
    return tuple(found)


def _is_long(
    connection: duckdb.DuckDBPyConnection, side: Side, column: Column, other: Column
) -> bool:
    """Say whether a column of whole numbers has one that the other, with fractions, may not hold."""
    if (column.word, other.word) != ("int", "float"):
        return False
    number = _value(column, "int", "HUGEINT")
    most = _MOST_EXACT.get(other.sql, _MOST_EXACT_ELSE)
    query = f"select 1 from {side.relation} where abs({number}) > {most} limit 1"  # noqa: S608  (written here)
    return connection.execute(query).fetchone() is not None


def selected(matches: Sequence[Match]) -> Mapping[str, str]:
    """Give the select lists of base and head under which equal cells are equal values."""
    left = ", ".join(f"{match.left} as {match.cell}" for match in matches)
    right = ", ".join(f"{match.right} as {match.cell}" for match in matches)
    return {"before": left or "1 as v0", "after": right or "1 as v0"}


def match(cell: str, before: Column, after: Column) -> Match:
    """Lay a column of base beside one of head."""
    meant = _meant(*_told(before, after))
    sql = _common(meant, before, after)
    return Match(
        cell=cell,
        before=before,
        after=after,
        meant=meant,
        left=_value(before, meant, sql),
        right=_value(after, meant, sql),
    )


def _exact_match(cell: str, before: Column, after: Column) -> Match:
    """Compare whole numbers with others by all their digits, of which a double would round some away."""
    left, right = (_digits(column) for column in (before, after))
    return Match(cell=cell, before=before, after=after, meant="string", left=left, right=right)


def _digits(column: Column) -> str:
    """Write a number as text, so that equal ones are the same text, whether whole by type or by value."""
    if column.word == "int":
        return f"{_value(column, 'int', 'HUGEINT')}::varchar"
    number = _value(column, "float", _physical(column, "float") or "DOUBLE")
    is_whole = f"abs({number}) < 1e{_MOST_DIGITS} and {number} = trunc({number})"
    return f"case when {is_whole} then ({number})::hugeint::varchar else ({number})::varchar end"


def _told(before: Column, after: Column) -> tuple[str | None, str | None]:
    """Give both types; one that is told from text gives way to a declared one that has room for it."""
    is_text = before.family in {TEXT, JSON}, after.family in {TEXT, JSON}
    if is_text == (True, False) and _has_room(after, before):
        return after.word, after.word
    if is_text == (False, True) and _has_room(before, after):
        return before.word, before.word
    return before.word, after.word


def _has_room(declared: Column, told: Column) -> bool:
    pair = (declared.word, told.word)
    is_string = declared.word == "string" and told.family == TEXT
    return is_string or pair in {("float", "int"), ("datetime", "date")}


def _meant(before: str | None, after: str | None) -> str:
    one, other = before or after or "string", after or before or "string"
    if one == other:
        return one
    if {one, other} == NUMBERS:
        return "float"
    return "datetime" if {one, other} == MOMENTS else "string"


def _common(meant: str, before: Column, after: Column) -> str:
    """Give the SQL type in which both sides' values are equal where they mean the same."""
    physical = [_physical(column, meant) for column in (before, after)]
    if physical[0] == physical[1] and physical[0] is not None:
        return physical[0]
    decimals = [re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", one or "") for one in physical]
    if decimals[0] and decimals[1]:
        return _wider(*(tuple(map(int, one.groups())) for one in decimals if one))
    # What 32 bits hold is not the same number in 64.
    if meant == "float" and "FLOAT" in physical:
        return "FLOAT"
    return _SQL.get(meant, "VARCHAR")


def _wider(one: tuple[int, ...], other: tuple[int, ...]) -> str:
    """Give a decimal that holds all of two others, by their digits and how many of them are a fraction."""
    fraction = max(one[1], other[1])
    digits = max(one[0] - one[1], other[0] - other[1]) + fraction
    return f"DECIMAL({digits},{fraction})" if digits <= _MOST_DIGITS else "DOUBLE"


def _physical(column: Column, meant: str) -> str | None:
    if column.family == TEXT:
        return {"int": "BIGINT", "float": "DOUBLE"}.get(meant)
    is_number = column.family in {"int", "float", "single"} and meant in NUMBERS
    return column.sql if is_number else None


def _value(column: Column, meant: str, sql: str) -> str:
    match column.family:
        case "text":
            return _of_text(column.source, meant, sql)
        case "json":
            if meant not in {*NUMBERS, *MOMENTS, "bool", "string"}:
                return f"case when json_type({column.source}) <> 'NULL' then {column.source}::varchar end"
            # A JSON null is no value, as a key that is not there.
            return _of_text(f"({column.source} ->> '$')", meant, sql)
        case family:
            return _of_typed(column, family, meant, sql)


def _of_text(text: str, meant: str, sql: str) -> str:
    match meant:
        case "int":
            return f"try_cast({text} as {sql})"
        case "float":
            return _without_nan(f"try_cast({text} as {sql})")
        case "bool":
            return f"case when {words.has_value(text)} then lower({text}) = 'true' end"
        case "date":
            return f"try_cast({text} as date)"
        case "datetime":
            zoned = f"make_timestamp(epoch_us(try_cast({text} as timestamptz)))"
            return f"case when regexp_matches({text}, '{ZONE}') then {zoned} else try_cast({text} as timestamp) end"
        case _:
            return text


def _of_typed(column: Column, family: str, meant: str, sql: str) -> str:
    source = column.source
    cast = source if column.sql == sql else f"try_cast({source} as {sql})"
    match meant:
        case "float" if column.sql.startswith("DECIMAL") or family == "int":
            return cast
        case "float":
            return _without_nan(cast)
        case "datetime" if family == "moment":
            return f"make_timestamp(epoch_us({source}))"
        case _:
            return cast


def _without_nan(number: str) -> str:
    return f"case when not isnan({number}) then {number} end"
