"""Errors that people can act on, and the places they point at.

A wrong script is a result and never raised; what is raised here is a set-up with which
the run cannot go on. Each kind has the exit code that the command line ends with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_LINE = 200
"""Characters of a line that are shown; more would fill a screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a file, by its path relative to the repository, with `/` between the parts."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        """Write the place as `file:line`, which editors and terminals can open."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Some lines of a file, as they were when it was looked at.

    Attributes:
        first: Number of the first line, counted from 1.
        lines: The lines without their ends.
        marked: Number of the line that matters.
    """

    first: int
    lines: tuple[str, ...]
    marked: int


def cut_out(text: str, line: int, *, around: int = 0) -> Excerpt | None:
    """Cut out a line with so many lines around it; `None` where there is no such line."""
    # Not `splitlines`: form feeds and the like do not end a line for parsers and editors.
    lines = text.replace("\r\n", "\n").split("\n")
    if not 1 <= line <= len(lines):
        return None
    if line < len(lines) and not lines[-1]:
        lines.pop()
    first = max(1, line - around)
    shown = lines[first - 1 : line + around]
    return Excerpt(first=first, lines=tuple(one[:LONGEST_LINE] for one in shown), marked=line)


class ScriptcheckError(Exception):
    """The run cannot go on: what is wrong, where, and what to do next.

    Attributes:
        what: One sentence in the user's words, without a full stop.
        where: The place that has to be changed.
        facts: What we know about it, a line each.
        advice: One thing to try.
        excerpt: The text at that place.
    """

    exit_code: ClassVar[int] = 70

    def __init__(
        self,
        *,
        what: str,
        where: Place | None = None,
        facts: tuple[str, ...] = (),
        advice: str | None = None,
        excerpt: Excerpt | None = None,
    ) -> None:
        super().__init__()
        self.what = what
        self.where = where
        self.facts = facts
        self.advice = advice
        self.excerpt = excerpt

    def __str__(self) -> str:
        """Write it in one line, for a traceback; `report.console` writes the whole."""
        return self.what if self.where is None else f"{self.what} ({self.where})"

    def __reduce__(self) -> tuple[object, ...]:
        """Keep every part when the error crosses a process."""
        return (
            _remade,
            (type(self), self.what, self.where, self.facts, self.advice, self.excerpt),
        )


class UsageError(ScriptcheckError):
    """The command or the configuration cannot be understood."""

    exit_code: ClassVar[int] = 2


class ChangeError(ScriptcheckError):
    """Git cannot say what changed."""

    exit_code: ClassVar[int] = 3


class FixtureError(ScriptcheckError):
    """Real data cannot be had: no role, no access, too much of it, or a network that fails."""

    exit_code: ClassVar[int] = 4


class WithheldError(FixtureError):
    """Real data are not for this run, and nobody has to mend anything."""


class PublishError(ScriptcheckError):
    """GitHub did not take, or did not give, what a publication needs.

    It ends a command only where publishing was required; the verdict of a run stands without it.
    """

    exit_code: ClassVar[int] = 5


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Find the known name that somebody who wrote `name` most likely meant."""
    # Only a mistake needs it.
    import difflib

    by_folded = {candidate.casefold(): candidate for candidate in sorted(known, reverse=True)}
    found = difflib.get_close_matches(name.casefold(), sorted(by_folded), n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Advise the nearest known name, if there is one near enough."""
    found = nearest(name, known)
    return None if found is None else f"did you mean `{found}`?"


def _remade(
    kind: type[ScriptcheckError],
    what: str,
    where: Place | None,
    facts: tuple[str, ...],
    advice: str | None,
    excerpt: Excerpt | None,
) -> ScriptcheckError:
    return kind(what=what, where=where, facts=facts, advice=advice, excerpt=excerpt)
