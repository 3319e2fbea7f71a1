"""Two files compared as what they are; members of archives as files of their own.

What is found is a value in any case: a file that cannot be read, or is larger than what is looked
at, is told by its note.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.data import archives, file_difference, formats
from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.data.validate.scan import UnreadableError
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.comparison import UNSEEN, Fate, FileComparison
from ci_scriptcheck.model.difference import Kind
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
_PACKED = re.compile(r"\.(gz|bz2|xz)$")
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


def compared(
    name: str, before: Path, after: Path, bench: Bench, *, name_after: str | None = None
) -> FileComparison | None:
    """Compare two files; `None` where they hold the same data.

    Args:
        name: What people know them as; a format and a key may be told from it.
        before: Where the one of base lies.
        after: Where the one of head lies.
        bench: On which terms.
        name_after: What people know the one of head as, where that is something else.
    """
    found = FileComparison(
        path=name,
        fate=Fate.CHANGED,
        format_before=format_of(name, before),
        format_after=format_of(name_after or name, after),
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
    if told is None or told.members or told.content is not None:
        return told
    # Of what cannot be compared, the bytes as they are have to do.
    digest = digest_of if told.is_incomparable else _inner_digest
    return replace(told, content=_content(before, after, digest=digest))


def one_sided(name: str, path: Path, fate: Fate) -> FileComparison:
    """Tell a file that is there on one side only."""
    kind, size = format_of(name, path), path.stat().st_size
    content = _content(path, digest=_inner_digest)
    if fate is Fate.GONE:
        return FileComparison(
            path=name, fate=fate, format_before=kind, bytes_before=size, content=content
        )
    return FileComparison(
        path=name, fate=fate, format_after=kind, bytes_after=size, content=content
    )


def _content(*paths: Path, digest: Callable[[Path], str | None]) -> str | None:
    """Give a digest of files together; `None` where one of them has none, or cannot be read."""
    try:
        digests = [digest(path) for path in paths]
    except OSError:
        return None
    known = [one for one in digests if one is not None]
    return _sha256(" ".join(known)) if len(known) == len(paths) else None


def _inner_digest(path: Path) -> str | None:
    """Give a digest of what a file holds, whatever times gzip adds; `None` for members, which have their own."""
    if format_of("", path) not in _ARCHIVES:
        return digest_of(path)
    try:
        return archives.digest_alone(path)
    except archives.ArchiveError:
        return digest_of(path)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


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
        return before.stat().st_size == after.stat().st_size and digest_of(before) == digest_of(
            after
        )
    except OSError:
        return False


def digest_of(path: Path) -> str:
    """Give the SHA-256 of the bytes of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _of_kind(  # noqa: PLR0911  (an arm for each kind)
    found: FileComparison, before: Path, after: Path, bench: Bench
) -> FileComparison | None:
    kinds = found.format_before, found.format_after
    if set(kinds) <= _TABLES:
        return _tables(found, before, after, bench)
    if set(kinds) <= _ARCHIVES:
        if bench.depth < MOST_DEPTH:
            return _archives(found, before, after, bench)
        return replace(found, note=f"cannot be compared: lies in {MOST_DEPTH} other archives")
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
            told = table_pair.compared(connection, (sides[0], sides[1]), key, bench.terms)
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
    told = documents.compared(both[0], both[1], bench.terms)
    return replace(found, **told._asdict()) if told.values_count else None


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
    from ci_scriptcheck.data.compare import documents, text_times

    told = file_difference.difference(before, after)
    if told is None:
        return None
    # Whether a time is one of the run or one of the data, only a second run of base can tell.
    if told.kind is Kind.TIMES:
        times = text_times.differing(before, after, bench.terms.evidence)
        if times is not None:
            return replace(found, values=times[: documents.SHOWN], values_count=len(times))
    # What stands behind the colon is the text of both.
    may_show = bench.terms.evidence is Evidence.VALUES
    return replace(found, note=told.how if may_show else told.how.partition(":")[0])


