"""The page a text is written for: its width, its colours, and how much the reader wants.

Texts of the project (messages, names, lines of code) pass through `visible` before they reach a
terminal, which would otherwise obey what they hold.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from enum import Enum, IntEnum

from ci_scriptcheck.errors import LONGEST_LINE
from ci_scriptcheck.values import dataclass

COMFORTABLE = 88
"""Columns of running text: what can be read without losing the line."""

_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_COMMAND = re.compile(r"(?<!\S)::")
_QUOTED = re.compile(r"`[^`]*`")
_UNITS = ("B", "kB", "MB", "GB")
_GLUE = "\ue000"  # for private use, so that no text holds it
_JOINER = "\u200d"  # inside emoji; it cannot reorder or hide anything


class Ink(Enum):
    """A colour that repeats what a word says, as the terminal's own number for it."""

    GOOD = "32"
    BAD = "1;31"
    WARNING = "33"
    QUIET = "2"
    STRONG = "1"
    PLACE = "36"


class Detail(IntEnum):
    """How much is told."""

    QUIET = 0
    NORMAL = 1
    VERBOSE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a text is written on.

    Attributes:
        width: Columns of the terminal; `None` for a log or a file, where no line is cut.
        colour: Whether escape sequences for colour are understood.
    """

    width: int | None = None
    colour: bool = False
    detail: Detail = Detail.NORMAL

    def paint(self, text: str, ink: Ink) -> str:
        """Colour a text where the page can show it."""
        return f"\x1b[{ink.value}m{text}\x1b[0m" if self.colour else text

    def paragraph(self, text: str, indent: str = "") -> str:
        """Break running text into lines of a comfortable length; words stay whole."""
        return _filled(text, min(self.width or COMFORTABLE, COMFORTABLE), indent, indent)

    def flow(self, text: str, head: str = "", below: str | None = None) -> str:
        """Break a line where the terminal would, but between words; a log keeps it whole.

        Args:
            text: The line.
            head: What stands before it.
            below: What stands before each further line; as much room as `head` without it.
        """
        if self.width is None:
            return head + text
        return _filled(text, self.width, head, " " * len(head) if below is None else below)

    def cut(self, text: str) -> str:
        """Shorten a line to what the terminal has room for."""
        if self.width is None or len(text) <= self.width:
            return text
        return text[: self.width - 1].rstrip() + "…"


PLAIN = Page()
"""A log without colours."""


def visible(text: str) -> str:
    """Write out control and direction characters, and commands to a runner: none acts or hides."""
    # GitHub's runner would obey such a line of a log, whoever wrote it. A paragraph is broken at
    # spaces, so what follows any of them may begin a line.
    return written_out(_COMMAND.sub(r"\\x3a:", text).replace("##[", "#\\x23["))


def written_out(text: str) -> str:
    """Write out control and direction characters alone, for what no runner reads as a log."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def code_line(text: str) -> str:
    """Make a line of code safe to show; tabs become the four columns they stand for."""
    return visible(text.expandtabs(4))


def shortened(text: str) -> str:
    """Cut what a script has printed in one line to as much of it as anybody reads."""
    return text if len(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE - 1]}…"


def listed(names: list[str], most: int = 8) -> str:
    """Name some things in a row, and count those there is no room for."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    if len(names) > 1:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return "".join(names)


def counted(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def seconds(duration: float) -> str:
    """Write a duration with as many digits as anybody wants to read."""
    if duration < 99.95:
        return f"{duration:.1f} s"
    return f"{duration:.0f} s" if duration < 1000 else f"{duration / 60:.0f} min"


def size(length: int) -> str:
    """Write a number of bytes with as many digits as anybody wants to read."""
    if length < 1000:
        return f"{length} B"
    power = 3 if length >= 999_500_000 else 2 if length >= 999_500 else 1
    scaled = length / 1000**power
    return f"{scaled:.1f} {_UNITS[power]}" if scaled < 99.95 else f"{scaled:.0f} {_UNITS[power]}"


def _filled(text: str, width: int, first: str, others: str) -> str:
    # What stands in backticks is to be copied.
    text = _QUOTED.sub(lambda found: found[0].replace(" ", _GLUE), text).replace(" %", f"{_GLUE}%")
    filled = textwrap.fill(
        text,
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled.replace(_GLUE, " ")


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _ESCAPED or character == _JOINER:
        return character
    return character.encode("unicode_escape").decode("ascii")
