"""What a text on GitHub is written on: where its links lead, and how much there is room for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place
from ci_scriptcheck.report import escaping
from ci_scriptcheck.report.links import Links
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.model.plan import Plan
    from ci_scriptcheck.model.result import Table

MOST_CELL = 60
MOST_COLUMNS = 12

_PLACE = re.compile(r"(?P<file>.+?)(?::(?P<line>\d{1,9}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much is shown of each part; what there is no room for is counted.

    Attributes:
        sections: Failures, and findings of the project, that are told in full.
        lines: Failures and findings that are told at all, the others in a line and a command each.
        steps: Rows of the table of the other steps.
        rows: Rows of each table of evidence.
        differences: Outputs that differ.
        asides: Warnings, failures that do not count, and reasons for not running.
        graphs: Pipelines that are drawn.
        flows: Pipelines of which it is shown in tables what becomes of real data; else that is a line.
        has_excerpts: Whether lines of code, and what scripts printed, are shown.
    """

    sections: int = 10
    lines: int = 100_000
    steps: int = 300
    rows: int = 50
    differences: int = 20
    asides: int = 20
    graphs: int = 3
    flows: int = 0
    has_excerpts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a part of a text is written on.

    Attributes:
        changed: Paths of the files that the change touched; where a sentence names them, it leads there.
    """

    links: Links
    room: Room
    changed: frozenset[str] = frozenset()

    @property
    def change(self) -> str:
        """Name what is checked as its reader would."""
        return "change" if self.links.number is None else "pull request"

    def prose(self, text: str, most: int = escaping.MOST_PROSE) -> str:
        """Write a sentence; files that the change touched lead to what changed there."""
        return escaping.prose(text, most, self._changed)

    def place(self, place: Place) -> str:
        """Write a place with a link to it."""
        return _linked(place, self.links.file(place))

    def evidence(self, sentences: Iterable[str]) -> str:
        """Write sentences below each other."""
        # A comment keeps the ends of lines and a summary does not; a backslash is read by both.
        return "\\\n".join(text for text in map(self.prose, sentences) if text)

    def table(self, content: Table) -> str:
        """Write rows of evidence below the names of their columns, as they are."""
        return self._table([escaping.prose(name, MOST_CELL) for name in content.columns], content)

    def comparison(self, content: Table) -> str:
        """Write a table whose heads are our own words."""
        return self._table(
            [
                escaping.prose(f"{name[:1].upper()}{name[1:]}", MOST_CELL)
                for name in content.columns
            ],
            content,
        )

    def _table(self, heads: list[str], content: Table) -> str:
        if not heads or not content.rows or not self.room.rows:
            return ""
        heads = heads[:MOST_COLUMNS]
        rows = [_cells(row, len(heads), content.names) for row in content.rows[: self.room.rows]]
        lines = [_row(cells) for cells in (heads, ["---"] * len(heads), *rows)]
        more = len(content.rows) - len(rows) + content.more
        return "\n".join(lines) + (f"\n\nand {more:,} more" if more else "")

    def _changed(self, word: str) -> str | None:
        found = _PLACE.fullmatch(word)
        if found is None or found["file"] not in self.changed:
            return None
        place = Place(file=found["file"], line=int(found["line"]) if found["line"] else None)
        return _linked(place, self.links.change(place))


def sheet(plan: Plan, links: Links, room: Room) -> Sheet:
    """Give what the parts of a text about this plan are written on."""
    return Sheet(
        links=links, room=room, changed=frozenset(item.path for item in plan.changes.files)
    )


def table_row(cells: Iterable[str]) -> str:
    """Write a row of cells that are safe."""
    return _row(cells)


def fold(summary: str, content: str) -> str:
    """Have a part shown only to who asks for it; `summary` is HTML."""
    # Without the empty lines, Markdown would not be read inside.
    return f"<details>\n<summary>{summary}</summary>\n\n{content}\n\n</details>"


def _linked(place: Place, address: str | None) -> str:
    line = "" if place.line is None else f" line {place.line}"
    shown = f"{escaping.name(place.file)}{line}"
    return shown if address is None else f"[{shown}]({address})"


def _cells(row: tuple[str, ...], count: int, names: int) -> list[str]:
    """Write the cells of a row, of which the first are names."""
    given = [*row, *[""] * count][:count]
    return [
        escaping.code(text, MOST_CELL) if number < names else escaping.prose(text, MOST_CELL)
        for number, text in enumerate(given)
    ]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
