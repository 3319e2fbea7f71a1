"""What is told in place of names of private data: that there is one, and which are the same. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import NAME_WITHHELD

if TYPE_CHECKING:
    from collections.abc import Iterable


class Labels:
    """What is told in place of names: that there is one, and which are the same."""

    def __init__(
        self,
        names: Iterable[str],
        types: Iterable[str] = (),
        cells: Iterable[str] = (),
        share: int | None = None,
    ) -> None:
        """Number the names that are not told.

        Args:
            names: Of columns, files and the like.
            types: Of columns, that hold names of parts.
            cells: Numbers that stand where a table should have names: told nowhere as one, and as figures all the same.
            share: Number of the share of a plan that numbers them, as others number theirs.
        """
        cells = frozenset(cells)
        names = {*names, *cells}
        of = "" if share is None else f"{share}."
        self._labels = {
            name: f"(name {of}{number}{NAME_WITHHELD}"
            for number, name in enumerate(sorted(names), 1)
        }
        longest_first = sorted(self._labels.keys() - cells, key=lambda name: (-len(name), name))
        self._in_words = re.compile(rf"(?<![^\W_])(?:{_any_of(longest_first)})(?![^\W_])")
        self._cell = re.compile(
            rf"(^[+ -] *['\"]?|[/ ])({_any_of(cells)})(?=['\"]?:|$)", re.MULTILINE
        )
        self._types = {one: f"{one.partition('(')[0]}(…)" for one in types}
        whole = {name: label for name, label in self._labels.items() if "`" in name} | self._types
        self._whole = whole
        self._anywhere = re.compile(_any_of(sorted(whole, key=lambda one: (-len(one), one))))

    def of_name(self, name: str) -> str:
        """Tell a name, or its label."""
        return self._labels.get(name, name)

    def of_type(self, told: str) -> str:
        """Tell a type, without the names of its parts."""
        return self._types.get(told, told)

    def of_words(self, text: str) -> str:
        """Tell a text with labels, wherever a name stands in it as a word, or as several."""
        return self._in_words.sub(lambda found: self._labels[found[0]], self._without_whole(text))

    def of_place(self, text: str) -> str:
        """Tell a text in which names stand behind others, or at the beginning of a line, as keys do."""
        marked = self._cell.sub(lambda found: f"{found[1]}{self._labels[found[2]]}", text)
        return self.of_words(marked)

    def of_row(self, row: tuple[str, ...]) -> tuple[str, ...]:
        """Tell a row of a table, whose first cell is a name."""
        return *map(self.of_name, row[:1]), *row[1:]

    def of_text(self, text: str) -> str:
        """Tell a text with labels for the names that stand in backticks."""
        parts = self._without_whole(text).split("`")
        parts[1::2] = [self._labels.get(part) or self.of_words(part) for part in parts[1::2]]
        return "`".join(parts)

    def _without_whole(self, text: str) -> str:
        """Put labels in place of what is told without backticks, or holds one."""
        return self._anywhere.sub(lambda found: self._whole[found[0]], text)


def _any_of(texts: Iterable[str]) -> str:
    return "|".join(map(re.escape, texts)) or r"(?!)"
