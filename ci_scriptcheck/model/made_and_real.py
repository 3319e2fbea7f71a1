"""How the data that are made from a schema differ from the real ones, both sides taken as wholes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum

from ci_scriptcheck.model.contract import Column, Json, Schema
from ci_scriptcheck.model.id_names import is_id
from ci_scriptcheck.model.port_profile import (
    FEW_VALUES,
    ColumnProfile,
    TableProfile,
    are_other_gaps,
)
from ci_scriptcheck.model.shares import RowsSeen, with_room
from ci_scriptcheck.values import dataclass

BEYOND = 0.05
"""Part of the made range by which the real one has to reach further, at either end."""
NARROW = 0.5
"""Part of the made range that the real one takes at most to be told as narrower."""

NUMBERS = frozenset({"int", "float"})
MOMENTS = frozenset({"date", "datetime"})
ROOM = {("float", "int"), ("datetime", "date")}
"""Types of a schema, each with another that its values may be of."""

Ends = tuple[float, float]


class Aspect(Enum):
    """In what a column that is made differs from the real one."""

    PRESENCE = "presence"
    TYPE = "type"
    GAPS = "gaps"
    RANGE = "range"
    VALUES = "values"
    REPEATS = "repeats"
    VARIETY = "variety"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDifference:
    """A column that is made otherwise than it really is.

    Attributes:
        made: `None` where nobody makes it.
        real: `None` where real data do not have it.
    """

    name: str
    made: ColumnProfile | None
    real: ColumnProfile | None
    aspects: tuple[Aspect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDifference:
    """A table that is made otherwise than it really is.

    Attributes:
        repeated: Real rows that share their key with another one.
    """

    made: TableProfile
    real: TableProfile
    columns: tuple[ColumnDifference, ...]
    repeated: int = 0


def differing(
    schema: Schema,
    made: Sequence[TableProfile],
    real: Sequence[TableProfile],
    *,
    is_sample: bool = False,
) -> tuple[TableDifference, ...]:
    """Hold the tables that are made against the real ones, those of one name, or the only one of each side.

    Args:
        schema: Of the dataset.
        made: What is made from it.
        real: What is really there.
        is_sample: Whether that is a part of it.
    """
    declared = {column.name: column for column in schema.columns}
    found = []
    for one, other in pairs(made, real):
        seen = RowsSeen(rows=other.rows, is_sample=is_sample)
        columns = tuple(_columns(declared, one, other, seen))
        if columns or other.repeated:
            found.append(
                TableDifference(
                    made=one, real=other, columns=columns, repeated=other.repeated or 0
                )
            )
    return tuple(found)


def pairs(
    made: Sequence[TableProfile], real: Sequence[TableProfile]
) -> Iterator[tuple[TableProfile, TableProfile]]:
    """Give the tables that belong together: those of one name, or the only one of each side."""
    if len(made) == len(real) == 1:
        yield made[0], real[0]
        return
    named = {table.name: table for table in made}
    for table in real:
        if table.name in named:
            yield named[table.name], table


def _columns(
    declared: Mapping[str, Column], made: TableProfile, real: TableProfile, seen: RowsSeen
) -> Iterator[ColumnDifference]:
    names = dict.fromkeys((*declared, *(one.name for one in (*made.columns, *real.columns))))
    for name in names:
        left, right = made.column(name), real.column(name)
        if left is None and right is None:
            continue
        if left is None or right is None:
            # Beyond what is looked at there may be the column.
            aspects: tuple[Aspect, ...]
            aspects = () if made.more_columns or real.more_columns else (Aspect.PRESENCE,)
        else:
            sides = _Sides(made=left, real=right, made_rows=made.rows, seen=seen)
            aspects = tuple(sides.aspects(declared.get(name)))
        if aspects:
            yield ColumnDifference(name=name, made=left, real=right, aspects=aspects)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """A column that both sides have.

    Attributes:
        made_rows: Of the table that is made.
        seen: The rows of the real one.
    """

    made: ColumnProfile
    real: ColumnProfile
    made_rows: int
    seen: RowsSeen

    def aspects(self, declared: Column | None) -> Iterator[Aspect]:
        """Give in what they differ, as far as their schema does not allow for it."""
        if not self.seen.rows:
            return
        if not self._is_type_alike(declared):
            yield Aspect.TYPE
        if are_other_gaps(*self._gaps()) and not self._are_gaps_allowed(declared):
            yield Aspect.GAPS
        course = course_of(declared, self.real, self.seen)
        real = allowed_ends(declared, self.real, self.seen)
        if are_other_ranges(ends_of(self.made), real, course):
            yield Aspect.RANGE
        if self.real.strange or self.real.unseen:
            yield Aspect.VALUES
        if declared is not None and declared.unique and has_repeats(self.real, self.seen.rows):
            yield Aspect.REPEATS
        elif is_less_various(self.made, self.real, (self.made_rows, self.seen.rows)):
            yield Aspect.VARIETY

    def _gaps(self) -> tuple[float, float]:
        made, real = self.made_rows, self.seen.rows
        return self.made.nulls / max(made, 1), self.real.nulls / max(real, 1)

    def _is_type_alike(self, declared: Column | None) -> bool:
        wanted = None if declared is None else declared.value_type
        has_room = wanted is not None and (wanted.value, self.real.type) in ROOM
        return has_room or self.made.is_of_type(self.real)

    def _are_gaps_allowed(self, declared: Column | None) -> bool:
        """Say whether the schema allows for the real gaps: half of those that it allows are made."""
        made, real = self._gaps()
        if declared is None or not made or not real:
            return False
        if self.seen.exceeds(self.real.nulls, declared.nulls):
            return False
        return made <= real or declared.nulls <= with_room(self.real.nulls, self.seen.rows)


class Course(Enum):
    """Whether the values of a column stay where they are."""

    STEADY = "steady"
    GROWING = "growing"
    """Tomorrow's are greater: where today's end is no rule."""


def course_of(declared: Column | None, real: ColumnProfile, seen: RowsSeen) -> Course:
    """Say whether the values of a column grow with time, as moments do, and whole numbers that are ids."""
    if real.type in MOMENTS:
        return Course.GROWING
    is_unique = declared is not None and declared.unique
    if not is_id(real.name) and not is_unique and seen.rows - real.nulls < FEW_VALUES:
        return Course.STEADY
    is_counted = is_id(real.name) or not has_repeats(real, seen.rows)
    return Course.GROWING if real.type == "int" and is_counted else Course.STEADY


def are_other_ranges(made: Ends | None, real: Ends | None, course: Course) -> bool:
    """Say whether real values lie where none are made, or none lie in most of the range of what is made.

    Of what grows it counts where both begin.
    """
    if made is None or real is None:
        return False
    width = made[1] - made[0]
    if course is Course.GROWING:
        return begins_before(made, real) or real[0] > made[0] + NARROW * width + room(made)
    return reaches_beyond(made, real) or real[1] - real[0] < NARROW * width


def begins_before(made: Ends, real: Ends) -> bool:
    """Say whether real values lie below those that are made."""
    return real[0] < made[0] - room(made)


def reaches_beyond(made: Ends, real: Ends) -> bool:
    """Say whether real values lie where none are made."""
    return begins_before(made, real) or real[1] > made[1] + room(made)


def room(made: Ends) -> float:
    """Say how far an end of what is made may lie from the real one."""
    low, high = made
    return BEYOND * ((high - low) or abs(high) or 1.0)


def allowed_ends(declared: Column | None, real: ColumnProfile, seen: RowsSeen) -> Ends | None:
    """Give the ends of the real range; where rows may lie outside of the bounds of a schema, those within them, if any."""
    ends = ends_of(real)
    if ends is None or declared is None or is_broken(declared, real, seen):
        return ends
    least, most = number_of(declared.min), number_of(declared.max)
    low = ends[0] if least is None else max(ends[0], least)
    high = ends[1] if most is None else min(ends[1], most)
    return (low, high) if low <= high else None


def is_broken(column: Column, real: ColumnProfile, seen: RowsSeen) -> bool:
    """Say whether more rows lie outside of the bounds of a column than may."""
    return seen.exceeds(real.outside, column.outside)


def is_less_various(made: ColumnProfile, real: ColumnProfile, rows: tuple[int, int]) -> bool:
    """Say whether texts that are nearly all different when made repeat like those of a category."""
    shares = (
        profile.distinct / max(number - profile.nulls, 1)
        for profile, number in zip((made, real), rows, strict=True)
    )
    different_made, different_real = shares
    is_text = real.type == "string" and real.strange is None
    is_less = different_made > 0.5 and different_real < 0.1
    return is_text and is_less and real.distinct <= FEW_VALUES


def has_repeats(profile: ColumnProfile, rows: int) -> bool:
    """Say whether any value of a column stands in several rows."""
    filled = rows - profile.nulls
    # What is estimated is off by some hundredths.
    return profile.distinct < (0.9 * filled if profile.is_estimate else filled)


def ends_of(profile: ColumnProfile) -> Ends | None:
    """Give the ends of a range as numbers; of moments the days."""
    low, high = number_of(profile.low), number_of(profile.high)
    return None if low is None or high is None else (low, high)


def number_of(value: Json) -> float | None:
    """Give a number, or a moment as the number of its day; `None` for all else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return math.copysign(math.inf, value)
    return _day(value) if isinstance(value, str) else None


def _day(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.toordinal() + (moment.hour * 60 + moment.minute) / 1440
