"""What a frozen sample is made from, and what is told of it; the only real values in it are those that were kept."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ci_scriptcheck.model.contract import Scalar, TableFile
from ci_scriptcheck.values import dataclass, field

FEWEST = 10
"""Rows that stand behind whatever is taken from real data: a name, a number, a quantile."""

FEWEST_TOGETHER = 50
"""Rows by which is seen how columns go together."""

ROWS = 300
"""Of the largest table, where nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A table that is to be frozen.

    Attributes:
        name: Of its dataset.
        files: Where it lies, absolute, all of one format.
        format: As `data.formats` tells it.
        entries: As what files it is written.
        key: Columns that together tell its rows apart, where somebody said so.
        references: Column → `dataset.column` whose values it repeats, where somebody said so.
        values: Column → values that stand in the settings, and are known to their readers.
        is_public: Whether its values may be shown.
    """

    name: str
    files: tuple[str, ...]
    format: str
    entries: tuple[TableFile, ...]
    key: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    is_public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """A column whose values are those of another table's column, which has each of them once.

    Attributes:
        references: `dataset.column`.
        share: Of the rows that have a value; 1 where all values are there.
    """

    dataset: str
    column: str
    references: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How tables are to be frozen.

    Attributes:
        rows: Of the largest one, at most.
        keep: `column` or `dataset.column` whose values stay; moments of it stay where they are.
        by: Columns that join tables though none has each of their values once.
    """

    rows: int = ROWS
    keep: tuple[str, ...] = ()
    by: tuple[str, ...] = ()


class How(StrEnum):
    """What became of the values of a column."""

    KEPT = "kept"
    NAMED = "named"
    CODED = "coded"
    FILLED = "filled"
    FLAGS = "flags"
    COMMON = "common"
    DRAWN = "drawn"
    NUMBERED = "numbered"
    MOVED = "moved"
    STAYED = "stayed"
    JOINED = "joined"
    EMPTY = "empty"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenColumn:
    """A column, and what is told of it.

    Attributes:
        type: In the words of schemas; `nested` where it holds lists or records.
        nulls: Share of rows without a value in the real data.
        is_unique: Whether no value comes twice.
        kept: Values of the real data that are in the sample, as text.
        rare: How many values were left out, as fewer than `FEWEST` rows have each, or as the settings list others only.
        spikes: Numbers that many rows have, and the sample too, as text.
        form: What all values look like, `9` for a digit and `A` or `a` for letters; empty where nothing is kept of that.
        after: The column of moments that it never comes before.
        before: The one that it never comes behind.
        with_parent: The dataset whose row it repeats.
    """

    name: str
    type: str
    how: How
    nulls: float = 0.0
    is_unique: bool = False
    kept: tuple[str, ...] = ()
    rare: int = 0
    spikes: tuple[str, ...] = ()
    form: str = ""
    after: str | None = None
    before: str | None = None
    with_parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenJoin:
    """How the rows of a table belong to those of another one.

    Attributes:
        columns: Of the table.
        parent: The other one; `None` where no table has each value once.
        parent_columns: Of the other one.
        each: Rows of the table for a row of the other one, on average, in the real data.
        without: Share of the table's rows with a value that the other one has not.
    """

    table: str
    columns: tuple[str, ...]
    parent: str | None
    parent_columns: tuple[str, ...]
    each: float
    without: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenTable:
    """A table of the sample.

    Attributes:
        rows: In the sample.
        of_rows: In the real data.
        files: Its files, relative to the folder of its dataset, sorted.
        key: Columns that together tell its rows apart, where it takes several.
        together: Columns whose values go together by rank as in the real data.
        within: The column in each of whose groups that is so by itself.
    """

    name: str
    rows: int
    of_rows: int
    files: tuple[str, ...]
    columns: tuple[FrozenColumn, ...]
    key: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    within: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A sample of one or more tables."""

    tables: tuple[FrozenTable, ...]
    joins: tuple[FrozenJoin, ...] = ()
