"""Whether the `min` and `max` of a column are what its type can be compared with."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import ColumnType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

_NUMBERS = frozenset({ColumnType.INT, ColumnType.FLOAT})
_MOMENTS = frozenset({ColumnType.DATE, ColumnType.DATETIME})


def wrong_bounds(column: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Give, of each bound that fits not, its key, what is wrong, and what to write.

    Args:
        column: Its name.
        given: Its keys, the type among them.
    """
    kind = given["type"]
    for key in ("min", "max"):
        bound = given.get(key)
        if bound is None:
            continue
        if kind in _NUMBERS and isinstance(bound, str):
            what = f"`{key}` of `{column}` is `{bound}`, which is no number"
            yield key, what, f"a column of type {kind} is bounded by a number"
        if kind in _MOMENTS and not _is_moment(bound):
            what = f"`{key}` of `{column}` is `{bound}`, which is no date"
            yield key, what, f"write it as in `{key}: 2025-12-31`"


def _is_moment(bound: object) -> bool:
    try:
        datetime.fromisoformat(str(bound))
    except ValueError:
        return False
    return True
