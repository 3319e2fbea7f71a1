"""How the files of a folder on base differ from those of the same folder on head."""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.data import pairs, tables
from ci_scriptcheck.data.compare import files
from ci_scriptcheck.data.validate.parts import MOST_FILES
from ci_scriptcheck.model.comparison import Fate, FileComparison
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ci_scriptcheck.data.compare.terms import CompareTerms

MOST_COMPARED = 200
"""Files of a folder that are looked into; of further ones is only told that they differ."""


def compare(before: Path, after: Path, terms: CompareTerms) -> tuple[FileComparison, ...]:
    """Give the files that differ, sorted by path; links are not followed.

    Args:
        before: The folder on base, or one file; it may be missing.
        after: The same on head.
        terms: What is known of the data, and what may be told of them.
    """
    return compare_some(before, after, terms, differing(before, after))


def differing(before: Path, after: Path) -> tuple[tuple[str, str], ...]:
    """Give the names on base and on head of files whose bytes differ, or that are on one side only."""
    return tuple(_pairs(_files(before), _files(after)))


def compare_some(
    before: Path, after: Path, terms: CompareTerms, names: Iterable[tuple[str, str]]
) -> tuple[FileComparison, ...]:
    """Compare some files only, by their names on base and on head, as `differing` gives them."""
    here, there = _files(before), _files(after)
    found: list[FileComparison] = []
    with tempfile.TemporaryDirectory(dir=terms.scratch) as scratch:
        for one, other in names:
            bench = files.Bench(terms=terms, scratch=Path(scratch))
            sides = (one, here.get(one)), (other, there.get(other))
            told = _compared(*sides, bench if len(found) < MOST_COMPARED else None)
            found += [] if told is None else [told]
    return tuple(sorted(found, key=lambda file: file.path))


def _files(place: Path) -> dict[str, Path]:
    if place.is_file() and not place.is_symlink():
        return {place.name: place}
    paths = sorted(tables.files_of(place))
    return {path.relative_to(place).as_posix(): path for path in islice(paths, MOST_FILES)}


def _pairs(here: Mapping[str, Path], there: Mapping[str, Path]) -> list[tuple[str, str]]:
    same = {
        name for name in here.keys() & there.keys() if files.are_equal(here[name], there[name])
    }
    return list(
        pairs.differing(
            {name: "equal" if name in same else "base" for name in here},
            {name: "equal" if name in same else "head" for name in there},
        )
    )


def _compared(
    one: tuple[str, Path | None], other: tuple[str, Path | None], bench: files.Bench | None
) -> FileComparison | None:
    """Compare a pair; without a bench, only that it differs is told."""
    (name, before), (name_after, after) = one, other
    if after is None or before is None:
        path, fate = (before, Fate.GONE) if before is not None else (after, Fate.NEW)
        return None if path is None else files.one_sided(name, path, fate)
    if bench is None:
        note = f"differs, and is not looked into behind {MOST_COMPARED} others"
        told: FileComparison | None = FileComparison(path=name, fate=Fate.CHANGED, note=note)
    elif name != name_after and files.are_equal(before, after):
        told = None
    else:
        told = files.compared(name, before, after, bench)
    if name == name_after:
        return told
    plain = told or FileComparison(
        path=name,
        fate=Fate.CHANGED,
        format_before=files.format_of(name, before),
        format_after=files.format_of(name_after, after),
        bytes_before=before.stat().st_size,
        bytes_after=after.stat().st_size,
    )
    return replace(plain, path_after=name_after)
