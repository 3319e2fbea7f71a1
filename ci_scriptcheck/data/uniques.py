"""Columns without duplicates: so many rows of them there are, and those from one number to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from ci_scriptcheck.data import numbering

if TYPE_CHECKING:
    import numpy as np

    from ci_scriptcheck.model.contract import Column, Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniques:
    """Columns that together have no row twice.

    Attributes:
        size: So many rows there are.
        at: Gives those from one number up to another, column by column.
    """

    names: tuple[str, ...]
    size: int
    at: Callable[[int, int], Mapping[str, pa.Array]]

    @property
    def name(self) -> str:
        """The first of the columns, to speak of them."""
        return self.names[0]


def held(cells: Mapping[str, pa.Array]) -> Uniques:
    """Take cells that are all there."""
    size = min(len(column) for column in cells.values())
    return Uniques(
        names=tuple(cells),
        size=size,
        at=lambda low, high: {name: found.slice(low, high - low) for name, found in cells.items()},
    )


def numbered(name: str, found: numbering.Numbered, rng: np.random.Generator) -> Uniques:
    """Take values by their numbers, in an order that is random."""
    key = numbering.key_of(rng)
    first = found.at(numbering.permuted(0, min(1, found.size), found.size, key))
    return Uniques(
        names=(name, *(other for other in first if other != name)),
        size=found.size,
        at=lambda low, high: found.at(numbering.permuted(low, high, found.size, key)),
    )


def drawn_together(dataset: Dataset, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Give the columns of a key, where only together they tell rows apart."""
    key = [column for column in columns if column.name in dataset.schema.key]
    alone = len(key) < 2 or any(column.unique for column in key)
    return () if alone else tuple(column for column in key if column.formula is None)
