"""Texts of a project made safe for GitHub's Markdown: they are shown, and mean nothing to it.

Whatever GitHub could read as more than a word (markup, HTML, a mention, a number of an issue, an
address, a commit) is set as code, where it looks for none of these. Control and direction characters
are written out, and commands to a runner, as the text may also be printed in a log.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from ci_scriptcheck.errors import LONGEST_LINE
from ci_scriptcheck.report.page import code_line, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_NAME = 200
"""Characters of a name; the middle of a longer one is left out."""

MOST_PROSE = 1_500
"""Characters of a sentence."""

_QUOTED = re.compile(r"(`[^`]+`)")
_CODE = re.compile(r"`([^`]+)`")
_TICKS = re.compile(r"`+")
_WORD = re.compile(r"(?P<before>[(\"']*)(?P<core>.*?)(?P<after>[.,;:!?)\"']*)", re.DOTALL)
_MARKUP = re.compile(r"[\\`*_\[\]<>&#@~$|^{}]")
# What GitHub makes links of, besides what holds one of these characters: addresses, short codes of
# emoji, references such as GH-12 (a repository can define more of them), and abbreviated commits.
_LINKED = re.compile(
    r":|www\.|[a-z]-\d|GHSA-|(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])", re.IGNORECASE
)
# Paths, and names with dots; these are only easier to read so.
_NAMED = re.compile(r"[A-Za-z]/|/[A-Za-z]|[A-Za-z]\.[A-Za-z]{2}")
# At the beginning of a line these begin a list, or make a heading of the line above.
_OPENING = re.compile(r"[-+=]+|\d+[.)]")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def code(text: str, most: int = MOST_NAME) -> str:
    """Set a text as code within a line."""
    return _coded(_cut(text, most))


def _coded(shown: str) -> str:
    """Set as code what was made visible before; doing so twice would show what was done."""
    if not shown.strip():
        return ""
    # A pipe would end a cell of a table even here, and how a backslash before it counts differs from
    # reader to reader; spaces at both ends would be taken away.
    if "`" in shown or "|" in shown or shown != shown.strip():
        return _as_html(shown)
    return f"`{shown}`"


def name(text: str) -> str:
    """Set a name as code; one of which nothing can be seen is shown as one that is not known."""
    return code(text) or "`?`"


def prose(
    text: str, most: int = MOST_PROSE, linked: Callable[[str], str | None] | None = None
) -> str:
    """Write a sentence; what stands in backticks, and any word that could mean more, becomes code.

    Args:
        text: The sentence; it stays one line.
        most: Characters that are shown.
        linked: Gives the link for a word that names a place.
    """
    shown = _cut(text, most)
    written = ""
    for number, part in enumerate(_QUOTED.split(shown)):
        pieces = [_coded(part[1:-1])] if number % 2 else _words(part, linked)
        for piece in pieces:
            # Two codes side by side would be one that is fenced by two backticks.
            found = _CODE.match(piece) if written.endswith("`") else None
            written += _as_html(found[1]) + piece[found.end() :] if found else piece
    first, _, rest = written.strip().partition(" ")
    first = _coded(first) if _OPENING.fullmatch(first) else first
    return f"{first} {rest}" if rest else first


def within_html(text: str, most: int = MOST_PROSE) -> str:
    """Write a sentence for the inside of an element of HTML, where backticks would stay as they are."""
    return _CODE.sub(lambda found: _as_html(found[1]), prose(text, most))


def fenced(lines: Iterable[str], language: str = "text", most: int = LONGEST_LINE) -> str:
    """Set lines as a block of code, within a fence that none of them can close."""
    # Cut before it is written out, so that no more than what is shown is worked on.
    shown = [
        code_line(line if len(line) <= most else f"{line[: most - 1]}…").rstrip() for line in lines
    ]
    longest = max((len(ticks) for line in shown for ticks in _TICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *shown, fence])


def hidden_name(name: str) -> str:
    """Write a name for a comment of HTML, so that it can neither end it nor be mistaken for another."""
    # A comment must not hold `--`, nor a name a space, behind which something else begins.
    written = quote(name, safe="/", errors="surrogatepass").replace("--", "%2D%2D")
    if len(written) <= MOST_NAME:
        return written
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{written[: MOST_NAME // 2]}..{digest}".replace("--", "%2D%2D")


def _words(text: str, linked: Callable[[str], str | None] | None) -> list[str]:
    """Write the words between two codes, and the spaces around each of them."""
    return [
        part if not part.strip(" ") else _word(part, linked) for part in re.split(r"( +)", text)
    ]


def _word(word: str, linked: Callable[[str], str | None] | None) -> str:
    found = _WORD.fullmatch(word)
    if found is None:
        return _coded(word)
    before, core, after = found["before"], found["core"], found["after"]
    link = linked(core) if linked and core else None
    if link:
        return f"{before}{link}{after}"
    if any(kind.search(core) for kind in (_MARKUP, _LINKED, _NAMED)):
        return f"{before}{_coded(core)}{after}"
    return word


def _cut(text: str, most: int) -> str:
    # Before it is written out, so that no more than what is shown is worked on.
    if len(text) > most:
        text = f"{text[: most - most // 3 - 1]}…{text[len(text) - most // 3 :]}"
    return visible(text)


def _as_html(text: str) -> str:
    """Write code as HTML in which no character can mean anything, to Markdown or to a table."""
    return f"<code>{_PUNCTUATION.sub(lambda sign: f'&#{ord(sign[0])};', text)}</code>"
