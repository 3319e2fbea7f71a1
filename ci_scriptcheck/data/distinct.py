"""Cells and rows without duplicates, by drawing until there are enough; all of them are held.

For values that cannot be numbered, such as texts of a pattern with repetitions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable

_ROUNDS_WITHOUT_NEWS = 20
_LEAST_ROUND = 64


def cells(draw: Callable[[int], pa.Array], wanted: int) -> pa.Array:
    """Draw until all cells differ; fewer come back where there are not so many."""
    found = draw(wanted).unique()
    idle = 0
    # A few duplicates by chance need a few draws; a second shortage shows that values are scarce.
    count = 4 * (wanted - len(found))
    while len(found) < wanted and idle < _ROUNDS_WITHOUT_NEWS:
        more = draw(max(count, _LEAST_ROUND))
        count = wanted
        joined = pa.concat_arrays([found, more]).unique()
        idle = idle + 1 if len(joined) == len(found) else 0
        found = joined
    return found.slice(0, wanted)


def rows(draw: Callable[[int], pa.Table], wanted: int) -> pa.Table:
    """Draw rows until all differ; fewer come back where there are not so many."""
    found = _first_of_each(draw(wanted))
    idle = 0
    while len(found) < wanted and idle < _ROUNDS_WITHOUT_NEWS:
        joined = _first_of_each(pa.concat_tables([found, draw(max(wanted, _LEAST_ROUND))]))
        idle = idle + 1 if len(joined) == len(found) else 0
        found = joined
    return found.slice(0, wanted)


def _first_of_each(table: pa.Table) -> pa.Table:
    codes = np.zeros((table.num_rows, table.num_columns), np.int64)
    for number, column in enumerate(table.columns):
        codes[:, number] = column.combine_chunks().dictionary_encode().indices
    _, first = np.unique(codes, axis=0, return_index=True)
    return table.take(pa.array(np.sort(first)))
