"""The cells of one column, drawn from its schema: values within bounds, without duplicates, nulls.

Every draw has a generator of its own, seeded by what the column is called, so that adding a column
to a table leaves all others as they were.
"""

from __future__ import annotations

import hashlib
import json
import math
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ci_scriptcheck.data import pattern
from ci_scriptcheck.model.contract import ColumnType

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.model.contract import Column, Scalar

Bound = TypeVar("Bound", int, float)

_EPOCH = date(1970, 1, 1)
_FIRST_DAY, _LAST_DAY = date(2024, 1, 1), date(2024, 12, 31)
_LAST_SECOND = datetime(2024, 12, 31, 23, 59, 59)  # noqa: DTZ001  (cells without a time zone)
_ROUNDS_WITHOUT_NEWS = 20
_LEAST_ROUND = 64

_ARROW = {
    ColumnType.STRING: pa.string(),
    ColumnType.INT: pa.int64(),
    ColumnType.FLOAT: pa.float64(),
    ColumnType.BOOL: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.DATETIME: pa.timestamp("us"),
}


class UnmakeableError(Exception):
    """No data can be made for this schema; the message says why, in the user's words."""


def generator(*names: str | int) -> np.random.Generator:
    """Give the random numbers that belong to these names, the same on every machine."""
    digest = hashlib.sha256(json.dumps(names).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def arrow_type(column: Column) -> pa.DataType:
    """Say how the cells of a column are held; a category is what its values are."""
    if column.type is not ColumnType.CATEGORY:
        return _ARROW[column.type]
    inferred = pa.array(_values(column)).type if column.values else pa.string()
    return inferred if inferred in {pa.int64(), pa.float64(), pa.bool_()} else pa.string()


def cells(column: Column, rows: int, rng: np.random.Generator) -> pa.Array:
    """Draw the cells of a column, none of them null.

    Raises:
        UnmakeableError: its schema allows none.
    """
    if column.unique:
        return distinct(lambda count: _cells(column, count, rng), rows)
    return _cells(column, rows, rng)


def distinct(draw: Callable[[int], pa.Array], rows: int) -> pa.Array:
    """Draw until all cells differ; fewer come back where there are not so many."""
    found = draw(rows).unique()
    idle = 0
    while len(found) < rows and idle < _ROUNDS_WITHOUT_NEWS:
        more = draw(max(rows, _LEAST_ROUND))
        joined = pa.concat_arrays([found, more]).unique()
        idle = idle + 1 if len(joined) == len(found) else 0
        found = joined
    return found.slice(0, rows)


def distinct_rows(draw: Callable[[int], pa.Table], rows: int) -> pa.Table:
    """Draw rows until all differ; fewer come back where there are not so many."""
    found = _first_of_each(draw(rows))
    idle = 0
    while len(found) < rows and idle < _ROUNDS_WITHOUT_NEWS:
        joined = _first_of_each(pa.concat_tables([found, draw(max(rows, _LEAST_ROUND))]))
        idle = idle + 1 if len(joined) == len(found) else 0
        found = joined
    return found.slice(0, rows)


def _first_of_each(table: pa.Table) -> pa.Table:
    codes = np.zeros((table.num_rows, table.num_columns), np.int64)
    for number, column in enumerate(table.columns):
        codes[:, number] = column.combine_chunks().dictionary_encode().indices
    _, first = np.unique(codes, axis=0, return_index=True)
    return table.take(pa.array(np.sort(first)))


def with_nulls(drawn: pa.Array, share: float, rng: np.random.Generator) -> pa.Array:
    """Take away half of the cells that may be missing, and at least one where one may."""
    most = math.floor(share * len(drawn) + 1e-9)
    if most == 0:
        return drawn
    missing = np.zeros(len(drawn), bool)
    missing[rng.permutation(len(drawn))[: max(1, most // 2)]] = True
    return pc.if_else(pa.array(missing), pa.scalar(None, drawn.type), drawn)


def _cells(column: Column, rows: int, rng: np.random.Generator) -> pa.Array:  # noqa: PLR0911  (one arm for each type)
    if column.values:
        return _among(column, rows, rng)
    if column.pattern is not None:
        return _matching(column, rows, rng)
    match column.type:
        case ColumnType.INT:
            least, most = _whole_bounds(column, rows)
            return pa.array(rng.integers(least, most, size=rows, endpoint=True))
        case ColumnType.FLOAT:
            return pa.array(_floats(column, rows, rng))
        case ColumnType.BOOL:
            return pa.array(rng.integers(2, size=rows).astype(bool))
        case ColumnType.DATE:
            first, last = _days(column)
            days = rng.integers(first, last, size=rows, endpoint=True, dtype=np.int32)
            return pa.array(days).cast(pa.date32())
        case ColumnType.DATETIME:
            first, last = _seconds(column)
            seconds = rng.integers(first, last, size=rows, endpoint=True)
            return pa.array(seconds * 1_000_000).cast(pa.timestamp("us"))
        case _:
            return _names(column, rows, rng)


def _values(column: Column) -> list[Scalar]:
    return [value for value in column.values if value is not None]


def _among(column: Column, rows: int, rng: np.random.Generator) -> pa.Array:
    """Draw among given values; each of them occurs where there are rows enough."""
    allowed = [value for value in _values(column) if _is_within(column, value)]
    if not allowed:
        raise UnmakeableError(f"none of the values of `{column.name}` lies within its bounds")
    chosen = rng.integers(len(allowed), size=rows)
    if rows >= len(allowed):
        chosen[rng.permutation(rows)[: len(allowed)]] = np.arange(len(allowed))
    return _cast(column, _as_array(column, allowed)).take(pa.array(chosen))


def _as_array(column: Column, values: list[Scalar]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        if arrow_type(column) != pa.string():
            raise UnmakeableError(
                f"the values of `{column.name}` are of different types"
            ) from None
        return pa.array([str(value) for value in values])


def _is_within(column: Column, value: Scalar) -> bool:
    if not isinstance(value, int | float):
        return True
    above = not isinstance(column.min, int | float) or column.min <= value
    return above and (not isinstance(column.max, int | float) or value <= column.max)


def _matching(column: Column, rows: int, rng: np.random.Generator) -> pa.Array:
    try:
        return _cast(column, pattern.texts(column.pattern or "", rows, rng))
    except pattern.PatternError as error:
        raise UnmakeableError(f"column `{column.name}`: {error}") from error


def _cast(column: Column, drawn: pa.Array) -> pa.Array:
    wanted = arrow_type(column)
    try:
        return drawn.cast(wanted)
    except pa.ArrowException as error:
        raise UnmakeableError(f"column `{column.name}` is no {column.type}: {error}") from error


def _whole_bounds(column: Column, rows: int) -> tuple[int, int]:
    room = max(1000, 10 * rows) if column.unique else 1000
    low, high = _number(column, column.min), _number(column, column.max)
    if low is None and high is None:
        return (1 if column.unique else 0), room
    least = math.ceil(low if low is not None else min(0.0, (high or 0) - room))
    most = math.floor(high if high is not None else least + room)
    return _ordered(column, least, most)


def _floats(column: Column, rows: int, rng: np.random.Generator) -> np.ndarray:
    low, high = _number(column, column.min), _number(column, column.max)
    least = low if low is not None else min(0.0, (high if high is not None else 100.0) - 100.0)
    most = high if high is not None else max(least + 100.0, least)
    _ordered(column, least, most)
    drawn = rng.uniform(least, most, size=rows)
    if column.unique or most == least:
        return drawn
    # As many decimals as a person would give: cents where the range is in thousands.
    decimals = int(np.clip(6 - math.ceil(math.log10(most - least)), 2, 15))
    return np.clip(np.round(drawn, decimals), least, most)


def _ordered(column: Column, least: Bound, most: Bound) -> tuple[Bound, Bound]:
    if least > most:
        raise UnmakeableError(f"column `{column.name}` has no value between {least} and {most}")
    return least, most


def _number(column: Column, bound: Scalar) -> float | int | None:
    if bound is None or (isinstance(bound, float) and math.isinf(bound)):
        return None
    if isinstance(bound, int | float):
        return bound
    raise UnmakeableError(f"`{bound}` is no number, and bounds column `{column.name}`")


def _days(column: Column) -> tuple[int, int]:
    first = _moment(column, column.min).date() if column.min is not None else None
    last = _moment(column, column.max).date() if column.max is not None else None
    first = first or (min(_FIRST_DAY, last) if last else _FIRST_DAY)
    last = last or max(_LAST_DAY, first)
    return _ordered(column, (first - _EPOCH).days, (last - _EPOCH).days)


def _seconds(column: Column) -> tuple[int, int]:
    first = _moment(column, column.min) if column.min is not None else None
    last = _moment(column, column.max) if column.max is not None else None
    start = datetime(2024, 1, 1)  # noqa: DTZ001  (cells without a time zone)
    first = first or (min(start, last) if last else start)
    last = last or max(_LAST_SECOND, first)
    return _ordered(column, math.ceil(_since_epoch(first)), math.floor(_since_epoch(last)))


def _moment(column: Column, bound: Scalar) -> datetime:
    try:
        return datetime.fromisoformat(str(bound))
    except ValueError:
        message = f"`{bound}` is no date, and bounds column `{column.name}`"
        raise UnmakeableError(message) from None


def _since_epoch(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _names(column: Column, rows: int, rng: np.random.Generator) -> pa.Array:
    if column.min is not None or column.max is not None:
        raise UnmakeableError(f"column `{column.name}` holds texts, which have no min and max")
    numbers = rng.integers(1, (max(1000, 10 * rows) if column.unique else 1000) + 1, size=rows)
    return pc.binary_join_element_wise(column.name, pa.array(numbers).cast(pa.string()), "_")
