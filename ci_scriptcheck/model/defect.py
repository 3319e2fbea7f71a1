"""One thing that is wrong with malformed data: what it is, and where."""

from __future__ import annotations

from enum import StrEnum

from ci_scriptcheck.values import dataclass


class DefectKind(StrEnum):
    """What can be wrong; each step meets each kind once."""

    MISSING_COLUMN = "missing column"
    WRONG_TYPE = "wrong type"
    TRUNCATED = "truncated"
    EMPTY = "empty"
    BROKEN_BYTES = "broken bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One defect of one input.

    Attributes:
        column: For a defect of a column.
        type: Type that the column should have, where it has the wrong one.
        file: For a defect of a file, its path in the dataset's folder.
    """

    what: DefectKind
    column: str | None = None
    type: str | None = None
    file: str | None = None

    def __str__(self) -> str:
        """Name it in the id of a task."""
        name = _safe(self.column or (self.file or "").rpartition("/")[2])
        match self.what:
            case DefectKind.MISSING_COLUMN:
                return f"missing column {name}"
            case DefectKind.WRONG_TYPE:
                return f"wrong type of {name}"
            case DefectKind.TRUNCATED:
                return f"truncated {name}"
            case DefectKind.EMPTY:
                return f"empty {name}"
            case DefectKind.BROKEN_BYTES:
                return f"broken bytes in {name}"

    def of_input(self, port: str) -> str:
        """Say what is wrong with the input of a port."""
        match self.what:
            case DefectKind.MISSING_COLUMN:
                return f"input `{port}` lacks column `{self.column}`"
            case DefectKind.WRONG_TYPE:
                return f"`{self.column}` of input `{port}` holds texts, and no {self.type}"
            case DefectKind.TRUNCATED:
                return f"`{self.file}` of input `{port}` ends in the middle"
            case DefectKind.EMPTY:
                return f"`{self.file}` of input `{port}` is empty"
            case DefectKind.BROKEN_BYTES:
                return f"`{self.file}` of input `{port}` holds broken bytes"


def wrong_text(type_: str) -> str:
    """Give the text that cells of the wrong type begin with, by the type they should have."""
    return f"not {'an' if type_[:1] in 'aeiou' else 'a'} {type_}"


_MOST_SHOWN = 40


def _safe(name: str) -> str:
    """Write a name so that it can stand in a task's id."""
    kept = "".join(
        letter if letter.isalnum() or letter in " _-." else "_" for letter in name.strip()
    )
    return kept if len(kept) <= _MOST_SHOWN else f"{kept[: _MOST_SHOWN - 1]}…"
