"""What a change did to data: how what a task writes differs from what the same task writes on base."""

from __future__ import annotations

import math
from enum import StrEnum

from ci_scriptcheck.values import dataclass

ROWS_THAT_DIFFER = "rows that differ"
"""Head of the column in which `TableComparison.rows_with_another` stands."""

INABILITY = "cannot be "
"""How a note begins that says nothing about what differs."""

UNSEEN = "is not looked into"
"""How a note begins that says that there is more than what is looked at."""


NAME_WITHHELD = ", withheld)"
"""How what stands for a name ends that is not told; `run.privacy` says which."""


def called(note: str, before: str, after: str) -> str:
    """Call the sides in a note as people do (`on main`, `here`), but for what stands in backticks."""
    parts = note.split("`")
    parts[::2] = [part.replace("on base", before).replace("on head", after) for part in parts[::2]]
    return "`".join(parts)


class Fate(StrEnum):
    """What became of a part of the data on its way from base to head."""

    CHANGED = "changed"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure about a column on both sides, written out: `null`, `distinct`, `p50`, `true`.

    Attributes:
        before: On base; `None` where there is none.
        after: On head.
    """

    name: str
    before: str | None
    after: str | None

    @property
    def is_of_value(self) -> bool:
        """Say whether it counts the rows that hold a value, which is its name."""
        return self.name.startswith('"') or self.name in {"true", "false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnComparison:
    """A column that differs.

    Attributes:
        type_before: Its type on base, in the words of schemas; `None` where it is new.
        type_after: Its type on head; `None` where it is gone.
        rows: In how many of the rows that both sides have its value differs; `None` where rows
            cannot be paired.
        nulls_before: Rows without a value on base.
        nulls_after: Rows without a value on head.
        psi: Population stability index over ten quantiles of base, or over its values for text.
        figures: Others that differ, the most telling first.
        called_now: Of one that is gone, a new one that holds the same values in the same rows.
    """

    name: str
    fate: Fate
    type_before: str | None = None
    type_after: str | None = None
    rows: int | None = None
    nulls_before: int = 0
    nulls_after: int = 0
    psi: float | None = None
    figures: tuple[Figure, ...] = ()
    called_now: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableComparison:
    """How two tables differ.

    Attributes:
        key: Columns by which rows are paired; without any, equal rows are.
        is_key_found: Whether nobody said the key, and it is a column that is unique on both sides.
        why_no_key: Why rows are not paired by the key that their schema has.
        changed: Rows that both sides have, with another value somewhere.
        gone: Rows that only base has.
        new: Rows that only head has.
        columns: Those that differ, the worst first.
        is_reordered: Whether nothing but the order of the rows differs.
    """

    rows_before: int
    rows_after: int
    key: tuple[str, ...] = ()
    is_key_found: bool = False
    why_no_key: str | None = None
    changed: int = 0
    gone: int = 0
    new: int = 0
    columns: tuple[ColumnComparison, ...] = ()
    is_reordered: bool = False

    @property
    def paired(self) -> int:
        """Count the rows that both sides have."""
        return self.rows_before - self.gone

    def rows_with_another(self, column: ColumnComparison) -> str:
        """Say in how many rows the value of a column is another: `all 5,000`, `212 of 4,988`, or nothing."""
        if column.fate is not Fate.CHANGED:
            return f"all {self.rows_before if column.fate is Fate.GONE else self.rows_after:,}"
        if column.rows is None:
            return ""
        return (
            f"all {self.paired:,}"
            if column.rows == self.paired
            else f"{column.rows:,} of {self.paired:,}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueComparison:
    """A value in a JSON file, a time in a text, a figure of an array, or a name in a pickle, that differs.

    Attributes:
        path: The way to it: `metrics.auc`, `folds[2].rows`; `shape` and the like for an array; a class
            or function that a pickle names; of a time what it is called, or its shape (`moment[2]`).
        before: On base, written as JSON; `None` where it is not there, or must not be told.
        after: On head.
    """

    path: str
    fate: Fate
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileComparison:
    """A file, or a member of an archive, that differs.

    Attributes:
        path: Relative to the folder of its port, or to its archive.
        path_after: What it is called on head, where only a time in its name differs from `path`, or a person
            named two files.
        format_before: What it is on base, told from its content; `None` where it is not there.
        format_after: What it is on head.
        bytes_before: Its size on base.
        bytes_after: Its size on head.
        table: How its rows differ, where both sides are tables.
        values: How its values differ, where both sides are JSON, arrays, pickles, or texts that differ in nothing
            but times; the first few.
        values_count: How many of them do.
        largest_move: By which share of itself that number of JSON moves which moves most, told of real data too;
            `None` where anything else differs but that head has further keys, or where a number comes from 0.
        members: How its members differ, where both sides are archives.
        note: What else is known, as a sentence without a full stop.
        is_opaque: Whether nothing is known but that the bytes are not the same.
        content: A digest of what both sides hold, packed or not; of archives, whose members have theirs, only of
            the members that are not looked into. `None` where a part of what differs was set aside.
    """

    path: str
    fate: Fate
    path_after: str | None = None
    format_before: str | None = None
    format_after: str | None = None
    bytes_before: int = 0
    bytes_after: int = 0
    table: TableComparison | None = None
    values: tuple[ValueComparison, ...] = ()
    values_count: int = 0
    largest_move: float | None = None
    members: tuple[FileComparison, ...] = ()
    note: str | None = None
    is_opaque: bool = False
    content: str | None = None

    @property
    def is_incomparable(self) -> bool:
        """Say whether its note tells why the sides cannot be compared: one cannot be read, as a rule."""
        return (self.note or "").startswith(INABILITY)

    @property
    def has_other_times(self) -> bool:
        """Say whether it is a text that differs in nothing but times."""
        return self.format_before == self.format_after == "text" and self.values_count > 0

    @property
    def is_unseen(self) -> bool:
        """Say whether its note tells that it, or a part of it, was not looked into."""
        return (self.note or "").startswith(UNSEEN)

    @property
    def is_told_by_note(self) -> bool:
        """Say whether a sentence tells all that is known of how it differs, where both sides have it."""
        is_in_parts = self.table is not None or self.members or self.values_count
        return self.fate is Fate.CHANGED and not is_in_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class PortComparison:
    """How what lies at a port differs.

    Attributes:
        files: Those that differ, sorted by path.
        noise: What differs between two equal runs of base, too, and is set aside: paths of files,
            `file: column`, `file: path.in.json` or `archive: member`.
        accepted_as: What `acceptance.identity` gave for it before names and values in it were withheld; `None` where
            none were.
    """

    port: str
    files: tuple[FileComparison, ...] = ()
    noise: tuple[str, ...] = ()
    accepted_as: str | None = None


def move_of(before: float, after: float) -> float:
    """Say by which share of itself a number moves; without bound where it comes from 0, or one is no number."""
    try:
        moved = abs(after - before) / abs(before) if before else math.inf
    except OverflowError:
        return math.inf
    return moved if math.isfinite(moved) else math.inf
