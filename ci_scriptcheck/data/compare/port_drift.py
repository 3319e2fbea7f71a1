"""How the files at one place of an execution differ from those of another, taken as tables and reports on models.

What is neither, such as a packed model, is told by its size alone, which its caller knows. What is found is a value
in any case: a file that cannot be read is told with the reason.
"""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.data import archives, tables
from ci_scriptcheck.data.compare import documents, file_families, files, measures
from ci_scriptcheck.data.validate.scan import UnreadableError
from ci_scriptcheck.model.comparison import Fate
from ci_scriptcheck.model.drift import Drift, TableDrift, has_moved
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.data.compare.measures import Found
    from ci_scriptcheck.data.compare.terms import DriftTerms

MOST_FILES = 200
"""Of one table that are looked at, on either side."""
MOST_FAMILIES = 100
MOST_UNPACKED = 200_000_000
"""Bytes of documents of one archive."""
MOST_MEMBERS = 50

TABLES = frozenset({"csv", "tsv", "parquet", "jsonl"})
_PROGRAMS = frozenset(
    {".cfg", ".ini", ".ipynb", ".py", ".r", ".sh", ".sql", ".toml", ".yaml", ".yml"}
)
_Paths = tuple[tuple[Path, ...], tuple[Path, ...]]
"""The files of a family on both sides."""


def compared(before: Path, after: Path, terms: DriftTerms) -> Drift:
    """Compare two folders, or two files.

    Args:
        before: The one; it may be missing.
        after: The other.
        terms: What is known of the data.
    """
    here, there = files_at(before), files_at(after)
    families = file_families.families(here, there)
    drift = Drift()
    with tempfile.TemporaryDirectory() as scratch:
        for number, (name, names) in enumerate(families.items()):
            if number == MOST_FAMILIES:
                many = len(families) - MOST_FAMILIES
                drift = drift.and_(Drift(unread=(f"{many:,} further names of files",)))
                break
            sides = [
                side[one] for side, ones in zip((here, there), names, strict=True) for one in ones
            ]
            paths = tuple(sides[: len(names[0])]), tuple(sides[len(names[0]) :])
            folder = Path(scratch, str(number))
            folder.mkdir()
            drift = drift.and_(_family(name, paths, terms, folder))
    return drift


def files_at(place: Path) -> dict[str, Path]:
    """Give the files of a folder by their names, or the one file, without marks that hold no rows."""
    if place.is_file():
        return {place.name: place}
    found = {path.relative_to(place).as_posix(): path for path in tables.files_of(place)}
    # Spark and its like leave marks beside the parts, which hold no rows.
    return {
        name: path for name, path in found.items() if not Path(name).name.startswith(("_", "."))
    }


def _family(name: str, paths: _Paths, terms: DriftTerms, scratch: Path) -> Drift:
    """Compare one family of files; whatever goes wrong is told of it alone."""
    try:
        if _digests(paths[0]) == _digests(paths[1]):
            return Drift()
        if PurePosixPath(name).suffix.lower() in _PROGRAMS:
            return Drift(programs=(name,))
        return _of_kind(name, paths, terms, scratch)
    except UnreadableError as error:
        return Drift(unread=(f"`{name}`: {error}",))
    # Libraries on hostile bytes: what they raise is no closed set, and says the same to us.
    except Exception as error:  # noqa: BLE001
        return Drift(unread=(f"`{name}`: {type(error).__name__}",))


def _of_kind(name: str, paths: _Paths, terms: DriftTerms, scratch: Path) -> Drift:
    before, after = (kind_of(side) for side in paths)
    if before is None or after is None:
        return _one_sided(name, paths, after or before)
    if {before, after} <= TABLES:
        return _tables(name, paths, terms, scratch)
    if before != after:
        note = f"is {before} before and {after} after"
        return Drift(tables=(TableDrift(name=name, note=note),))
    match before:
        case "json":
            return _documents(name, paths, terms)
        case "tar" | "zip" | "gzip":
            return _archives(name, paths, terms, scratch)
        case _:
            return Drift()


