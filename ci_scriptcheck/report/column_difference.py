"""What a column was and is, in two cells: its type, its gaps, or the figure that moved most, and by how much.

A share is reckoned from what is told of both sides, and so tells no more than that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import Fate
from ci_scriptcheck.model.port_profile import are_other_gaps
from ci_scriptcheck.report.figures import TIMES, moved_by
from ci_scriptcheck.report.page import listed
from ci_scriptcheck.report.sides import NOTHING

if TYPE_CHECKING:
    from ci_scriptcheck.model.comparison import ColumnComparison, Figure, TableComparison

OTHERS = "other values"

_MUCH = 0.1
"""Part of the rows that differ from which on gaps explain them."""
_MEAN = "mean"
_OF_NUMBERS = (_MEAN, "p05", "p50", "p95")


def sides_of(columns: list[ColumnComparison], table: TableComparison) -> tuple[str, str]:
    """Say what columns were and are that are told together; figures of one of them would pass for those of all."""
    told = {_column(one, table) for one in columns}
    return told.pop() if len(told) == 1 else (columns[0].type_before or NOTHING, OTHERS)


def _column(column: ColumnComparison, table: TableComparison) -> tuple[str, str]:
    """Say what a column was and is: its type, or how many gaps it has and the figure that moved most."""
    types = column.type_before or NOTHING, column.type_after or NOTHING
    if column.fate is not Fate.CHANGED or types[0] != types[1]:
        return types
    gaps = f"{column.nulls_before:,} empty", f"{column.nulls_after:,} empty"
    has_gaps = _has_other_gaps(column, table)
    told = [gaps] if has_gaps else []
    if column.figures:
        first, by = column.figures[0], _of_first(column)
        after = _counted(first, first.after)
        told.append((_counted(first, first.before), f"{after} ({by})" if by else after))
    elif (column.rows or 0) > abs(column.nulls_after - column.nulls_before):
        # Of texts that are all different, and of private data, no more than that may be known.
        told.append(("" if has_gaps else types[0], OTHERS))
    elif gaps[0] != gaps[1] and not has_gaps:
        told.append(gaps)
    written = [", ".join(part for part in side if part) for side in zip(*told, strict=True)]
    return (written[0], written[1]) if written else types


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
    return f"{figure.name} {written}{TIMES if figure.is_of_value else ''}"


def of_figure(figure: Figure) -> str:
    """Write by which share a figure moved, as `+20 %`; nothing where that says nothing."""
    if figure.name not in _OF_NUMBERS:
        return ""
    return moved_by(figure.before, figure.after)


def _of_first(column: ColumnComparison) -> str:
    """Write by which share the first figure of a column moved, and whether its other ones did so, too."""
    first = column.figures[0]
    told = of_figure(first)
    if not told:
        return ""
    moved = {one.name: of_figure(one) for one in column.figures[1:]}
    alike = [name for name in _OF_NUMBERS if moved.get(name) == told]
    if alike:
        return f"{told}, {listed(alike)} too"
    return f"{told}, {_MEAN} {moved[_MEAN]}" if moved.get(_MEAN) else told
