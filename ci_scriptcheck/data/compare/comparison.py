"""How the files of a folder on base differ from those of the same folder on head."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.data import pairs
from ci_scriptcheck.data.compare import files
from ci_scriptcheck.data.validate.parts import MOST_FILES
from ci_scriptcheck.model.comparison import UNSEEN, Fate, FileComparison
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ci_scriptcheck.data.compare.terms import CompareTerms

MOST_COMPARED = 200
"""Files of a folder that are looked into; of further ones is only told that they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What has to be compared in two folders.

    Attributes:
        names: On base and on head, of files whose bytes differ, or that are on one side only.
        untold: What stands for the files that are beyond what is looked at.
    """

    names: tuple[tuple[str, str], ...]
    untold: tuple[FileComparison, ...] = ()


def compare(before: Path, after: Path, terms: CompareTerms) -> tuple[FileComparison, ...]:
    """Give the files that differ, sorted by path; links are told, and not followed.

    Args:
        before: The folder on base, or one file; it may be missing.
        after: The same on head.
        terms: What is known of the data, and what may be told of them.
    """
    found = listed(before, after)
    return _sorted([*compare_some(before, after, terms, found.names), *found.untold])


def listed(before: Path, after: Path) -> Listing:
    """Find what has to be compared, among the first so many files of both sides."""
    here, there = _files(before), _files(after)
    names = sorted(here.keys() | there.keys())
    first = frozenset(names[:MOST_FILES])
    further = names[MOST_FILES:]
    untold: tuple[FileComparison, ...] = ()
    if further:
        many = f"{len(further):,} file" + "s" * (len(further) != 1)
        note = f"cannot be compared: {many} from here on, behind the first {MOST_FILES:,}"
        untold = (FileComparison(path=further[0], fate=Fate.CHANGED, note=note),)
    sides = [{name: side[name] for name in first & side.keys()} for side in (here, there)]
    return Listing(names=tuple(_pairs(before, after, sides[0], sides[1])), untold=untold)


def compare_some(
    before: Path, after: Path, terms: CompareTerms, names: Iterable[tuple[str, str]]
) -> tuple[FileComparison, ...]:
    """Compare some files only, by their names on base and on head, as `listed` gives them."""
    here, there = _files(before), _files(after)
    found: list[FileComparison] = []
    with tempfile.TemporaryDirectory(dir=terms.scratch) as scratch:
        for one, other in names:
            bench = files.Bench(terms=terms, scratch=Path(scratch))
            sides = (one, here.get(one)), (other, there.get(other))
            told = _compared(*sides, bench if len(found) < MOST_COMPARED else None)
            found += [] if told is None else [told]
    return _sorted(found)


def _sorted(found: Iterable[FileComparison]) -> tuple[FileComparison, ...]:
    return tuple(sorted(found, key=lambda file: file.path))


def _files(place: Path) -> dict[str, Path]:
    """Give all that lies in a folder and is none, links among it, and folders that cannot be opened."""
    if place.is_file() and not place.is_symlink():
        return {place.name: place}
    found: list[Path] = []

    def add(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            found.append(Path(error.filename))

    for parent, folders, names in os.walk(place, onerror=add):
        inside = Path(parent)
        found += [inside / name for name in names]
        found += [inside / name for name in folders if (inside / name).is_symlink()]
    return {path.relative_to(place).as_posix(): path for path in found}


def _oddity(path: Path) -> str | None:
    """Say what stands where a file might; `None` for a file."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return "what cannot be looked at"
    if stat.S_ISLNK(mode):
        return "a link, which is not followed"
    if stat.S_ISDIR(mode):
        return "a folder that cannot be opened"
    return None if stat.S_ISREG(mode) else "a pipe, socket or device"


def _pairs(
    before: Path, after: Path, here: Mapping[str, Path], there: Mapping[str, Path]
) -> Iterator[tuple[str, str]]:
    same = {
        name
        for name in here.keys() & there.keys()
        if _are_equal((before, here[name]), (after, there[name]))
    }
    return pairs.differing(
        {name: "equal" if name in same else "base" for name in here},
        {name: "equal" if name in same else "head" for name in there},
    )


def _are_equal(one: tuple[Path, Path], other: tuple[Path, Path]) -> bool:
    """Compare two files by their bytes, two links by where they lead: what lies inside is compared itself."""
    odd = _oddity(one[1]), _oddity(other[1])
    if odd == (None, None):
        return files.are_equal(one[1], other[1])
    if not (one[1].is_symlink() and other[1].is_symlink()):
        return False
    targets = _target(*one), _target(*other)
    return targets[0] == targets[1] is not None


def _target(place: Path, link: Path) -> str | None:
    """Give where a link leads, relative to its folder where that is inside."""
    try:
        target, root = link.resolve(), place.resolve()
    except (OSError, RuntimeError):  # in a circle
        return None
    return target.relative_to(root).as_posix() if target.is_relative_to(root) else str(target)


def _compared(
    one: tuple[str, Path | None], other: tuple[str, Path | None], bench: files.Bench | None
) -> FileComparison | None:
    """Compare a pair; without a bench, only that it differs is told."""
    (name, before), (name_after, after) = one, other
    if after is None or before is None:
        path, fate = (before, Fate.GONE) if before is not None else (after, Fate.NEW)
        return None if path is None else _one_sided(name, path, fate)
    odd = {"base": _oddity(before), "head": _oddity(after)}
    if any(odd.values()):
        told: FileComparison | None = FileComparison(
            path=name, fate=Fate.CHANGED, note=f"cannot be compared: {_has(odd)}"
        )
    elif bench is None:
        note = f"{UNSEEN} behind {MOST_COMPARED} others that differ"
        told = FileComparison(path=name, fate=Fate.CHANGED, note=note)
    elif name != name_after and files.are_equal(before, after):
        told = None
    else:
        told = files.compared(name, before, after, bench, name_after=name_after)
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


def _one_sided(name: str, path: Path, fate: Fate) -> FileComparison:
    odd = _oddity(path)
    if odd is None:
        return files.one_sided(name, path, fate)
    return FileComparison(path=name, fate=fate, note=odd)


def _has(odd: Mapping[str, str | None]) -> str:
    return "; ".join(f"{side} has {what}" for side, what in odd.items() if what is not None)
