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
        return _NAMES[self.what].format(name=name)

    def of_input(self, port: str) -> str:
        """Say what is wrong with the input of a port."""
        return _SENTENCES[self.what].format(
            port=port, column=self.column, type=self.type, file=self.file
        )


_NAMES = {
    DefectKind.MISSING_COLUMN: "missing column {name}",
    DefectKind.WRONG_TYPE: "wrong type of {name}",
    DefectKind.TRUNCATED: "truncated {name}",
    DefectKind.EMPTY: "empty {name}",
    DefectKind.BROKEN_BYTES: "broken bytes in {name}",
}
_SENTENCES = {
    DefectKind.MISSING_COLUMN: "input `{port}` lacks column `{column}`",
    DefectKind.WRONG_TYPE: "`{column}` of input `{port}` holds texts, and no {type}",
    DefectKind.TRUNCATED: "`{file}` of input `{port}` ends in the middle",
    DefectKind.EMPTY: "`{file}` of input `{port}` is empty",
    DefectKind.BROKEN_BYTES: "`{file}` of input `{port}` holds broken bytes",
}


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
