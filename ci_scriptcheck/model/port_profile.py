"""What lies at a port as a whole: its tables, and how the values of their columns lie.

Of private data, nothing in it is a value of a row: see `data.port_profile` for what is told and from
how many rows on.
"""

from __future__ import annotations

from ci_scriptcheck.model.contract import Scalar
from ci_scriptcheck.values import dataclass


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
        made: The tables that are made for this dataset elsewhere.
        suggestion: What would make its schema like them, as a change of the settings file that `git apply` takes.
        unsaid: What of it the settings file has no room for, a sentence each.
    """

    port: str
    is_input: bool = False
    tables: tuple[TableProfile, ...] = ()
    dataset: str | None = None
    made: tuple[TableProfile, ...] = ()
    suggestion: str = ""
    unsaid: tuple[str, ...] = ()

    @property
    def rows(self) -> int | None:
        """Sum of the rows of its tables, or `None` where there is none."""
        return sum(table.rows for table in self.tables) if self.tables else None
