"""Sample files → drafted datasets: files of equal columns are one dataset, each other file its own.

The reader is passed in; it is the limited process, since nobody knows who wrote the files.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.data import reader
from ci_scriptcheck.draft import belonging
from ci_scriptcheck.draft.drafted import Drafted, LeftOut
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.frozen import Given
from ci_scriptcheck.model.shares import with_room
from ci_scriptcheck.report.figures import share as percent
from ci_scriptcheck.report.page import counted
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Ask = Callable[[dict[str, Any]], dict[str, Any]]

MOST_ROWS = 10_000
"""A dataset has as many rows as its sample, up to here."""

_TABLES = frozenset({"csv", "tsv", "parquet", "jsonl", "json"})
_ID = re.compile(r"(^|_|\b)(id|key|code|uuid|guid|number|no|nr|num)$|[a-z]Id$|ID$", re.IGNORECASE)
_INTERVAL = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One file that holds a table.

    Attributes:
        shown: Its path as it was named.
    """

    path: Path
    shown: str
    format: str
    rows: int
    columns: tuple[str, ...]


def drafts(
    ask: Ask, paths: Iterable[Path], *, name: str | None = None
) -> tuple[tuple[Drafted, ...], tuple[LeftOut, ...]]:
    """Draft datasets from files, and from all files below folders.

    Args:
        ask: Has a request answered by the limited reader process.
        paths: Files and folders that exist.
        name: What a dataset is called; several get a number behind it.
    """
    groups, left = grouped(ask, paths, name=name)
    made: list[Drafted] = []
    for called, group in groups.items():
        drafted = _drafted(ask, called, group)
        if isinstance(drafted, Drafted):
            made.append(drafted)
        else:
            left = (*left, drafted)
    tables = [as_given(one.dataset.name, groups[one.dataset.name]) for one in made]
    return belonging.laid_over(made, ask, tables), left


def as_given(name: str, group: Sequence[Sample]) -> Given:
    """Name the files of a table for who reads all of it."""
    return Given(
        name=name,
        files=tuple(str(one.path.absolute()) for one in group),
        format=group[0].format,
        entries=layout(group),
    )


def grouped(
    ask: Ask, paths: Iterable[Path], *, name: str | None = None
) -> tuple[Mapping[str, Sequence[Sample]], tuple[LeftOut, ...]]:
    """Find the tables in files and folders, by the name of the dataset that each becomes.

    Args:
        ask: As for `drafts`.
        paths: Files and folders that exist.
        name: What a dataset is called; several get a number behind it.
    """
    samples: list[Sample] = []
    left: list[LeftOut] = []
    for path in paths:
        found, strange = _samples(ask, path)
        samples.extend(found)
        left.extend(strange)
    groups: dict[tuple[str, tuple[str, ...]], list[Sample]] = {}
    for sample in samples:
        groups.setdefault((sample.format, tuple(sorted(sample.columns))), []).append(sample)
    called: dict[str, Sequence[Sample]] = {}
    for group in groups.values():
        called[_free(name or _name(group), set(called))] = group
    return called, tuple(left)


def _samples(ask: Ask, path: Path) -> tuple[list[Sample], list[LeftOut]]:
    answer = ask(reader.measuring(path.absolute()))
    files: Mapping[str, Mapping[str, Any]] = answer.get("files", {})
    if not files:
        return [], [LeftOut(file=str(path), why=str(answer.get("error", "there is no file")))]
    found, left = [], []
    for relative, figures in files.items():
        inside = path / relative if path.is_dir() else path
        why = _why_no_table(figures)
        if why is not None:
            left.append(LeftOut(file=str(inside), why=why))
            continue
        sample = Sample(
            path=inside,
            shown=inside.as_posix(),
            format=figures["format"],
            rows=int(figures["rows"]),
            columns=tuple(figures["columns"]),
        )
        found.append(sample)
    return found, left


def _why_no_table(figures: Mapping[str, Any]) -> str | None:
    kind = figures["format"]
    if kind not in _TABLES:
        return f"{kind} is no table that can be read"
    if not figures["columns"]:
        return "it has no line of column names" if kind in {"csv", "tsv"} else "it is no table"
    return None if figures["rows"] is not None else "its rows cannot be counted"


def _drafted(ask: Ask, name: str, group: Sequence[Sample]) -> Drafted | LeftOut:
    first = group[0]
    answer = ask(reader.sampling([one.path.absolute() for one in group], first.format))
    refused = answer.get("unreadable", answer.get("error"))
    if refused is not None:
        return LeftOut(file=", ".join(one.shown for one in group), why=str(refused))
    rows = int(answer["rows"])
    told = [_column(seen, rows) for seen in answer["columns"]]
    usable = [(column, note) for column, note in told if column is not None]
    remarks = [
        f"Inferred from {rows:,} rows of {_sources(group)}.",
        "What is marked as a guess may be wrong. Bounds that were seen are comments, and no rules.",
    ]
    remarks += [note for column, note in told if column is None and note]
    dataset = Dataset(
        name=name,
        schema=Schema(
            columns=tuple(column for column, _ in usable),
            rows=min(rows, MOST_ROWS) if rows else None,
        ),
        files=layout(group),
        origin=Synthesized(),
    )
    notes = {column.name: note for column, note in usable if note}
    return Drafted(dataset=dataset, remarks=tuple(remarks), notes=notes)


