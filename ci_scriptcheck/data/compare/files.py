"""Two files compared as what they are; members of archives as files of their own.

What is found is a value in any case: a file that cannot be read, or is larger than what is looked
at, is told by its note.
"""

from __future__ import annotations

import hashlib
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.data import archives, file_difference, formats
from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.data.validate.scan import UnreadableError
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.comparison import Fate, FileComparison
from ci_scriptcheck.model.difference import Kind
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_MEMBERS = 100
"""Members of an archive that are looked into; further ones are counted."""
MOST_UNPACKED = 500_000_000
"""Bytes of one archive that lie unpacked at once."""
MOST_NAMES = 50
"""Of classes and functions that are told of two pickles."""
MOST_DEPTH = 3
"""How many archives may lie in each other."""

_ARCHIVES = frozenset({"tar", "zip", "gzip", "bzip2", "xz"})
_TABLES = frozenset({"csv", "tsv", "parquet", "jsonl"})
_SHOWN_DIGITS = 12
_FOLDER = "is b'5' "
"""What `archives.members` gives for a folder in a tar archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """On which terms and where files are compared.

    Attributes:
        scratch: A folder that is removed afterwards.
        depth: How many archives were opened around.
    """

    terms: CompareTerms
    scratch: Path
    depth: int = 0


def compared(name: str, before: Path, after: Path, bench: Bench) -> FileComparison | None:
    """Compare two files; `None` where they hold the same data.

    Args:
        name: What people know them as; a format and a key may be told from it.
        before: Where the one of base lies.
        after: Where the one of head lies.
        bench: On which terms.
    """
    found = FileComparison(
        path=name,
        fate=Fate.CHANGED,
        format_before=format_of(name, before),
        format_after=format_of(name, after),
        bytes_before=before.stat().st_size,
        bytes_after=after.stat().st_size,
    )
    try:
        told = _of_kind(found, before, after, bench)
    except UnreadableError as error:
        told = replace(found, note=f"cannot be compared: {error}")
    # Libraries on hostile bytes: what they raise is no closed set, and says the same to us.
    except Exception as error:  # noqa: BLE001
        told = replace(found, note=f"cannot be compared: {type(error).__name__}")
    if told is None or told.members:
        return told
    return replace(told, content=_content(before, after))


def one_sided(name: str, path: Path, fate: Fate) -> FileComparison:
    """Tell a file that is there on one side only."""
    kind, size, content = format_of(name, path), path.stat().st_size, _content(path)
    if fate is Fate.GONE:
        return FileComparison(
            path=name, fate=fate, format_before=kind, bytes_before=size, content=content
        )
    return FileComparison(
        path=name, fate=fate, format_after=kind, bytes_after=size, content=content
    )


def _content(*paths: Path) -> str | None:
    """Give a digest of the bytes of files together; `None` where one cannot be read, or is an archive."""
    if any(format_of("", path) in _ARCHIVES for path in paths):
        return None
    try:
        return hashlib.sha256(" ".join(map(_digest, paths)).encode()).hexdigest()
    except OSError:
        return None


def format_of(name: str, path: Path) -> str:
    """Tell what a file is, from its content."""
    try:
        with path.open("rb") as file:
            return formats.format_of(name, file.read(formats.HEAD))
    except OSError:
        return "unreadable"


def are_equal(before: Path, after: Path) -> bool:
    """Say whether two files hold the same bytes; what cannot be read is equal to nothing."""
    try:
        return before.stat().st_size == after.stat().st_size and _digest(before) == _digest(after)
    except OSError:
        return False


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _of_kind(  # noqa: PLR0911  (an arm for each kind)
    found: FileComparison, before: Path, after: Path, bench: Bench
) -> FileComparison | None:
    kinds = found.format_before, found.format_after
    if set(kinds) <= _TABLES:
        return _tables(found, before, after, bench)
    if set(kinds) <= _ARCHIVES and bench.depth < MOST_DEPTH:
        return _archives(found, before, after, bench)
    if kinds[0] != kinds[1]:
        return replace(found, note=f"is {kinds[0]} on base and {kinds[1]} on head")
    match kinds[0]:
        case "json":
            return _documents(found, before, after, bench)
        case "numpy":
            return _arrays(found, before, after, bench)
        case "pickle":
            return _pickles(found, before, after)
        case "text":
            return _texts(found, before, after, bench)
        case _:
            return _opaque(found, before, after)


def _tables(
    found: FileComparison, before: Path, after: Path, bench: Bench
) -> FileComparison | None:
    import duckdb

    from ci_scriptcheck.data.compare import opening, table_pair

    paths = str(before), str(after)
    with opening.connected(paths, str(bench.scratch)) as connection:
        sides = []
        for name, path in (("base", before), ("head", after)):
            try:
                sides.append(opening.opened(connection, path, f"{name}_file"))
            except UnreadableError as error:
                return replace(found, note=f"cannot be read on {name}: {error}")
        try:
            key = key_of(found.path, bench.terms.keys)
            told = table_pair.compared(connection, (sides[0], sides[1]), key, bench.terms.evidence)
        except duckdb.OutOfMemoryException:
            words = f"more than can be looked at in {opening.MEMORY} of memory"
            raise UnreadableError(words) from None
    if told.table is None and told.note is None:
        is_same = found.format_before == found.format_after
        return None if is_same else replace(found, note="holds the same rows in another format")
    return replace(found, table=told.table, note=told.note)


def key_of(name: str, keys: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Give the key of a table: of its own name, or of the first pattern that its name fits."""
    if name in keys:
        return keys[name]
    return next((key for pattern, key in keys.items() if fnmatchcase(name, pattern)), ())


