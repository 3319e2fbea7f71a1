"""How what lies at one port differs, as a small table: columns, values and files, what they were and are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import ROWS_THAT_DIFFER, Fate
from ci_scriptcheck.model.port_profile import are_other_gaps
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.report import withheld
from ci_scriptcheck.report.sides import NOTHING, told_apart

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ci_scriptcheck.model.comparison import (
        ColumnComparison,
        Figure,
        FileComparison,
        PortComparison,
        TableComparison,
        ValueComparison,
    )
    from ci_scriptcheck.report.sides import Sides

MOST_ROWS = 60
"""Columns, values and files that a table holds; how many of them are shown, its reader says."""

MOST_NAME = 40
"""Characters of a way into a JSON file; the end of it says most."""

OTHERS = "other values"

_TIMES = "\N{MULTIPLICATION SIGN}"
_MUCH = 0.1
"""Part of the rows that differ from which on gaps explain them."""

_Row = tuple[str, str, str, str, str]
"""A file, what of it differs, what that was, what it is, and in how many rows it does."""


def table_of(comparison: PortComparison, sides: Sides) -> Table | None:
    """Write the columns, values and files that differ, the worst first; `None` where there are none.

    The file stands before what differs in it, once, where it is not the only one.
    """
    rows = [*_of_files(comparison.files)]
    if not rows:
        return None
    is_table = all(file.table is not None for file in comparison.files)
    columns = (
        "file",
        "column" if is_table else "what",
        sides.before,
        sides.after,
        ROWS_THAT_DIFFER,
    )
    is_only_one = len(comparison.files) == 1 and not comparison.files[0].members
    used = [
        number
        for number in range(len(columns))
        if (number or not is_only_one)
        and (number < len(columns) - 1 or any(row[number] for row in rows))
    ]
    untold = sum(_untold(file) for file in comparison.files)
    return Table(
        columns=tuple(columns[number] for number in used),
        rows=tuple(tuple(row[number] for number in used) for row in _once(rows[:MOST_ROWS])),
        more=max(len(rows) - MOST_ROWS, 0) + untold,
        names=1 if is_only_one else 2,
    )


def sides_of(values: list[ValueComparison]) -> tuple[str, str]:
    """Write what a value was and is; of several that are told together, whether they were there and are."""
    told = {told_apart(one.before or NOTHING, one.after or NOTHING) for one in values}
    if len(told) == 1:
        return told.pop()
    return {
        Fate.GONE: ("there", NOTHING),
        Fate.NEW: (NOTHING, "there"),
        Fate.CHANGED: ("", OTHERS),
    }[values[0].fate]


def _of_files(files: Iterable[FileComparison], archive: str | None = None) -> Iterator[_Row]:
    """Write files; what differs in some that are told together is told where it is the same in all of them."""
    for name, group in withheld.files(files):
        if archive is not None and all(file.is_told_by_note for file in group):
            yield f"{archive}: {name}", "", "", "differs", ""
            continue
        written = {tuple(_rows(file, name)) for file in group}
        if len(written) == 1:
            yield from written.pop()
        else:
            yield name, "", "", "differ", ""


def _rows(file: FileComparison, name: str) -> Iterator[_Row]:
    if file.fate is not Fate.CHANGED:
        there, here = ("there", NOTHING) if file.fate is Fate.GONE else (NOTHING, "there")
        yield name, "", there, here, ""
        return
    if file.table is not None:
        for called_so, columns in withheld.columns(file.table.columns):
            paired = withheld.rows_with_another(columns, file.table)
            yield (name, called_so, *_columns(columns, file.table), paired)
    for way, values in withheld.values(file.values):
        yield name, _end_of(way), *sides_of(values), ""
    yield from _of_files(file.members, name)


def _once(rows: Iterable[_Row]) -> Iterator[_Row]:
    """Leave out the name of a file that stands above already."""
    above = None
    for row in rows:
        yield ("", *row[1:]) if row[0] == above else row
        above = row[0]


def _end_of(way: str) -> str:
    return way if len(way) <= MOST_NAME else "…" + way[1 - MOST_NAME :]


def _untold(file: FileComparison) -> int:
    """Count the values of which only is known that they differ."""
    own = file.values_count - len(file.values) if file.values else 0
    return own + sum(map(_untold, file.members))


def _columns(columns: list[ColumnComparison], table: TableComparison) -> tuple[str, str]:
    """Say what columns were and are that are told together; figures of one of them would pass for those of all."""
    told = {_column(one, table) for one in columns}
    return told.pop() if len(told) == 1 else (columns[0].type_before or NOTHING, OTHERS)


def _column(column: ColumnComparison, table: TableComparison) -> tuple[str, str]:
    """Say what a column was and is: its type, or how many gaps it has and the figure that moved most."""
    before, after = column.type_before or NOTHING, column.type_after or NOTHING
    if column.fate is not Fate.CHANGED or before != after:
        return before, after
    gaps = f"{column.nulls_before:,} empty", f"{column.nulls_after:,} empty"
    has_gaps = _has_other_gaps(column, table)
    told = [gaps] if has_gaps else []
    if column.figures:
        first = column.figures[0]
        told.append((_counted(first, first.before), _counted(first, first.after)))
    elif (column.rows or 0) > abs(column.nulls_after - column.nulls_before):
        # Of texts that are all different, and of private data, no more than that may be known.
        told.append(("" if has_gaps else before, OTHERS))
    elif gaps[0] != gaps[1] and not has_gaps:
        told.append(gaps)
    written = [", ".join(part for part in side if part) for side in zip(*told, strict=True)]
    return (written[0], written[1]) if written else (before, after)


def _has_other_gaps(column: ColumnComparison, table: TableComparison) -> bool:
    """Say whether a person should know how many gaps there are: one more or less would hide what else moved."""
    moved = abs(column.nulls_after - column.nulls_before)
    if not moved:
        return False
    explains_much = column.rows is not None and moved >= _MUCH * column.rows
    return explains_much or are_other_gaps(
        column.nulls_before / max(table.rows_before, 1),
        column.nulls_after / max(table.rows_after, 1),
    )


def _counted(figure: Figure, written: str | None) -> str:
    """Write a figure of one side; a value with the number of its rows."""
    if written is None:
        return "none" if figure.is_of_value else f"{figure.name} none"
    return f"{figure.name} {written}{_TIMES if figure.is_of_value else ''}"
