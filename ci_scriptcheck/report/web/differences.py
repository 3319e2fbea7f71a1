"""How data differ between base and head, as tables of text: columns of tables, and values of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import ROWS_THAT_DIFFER, Fate, called
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.report import (
    column_difference,
    data_changes,
    data_difference,
    data_difference_table,
    untold,
    withheld,
)
from ci_scriptcheck.report.page import counted, listed, size
from ci_scriptcheck.report.sides import NOTHING
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ci_scriptcheck.model.comparison import (
        ColumnComparison,
        Figure,
        FileComparison,
        TableComparison,
    )
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.report.data_changes import Change
    from ci_scriptcheck.report.sides import Sides

MOST_COLUMNS = 60
MOST_NOISE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """A file that differs.

    Attributes:
        sentences: What is true of it as a whole.
        table: What of it differs; its first column names the part.
    """

    name: str
    fate: str
    sentences: tuple[str, ...]
    table: Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPort:
    """A port at which something else lies than on base.

    Attributes:
        untold: How what is not told of it can be seen.
        accepted: What somebody said of it: that it is intended, and why.
    """

    port: str
    files: tuple[ShownFile, ...]
    noise: str
    untold: tuple[str, ...]
    accepted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A task that writes something else than on base.

    Attributes:
        way: How it came to that, where it was not given what it is given on base; else what it is
            compared with, where that is not what base did.
        why: What of the change made it so.
    """

    task: str
    way: str
    why: str
    ports: tuple[ShownPort, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFigures:
    """Numbers of one output that moved, in a line."""

    task: str
    port: str
    way: str
    numbers: str


def differences(record: RunRecord) -> tuple[Difference, ...]:
    """Show what the change did to data: task by task in the plan's order, then what was passed on."""
    ports: dict[tuple[str, str], list[ShownPort]] = {}
    causes: dict[str, str] = {}
    for one in data_changes.changes(record):
        way = "" if one.begins else f"Passed on{f', {one.way}' if one.way else ''}."
        told = one.sides.also and f"{one.sides.also[0].upper()}{one.sides.also[1:]}."
        ports.setdefault((one.task.id, way or told), []).append(_port(record, one))
        causes.setdefault(one.task.id, one.why)
    return tuple(
        Difference(task=task, way=way, why=causes[task], ports=tuple(shown))
        for (task, way), shown in ports.items()
    )


def figures(record: RunRecord) -> tuple[ShownFigures, ...]:
    """Show the numbers in JSON that moved."""
    return tuple(
        ShownFigures(
            task=one.task.id,
            port=one.comparison.port,
            way=one.way,
            numbers=one.numbers_in_words(),
        )
        for one in data_changes.figures(record)
    )


def _port(record: RunRecord, change: Change) -> ShownPort:
    port, sides = change.comparison, change.sides
    names = withheld.in_words(port.noise, "part", MOST_NOISE)
    return ShownPort(
        port=port.port,
        files=tuple(_files(port.files, sides, "")),
        noise=f"Differs between two equal runs too, and is set aside: {names}." if names else "",
        untold=tuple(f"{one[0].upper()}{one[1:]}." for one in untold.sentences(port)),
        accepted=tuple(data_changes.accepted(record, change)),
    )


def _files(files: Iterable[FileComparison], sides: Sides, archive: str) -> Iterator[ShownFile]:
    """Show files and, below each, the members of an archive; those that came or went without a name together."""
    for name, group in withheld.files(files):
        if len(group) > 1 and group[0].fate is not Fate.CHANGED:
            yield _together(archive + name, group, sides)
            continue
        for file in group:
            yield ShownFile(
                name=archive + file.path,
                fate=file.fate.value,
                sentences=tuple(_sentences(file, sides)),
                table=_table(file, sides),
            )
            yield from _files(file.members, sides, f"{archive}{file.path}: ")


def _together(name: str, group: Sequence[FileComparison], sides: Sides) -> ShownFile:
    """Show files that came, or went, as one of the size of all of them."""
    whole = replace(
        group[0],
        bytes_before=sum(file.bytes_before for file in group),
        bytes_after=sum(file.bytes_after for file in group),
        note=None,
    )
    return ShownFile(name=name, fate=whole.fate.value, sentences=tuple(_sentences(whole, sides)))


def _sentences(file: FileComparison, sides: Sides) -> Iterator[str]:
    before, after = sides.before, sides.after
    if file.fate is Fate.GONE:
        yield f"{_kind(file.format_before, file.bytes_before)} {before}, not {after}."
    elif file.fate is Fate.NEW:
        yield f"{_kind(file.format_after, file.bytes_after)} {after}, not {before}."
    elif file.format_before == file.format_after and file.table is None:
        lengths = f"{size(file.bytes_before)} {before}, {size(file.bytes_after)} {after}"
        yield f"{file.format_after or 'unknown format'}: {lengths}."
    elif file.format_before != file.format_after:
        there = f"{_kind(file.format_before, file.bytes_before)} {before}"
        yield f"{there}, {_kind(file.format_after, file.bytes_after)} {after}."
    if file.table is not None:
        yield from _rows(file.table, sides)
    if file.note:
        note = called(file.note, sides.before, sides.after)
        yield f"{note[0].upper()}{note[1:]}."


def _kind(kind: str | None, length: int) -> str:
    return f"{kind or 'unknown format'}, {size(length)}"


def _rows(table: TableComparison, sides: Sides) -> Iterator[str]:
    if table.is_reordered:
        yield f"{counted(table.rows_after, 'row')}, and nothing but their order differs."
        return
    before = f"{counted(table.rows_before, 'row')} {sides.before}"
    yield f"{before}, {table.rows_after:,} {sides.after}."
    parts = [("changed", table.changed), ("gone", table.gone), ("new", table.new)]
    told = [f"{number:,} {what}" for what, number in parts if number]
    how = f"Paired by {listed([f'`{name}`' for name in table.key])}" if table.key else "Rows"
    if table.is_key_found:
        how += f" ({data_difference.FOUND_KEY})"
    if told:
        yield f"{how}: {', '.join(told)}."
    if table.why_no_key:
        yield f"Not paired by their key: {called(table.why_no_key, sides.before, sides.after)}."


def _table(file: FileComparison, sides: Sides) -> Table | None:
    if file.table is not None and file.table.columns:
        return _columns(file.table)
    if file.values:
        rows = tuple(
            (way, *data_difference_table.sides_of(group))
            for way, group in withheld.values(file.values)
        )
        return Table(
            columns=("value", sides.before, sides.after),
            rows=rows,
            more=max(file.values_count - len(file.values), 0),
        )
    return None


def _columns(table: TableComparison) -> Table:
    """Write the columns that differ; what is told of none of them is left out."""
    further = (ROWS_THAT_DIFFER, "without a value", "PSI", "also")
    heads = ("column", "type", *further)
    groups = withheld.columns(table.columns)
    rows = [_column(name, group, table) for name, group in groups[:MOST_COLUMNS]]
    used = [
        number for number in range(len(heads)) if number < 2 or any(row[number] for row in rows)
    ]
    return Table(
        columns=tuple(heads[number] for number in used),
        rows=tuple(tuple(row[number] for number in used) for row in rows),
        more=len(groups) - len(rows),
    )


def _by(figure: Figure) -> str:
    told = column_difference.of_figure(figure)
    return f" ({told})" if told else ""


def _column(name: str, group: Sequence[ColumnComparison], table: TableComparison) -> Sequence[str]:
    """Write a column, or several that are told together, without the figures of each."""
    column = group[0]
    if len(group) > 1:
        column = replace(column, nulls_before=0, nulls_after=0, psi=None, figures=())
    nulls = f"{column.nulls_before:,} → {column.nulls_after:,}"
    figures = [
        f"{figure.name} {figure.before or NOTHING} → {figure.after or NOTHING}{_by(figure)}"
        for figure in column.figures
    ]
    before, after = column.type_before or NOTHING, column.type_after or NOTHING
    return (
        name,
        before if before == after else f"{before} → {after}",
        withheld.rows_with_another(group, table),
        nulls if column.nulls_before != column.nulls_after else "",
        "" if column.psi is None else f"{column.psi:.2f}",
        ", ".join(figures),
    )