def _documents(
    found: FileComparison, before: Path, after: Path, bench: Bench
) -> FileComparison | None:
    from ci_scriptcheck.data.compare import documents

    both = []
    for name, path in (("base", before), ("head", after)):
        try:
            both.append(documents.read(path))
        except UnreadableError as error:
            return replace(found, note=f"cannot be read on {name}: {error}")
    values, count = documents.compared(both[0], both[1], bench.terms.evidence)
    return replace(found, values=values, values_count=count) if count else None


def _arrays(
    found: FileComparison, before: Path, after: Path, bench: Bench
) -> FileComparison | None:
    from ci_scriptcheck.data.compare import arrays

    values, note = arrays.compared(before, after, bench.terms.evidence)
    if (
        not values
        and note is None
        and max(found.bytes_before, found.bytes_after) <= (arrays.MOST_BYTES)
    ):
        return None
    if not values and note is None:
        return _opaque(found, before, after)
    return replace(found, values=values, values_count=len(values), note=note)


def _pickles(found: FileComparison, before: Path, after: Path) -> FileComparison:
    from ci_scriptcheck.data.compare import pickles

    values = pickles.compared(before, after)
    told = _opaque(found, before, after)
    if not values:
        return told
    return replace(told, values=values[:MOST_NAMES], values_count=len(values), is_opaque=False)


def _texts(
    found: FileComparison, before: Path, after: Path, bench: Bench
) -> FileComparison | None:
    told = file_difference.difference(before, after)
    if told is None or told.kind is Kind.TIMES:
        return None
    # What stands behind the colon is the text of both.
    may_show = bench.terms.evidence is Evidence.VALUES
    return replace(found, note=told.how if may_show else told.how.partition(":")[0])


def _opaque(found: FileComparison, before: Path, after: Path) -> FileComparison:
    """Tell of two files of which no more is known than that they are not the same."""
    one, other = (_digest(path)[:_SHOWN_DIGITS] for path in (before, after))
    return replace(found, note=f"SHA-256 {one} on base and {other} on head", is_opaque=True)


def _archives(
    found: FileComparison, before: Path, after: Path, bench: Bench
) -> FileComparison | None:
    here, there = archives.members(before), archives.members(after)
    if here is None or there is None:
        if found.format_before == found.format_after == "gzip" and here is there:
            return _packed(found, before, after, bench)
        return _opaque(found, before, after)
    differing = [
        name
        for name in sorted(here.keys() | there.keys())
        if here.get(name) != there.get(name) and not _is_folder(name, here, there)
    ]
    with tempfile.TemporaryDirectory(dir=bench.scratch) as folder:
        inner = Bench(terms=bench.terms, scratch=Path(folder), depth=bench.depth + 1)
        return _with_members(found, (before, after), differing, inner)


def _is_folder(name: str, here: Mapping[str, str], there: Mapping[str, str]) -> bool:
    return name.endswith("/") or _FOLDER in {here.get(name), there.get(name)}


def _with_members(
    found: FileComparison, paths: tuple[Path, Path], differing: list[str], bench: Bench
) -> FileComparison | None:
    looked_at = differing[:MOST_MEMBERS]
    sides = []
    for name, path in zip(("base", "head"), paths, strict=True):
        folder = bench.scratch / name
        folder.mkdir()
        sides.append(archives.unpacked(path, looked_at, folder, most_bytes=MOST_UNPACKED))
    members = [_member(name, sides[0].get(name), sides[1].get(name), bench) for name in looked_at]
    kept = tuple(member for member in members if member is not None)
    more = len(differing) - len(looked_at)
    note = f"{more:,} further members differ" if more else None
    return replace(found, members=kept, note=note) if kept or more else None


def _member(
    name: str, before: Path | None, after: Path | None, bench: Bench
) -> FileComparison | None:
    if before is not None and after is not None:
        return compared(name, before, after, bench)
    if before is not None:
        return one_sided(name, before, Fate.GONE)
    if after is not None:
        return one_sided(name, after, Fate.NEW)
    return FileComparison(
        path=name, fate=Fate.CHANGED, note="is a link, or too large to look into"
    )


def _packed(
    found: FileComparison, before: Path, after: Path, bench: Bench
) -> FileComparison | None:
    """Compare what is packed in two gzip files, as a file that is called without `.gz`."""
    name = found.path.removesuffix(".gz")
    with tempfile.TemporaryDirectory(dir=bench.scratch) as folder:
        targets = Path(folder, "base"), Path(folder, "head")
        for path, target in zip((before, after), targets, strict=True):
            try:
                archives.unpacked_alone(path, target, most_bytes=MOST_UNPACKED)
            except archives.ArchiveError:
                return _opaque(found, before, after)
        inner = Bench(terms=bench.terms, scratch=Path(folder), depth=bench.depth + 1)
        told = compared(name, *targets, inner)
    if told is None:
        return None
    return replace(
        told,
        path=found.path,
        format_before=found.format_before,
        format_after=found.format_after,
        bytes_before=found.bytes_before,
        bytes_after=found.bytes_after,
    )
