"""Single cells for a search: plain values, those at which programs often break, and simpler ones.

Dates and times are ISO 8601 text, as everywhere in the model.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import ColumnType
from ci_scriptcheck.search import patterns

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from ci_scriptcheck.model.contract import Column, Scalar

MANY = 64
"""How many plain values there are at least, where a column allows so many."""

_LONG = "a" * 10_000
_TEXTS = (
    "",
    " ",
    "NA",
    "null",
    "0",
    "=1+1",
    "a,b",
    'a "b"',
    "two\nlines",
    "Zoë",
    "北京 🐧",
    "a" * 300,
    _LONG,
)
_WHOLE = (0, -1, 10, 1000, 10**9, 2**31, -(2**31) - 1)
_BROKEN = (0.0, -1.0, 0.5, 1e-9, 1000.0, 1e12)
_DAYS = ("2000-01-01", "1970-01-01", "1969-12-31", "1900-01-01", "2024-02-29", "9999-12-31")
_PLAIN_DAY = date(2024, 1, 1)


@cache
def plain(column: Column) -> tuple[Scalar, ...]:
    """List ordinary values that a column allows, the plainest first."""
    if column.values:
        wanted: list[Scalar] = [value for value in column.values if value is not None]
    else:
        wanted = list(_plain(column))
    allowed = (value for value in dict.fromkeys(wanted) if is_allowed(column, value))
    return tuple(islice(allowed, MANY))


@cache
def edges(column: Column) -> tuple[Scalar, ...]:
    """List values at which programs often break and that a column allows."""
    if column.values:
        return plain(column)
    bounds = [bound for bound in (column.min, column.max) if bound is not None]
    wanted = [*(_of_type(column, bound) for bound in bounds), *_edges(column.type)]
    if column.pattern is not None:
        wanted += patterns.examples(column.pattern)
    return tuple(value for value in dict.fromkeys(wanted) if is_allowed(column, value))


def drawn(column: Column, rng: random.Random) -> Scalar:
    """Draw an ordinary value; the first plain one where no other comes to mind."""
    usual = plain(column)
    chosen = _drawn(column, rng)
    if chosen is not None and is_allowed(column, chosen):
        return chosen
    return rng.choice(usual) if usual else None


def simpler(column: Column, value: Scalar) -> Iterator[Scalar]:
    """Give allowed values that are simpler than this one, the simplest first."""
    known = plain(column)
    rank = known.index(value) if value in known else len(known)
    yield from known[: min(rank, 3)]
    if rank < len(known) or value is None:
        return
    tried: set[Scalar] = {value}
    for one in _reduced(column.type, value):
        if one not in tried and is_allowed(column, one):
            tried.add(one)
            yield one


def is_allowed(column: Column, value: Scalar) -> bool:
    """Say whether a column allows this value, if nothing beside it mattered."""
    if value is None:
        return column.nulls > 0
    if column.values and value not in column.values:
        return False
    if column.pattern is not None and not re.fullmatch(column.pattern, str(value)):
        return False
    return _is_within(column, value)


def _is_within(column: Column, value: Scalar) -> bool:
    for bound, sign in ((column.min, 1), (column.max, -1)):
        if bound is None:
            continue
        here, there = _comparable(column, value), _comparable(column, bound)
        if here is None or there is None or (here - there) * sign < 0:
            return False
    return True


def _comparable(column: Column, value: Scalar) -> float | None:
    """Give a number by which values are told apart; days and moments as seconds."""
    if isinstance(value, bool | int | float):
        return float(value)
    if column.type not in {ColumnType.DATE, ColumnType.DATETIME}:
        return None
    try:
        moment = datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        return None
    return (moment - datetime.min) / timedelta(seconds=1)  # noqa: DTZ901  (cells without a time zone)


def _of_type(column: Column, bound: Scalar) -> Scalar:
    """Write a bound as a cell of the column."""
    match column.type:
        case ColumnType.INT if isinstance(bound, float):
            return math.ceil(bound) if bound == column.min else math.floor(bound)
        case ColumnType.FLOAT if isinstance(bound, int):
            return float(bound)
        case ColumnType.DATE:
            return str(bound)[:10]
        case ColumnType.DATETIME:
            return _moment(str(bound))
        case _:
            return bound


def _moment(text: str) -> str:
    return text if "T" in text or " " in text else f"{text}T00:00:00"


def _plain(column: Column) -> Iterator[Scalar]:
    if column.pattern is not None:
        yield from patterns.examples(column.pattern)
        return
    match column.type:
        case ColumnType.INT | ColumnType.FLOAT:
            yield from _numbers(column)
        case ColumnType.BOOL:
            yield from (True, False)
        case ColumnType.DATE:
            yield from _days(column)
        case ColumnType.DATETIME:
            yield from (_moment(day) for day in _days(column))
        case _:
            letters = "abcdefghijklmnopqrstuvwxyz"
            yield from letters
            yield from (f"{letter}{digit}" for digit in range(1, 3) for letter in letters)


def _numbers(column: Column) -> Iterator[Scalar]:
    kind = int if column.type is ColumnType.INT else float
    low = _comparable(column, column.min)
    high = _comparable(column, column.max)
    start = 1.0
    if low is not None and start < low:
        start = math.ceil(low) if high is None or math.ceil(low) <= high else low
    if high is not None and start > high:
        start = math.floor(high) if low is None or math.floor(high) >= low else high
    yield from (kind(start + step) for step in range(MANY))
    yield from (kind(start - step) for step in range(1, MANY))
    if kind is float and low is not None and high is not None:
        yield from (low + (high - low) * step / MANY for step in range(MANY + 1))


def _days(column: Column) -> Iterator[str]:
    start = _PLAIN_DAY
    for bound, sign in ((column.min, 1), (column.max, -1)):
        if bound is not None:
            there = date.fromisoformat(str(bound)[:10])
            start = there if (start - there).days * sign < 0 else start
    yield start.isoformat()
    for step in range(1, MANY):
        for sign in (1, -1):
            try:
                yield (start + timedelta(days=sign * step)).isoformat()
            except OverflowError:
                continue


def _edges(kind: ColumnType) -> tuple[Scalar, ...]:
    match kind:
        case ColumnType.INT:
            return _WHOLE
        case ColumnType.FLOAT:
            return _BROKEN
        case ColumnType.BOOL:
            return (False, True)
        case ColumnType.DATE:
            return _DAYS
        case ColumnType.DATETIME:
            return tuple(f"{day}T23:59:59" for day in _DAYS)
        case _:
            return _TEXTS


def _drawn(column: Column, rng: random.Random) -> Scalar:
    if column.values or column.pattern is not None:
        return None
    low, high = _comparable(column, column.min), _comparable(column, column.max)
    span = 1000.0 if column.type is ColumnType.INT else 100.0
    least = low if low is not None else min(0.0, high - span if high is not None else 0.0)
    most = high if high is not None else least + span
    match column.type:
        case ColumnType.INT:
            return rng.randint(math.ceil(least), max(math.ceil(least), math.floor(most)))
        case ColumnType.FLOAT:
            return round(rng.uniform(least, most), 2)
        case _:
            return None


def _reduced(kind: ColumnType, value: Scalar) -> Iterator[Scalar]:
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        yield from _smaller_number(value)
    elif isinstance(value, float):
        yield from (one for one in (0.0, -1.0, 0.5) if _is_shorter(one, value))
        yield from (float(one) for one in _smaller_number(int(value)) if _is_shorter(one, value))
    elif kind in {ColumnType.DATE, ColumnType.DATETIME}:
        yield from _nearer(kind, str(value))
    elif isinstance(value, str):
        yield from _shorter(value)


def _is_shorter(one: float, other: float) -> bool:
    return (len(repr(float(one))), abs(one), one < 0) < (len(repr(other)), abs(other), other < 0)


def _smaller_number(value: int) -> Iterator[int]:
    """Give whole numbers nearer to zero: known ones, halves, and rounder ones."""
    size = abs(value)
    yield from (one for one in (0, -1, 10, 100, 1000) if abs(one) < size)
    sign = 1 if value > 0 else -1
    if size > 1:
        unit = 10 ** (len(str(size)) - 1)
        yield from (
            sign * one for one in (size // 2, size // unit * unit, size - unit) if 0 < one < size
        )


def _nearer(kind: ColumnType, value: str) -> Iterator[str]:
    known = [*_DAYS[:4], _DAYS[4], _DAYS[5]]
    day = value[:10]
    nearer = known[: known.index(day)] if day in known else [*known, f"{day[:4]}-01-01"]
    for one in nearer:
        if kind is ColumnType.DATE:
            yield one
        else:
            yield _moment(one)
    if kind is ColumnType.DATETIME and not value.endswith("T00:00:00"):
        yield _moment(day)


def _shorter(value: str) -> Iterator[str]:
    size = len(value)
    if value:
        yield ""
    if value.strip("a"):
        yield "a" * size
    for length in (size // 2, size * 3 // 4, size * 15 // 16, size - 1):
        if 0 < length < size:
            yield value[:length]
    if size <= 20:
        for place, letter in enumerate(value):
            if letter not in "a ":
                yield f"{value[:place]}a{value[place + 1 :]}"
