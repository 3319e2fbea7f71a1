"""What a schema should say so that what is made from it is like real data.

A bound that is suggested is the end of the range that is told, rounded, as what was seen is no rule. Of private data
up to nine rows may lie beyond it, so it is suggested together with the share of them. Where few rows break a bound,
none is suggested: they may be mistakes, which only somebody who may see them can judge.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from ci_scriptcheck.model import rounding
from ci_scriptcheck.model.contract import Column, ColumnType, Json, Scalar, Schema
from ci_scriptcheck.model.made_and_real import (
    MOMENTS,
    NUMBERS,
    ROOM,
    ends_of,
    has_repeats,
    is_less_various,
    is_of_other_range,
    number_of,
    pairs,
)
from ci_scriptcheck.model.port_profile import (
    FEW_VALUES,
    GAPS,
    ColumnProfile,
    TableProfile,
    together,
)
from ci_scriptcheck.model.rounding import Outward, Way
from ci_scriptcheck.values import dataclass

MANY = 10
"""Rows in which values repeat, from which on they are not called unique any more."""
MOST_NEW = 20
"""Columns that are suggested to be added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChange:
    """What a schema should say of a column.

    Attributes:
        is_new: Whether it does not have it yet.
        keys: What to write; `None` takes a key away.
    """

    name: str
    is_new: bool = False
    keys: Mapping[str, Json]


def suggested(
    schema: Schema, made: Sequence[TableProfile], real: Sequence[TableProfile]
) -> tuple[tuple[ColumnChange, ...], tuple[str, ...]]:
    """Say what a schema should say so that what is made is like real data, and what no schema can say for it."""
    found = [*pairs(made, real)]
    if not found or len(found) < len(real):
        # Which tables the schema speaks of is not known.
        return (), ()
    one, other = (together(side) for side in zip(*found, strict=True))
    if not other.rows or other.note is not None:
        return (), ()
    changes: list[ColumnChange] = []
    notes: list[str] = []
    for column in schema.columns:
        profile, ours = other.column(column.name), one.column(column.name)
        if profile is None:
            if not other.more_columns:
                is_somewhere = any(table.column(column.name) for table in real)
                where = "some real tables only" if is_somewhere else "no real data"
                notes.append(f"`{column.name}` is in {where}")
            continue
        keys, said = _change(column, ours, profile, (one.rows, other.rows))
        notes += said
        if keys:
            changes.append(ColumnChange(name=column.name, keys=keys))
    more, untold = _new(schema, other)
    notes += untold
    if other.repeated:
        key = ", ".join(f"`{name}`" for name in schema.key)
        notes.append(f"{other.repeated:,} of {other.rows:,} rows share {key} with another one")
    return (*changes, *more), tuple(notes)


def _change(
    column: Column, made: ColumnProfile | None, real: ColumnProfile, sizes: tuple[int, int]
) -> tuple[dict[str, Json], list[str]]:
    """Say what should be written of a column that the schema has, and what cannot be.

    Args:
        column: As the schema has it.
        made: What is made of it.
        real: What it really holds.
        sizes: Rows of the table that is made, and of the real one.
    """
    rows = sizes[1]
    keys: dict[str, Json] = {}
    notes: list[str] = []
    gaps = real.nulls / rows
    if gaps > column.nulls:
        keys["nulls"] = rounded_up(gaps)
    if column.unique and _has_many_repeats(real, rows):
        keys["unique"] = False
    if column.references is not None:
        return keys, notes
    if column.type is ColumnType.CATEGORY:
        more, said = listed(column, real, rows)
        return keys | more, [*notes, *said]
    wanted = column.value_type
    if wanted is not None and not _has_room(wanted.value, real):
        keys["type"] = real.type
        keys |= {key: None for key in ("min", "max") if getattr(column, key) is not None}
        return keys, notes
    if column.formula is None and made is not None:
        bounds = _bounds(column, made, real, rows)
        if not bounds and _is_broken(column, real, rows):
            notes.append(_question(column, real, rows))
        keys |= bounds
    if made is not None and not column.unique and is_less_various(made, real, sizes):
        notes.append(
            f"`{column.name}` has {real.distinct:,} different values: `type: category` with `values` makes it so"
        )
    return keys, notes


def _is_broken(column: Column, real: ColumnProfile, rows: int) -> bool:
    """Say whether more rows lie outside of the bounds of a column than may."""
    return real.outside > column.outside * rows + 1e-9


def _question(column: Column, real: ColumnProfile, rows: int) -> str:
    if column.max is None:
        where = f"below {column.min}"
    else:
        where = (
            f"above {column.max}"
            if column.min is None
            else f"outside of {column.min} to {column.max}"
        )
    share = rounded_up(real.outside / rows)
    return (
        f"{real.outside:,} of {rows:,} rows have `{column.name}` {where}: mistakes, or a rule?"
        f" Other bounds make it one, `outside: {share:g}` lets them pass"
    )


def is_few(rows: int, of_rows: int) -> bool:
    """Say whether so few rows are otherwise that it may well be by mistake."""
    return rows < GAPS * of_rows


def _has_room(wanted: str, real: ColumnProfile) -> bool:
    """Say whether a column of a type may hold values of another; texts may be of any form."""
    kind = real.type
    if kind is None or wanted in {kind, "string"} or (wanted, kind) in ROOM:
        return True
    # Declared as text, they may well be moments; where they are not, SC501 says so.
    may_be_moments = kind == "string" and not real.is_told and wanted in MOMENTS
    return may_be_moments or kind not in {one.value for one in ColumnType}


