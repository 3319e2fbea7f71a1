"""What a schema should say so that what is made from it is like real data.

A bound that is suggested is the end of the range that is told, rounded, as what was seen is no rule. Of private data
up to nine rows may lie beyond it, so it is suggested together with the share of them. Where few rows break a bound,
it stays: they may be mistakes, which only somebody who may see them can judge. A bound on one side says nothing of the
other one, which is suggested where what is made ends elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from ci_scriptcheck.model import rounding
from ci_scriptcheck.model.contract import Column, ColumnType, Json, Scalar, Schema
from ci_scriptcheck.model.derived_columns import where_ranges_come_from
from ci_scriptcheck.model.made_and_real import (
    MOMENTS,
    NUMBERS,
    ROOM,
    Ends,
    allowed_ends,
    are_other_ranges,
    differing,
    ends_of,
    has_repeats,
    is_broken,
    is_less_various,
    number_of,
    pairs,
    reaches_beyond,
    room,
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
    notes += where_ranges_come_from(schema, differing(schema, made, real))
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
        bounds, said = _bounds(column, made, real, rows)
        keys |= bounds
        notes += said
    if made is not None and not column.unique and is_less_various(made, real, sizes):
        notes.append(
            f"`{column.name}` has {real.distinct:,} different values: `type: category` with `values` makes it so"
        )
    return keys, notes


def _question(column: Column, real: ColumnProfile, rows: int, more: int) -> str:
    """Ask what the rows outside of the bounds of a column are.

    Args:
        column: As the schema has it.
        real: What it really holds.
        rows: Of the real table.
        more: Rows at most that lie beyond a bound that is suggested.
    """
    if column.max is None:
        where = f"below {column.min}"
    else:
        where = (
            f"above {column.max}"
            if column.min is None
            else f"outside of {column.min} to {column.max}"
        )
    share = rounded_up((real.outside + more) / rows)
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
) -> tuple[dict[str, Json], list[str]]:
    """Widen bounds to the real range, and draw some where there are none and what is made ends elsewhere."""
    broken = is_broken(column, real, rows)
    widened = _widened(column, real) if broken and not is_few(real.outside, rows) else {}
    made_ends = _ends_with(widened, made)
    real_ends = ends_of(real) if widened else allowed_ends(column, real, rows)
    is_other = are_other_ranges(made_ends, real_ends)
    found = dict(widened)
    if made_ends is not None and real_ends is not None and is_other:
        found |= _missing(column, made_ends, real_ends, real)
    # Rows that somebody is asked about are not let pass unasked.
    is_asked = broken and not widened
    outside = 0 if is_asked else _kept(real, found)
    beyond = _beyond(real, found)
    notes = []
    if is_asked:
        notes.append(_question(column, real, rows, beyond))
    elif is_other and not found and made_ends is not None and real_ends is not None:
        notes.append(_why_none(column, made_ends, real_ends))
    return found | (_share(outside + beyond, rows, column.outside) if found else {}), notes


def _widened(column: Column, real: ColumnProfile) -> dict[str, Json]:
    """Widen those bounds that the real range breaks; where all of it lies elsewhere, both move."""
    ends = ends_of(real)
    if ends is None:
        return {}
    lowest, highest = number_of(column.min), number_of(column.max)
    is_elsewhere = (lowest is not None and ends[1] < lowest) or (
        highest is not None and ends[0] > highest
    )
    return {
        key: bound
        for key, bound in _range(real).items()
        if is_elsewhere
        or (key == "min" and lowest is not None and ends[0] < lowest)
        or (key == "max" and highest is not None and ends[1] > highest)
    }


def _ends_with(bounds: Mapping[str, Json], made: ColumnProfile) -> Ends | None:
    """Give the ends of what is made once bounds are written."""
    ends = ends_of(made)
    if ends is None:
        return None
    low, high = number_of(bounds.get("min")), number_of(bounds.get("max"))
    return ends[0] if low is None else low, ends[1] if high is None else high


def _missing(column: Column, made: Ends, real: Ends, profile: ColumnProfile) -> dict[str, Json]:
    """Draw bounds on the sides where there is none: on both, or on one if what is made ends elsewhere there."""
    is_open = column.min is None and column.max is None
    return {
        key: bound
        for (key, bound), end, other in zip(_range(profile).items(), made, real, strict=True)
        if getattr(column, key) is None and (is_open or abs(other - end) > room(made))
    }


def _why_none(column: Column, made: Ends, real: Ends) -> str:
    """Say why nothing is suggested for a range that is made otherwise, and breaks no bound."""
    if reaches_beyond(made, real):
        return f"`{column.name}` is made in only a part of what its bounds allow; others would not change that"
    return (
        f"`{column.name}` really fills less than half of the range that is made, within its bounds:"
        " narrower ones would bring both nearer, if they are a rule"
    )


def _range(profile: ColumnProfile) -> dict[str, Json]:
    return {
        "min": outward(profile.low, Way.DOWN),
        "max": outward(profile.high, Way.UP),
    }


def rows_outside(real: ColumnProfile, keys: Mapping[str, Json]) -> int:
    """Count the rows at most that lie outside of the bounds of a column once these keys are written."""
    return _kept(real, keys) + _beyond(real, keys)


def _kept(real: ColumnProfile, keys: Mapping[str, Json]) -> int:
    """Count the rows that lie outside of those bounds that stay."""
    too_low = 0 if "min" in keys else real.too_low
    return too_low + (0 if "max" in keys else real.outside - real.too_low)


def _beyond(real: ColumnProfile, keys: Mapping[str, Json]) -> int:
    """Count the rows at most that lie outside of those bounds that are written: ends of the range that is told."""
    below = real.below if "min" in keys else 0
    return below + (real.beyond - real.below if "max" in keys else 0)


def _share(outside: int, rows: int, allowed: float) -> dict[str, Json]:
    """Let those rows be that lie outside of the bounds: the same data are to fit them."""
    share = rounded_up(outside / rows) if outside else 0.0
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
        bounds = _range(profile)
        keys |= bounds | _share(_beyond(profile, bounds), rows, 0.0)
    if profile.nulls:
        keys["nulls"] = rounded_up(profile.nulls / rows)
    return keys


def rounded_up(share: float) -> float:
    """Round a share up to two digits that say something, so that what was seen is allowed."""
    digits = 1 - math.floor(math.log10(share))
    scale = float(10**digits)
    return min(round(math.ceil(round(share * scale, 9)) / scale, digits), 1.0)
