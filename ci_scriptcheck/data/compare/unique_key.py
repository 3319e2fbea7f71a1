"""A column that could tell the rows of two tables apart, where nobody says which one does.

Whether its pairs are the right ones nobody knows either; so they are only taken where they explain more
than rows paired by place or by content do, and the column is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare import rows
from ci_scriptcheck.data.compare.matching import MOMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from ci_scriptcheck.data.compare.matching import Match
    from ci_scriptcheck.data.compare.rows import Paired

MOST_ROWS = 1_000_000
"""Of a side up to which a key is looked for."""

LEAST_ROWS = 3
"""Of both sides; in fewer, everything is unique."""

_MOST_LOOKED_AT = 50
_MOST_TRIED = 3
_KINDS = frozenset({"int", "string", *MOMENTS})
"""What keys are made of; measured numbers with a fraction are unique by chance, and are what changes."""


def found(
    connection: duckdb.DuckDBPyConnection, matches: Sequence[Match], counts: tuple[int, int]
) -> Match | None:
    """Give the first column that has a value in every row, and another one in each, on both sides.

    Args:
        connection: That knows the relations `before` and `after`.
        matches: The columns that both sides have.
        counts: Rows of base and of head.
    """
    if min(counts) < LEAST_ROWS or max(counts) > MOST_ROWS:
        return None
    asked = [one for one in matches if one.meant in _KINDS and not one.has_new_type]
    asked = asked[:_MOST_LOOKED_AT]
    if not asked:
        return None
    listed = ", ".join(f"count({one.cell}), approx_count_distinct({one.cell})" for one in asked)
    answer = connection.execute(f"select {listed} from before").fetchone() or ()  # noqa: S608  (ours)
    filled, distinct = answer[::2], answer[1::2]
    likely = [
        one
        for one, full, different in zip(asked, filled, distinct, strict=True)
        if full == counts[0] and different > 0.8 * counts[0]
    ]
    return next(
        (one for one in likely[:_MOST_TRIED] if _is_key(connection, one.cell, counts)), None
    )


def explains_more(by_key: Paired, other: Paired) -> bool:
    """Say whether pairs of a key leave fewer rows that differ than other pairs, or as many with fewer cells."""
    left = by_key.changed + by_key.gone + by_key.new
    # Rows that are only paired with equal ones are told twice where they changed: as gone and as new.
    without = other.changed + max(other.gone, other.new)
    if left != without or not without:
        return left < without
    return not other.by_cell or sum(by_key.by_cell.values()) < sum(other.by_cell.values())


def _is_key(connection: duckdb.DuckDBPyConnection, cell: str, counts: tuple[int, int]) -> bool:
    for side, count in zip(rows.SIDES, counts, strict=True):
        query = f"select count({cell}) from {side}"  # noqa: S608  (ours)
        filled = connection.execute(query).fetchone() or (0,)
        if filled[0] != count or not rows.is_unique(connection, side, [cell]):
            return False
    return True
