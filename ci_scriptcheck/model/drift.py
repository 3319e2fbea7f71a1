"""How the data at one place of an execution lie otherwise than those of another execution.

Rows of two executions are rows of different days, as a rule, and no two of them belong together. So tables are held
against each other as a whole: which columns there are, and how their values are distributed.
"""

from __future__ import annotations

from ci_scriptcheck.model.comparison import ColumnComparison, Fate
from ci_scriptcheck.values import dataclass

MOVED = 0.1
"""Share of the smaller one by which two numbers of rows, bytes or objects have to differ to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDrift:
    """A table, in one file or in many, that differs.

    Attributes:
        name: Of its file; a pattern where there are several, or where only digits in their names differ.
        files_before: How many hold it before.
        rows_before: How many rows are in them, as far as they were looked at.
        columns: Those that differ, the worst first.
        is_part: Whether there are more rows than those that were looked at.
        note: Why it cannot be compared.
    """

    name: str
    fate: Fate = Fate.CHANGED
    files_before: int = 0
    files_after: int = 0
    rows_before: int = 0
    rows_after: int = 0
    columns: tuple[ColumnComparison, ...] = ()
    is_part: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberDrift:
    """A number in a JSON document, such as a metric of a model, that moved.

    Attributes:
        file: In which it stands, and of an archive in which member.
        way: To it, as `model.json_path` writes it.
        before: `None` where it is not there.
    """

    file: str
    way: str
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What differs between the data at two places.

    Attributes:
        tables: Those that differ, by name.
        numbers: Metrics that moved, in the order of their documents.
        untold: Further metrics that moved, below keys that may be values of the data.
        unread: Files that were not looked into, and why.
        programs: Files of code or settings whose bytes are not the same, those of archives among them.
    """

    tables: tuple[TableDrift, ...] = ()
    numbers: tuple[NumberDrift, ...] = ()
    untold: int = 0
    unread: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was found."""
        return self == Drift()

    def and_(self, other: Drift) -> Drift:
        """Give what differs here or at another place."""
        return Drift(
            tables=self.tables + other.tables,
            numbers=self.numbers + other.numbers,
            untold=self.untold + other.untold,
            unread=self.unread + other.unread,
            programs=self.programs + other.programs,
        )


def has_moved(before: int, after: int) -> bool:
    """Say whether a count has moved by so much that a person should know, whichever of both is the later one."""
    return abs(after - before) > MOVED * min(before, after)
