"""Files of one table: those whose names differ in nothing but numbers and marks of a run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MARKS = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # as Spark names its parts
    r"|(?<![a-z0-9])(?=[a-f]*\d)[0-9a-f]{4,}(?![a-z0-9])"  # digests, and parts of them
    r"|(?<![a-z0-9])(?=[a-z]*\d+[a-z]+\d)[a-z0-9]{8,}(?![a-z0-9])"  # ids of jobs and executions
    r"|\d+(?:[-_:.T]\d+)*",  # numbers, dates and times
    re.IGNORECASE,
)
_STARS = re.compile(r"\*(?:[-_.]?\*)*")


def pattern_of(name: str) -> str:
    """Give a name with a `*` for whatever may be another in each file, or each run."""
    folder, _, last = name.rpartition("/")
    stem, dot, ending = last.partition(".")
    # `.7z` and `.c000.snappy.parquet`: an ending tells what a file is, whatever number it holds.
    written = _STARS.sub("*", _MARKS.sub("*", stem)) + dot + _MARKS.sub("*", ending)
    above = _STARS.sub("*", _MARKS.sub("*", folder))
    return f"{above}/{written}" if above else written


def families(
    before: Iterable[str], after: Iterable[str]
) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Put the names of two sides into families.

    Returns:
        Name of a family → its files on both sides, sorted. It is the file's own name where that is the
        only one and both sides have it, and a pattern elsewhere.
    """
    found: dict[str, tuple[list[str], list[str]]] = {}
    for number, names in enumerate((before, after)):
        for name in sorted(names):
            found.setdefault(pattern_of(name), ([], []))[number].append(name)
    return {
        _called(pattern, sides): (tuple(sides[0]), tuple(sides[1]))
        for pattern, sides in sorted(found.items())
    }


def _called(pattern: str, sides: tuple[list[str], list[str]]) -> str:
    names = {name for side in sides for name in side}
    return next(iter(names)) if len(names) == 1 else pattern