def _opaque(found: FileComparison, before: Path, after: Path) -> FileComparison:
    """Tell of two files of which no more is known than that they are not the same."""
    one, other = (digest_of(path)[:_SHOWN_DIGITS] for path in (before, after))
    return replace(found, note=f"SHA-256 {one} on base and {other} on head", is_opaque=True)


def _archives(
    found: FileComparison, before: Path, after: Path, bench: Bench
) -> FileComparison | None:
    both: list[dict[str, str] | None] = []
    for name, path in (("base", before), ("head", after)):
        try:
            both.append(archives.members(path))
        except archives.ArchiveError as error:
            return replace(found, note=f"cannot be read on {name}: {error}")
    here, there = both
    if here is None and there is None:
        return _packed(found, before, after, bench)
    if here is None or there is None:
        side = "base" if there is None else "head"
        return replace(found, note=f"cannot be compared: holds members on {side} only")
    differing = [
        name
        for name in sorted(here.keys() | there.keys())
        if here.get(name) != there.get(name) and not _is_folder(name, here, there)
    ]
    with tempfile.TemporaryDirectory(dir=bench.scratch) as folder:
        inner = Bench(terms=bench.terms, scratch=Path(folder), depth=bench.depth + 1)
        members = _members((before, after), (here, there), differing[:MOST_MEMBERS], inner)
    further = [(name, here.get(name), there.get(name)) for name in differing[MOST_MEMBERS:]]
    if not members and not further:
        return None
    return replace(
        found,
        members=members,
        note=f"{UNSEEN} to its end: {len(further):,} further members differ" if further else None,
        content=_sha256(json.dumps(further)) if further else None,
    )


def _is_folder(name: str, here: Mapping[str, str], there: Mapping[str, str]) -> bool:
    return name.endswith("/") or _FOLDER in {here.get(name), there.get(name)}


def _members(
    paths: tuple[Path, Path],
    known: tuple[Mapping[str, str], Mapping[str, str]],
    names: list[str],
    bench: Bench,
) -> tuple[FileComparison, ...]:
    unpacked = []
    for side, path in zip(("base", "head"), paths, strict=True):
        folder = bench.scratch / side
        folder.mkdir()
        unpacked.append(archives.unpacked(path, names, folder, most_bytes=MOST_UNPACKED))
    before, after = unpacked
    here, there = known
    found = []
    for name in names:
        fate = Fate.GONE if name not in there else Fate.NEW if name not in here else Fate.CHANGED
        found.append(_member(name, fate, (before.get(name), after.get(name)), bench))
    return tuple(member for member in found if member is not None)


def _member(
    name: str, fate: Fate, sides: tuple[Path | None, Path | None], bench: Bench
) -> FileComparison | None:
    before, after = sides
    if before is not None and after is not None:
        return compared(name, before, after, bench)
    alone = before or after
    if alone is not None and fate is not Fate.CHANGED:
        return one_sided(name, alone, fate)
    return FileComparison(path=name, fate=fate, note=f"{UNSEEN}: it is a link, or too large")


def _packed(
    found: FileComparison, before: Path, after: Path, bench: Bench
) -> FileComparison | None:
    """Compare what is packed in two files, as one that is called without `.gz` and the like."""
    name = _PACKED.sub("", found.path)
    with tempfile.TemporaryDirectory(dir=bench.scratch) as folder:
        targets = []
        for side, path in (("base", before), ("head", after)):
            targets.append(Path(folder, side))
            try:
                archives.unpacked_alone(path, targets[-1], most_bytes=MOST_UNPACKED)
            except archives.ArchiveError as error:
                return replace(found, note=f"cannot be read on {side}: {error}")
        inner = Bench(terms=bench.terms, scratch=Path(folder), depth=bench.depth + 1)
        told = compared(name, targets[0], targets[1], inner)
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
