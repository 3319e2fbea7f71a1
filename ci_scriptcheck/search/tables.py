"""Small tables for the inputs of a script, and whether their schemas allow them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import Column, Dataset, Scalar, Schema, Stated
from ci_scriptcheck.search import cells
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = Mapping[str, Scalar]
Tables = Mapping[str, tuple[Row, ...]]
"""Input port → its rows; each names every column that is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawable:
    """An input whose schema says enough for tables to be drawn.

    Attributes:
        dataset: With the files that the rows are laid out in.
        columns: Those that are drawn; what formulas give is computed where the files are made.
        has_checks: Whether its schema has conditions on the whole table.
    """

    port: str
    dataset: Dataset
    columns: tuple[Column, ...]

    @property
    def has_checks(self) -> bool:
        """Whether only the made files can tell if a table is allowed."""
        return bool(self.dataset.schema.checks)

    def stated(self, rows: Sequence[Row]) -> Dataset:
        """Give the dataset with these rows, whose cells are to be written as they are."""
        drawn = {column.name for column in self.columns}
        columns = tuple(
            replace(column, unique=False, references=None, nulls=0.0, pattern=None)
            if column.name in drawn
            else column
            for column in self.dataset.schema.columns
        )
        return replace(
            self.dataset, schema=Schema(columns=columns), origin=Stated(tables={"": tuple(rows)})
        )


def are_allowed(ports: Sequence[Drawable], tables: Tables) -> bool:
    """Say whether the schemas allow these tables, apart from what only the made files can tell."""
    return all(_is_allowed(one, tables[one.port], ports, tables) for one in ports)


def most_nulls(share: float, rows: int) -> int:
    """Say how many cells of a small table may be missing: at least one, where any may be."""
    return max(1, math.floor(share * rows)) if share > 0 else 0


def referred(column: Column, ports: Sequence[Drawable], tables: Tables) -> list[Scalar] | None:
    """Give the values that a column has to repeat; `None` where it is free."""
    found = column.referred
    if found is None:
        return None
    for one in ports:
        if one.dataset.name == found[0] and one.port in tables:
            values = [row.get(found[1]) for row in tables[one.port]]
            return [value for value in dict.fromkeys(values) if value is not None]
    return None


def _is_allowed(
    one: Drawable, rows: Sequence[Row], ports: Sequence[Drawable], tables: Tables
) -> bool:
    key = one.dataset.schema.key
    if key and set(key) <= {column.name for column in one.columns}:
        found = [tuple(row[name] for name in key) for row in rows]
        if len(set(found)) < len(found) or any(None in cell for cell in found):
            return False
    return all(_holds(column, rows, referred(column, ports, tables)) for column in one.columns)


def _holds(column: Column, rows: Sequence[Row], pool: list[Scalar] | None) -> bool:
    found = [row[column.name] for row in rows]
    there = [value for value in found if value is not None]
    if len(found) - len(there) > most_nulls(column.nulls, len(found)):
        return False
    if column.unique and len(set(there)) < len(there):
        return False
    if pool is not None:
        return all(value in pool for value in there)
    return all(cells.is_allowed(column, value) for value in there)
