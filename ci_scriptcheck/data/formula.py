"""Columns that are computed from others, as DuckDB expressions over the row.

Settings are pull request code: the expressions see the table and nothing else, no file and no
network. They are computed before cells go missing, so that a null in one column makes none in
another.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from ci_scriptcheck.data.draw import arrow_type, generator
from ci_scriptcheck.data.tables import MOST_SPILT
from ci_scriptcheck.data.unmakeable import UnmakeableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ci_scriptcheck.model.contract import Column

_ALONE: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "enable_external_access": False,
    "lock_configuration": True,
    "memory_limit": "1GB",
    "max_temp_directory_size": MOST_SPILT,
}
_SQL_TYPES = {
    pa.string(): "varchar",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.timestamp("us"): "timestamp",
}


def is_of_row(column: Column) -> bool:
    """Say whether a column needs no other row than its own, so that pieces can be made alone."""
    if column.formula is None:
        return True
    looks_around = re.search(r"\b(over|select)\b", column.formula, re.IGNORECASE)
    return looks_around is None and not column.unique


def apply(table: pa.Table, columns: Sequence[Column], *, seed: str) -> pa.Table:
    """Compute the columns that have a formula, each after those it names.

    Args:
        table: The drawn values; a formula's own name stands for the value drawn.
        columns: All columns of the table.
        seed: What DuckDB's `random()` follows.

    Raises:
        UnmakeableError: an expression fails, or makes duplicates where there may be none.
    """
    computed = [column for column in columns if column.formula is not None]
    if not computed:
        return table
    connection = _connection()
    for column in _in_order(computed):
        chance = float(generator(seed, column.name, "formula").uniform(-1, 1))
        connection.execute("select setseed(?)", [chance]).fetchall()
        table = _computed(connection, table, column)
    connection.unregister("data")
    return table


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """Open the only connection of this process; to open one takes as long as to compute a piece."""
    return duckdb.connect(":memory:", config=_ALONE)


def _computed(connection: duckdb.DuckDBPyConnection, table: pa.Table, column: Column) -> pa.Table:
    connection.register("data", table)
    wanted = _SQL_TYPES[arrow_type(column)]
    try:
        # The expression is the user's own, and the connection can reach nothing but the table.
        made = connection.sql(f"select cast(({column.formula}) as {wanted}) as made from data")  # noqa: S608
        cells = made.to_arrow_table()["made"].combine_chunks()
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise UnmakeableError(f"the formula of `{column.name}` fails: {first}") from error
    if len(cells) != table.num_rows:
        raise UnmakeableError(
            f"the formula of `{column.name}` does not give one value for each row"
        )
    if column.unique and len(cells.unique()) < len(cells):
        raise UnmakeableError(f"the formula of `{column.name}` makes duplicates, and it is unique")
    place = table.column_names.index(column.name)
    return table.set_column(place, column.name, cells.cast(arrow_type(column)))


def _in_order(computed: Sequence[Column]) -> list[Column]:
    waiting = {column.name: _names_in(column, computed) for column in computed}
    ordered: list[Column] = []
    while waiting:
        ready = [name for name, needs in waiting.items() if not needs & waiting.keys()]
        if not ready:
            circle = ", ".join(f"`{name}`" for name in waiting)
            raise UnmakeableError(f"the formulas of {circle} need each other")
        ordered += [column for column in computed if column.name in ready]
        for name in ready:
            del waiting[name]
    return ordered


def _names_in(column: Column, computed: Sequence[Column]) -> set[str]:
    """Find which other computed columns an expression names, its texts left out."""
    words = re.sub(r"'(?:[^']|'')*'", "", column.formula or "").casefold()
    return {
        other.name
        for other in computed
        if other is not column and re.search(rf"\b{re.escape(other.name.casefold())}\b", words)
    }
