"""Rows that are made piece by piece, so that a file of any length needs the memory of one piece."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 131_072
"""Rows that are drawn at a time. Another number gives other data."""


@dataclass(slots=True, kw_only=True)
class Rows:
    """A table of which only one piece is there at a time.

    Attributes:
        count: How many rows it has.
        piece: Rows of each piece but the last.
        make: Gives the rows from one number up to another: those of one piece.
    """

    count: int
    piece: int
    make: Callable[[int, int], pa.Table]
    _last: tuple[int, pa.Table] | None = field(default=None)

    def between(self, low: int, high: int) -> Iterator[pa.Table]:
        """Give the rows from one number up to another, in tables; one without rows where none are."""
        if low >= high:
            yield self._piece(0).slice(0, 0)
        for number in range(low // self.piece, -(-high // self.piece) if low < high else 0):
            start = number * self.piece
            first, last = max(low, start), min(high, start + self.piece)
            yield self._piece(number).slice(first - start, last - first)

    def table(self) -> pa.Table:
        """Give all rows at once."""
        return pa.concat_tables(list(self.between(0, self.count))).combine_chunks()

    def _piece(self, number: int) -> pa.Table:
        if self._last is None or self._last[0] != number:
            start = number * self.piece
            self._last = (number, self.make(start, min(start + self.piece, self.count)))
        return self._last[1]


def of_table(table: pa.Table) -> Rows:
    """Take a table that is there for its only piece."""
    return Rows(
        count=table.num_rows,
        piece=max(table.num_rows, 1),
        make=lambda low, high: table.slice(low, high - low),
    )
