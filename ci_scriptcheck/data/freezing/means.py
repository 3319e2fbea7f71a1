"""What the columns of a sample are made with, and what they are before they lie in rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import duckdb
import numpy as np

from ci_scriptcheck.data.freezing.source import Table
from ci_scriptcheck.data.freezing.texts import Said
from ci_scriptcheck.model.frozen import FrozenColumn, Wish
from ci_scriptcheck.values import dataclass, field

if TYPE_CHECKING:
    Rng = np.random.Generator

Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What columns are made with.

    Attributes:
        digest: Of all that the files hold: chance comes from it, so that equal data give equal samples, and nobody
            who lacks the data can do it again.
        taken: Texts that were made, by the name of their column.
        words: Real texts that have one in place of them, by the name of their column.
        things: What stands for things of which no table has a row each, by purpose and the name of their column.
    """

    connection: duckdb.DuckDBPyConnection
    tables: Sequence[Table]
    wish: Wish
    digest: bytes
    said: Said
    taken: dict[str, set[str]] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    things: dict[str, list[Cell]] = field(default_factory=dict)

    def rng(self, *parts: str) -> Rng:
        """Give chance of its own to a part of the sample."""
        key = "\0".join(parts).encode("utf-8", "surrogatepass")
        found = hashlib.blake2b(key, key=self.digest[:64], digest_size=16).digest()
        return np.random.Generator(np.random.PCG64(int.from_bytes(found, "big")))

    def keeps(self, table: Table, name: str) -> bool:
        """Say whether somebody wants the values of a column to stay."""
        return (
            table.given.is_public
            or name in self.wish.keep
            or f"{table.name}.{name}" in self.wish.keep
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The values of a column.

    Attributes:
        told: What is said of it.
        parts: Its values in the order of what they stand for; one part for each value of a category.
        sql: What they stand for in the real table, as numbers; the number of the part for categories. `None` where
            they go together with nothing.
        is_category: Whether the parts have no order among them.
        kinds: Where there are few values, these, made; those that stand for the same together.
        kind_sql: The number of a real row's value among them.
    """

    told: FrozenColumn
    parts: tuple[tuple[Cell, ...], ...]
    sql: str | None = None
    is_category: bool = False
    kinds: tuple[tuple[Cell, ...], ...] = ()
    kind_sql: str | None = None

    def grouping(self) -> tuple[tuple[tuple[Cell, ...], ...], str | None]:
        """Give the values by which rows can be grouped, and the number of a real row's."""
        return (self.parts, self.sql) if self.is_category else (self.kinds, self.kind_sql)