def _column(seen: Mapping[str, Any], rows: int) -> tuple[Column | None, str]:
    """Give what a column becomes, and what to say about it."""
    name, kind = str(seen["name"]), str(seen["type"])
    if kind == "nested":
        return None, f"Left out: `{name}` holds lists or records, which no schema describes."
    nulls = int(seen.get("nulls", 0))
    share = with_room(nulls, rows) if nulls else 0.0
    column = Column(name=name, type=ColumnType(kind), nulls=share)
    if nulls == rows:
        return column, "guess: no row has a value"
    guessed, note = _guess(column, seen, rows) or (column, _inferred(seen))
    # What was seen stands beside what is allowed, which has room for the next data.
    return guessed, f"{note}; {percent(nulls / rows)} empty here" if nulls else note


def _inferred(seen: Mapping[str, Any]) -> str:
    low, high = seen.get("low"), seen.get("high")
    return "inferred" if low is None else f"inferred; seen: {low} to {high}"


def _guess(column: Column, seen: Mapping[str, Any], rows: int) -> tuple[Column, str] | None:
    """Give more than was seen, where names and values suggest it."""
    values = tuple(seen.get("values", ()))
    is_text = column.type is ColumnType.STRING
    if is_text and values:
        return (
            replace(column, type=ColumnType.CATEGORY, values=values),
            "guess: these are all values",
        )
    if column.type is ColumnType.INT and values == ("0", "1"):
        return replace(column, values=(0, 1)), "guess: a flag"
    pattern = _pattern(seen) if is_text else None
    differ = int(seen.get("distinct", 0)) == rows > 1
    if differ and (is_text or column.type is ColumnType.INT) and _ID.search(column.name):
        form = " and form" if pattern else ""
        note = f"guess: an id{form}; all differ here"
        return replace(column, unique=True, pattern=pattern), note
    if pattern is not None:
        return replace(column, pattern=pattern), "guess: this form"
    return None


def _pattern(seen: Mapping[str, Any]) -> str | None:
    letters, digits = seen.get("letters"), seen.get("digits")
    if letters is None or digits is None or len(letters) > 20:
        return None
    return f"{letters}[0-9]{{{digits}}}" if 0 < digits <= 30 else None


def _sources(group: Sequence[Sample]) -> str:
    if len(group) == 1:
        return group[0].shown
    return f"{group[0].shown} and {counted(len(group) - 1, 'file')} more"


def layout(group: Sequence[Sample]) -> tuple[TableFile, ...]:
    """Name the files as they lie below the folder that holds them all."""
    kind = Format(group[0].format)
    if len(group) == 1:
        return (TableFile(name=_plain_name(group[0].path.name), format=kind),)
    parents = [one.path.absolute().parent.parts for one in group]
    shared = 0
    while all(len(one) > shared and one[shared] == parents[0][shared] for one in parents):
        shared += 1
    names = [_plain_name("/".join(one.path.absolute().parts[shared:])) for one in group]
    patterns = {_INTERVAL.sub("*", name) for name in names}
    if len(patterns) == 1 and next(iter(patterns)).count("*") == 1:
        return (TableFile(name=patterns.pop(), format=kind),)
    whole = sum(one.rows for one in group) or len(group)
    shares = [round(one.rows / whole, 4) for one in group]
    shares[0] = round(1 - sum(shares[1:]), 4)
    return tuple(
        TableFile(name=name, format=kind, share=share)
        for name, share in zip(names, shares, strict=True)
    )


def _plain_name(name: str) -> str:
    """Leave out what cannot be made: a star in a name would be a pattern."""
    return name.replace("*", "_")


def _name(group: Sequence[Sample]) -> str:
    """Call a dataset like its file, or like what the names of its files have in common."""
    stems = {PurePosixPath(one.path.name.split(".")[0]).name for one in group}
    plain = {re.sub(r"[-_]*\d+$", "", stem) for stem in stems}
    chosen = plain.pop() if len(plain) == 1 else group[0].path.absolute().parent.name
    if len(stems) == 1 and len(group) == 1:
        chosen = stems.pop()
    if len(chosen) < 2 or chosen in {"part", "data", "shard"}:
        chosen = group[0].path.absolute().parent.name or chosen
    return re.sub(r"[^\w-]+", "_", chosen).strip("_") or "data"


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(
        found for number in range(2, len(taken) + 3) if (found := f"{name}_{number}") not in taken
    )