def _bounds(
    column: Column, made: ColumnProfile, real: ColumnProfile, rows: int
) -> dict[str, Json]:
    """Widen bounds to the real range, or draw some where there are none and what is made lies elsewhere."""
    ends = ends_of(real)
    lowest, highest = number_of(column.min), number_of(column.max)
    is_bounded = lowest is not None or highest is not None
    is_to_stay = not _is_broken(column, real, rows) or is_few(real.outside, rows)
    if ends is None or (is_bounded and is_to_stay):
        return {}
    found: dict[str, Json] = {}
    if lowest is not None and ends[0] < lowest:
        found["min"] = outward(real.low, Way.DOWN)
    if highest is not None and ends[1] > highest:
        found["max"] = outward(real.high, Way.UP)
    is_elsewhere = (lowest is not None and ends[1] < lowest) or (
        highest is not None and ends[0] > highest
    )
    if is_elsewhere or (not is_bounded and is_of_other_range(made, real)):
        found = _range(real)
    return found | _beyond(real, rows, column.outside) if found else {}


def _range(profile: ColumnProfile) -> dict[str, Json]:
    return {
        "min": outward(profile.low, Way.DOWN),
        "max": outward(profile.high, Way.UP),
    }


def _beyond(real: ColumnProfile, rows: int, allowed: float) -> dict[str, Json]:
    """Let those rows be that lie beyond the range that is told: the same data are to fit the new bounds."""
    share = rounded_up(real.beyond / rows) if real.beyond else 0.0
    return {"outside": share} if share > allowed else {}


def outward(end: Scalar, way: Outward) -> Json:
    """Round an end of a range: what was seen is no rule, of public data either."""
    if isinstance(end, int | float) and not isinstance(end, bool):
        return rounding.number(end, way)
    return None if end is None else rounding.day(datetime.fromisoformat(str(end)).date(), way)


def listed(column: Column, real: ColumnProfile, rows: int) -> tuple[dict[str, Json], list[str]]:
    """Add values to a category as far as they may be named; make it text where it is none."""
    if not real.strange:
        return {}, []
    if real.distinct > FEW_VALUES:
        return {"type": ColumnType.STRING.value, "values": None}, []
    unnamed = real.strange - len(real.named)
    notes = []
    if unnamed:
        noun = f"{'further ' * bool(real.named)}value{'s' * (unnamed != 1)}"
        notes.append(
            f"`{column.name}` has {unnamed:,} {noun} that may not be named here"
            f" ({real.strange_rows:,} of {rows:,} rows hold what is not listed)"
        )
    if not real.named:
        return {}, notes
    kinds = {type(value) for value in column.values if value is not None}
    more = tuple(_as_listed(name, kinds) for name in real.named)
    values: tuple[Json, ...] = (*column.values, *more)
    return {"values": values}, notes


def _as_listed(name: str, kinds: set[type]) -> Json:
    """Write a value as the category has its values: a number among numbers."""
    if kinds <= {int, float} and kinds:
        try:
            number = float(name)
        except ValueError:
            return name
        return int(number) if number.is_integer() else number
    return name


def _has_many_repeats(profile: ColumnProfile, rows: int) -> bool:
    """Say whether values repeat in so many rows that this is how they are, and not a mistake in a few."""
    repeats = rows - profile.nulls - profile.distinct
    return has_repeats(profile, rows) and repeats >= max(MANY, GAPS * rows)


def _new(schema: Schema, real: TableProfile) -> tuple[tuple[ColumnChange, ...], tuple[str, ...]]:
    """Say what should be written of columns that only real data have."""
    known = {column.name for column in schema.columns}
    if not known:
        return (), ()
    kinds = {one.value for one in ColumnType}
    unknown = [one for one in real.columns if one.name not in known]
    usable = [one for one in unknown if one.type in kinds]
    notes = [
        f"`{one.name}` holds lists or records, which no schema describes"
        for one in unknown
        if one.type is not None and one.type not in kinds
    ]
    more = len(usable) - MOST_NEW + real.more_columns
    if more > 0:
        notes.append(f"{more:,} further columns are in real data only")
    changes = (
        ColumnChange(name=one.name, is_new=True, keys=_whole(one, real.rows))
        for one in usable[:MOST_NEW]
    )
    return tuple(changes), tuple(notes)


def _whole(profile: ColumnProfile, rows: int) -> Mapping[str, Json]:
    """Say all that is known of a column."""
    keys: dict[str, Json] = {"type": profile.type}
    filled = rows - profile.nulls
    is_key = profile.type in {"int", "string"} and not profile.is_estimate
    if is_key and filled >= FEW_VALUES and profile.distinct == filled:
        keys["unique"] = True
    if profile.low is not None and profile.type in NUMBERS | MOMENTS:
        keys |= _range(profile) | _beyond(profile, rows, 0.0)
    if profile.nulls:
        keys["nulls"] = rounded_up(profile.nulls / rows)
    return keys


def rounded_up(share: float) -> float:
    """Round a share up to two digits that say something, so that what was seen is allowed."""
    digits = 1 - math.floor(math.log10(share))
    scale = float(10**digits)
    return min(round(math.ceil(round(share * scale, 9)) / scale, digits), 1.0)