def kind_of(paths: tuple[Path, ...]) -> str | None:
    """Tell what a family is from the first of its files that holds anything."""
    for path in paths:
        if path.stat().st_size:
            return files.format_of(path.name, path)
    return "empty" if paths else None


def _one_sided(name: str, paths: _Paths, kind: str | None) -> Drift:
    if kind not in TABLES and kind != "json":
        return Drift()
    counts = len(paths[0]), len(paths[1])
    fate = Fate.GONE if counts[0] else Fate.NEW
    told = TableDrift(name=name, fate=fate, files_before=counts[0], files_after=counts[1])
    return Drift(tables=(told,))


def _tables(name: str, paths: _Paths, terms: DriftTerms, scratch: Path) -> Drift:
    import duckdb

    from ci_scriptcheck.data.compare import drift, opening

    filled = [tuple(path for path in side if path.stat().st_size) for side in paths]
    looked = [side[:MOST_FILES] for side in filled]
    unread = [
        f"`{name}`: {len(side) - MOST_FILES:,} of {len(side):,} files {when}"
        for side, when in zip(filled, ("before", "after"), strict=True)
        if len(side) > MOST_FILES
    ]
    reached = [str(path) for side in looked for path in side]
    with opening.connected(reached, str(scratch)) as connection:
        try:
            told = drift.compared(connection, looked[0], looked[1], terms.evidence)
        except duckdb.OutOfMemoryException:
            words = f"more than can be looked at in {opening.MEMORY} of memory"
            raise UnreadableError(words) from None
    is_part = terms.is_sample or bool(unread)
    if not told.columns and (is_part or not has_moved(told.rows_before, told.rows_after)):
        return Drift(unread=tuple(unread))
    counts = (len(paths[0]), len(paths[1]))
    told = replace(told, name=name, files_before=counts[0], files_after=counts[1], is_part=is_part)
    return Drift(tables=(told,), unread=tuple(unread))


def _digests(paths: tuple[Path, ...]) -> list[str]:
    return sorted(files.digest_of(path) for path in paths)


def _documents(name: str, paths: _Paths, terms: DriftTerms) -> Drift:
    if len(paths[0]) != 1 or len(paths[1]) != 1:
        return Drift(unread=(f"`{name}`: several documents, none of which belong together",))
    return _told(_measures(name, paths[0][0], paths[1][0], terms))


def _measures(name: str, before: Path, after: Path, terms: DriftTerms) -> Found:
    return measures.compared(
        name,
        documents.read(before),
        documents.read(after),
        ways=terms.ways,
        evidence=terms.evidence,
    )


def _told(found: Found) -> Drift:
    return Drift(numbers=found.numbers, untold=found.untold)


def _archives(name: str, paths: _Paths, terms: DriftTerms, scratch: Path) -> Drift:
    """Compare what people can read of archives: code, and reports on models, as `output.tar.gz` of a training job holds."""
    if len(paths[0]) != 1 or len(paths[1]) != 1:
        return Drift()
    members, reports = [], []
    for when, path in zip(("before", "after"), (paths[0][0], paths[1][0]), strict=True):
        try:
            members.append(archives.members(path) or {})
            reports.append(_reports(path, members[-1], scratch / when))
        except archives.ArchiveError as error:
            raise UnreadableError(f"{error} ({when})") from None
    drift = Drift(
        programs=tuple(
            f"{name}: {member}"
            for member in sorted(members[0].keys() | members[1].keys())
            if PurePosixPath(member).suffix.lower() in _PROGRAMS
            and members[0].get(member) != members[1].get(member)
        )
    )
    for member in sorted(reports[0].keys() & reports[1].keys()):
        found = _measures(f"{name}: {member}", reports[0][member], reports[1][member], terms)
        drift = drift.and_(_told(found))
    return drift


def _reports(path: Path, members: Mapping[str, str], folder: Path) -> Mapping[str, Path]:
    names = sorted(name for name in members if name.endswith(".json"))[:MOST_MEMBERS]
    if not names:
        return {}
    folder.mkdir()
    return archives.unpacked(path, names, folder, most_bytes=MOST_UNPACKED)
