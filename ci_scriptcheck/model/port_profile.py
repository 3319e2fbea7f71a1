"""What lies at a port as a whole: its tables, and how the values of their columns lie.

Of private data, nothing in it is a value of a row: see `data.port_profile` for what is told and from
how many rows on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ci_scriptcheck.model.contract import Scalar
from ci_scriptcheck.values import dataclass

GAPS = 0.01
"""Share of the rows by which gaps have to differ to be told; none beside some always are."""
FEW_VALUES = 100
"""Different values up to which a column is one of categories, as far as its values tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """How the values of one column lie.

    Attributes:
        type: In the words of schemas; `None` where no row has a value.
        is_told: Whether its file declares no type, and it was told from the texts of all cells.
        nulls: Rows without a value.
        distinct: How many values differ.
        is_estimate: Whether `distinct` is one.
        low: A number or moment below which hardly any lie; `None` where none may be told.
        median: Of numbers.
        high: One above which hardly any lie.
        beyond: Rows at most that lie outside of these two.
        below: Those of them that lie below `low`; the others lie above `high`.
        outside: Rows that lie outside of the bounds of the schema.
        too_low: Those of them that lie below its `min`; the others lie above its `max`.
        strange: Different values that the schema's category does not list; `None` where it lists none.
        strange_rows: Rows that hold one of them.
        named: Those of them that may be named, the commonest first.
        unseen: Values that the category lists and no row holds.
    """

    name: str
    type: str | None = None
    is_told: bool = False
    nulls: int = 0
    distinct: int = 0
    is_estimate: bool = False
    low: Scalar = None
    median: Scalar = None
    high: Scalar = None
    beyond: int = 0
    below: int = 0
    outside: int = 0
    too_low: int = 0
    strange: int | None = None
    strange_rows: int = 0
    named: tuple[str, ...] = ()
    unseen: int = 0

    def is_of_type(self, other: ColumnProfile) -> bool:
        """Say whether both are of one type: what is told from texts is one with texts, whatever they mean."""
        if self.type is None or other.type is None or self.type == other.type:
            return True
        return (self.is_told and other.type == "string") or (
            other.is_told and self.type == "string"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TableProfile:
    """A table, in one file or in many.

    Attributes:
        name: Of its file; a pattern where there are several.
        columns: In the order of the files.
        more_columns: How many further ones were not looked at.
        repeated: Rows that share the key of their schema with another one; `None` where it has no key.
        note: Why it was not looked into, or not all of it.
    """

    name: str
    files: int = 1
    rows: int = 0
    columns: tuple[ColumnProfile, ...] = ()
    more_columns: int = 0
    repeated: int | None = None
    note: str | None = None

    def column(self, name: str) -> ColumnProfile | None:
        """Give a column by its name."""
        return next((one for one in self.columns if one.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortProfile:
    """The tables at a port of a task.

    Attributes:
        is_input: Whether it lay at an input; else the script wrote it.
        tables: By name; what is no table is not among them.
        dataset: Of which it is real data that were fetched.
        is_sample: Whether they are a part of what there is.
        made: The tables that are made for this dataset elsewhere.
        suggestion: What would make its schema like them, as a change of the settings file that `git apply` takes.
        unsaid: What of it the settings file has no room for, a sentence each.
    """

    port: str
    is_input: bool = False
    tables: tuple[TableProfile, ...] = ()
    dataset: str | None = None
    is_sample: bool = False
    made: tuple[TableProfile, ...] = ()
    suggestion: str = ""
    unsaid: tuple[str, ...] = ()

    @property
    def rows(self) -> int | None:
        """Sum of the rows of its tables, or `None` where there is none."""
        return sum(table.rows for table in self.tables) if self.tables else None


def together(tables: Sequence[TableProfile]) -> TableProfile:
    """Take tables of one schema, such as a training set and a test set, as one; at least one is given.

    Columns that not all of them have are left out. Which values two tables share nobody knows: of different ones,
    as many are told as there are at most.
    """
    if len(tables) == 1:
        return tables[0]
    names = [one.name for one in tables[0].columns if all(t.column(one.name) for t in tables)]
    repeated = [table.repeated for table in tables if table.repeated is not None]
    return TableProfile(
        name=", ".join(table.name for table in tables),
        files=sum(table.files for table in tables),
        rows=sum(table.rows for table in tables),
        columns=tuple(
            joined([one for table in tables for one in (table.column(name),) if one])
            for name in names
        ),
        more_columns=max(table.more_columns for table in tables),
        repeated=sum(repeated) if repeated else None,
        note=next((table.note for table in tables if table.note), None),
    )


def joined(profiles: Sequence[ColumnProfile]) -> ColumnProfile:
    """Take a column of several tables as one; of ranges whose ends do not compare none is told."""
    low, high = _ends(profiles)
    strange = [one.strange for one in profiles if one.strange is not None]
    return ColumnProfile(
        name=profiles[0].name,
        type=_type(profiles),
        is_told=any(one.is_told for one in profiles),
        nulls=sum(one.nulls for one in profiles),
        distinct=sum(one.distinct for one in profiles),
        is_estimate=any(one.is_estimate for one in profiles),
        low=low,
        high=high,
        beyond=sum(one.beyond for one in profiles),
        below=sum(one.below for one in profiles),
        outside=sum(one.outside for one in profiles),
        too_low=sum(one.too_low for one in profiles),
        strange=max(strange) if strange else None,
        strange_rows=sum(one.strange_rows for one in profiles),
        named=tuple(dict.fromkeys(name for one in profiles for name in one.named)),
        unseen=min(one.unseen for one in profiles),
    )


def _type(profiles: Iterable[ColumnProfile]) -> str | None:
    kinds = {one.type for one in profiles if one.type is not None}
    if len(kinds) <= 1:
        return next(iter(kinds), None)
    return "float" if kinds == {"int", "float"} else "string"


def _ends(profiles: Sequence[ColumnProfile]) -> tuple[Scalar, Scalar]:
    """Give the range that holds those of all; none where they do not compare."""
    lows = [one.low for one in profiles if one.low is not None]
    highs = [one.high for one in profiles if one.high is not None]
    ends = (*lows, *highs)
    numbers = [end for end in ends if isinstance(end, int | float)]
    texts = [end for end in ends if isinstance(end, str)]
    if numbers and not texts and len(lows) == len(highs):
        return min(numbers), max(numbers)
    return (min(texts), max(texts)) if texts and not numbers else (None, None)


def are_other_gaps(before: float, here: float) -> bool:
    """Say whether two shares of rows without a value differ so that a person should know."""
    return bool(before) != bool(here) or abs(here - before) >= GAPS
