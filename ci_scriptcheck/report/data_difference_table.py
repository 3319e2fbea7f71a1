"""How what lies at one port differs, as a small table: columns, values and files, what they were and are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import ROWS_THAT_DIFFER, Fate
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.report import column_difference, withheld
from ci_scriptcheck.report.column_difference import OTHERS
from ci_scriptcheck.report.sides import NOTHING, end_of, told_apart

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ci_scriptcheck.model.comparison import (
        FileComparison,
        PortComparison,
        ValueComparison,
    )
    from ci_scriptcheck.report.sides import Sides

MOST_ROWS = 60
"""Columns, values and files that a table holds; how many of them are shown, its reader says."""

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
    if len(told) == 1 and (values[0].before, values[0].after) != (None, None):
        return told.pop()
    return {
        Fate.GONE: ("there", NOTHING),
        Fate.NEW: (NOTHING, "there"),
        Fate.CHANGED: ("", OTHERS if len(values) > 1 else "differs"),
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
            yield (name, called_so, *column_difference.sides_of(columns, file.table), paired)
    for way, values in withheld.values(file.values):
        yield name, end_of(way), *sides_of(values), ""
    yield from _of_files(file.members, name)


def _once(rows: Iterable[_Row]) -> Iterator[_Row]:
    """Leave out the name of a file that stands above already."""
    above = None
    for row in rows:
        yield ("", *row[1:]) if row[0] == above else row
        above = row[0]


def _untold(file: FileComparison) -> int:
    """Count the values of which only is known that they differ."""
    own = file.values_count - len(file.values) if file.values else 0
    return own + sum(map(_untold, file.members))
