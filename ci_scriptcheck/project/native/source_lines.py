"""A settings file as it was written: each value by its path, with its line and its own text.

Messages about a file point at the line that has to be changed; what a value means is for the
readers to say.
"""

from __future__ import annotations

from collections.abc import Mapping

from ci_scriptcheck.errors import Excerpt, Place, UsageError, cut_out
from ci_scriptcheck.values import dataclass, field

KeyPath = tuple[str | int, ...]
"""Keys and positions from the top of the document to a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document with the way back from each value to its line.

    Attributes:
        file: Path relative to the repository.
        data: Dictionaries, lists and scalars.
        lines: Path → line of its key, or of the item of a list, counted from 1.
        texts: Path → a scalar as it was written, without quotes.
    """

    file: str
    text: str = field(repr=False)
    data: object
    lines: Mapping[KeyPath, int] = field(repr=False)
    texts: Mapping[KeyPath, str] = field(repr=False)

    def line(self, path: KeyPath) -> int:
        """Give the line of a value, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def place(self, path: KeyPath) -> Place:
        """Give the place of a value."""
        return Place(file=self.file, line=self.line(path))

    def excerpt(self, path: KeyPath) -> Excerpt | None:
        """Give the line of a value, for showing."""
        return cut_out(self.text, self.line(path))

    def mistake(
        self, what: str, path: KeyPath, *, advice: str | None = None, facts: tuple[str, ...] = ()
    ) -> UsageError:
        """Make the error that points at a value of this file."""
        return UsageError(
            what=what,
            where=self.place(path),
            advice=advice,
            facts=facts,
            excerpt=self.excerpt(path),
        )
