"""Numbers of JSON files that a change moved, such as measures of a model: the shortest that can be said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import Fate
from ci_scriptcheck.model.json_path import last_part
from ci_scriptcheck.model.timed_names import speaks_of_time
from ci_scriptcheck.report.figures import moved_by
from ci_scriptcheck.report.page import counted, visible
from ci_scriptcheck.report.sides import told_apart
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.comparison import FileComparison, PortComparison

MOST_NUMBERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Numbers of JSON files that moved.

    Attributes:
        numbers: The way to each, what it was, and what it is.
        is_all: Whether nothing else at the port differs, so that all is said.
    """

    numbers: tuple[tuple[str, str, str], ...]
    is_all: bool

    def in_words(self) -> str:
        """Write the first of them in a line."""
        shown = [_in_words(*number) for number in self.numbers[:MOST_NUMBERS]]
        more = len(self.numbers) - len(shown)
        return ", ".join(shown) + (f" and {counted(more, 'more number')}" if more > 0 else "")


def moved(comparison: PortComparison, *, is_passed_on: bool = False) -> Moved:
    """Give the numbers that moved, those of archives included.

    Args:
        comparison: Of one port.
        is_passed_on: Whether a step before was given something else as well. How long that took is
            passed on, too, and no second run tells it from what the change does; so numbers that are
            called times are left out.
    """
    numbers = tuple(
        number
        for file in comparison.files
        for number in _moved(file)
        if not (is_passed_on and speaks_of_time(number[0]))
    )
    others = sum(_differences(file) for file in comparison.files) - len(numbers)
    return Moved(
        numbers=numbers,
        is_all=not others and not comparison.noise and len(numbers) <= MOST_NUMBERS,
    )


def _in_words(name: str, before: str, after: str) -> str:
    share = moved_by(before, after)
    return f"`{visible(name)}` {before} → {after}{share and f' ({share})'}"


def _moved(file: FileComparison) -> Iterator[tuple[str, str, str]]:
    if file.format_before == file.format_after == "json":
        for value in file.values:
            # One of a list is a weight or a bin, and says nothing alone.
            is_named = not isinstance(last_part(value.path), int)
            if is_named and _is_number(value.before) and _is_number(value.after):
                yield (value.path, *told_apart(value.before or "", value.after or ""))
    for member in file.members:
        yield from _moved(member)


def _is_number(written: str | None) -> bool:
    """Say whether JSON is a number, of which there are no words."""
    return written is not None and written.lstrip("-")[:1].isdigit()


def _differences(file: FileComparison) -> int:
    """Count what differs in a file, as far as it is told in parts."""
    if file.members:
        return sum(map(_differences, file.members)) + (file.note is not None)
    if file.fate is Fate.CHANGED and file.table is None and file.note is None:
        return file.values_count or 1
    return 1
