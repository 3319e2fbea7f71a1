"""The cells of one column, drawn from its schema: values within bounds, without duplicates, nulls.

Every draw has a generator of its own, seeded by what the column is called, so that adding a column
to a table leaves all others as they were.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ci_scriptcheck.data import distinct, pattern, ranges
from ci_scriptcheck.data.unmakeable import UnmakeableError
from ci_scriptcheck.model.contract import ColumnType
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from ci_scriptcheck.model.contract import Column, Scalar


_RARE_SHARE, _RARE_ROWS = 0.01, 2
_TROUBLESOME = [
    "",
    "NA",
    "=1+1",
    " padded ",
    "Zoë Ångström",
    "北京 🐧",
    'say "so", they',
    "two\nlines",
]

_ARROW = {
    ColumnType.STRING: pa.string(),
    ColumnType.INT: pa.int64(),
    ColumnType.FLOAT: pa.float64(),
    ColumnType.BOOL: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.DATETIME: pa.timestamp("us"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """Some of the rows of a column, those from one number up to another, and how many there are."""

    start: int
    stop: int
    total: int

    @property
    def count(self) -> int:
        """How many rows these are."""
        return self.stop - self.start

    def allotted(self, number: int) -> tuple[int, int]:
        """Say which of so many things belong here, if they are spread over all rows."""
        total = max(self.total, 1)
        return number * self.start // total, number * self.stop // total


def all_of(rows: int) -> Span:
    """Give the span of a whole column."""
    return Span(0, rows, rows)


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


def cells(column: Column, span: Span, rng: np.random.Generator) -> pa.Array:
    """Draw cells of a column, none of them null; duplicates are not looked for.

    Raises:
        UnmakeableError: its schema allows none.
    """
    return _cells(column, span, rng)


def different(column: Column, rows: int, rng: np.random.Generator) -> pa.Array:
    """Draw all cells of a column at once, without duplicates; fewer where there are not so many.

    Raises:
        UnmakeableError: its schema allows none.
    """
    return distinct.cells(lambda count: _cells(column, all_of(count), rng), rows)


def edge_cells(column: Column, rows: int, rng: np.random.Generator) -> pa.Array:
    """Draw cells among which are the bounds, a rare value, or texts that often break programs.

    Raises:
        UnmakeableError: the schema allows none.
    """
    if column.values and not column.unique:
        return _with_rare(column, rows, rng)
    drawn = different if column.unique else _all_cells
    joined = pa.concat_arrays([_edges(column), drawn(column, rows, rng)])
    if column.unique:
        joined = joined.unique()
    found = joined.slice(0, rows)
    return found.take(pa.array(rng.permutation(len(found))))


def usual_nulls(share: float, rows: int) -> int:
    """Say how many cells are missing in ordinary data: half of those that may be, at least one.

    Where most may be, there are twice as many values as have to be: a column that may be 97 % empty is made 94 % empty,
    as a real one is hardly ever filled in half of its rows. One that may be empty as a whole says nothing of that.
    """
    most = most_nulls(share, rows)
    if not most:
        return 0
    least_filled = rows - most
    return max(1, most // 2, rows - 2 * least_filled if least_filled else 0)


def most_nulls(share: float, rows: int) -> int:
    """Say how many cells may be missing."""
    return math.floor(share * rows + 1e-9)


def with_nulls(drawn: pa.Array, count: int, rng: np.random.Generator) -> pa.Array:
    """Take away so many cells."""
    if count == 0:
        return drawn
    there = np.ones(len(drawn), bool)
    there[rng.permutation(len(drawn))[:count]] = False
    if drawn.null_count or drawn.offset:
        return pc.if_else(pa.array(there), drawn, pa.scalar(None, drawn.type))
    bits = pa.py_buffer(np.packbits(there, bitorder="little").tobytes())
    return pa.Array.from_buffers(drawn.type, len(drawn), [bits, *drawn.buffers()[1:]])


def _all_cells(column: Column, rows: int, rng: np.random.Generator) -> pa.Array:
    return _cells(column, all_of(rows), rng)


def _cells(column: Column, span: Span, rng: np.random.Generator) -> pa.Array:  # noqa: PLR0911  (one arm for each type)
    if column.values:
        return _among(column, span, rng)
    if column.pattern is not None:
        return _matching(column, span.count, rng)
    rows = span.count
    match column.type:
        case ColumnType.INT:
            least, most = ranges.whole_bounds(column, span.total)
            return pa.array(rng.integers(least, most, size=rows, endpoint=True))
        case ColumnType.FLOAT:
            return pa.array(_floats(column, rows, rng))
        case ColumnType.BOOL:
            return pa.array(rng.integers(2, size=rows, dtype=np.uint8).astype(bool))
        case ColumnType.DATE:
            first, last = ranges.days(column)
            return as_dates(rng.integers(first, last, size=rows, endpoint=True, dtype=np.int32))
        case ColumnType.DATETIME:
            first, last = ranges.seconds(column)
            return as_moments(rng.integers(first, last, size=rows, endpoint=True))
        case _:
            return named(
                column, rng.integers(1, ranges.most_names(column, span.total) + 1, size=rows)
            )


def as_dates(numbers: np.ndarray) -> pa.Array:
    """Take days since 1970 for dates."""
    return pa.array(numbers.astype(np.int32, copy=False)).cast(pa.date32())


def as_moments(numbers: np.ndarray) -> pa.Array:
    """Take seconds since 1970 for moments."""
    return pa.array(numbers * 1_000_000).cast(pa.timestamp("us"))


def _values(column: Column) -> list[Scalar]:
    return [value for value in column.values if value is not None]


def allowed_values(column: Column) -> pa.Array:
    """Give the values of a column that lie within its bounds.

    Raises:
        UnmakeableError: none does.
    """
    allowed = [value for value in _values(column) if ranges.is_within(column, value)]
    if not allowed:
        raise UnmakeableError(f"none of the values of `{column.name}` lies within its bounds")
    return _cast(column, _as_array(column, allowed))


def _among(column: Column, span: Span, rng: np.random.Generator) -> pa.Array:
    """Draw among given values; each of them occurs where there are rows enough."""
    allowed = allowed_values(column)
    small = np.uint16 if len(allowed) < 2**16 else np.int64
    chosen = rng.integers(len(allowed), size=span.count, dtype=small)
    if span.total >= len(allowed):
        low, high = span.allotted(len(allowed))
        chosen[rng.permutation(span.count)[: high - low]] = np.arange(low, high)
    return allowed.take(pa.array(chosen))


def _with_rare(column: Column, rows: int, rng: np.random.Generator) -> pa.Array:
    """Draw among given values, the last of which is rare."""
    rare = max(_RARE_ROWS, round(_RARE_SHARE * rows))
    if len(_values(column)) < 2 or rows <= rare:
        return _among(column, all_of(rows), rng)
    *common, last = (value for value in _values(column) if ranges.is_within(column, value))
    few = replace(column, values=tuple(common) or (last,))
    usual = _among(few, all_of(rows - rare), rng)
    seldom = _among(replace(column, values=(last,)), all_of(rare), rng)
    return pa.concat_arrays([seldom, usual]).take(pa.array(rng.permutation(rows)))


def _edges(column: Column) -> pa.Array:
    if column.values or column.pattern is not None:
        return pa.array([], arrow_type(column))
    if arrow_type(column) == pa.string():
        return pa.array(_TROUBLESOME)
    bounds = [column.min, column.max]
    ends = [ranges.as_cell(column, bound) for bound in bounds if bound is not None]
    return pa.array(ends, arrow_type(column))


def _as_array(column: Column, values: list[Scalar]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        if arrow_type(column) != pa.string():
            raise UnmakeableError(
                f"the values of `{column.name}` are of different types"
            ) from None
        return pa.array([str(value) for value in values])


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


def _floats(column: Column, rows: int, rng: np.random.Generator) -> np.ndarray:
    least, most = ranges.float_bounds(column)
    drawn = rng.uniform(least, most, size=rows)
    if column.unique or most == least:
        return drawn
    # As many decimals as a person would give: cents where the range is in thousands.
    decimals = int(np.clip(6 - math.ceil(math.log10(most - least)), 2, 15))
    return np.clip(np.round(drawn, decimals), least, most)


def named(column: Column, numbers: np.ndarray) -> pa.Array:
    """Write texts such as `note_17`, for numbers from 1 on."""
    if column.unique or len(numbers) < 1000:
        return _joined(column, numbers)
    return _joined(column, np.arange(1, 1001)).take(pa.array(numbers - 1))


def _joined(column: Column, numbers: np.ndarray) -> pa.Array:
    return pc.binary_join_element_wise(column.name, pa.array(numbers).cast(pa.string()), "_")
