"""What a schema should say so that what is made from it is like real data.

A share of rows is suggested with room for what the next data hold by chance, and `unique` only for what cannot be so
by chance. Which bounds are is told in `suggested_bounds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ci_scriptcheck.model import suggested_bounds
from ci_scriptcheck.model.contract import Column, ColumnType, Json, Schema
from ci_scriptcheck.model.derived_columns import where_ranges_come_from
from ci_scriptcheck.model.frozen import Belonging
from ci_scriptcheck.model.id_names import is_id
from ci_scriptcheck.model.made_and_real import (
    MOMENTS,
    NUMBERS,
    ROOM,
    differing,
    has_repeats,
    is_less_various,
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
from ci_scriptcheck.model.shares import RowsSeen, with_room
from ci_scriptcheck.values import dataclass

MANY = 10
"""Rows in which values repeat, from which on they are not called unique any more."""
CERTAIN = 1_000
"""Rows in which an id has to differ everywhere to be suggested as unique."""
PAIRS = 10
"""Pairs of rows that would have equal numbers by chance, from which on it is by no chance that none has."""
_OF_VALUES = ("min", "max", "outside", "values", "pattern", "unique")
"""Keys that say which values a column has."""
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
    schema: Schema,
    made: Sequence[TableProfile],
    real: Sequence[TableProfile],
    *,
    is_sample: bool = False,
) -> tuple[tuple[ColumnChange, ...], tuple[str, ...]]:
    """Say what a schema should say so that what is made is like real data, and what no schema can say for it.

    Args:
        schema: Of a dataset.
        made: What is made from it.
        real: What is really there.
        is_sample: Whether that is a part of it.
    """
    found = [*pairs(made, real)]
    if not found or len(found) < len(real):
        # Which tables the schema speaks of is not known.
        return (), ()
    one, other = (together(side) for side in zip(*found, strict=True))
    if not other.rows or other.note is not None:
        return (), ()
    seen = RowsSeen(rows=other.rows, is_sample=is_sample)
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
        keys, said = _change(column, ours, profile, one.rows, seen)
        notes += said
        if keys:
            changes.append(ColumnChange(name=column.name, keys=keys))
    differences = differing(schema, made, real, is_sample=is_sample)
    notes += where_ranges_come_from(schema, differences)
    more, untold = _new(schema, other, seen)
    notes += untold
    if other.repeated:
        key = ", ".join(f"`{name}`" for name in schema.key)
        notes.append(f"{other.repeated:,} of {other.rows:,} rows share {key} with another one")
    return (*changes, *more), tuple(notes)


def with_reference(
    schema: Schema, changes: Sequence[ColumnChange], found: Belonging
) -> tuple[ColumnChange, ...]:
    """Have a column take its values from another one; what else says which values it has goes.

    Args:
        schema: That has the column.
        changes: That are suggested already.
        found: Which column it is, and where its values are from.
    """
    column = next(one for one in schema.columns if one.name == found.column)
    plain = Column(name=column.name, type=column.type)
    keys: dict[str, Json] = {
        key: None for key in _OF_VALUES if getattr(column, key) != getattr(plain, key)
    }
    if column.type is ColumnType.CATEGORY and column.value_type is not None:
        keys["type"] = column.value_type.value
    keys["references"] = found.references
    before = next((one for one in changes if one.name == found.column), None)
    if before is not None and "nulls" in before.keys:
        keys["nulls"] = before.keys["nulls"]
    others = (one for one in changes if one.name != found.column)
    return (ColumnChange(name=found.column, keys=keys), *others)


def _change(
    column: Column,
    made: ColumnProfile | None,
    real: ColumnProfile,
    made_rows: int,
    seen: RowsSeen,
) -> tuple[dict[str, Json], list[str]]:
    """Say what should be written of a column that the schema has, and what cannot be.

    Args:
        column: As the schema has it.
        made: What is made of it.
        real: What it really holds.
        made_rows: Of the table that is made.
        seen: The rows of the real one.
    """
    rows = seen.rows
    keys: dict[str, Json] = {}
    notes: list[str] = []
    if seen.exceeds(real.nulls, column.nulls):
        keys["nulls"] = with_room(real.nulls, rows)
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
        bounds, said = suggested_bounds.bounds_of(column, made, real, seen)
        keys |= bounds
        notes += said
    if made is not None and not column.unique and is_less_various(made, real, (made_rows, rows)):
        notes.append(
            f"`{column.name}` has {real.distinct:,} different values: `type: category` with `values` makes it so"
        )
    return keys, notes


def _has_room(wanted: str, real: ColumnProfile) -> bool:
    """Say whether a column of a type may hold values of another; texts may be of any form."""
    kind = real.type
    if kind is None or wanted in {kind, "string"} or (wanted, kind) in ROOM:
        return True
    # Declared as text, they may well be moments; where they are not, SC501 says so.
    may_be_moments = kind == "string" and not real.is_told and wanted in MOMENTS
    return may_be_moments or kind not in {one.value for one in ColumnType}


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


def _new(
    schema: Schema, real: TableProfile, seen: RowsSeen
) -> tuple[tuple[ColumnChange, ...], tuple[str, ...]]:
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
        ColumnChange(name=one.name, is_new=True, keys=_whole(one, seen))
        for one in usable[:MOST_NEW]
    )
    return tuple(changes), tuple(notes)


def _whole(profile: ColumnProfile, seen: RowsSeen) -> Mapping[str, Json]:
    """Say all that is known of a column."""
    keys: dict[str, Json] = {"type": profile.type}
    if _is_surely_unique(profile, seen.rows):
        keys["unique"] = True
    if profile.low is not None and profile.type in NUMBERS | MOMENTS:
        keys |= suggested_bounds.of_a_new_column(profile, seen)
    if profile.nulls:
        keys["nulls"] = with_room(profile.nulls, seen.rows)
    return keys


def _is_surely_unique(profile: ColumnProfile, rows: int) -> bool:
    """Say whether it is by no chance that values differ: numbers that hardly had room to, and what is called an id.

    A column with gaps identifies nothing, and an address that two customers share comes next month.
    """
    if profile.is_estimate or profile.nulls or profile.distinct < max(rows, FEW_VALUES):
        return False
    low, high = number_of(profile.low), number_of(profile.high)
    if profile.type == "int" and low is not None and high is not None:
        # Of numbers that are drawn as they come, two are equal in about so many pairs.
        return rows * (rows - 1) / 2 >= PAIRS * (high - low + 1)
    return profile.type == "string" and rows >= CERTAIN and is_id(profile.name)
