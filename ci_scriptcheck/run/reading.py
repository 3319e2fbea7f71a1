"""What the limited process that opens files of strangers is asked about them.

`data.reader` says how requests and answers are written; one that ended answers {"error": sentence}.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.data import reader
from ci_scriptcheck.model.codec import from_json
from ci_scriptcheck.model.comparison import Fate, FileComparison
from ci_scriptcheck.model.difference import Difference, Kind
from ci_scriptcheck.model.drift import Drift
from ci_scriptcheck.model.port_profile import TableProfile
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ci_scriptcheck.data.asking import AskReader
    from ci_scriptcheck.data.compare.terms import CompareTerms, DriftTerms, ProfileTerms
    from ci_scriptcheck.model.result import Artefact, FileFacts

MOST_SECONDS = 600
"""That files of one port are compared one by one, where they cannot be compared together."""


def measured(ask: AskReader, place: Path, found: Artefact) -> Artefact:
    """Add format, rows and columns to what is known of the files at a place.

    What the reader cannot make out stays as it is.
    """
    if not found.files:
        return found
    answer = ask(reader.measuring(place))
    facts = answer.get("files", {})
    if "error" in answer and place.is_dir():
        # One of the files ends the reader; the others are none the worse for it.
        for file in found.files:
            alone = ask(reader.measuring(place / file.path)).get("files", {})
            facts[file.path] = next(iter(alone.values()), {})
    return replace(
        found, files=tuple(_with_facts(file, facts.get(file.path, {})) for file in found.files)
    )


def difference(ask: AskReader, one: Path, other: Path) -> Difference | None:
    """Say how a file of a second run differs from that of the first; `None` where neither does."""
    answer = ask(reader.telling_apart(one, other))
    if "error" in answer:
        return Difference(how=f"cannot be compared: {answer['error']}", kind=Kind.BYTES)
    found = answer["difference"]
    return None if found is None else from_json(Difference, found)


def compared(
    ask: AskReader,
    before: Path,
    after: Path,
    terms: CompareTerms,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[FileComparison, ...]:
    """Say how the files of a folder on base differ from those of the same folder on head.

    A file that the reader cannot be asked about is told with a note, as are those for which no time is left.
    """
    answer = ask(reader.comparing_sides(before, after, terms))
    if "error" not in answer:
        return _files(answer)
    listed = ask(reader.listing_sides(before, after))
    if "error" in listed:
        return (_incomparable(before.name, listed["error"]),)
    # One of the files ends the reader; the others are none the worse for it.
    found = [from_json(FileComparison, file) for file in listed["untold"]]
    pairs, until = [(name, other) for name, other in listed["names"]], clock() + MOST_SECONDS
    for number, pair in enumerate(pairs):
        if clock() > until:
            why = f"{len(pairs) - number:,} of {len(pairs):,} files were not reached"
            found.append(_incomparable(pair[0], f"{why} within {MOST_SECONDS} s"))
            break
        alone = ask(reader.comparing_sides(before, after, terms, only=pair))
        found += [_incomparable(pair[0], alone["error"])] if "error" in alone else _files(alone)
    return tuple(sorted(found, key=lambda file: file.path))


def drift(ask: AskReader, before: Path, after: Path, terms: DriftTerms) -> Drift:
    """Say how the data of a folder lie otherwise than those of another one, as wholes."""
    answer = ask(reader.drifting(before, after, terms))
    if "error" in answer:
        return Drift(unread=(f"the data cannot be compared: {answer['error']}",))
    return from_json(Drift, answer["drift"])


def compared_pair(
    ask: AskReader, before: Path, after: Path, terms: CompareTerms
) -> tuple[FileComparison, ...]:
    """Say how a file on base differs from one on head that is called otherwise, if it does in more than that."""
    answer = ask(reader.comparing_sides(before, after, terms, only=(before.name, after.name)))
    if "error" in answer:
        return (_incomparable(before.name, answer["error"]),)
    return tuple(file for file in _files(answer) if not _is_only_renamed(file))


def _is_only_renamed(file: FileComparison) -> bool:
    told = (file.table, file.values_count, file.members, file.note, file.is_opaque)
    return file.fate is Fate.CHANGED and not any(told)


def _files(answer: dict[str, Any]) -> tuple[FileComparison, ...]:
    return tuple(from_json(FileComparison, file) for file in answer["files"])


def _incomparable(name: str, error: str) -> FileComparison:
    return FileComparison(path=name, fate=Fate.CHANGED, note=f"cannot be compared: {error}")


def _with_facts(file: FileFacts, facts: dict[str, Any]) -> FileFacts:
    rows, columns = facts.get("rows"), facts.get("columns") or ()
    return replace(
        file,
        format=facts.get("format"),
        rows=rows if isinstance(rows, int) else None,
        columns=tuple(str(name) for name in columns),
    )


def profiled(ask: AskReader, folder: Path, terms: ProfileTerms) -> tuple[TableProfile, ...]:
    """Say what the tables of a folder hold as wholes.

    Of a folder that ends the reader nothing is known but that.
    """
    answer = ask(reader.profiling(folder, terms))
    if "error" in answer:
        return (TableProfile(name="all files", note=f"cannot be looked into: {answer['error']}"),)
    return tuple(from_json(TableProfile, one) for one in answer["tables"])
