"""Values without duplicates, made from their numbers: no memory of those drawn before is needed.

Where all values a column may hold can be numbered, row 7 gets the value whose number is where a
permutation sends 7. So a million unique keys are made in pieces, each by itself, and none is twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ci_scriptcheck.data import draw, pattern, ranges
from ci_scriptcheck.model.contract import ColumnType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ci_scriptcheck.model.contract import Column

Numbers = NDArray[np.int64]

_ROUNDS = 6
_MOST = 2**60
_FLOATS = 2**40
"""How many different numbers are told apart between two bounds at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """All values of a column, or rows of several, by their number from 0 on.

    Attributes:
        size: How many there are.
        at: Gives a column for each name, for numbers below the size.
    """

    size: int
    at: Callable[[Numbers], dict[str, pa.Array]]


def permuted(first: int, last: int, size: int, key: tuple[int, ...]) -> Numbers:
    """Give where a permutation of the numbers below `size` sends those from `first` to `last`.

    A Feistel network over a grid that is at most one row larger than the size; what falls beyond
    is sent on until it falls inside.
    """
    width = math.isqrt(max(size - 1, 0)) + 1
    height = -(-size // width)
    found = _sent(np.arange(first, last, dtype=np.int64), width, height, key)
    beyond = np.flatnonzero(found >= size)
    while len(beyond):
        found[beyond] = _sent(found[beyond], width, height, key)
        beyond = beyond[found[beyond] >= size]
    return found


def _sent(numbers: Numbers, width: int, height: int, key: tuple[int, ...]) -> Numbers:
    high, low = np.divmod(numbers, width)
    for turn in range(0, _ROUNDS, 2):
        high = high + _mixed(low, key[turn], height)
        high -= height * (high >= height)
        low = low + _mixed(high, key[turn + 1], width)
        low -= width * (low >= width)
    result: Numbers = high * width + low
    return result


def _mixed(numbers: Numbers, key: int, below: int) -> Numbers:
    """Scramble numbers into others below a bound; the constants are those of splitmix64."""
    mixed = numbers.view(np.uint64) + np.uint64(key)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    # The upper half as a fraction of the bound: a division would cost more than all of the above.
    scaled: Numbers = (((mixed >> np.uint64(33)) * np.uint64(below)) >> np.uint64(31)).view(
        np.int64
    )
    return scaled


def key_of(rng: np.random.Generator) -> tuple[int, ...]:
    """Draw what tells one permutation from others."""
    return tuple(int(part) for part in rng.integers(2**63, size=_ROUNDS))


def of_column(column: Column, rows: int, pool: pa.Array | None) -> Numbered | None:
    """Number the values of a column; `None` where that cannot be done.

    Args:
        column: What is asked for.
        rows: How many are wanted.
        pool: The values it refers to, where it refers to some.

    Raises:
        UnmakeableError: its schema allows none.
    """
    name = column.name
    if pool is not None:
        return Numbered(size=len(pool), at=lambda numbers: {name: pool.take(pa.array(numbers))})
    if column.values:
        values = draw.allowed_values(column).unique()
        return Numbered(
            size=len(values), at=lambda numbers: {name: values.take(pa.array(numbers))}
        )
    if column.pattern is not None:
        return _of_pattern(column)
    size, at = _of_type(column, rows)
    return None if size > _MOST else Numbered(size=size, at=lambda numbers: {name: at(numbers)})


def together(parts: Sequence[Numbered]) -> Numbered | None:
    """Number the rows of several columns; `None` where there are too many."""
    size = math.prod(part.size for part in parts)
    if size > _MOST:
        return None

    def at(numbers: Numbers) -> dict[str, pa.Array]:
        found: dict[str, pa.Array] = {}
        for part in parts:
            numbers, own = np.divmod(numbers, part.size)
            found |= part.at(own)
        return found

    return Numbered(size=size, at=at)


def _of_pattern(column: Column) -> Numbered | None:
    places = pattern.places(column.pattern or "")
    # "007" and "7" are different texts, and one number.
    if places is None or draw.arrow_type(column) != pa.string():
        return None
    size = math.prod(len(place) for place in places)
    if size > _MOST:
        return None

    def at(numbers: Numbers) -> dict[str, pa.Array]:
        return {column.name: pattern.spelled(places, numbers)}

    return Numbered(size=size, at=at)


def _of_type(column: Column, rows: int) -> tuple[int, Callable[[Numbers], pa.Array]]:
    match column.type:
        case ColumnType.INT:
            least, most = ranges.whole_bounds(column, rows)
            return most - least + 1, lambda numbers: pa.array(numbers + least)
        case ColumnType.FLOAT:
            return _of_floats(column)
        case ColumnType.BOOL:
            return 2, lambda numbers: pa.array(numbers == 1)
        case ColumnType.DATE:
            first, last = ranges.days(column)
            return last - first + 1, lambda numbers: draw.as_dates(numbers + first)
        case ColumnType.DATETIME:
            first, last = ranges.seconds(column)
            return last - first + 1, lambda numbers: draw.as_moments(numbers + first)
        case _:
            most = ranges.most_names(column, rows)
            return most, lambda numbers: draw.named(column, numbers + 1)


def _of_floats(column: Column) -> tuple[int, Callable[[Numbers], pa.Array]]:
    least, most = ranges.float_bounds(column)
    # Twice the distance between neighbours, so that rounding never makes two of them one.
    apart = 2 * max(math.ulp(least), math.ulp(most))
    size = max(1, min(_FLOATS, int(min((most - least) / apart, 2.0**60)) + 1))
    step = (most - least) / max(size - 1, 1)
    return size, lambda numbers: pa.array(np.minimum(least + numbers * step, most))
