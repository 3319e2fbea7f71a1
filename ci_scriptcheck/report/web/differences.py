"""How data differ between base and head, as tables of text: columns of tables, and values of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import Fate
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.report import data_changes
from ci_scriptcheck.report.page import counted, listed, size
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ci_scriptcheck.model.comparison import (
        ColumnComparison,
        FileComparison,
        PortComparison,
        TableComparison,
    )
    from ci_scriptcheck.model.plan import RunRecord

MOST_COLUMNS = 60
MOST_NOISE = 6
NOTHING = "missing"
"""What stands where one side has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """A file that differs.

    Attributes:
        sentences: What is true of it as a whole.
        table: What of it differs; its first column names the part.
        more: Rows that there is no room for.
    """

    name: str
    fate: str
    sentences: tuple[str, ...]
    table: Table | None = None
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPort:
    """A port at which something else lies than on base."""

    port: str
    files: tuple[ShownFile, ...]
    noise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A task that writes something else than on base.

    Attributes:
        way: How it came to that, where it was not given what it is given on base.
    """

    task: str
    way: str
    ports: tuple[ShownPort, ...]


def differences(record: RunRecord, base: str) -> tuple[Difference, ...]:
    """Show what the change did to data, task by task in the plan's order.

    Args:
        record: The run.
        base: What people call the commit that is compared with.
    """
    ports: dict[tuple[str, str], list[ShownPort]] = {}
    for task, comparison in data_changes.own(record):
        ports.setdefault((task.id, ""), []).append(_port(comparison, base))
    for task, comparison, way in data_changes.ends(record):
        passed_on = f"Passed on, {way}." if way else "Passed on."
        ports.setdefault((task.id, passed_on), []).append(_port(comparison, base))
    return tuple(
        Difference(task=task, way=way, ports=tuple(shown)) for (task, way), shown in ports.items()
    )


def _port(port: PortComparison, base: str) -> ShownPort:
    names = listed([f"`{name}`" for name in port.noise], MOST_NOISE)
    return ShownPort(
        port=port.port,
        files=tuple(shown for file in port.files for shown in _files(file, base, "")),
        noise=f"Differs between two equal runs too, and is set aside: {names}." if names else "",
    )


def _files(file: FileComparison, base: str, archive: str) -> Iterator[ShownFile]:
    """Show a file and, below it, the members of an archive."""
    table, more = _table(file, base)
    yield ShownFile(
        name=archive + file.path,
        fate=file.fate.value,
        sentences=tuple(_sentences(file, base)),
        table=table,
        more=more,
    )
    for member in file.members:
        yield from _files(member, base, f"{archive}{file.path}: ")


def _sentences(file: FileComparison, base: str) -> Iterator[str]:
    if file.fate is Fate.GONE:
        yield f"{_kind(file.format_before, file.bytes_before)} on {base}, not here."
    elif file.fate is Fate.NEW:
        yield f"{_kind(file.format_after, file.bytes_after)} here, not on {base}."
    elif file.format_before == file.format_after and file.table is None:
        lengths = f"{size(file.bytes_before)} on {base}, {size(file.bytes_after)} here"
        yield f"{file.format_after or 'unknown format'}: {lengths}."
    elif file.format_before != file.format_after:
        before = _kind(file.format_before, file.bytes_before)
        yield f"{before} on {base}, {_kind(file.format_after, file.bytes_after)} here."
    if file.table is not None:
        yield from _rows(file.table, base)
    if file.note:
        yield f"{file.note[0].upper()}{file.note[1:]}."


def _kind(kind: str | None, length: int) -> str:
    return f"{kind or 'unknown format'}, {size(length)}"


def _rows(table: TableComparison, base: str) -> Iterator[str]:
    if table.is_reordered:
        yield f"{counted(table.rows_after, 'row')}, and nothing but their order differs."
        return
    yield f"{counted(table.rows_before, 'row')} on {base}, {table.rows_after:,} here."
    parts = [("changed", table.changed), ("gone", table.gone), ("new", table.new)]
    told = [f"{number:,} {what}" for what, number in parts if number]
    how = f"Paired by {listed([f'`{name}`' for name in table.key])}" if table.key else "Rows"
    if told:
        yield f"{how}: {', '.join(told)}."
    if table.why_no_key:
        yield f"Not paired by their key: {table.why_no_key}."


def _table(file: FileComparison, base: str) -> tuple[Table | None, int]:
    if file.table is not None and file.table.columns:
        return _columns(file.table, base), max(len(file.table.columns) - MOST_COLUMNS, 0)
    if file.values:
        rows = tuple(
            (one.path, *data_changes.told_apart(one.before or NOTHING, one.after or NOTHING))
            for one in file.values
        )
        table = Table(columns=("value", f"on {base}", "here"), rows=rows)
        return table, max(file.values_count - len(rows), 0)
    return None, 0


def _columns(table: TableComparison, base: str) -> Table:
    """Write the columns that differ; what is told of none of them is left out."""
    heads = ("column", f"on {base}", "here", "rows that differ", "without a value", "PSI", "also")
    rows = [_column(column, table) for column in table.columns[:MOST_COLUMNS]]
    used = [
        number for number in range(len(heads)) if number < 3 or any(row[number] for row in rows)
    ]
    return Table(
        columns=tuple(heads[number] for number in used),
        rows=tuple(tuple(row[number] for number in used) for row in rows),
    )


def _column(column: ColumnComparison, table: TableComparison) -> Sequence[str]:
    nulls = f"{column.nulls_before:,} → {column.nulls_after:,}"
    figures = [
        f"{figure.name} {figure.before or NOTHING} → {figure.after or NOTHING}"
        for figure in column.figures
    ]
    return (
        column.name,
        column.type_before or NOTHING,
        column.type_after or NOTHING,
        _differing(column, table),
        nulls if column.nulls_before != column.nulls_after else "",
        "" if column.psi is None else f"{column.psi:.2f}",
        ", ".join(figures),
    )


def _differing(column: ColumnComparison, table: TableComparison) -> str:
    if column.fate is not Fate.CHANGED:
        total = table.rows_before if column.fate is Fate.GONE else table.rows_after
        return f"all {total:,}"
    if column.rows is None:
        return ""
    paired = table.rows_before - table.gone
    return f"all {paired:,}" if column.rows == paired else f"{column.rows:,} of {paired:,}"
