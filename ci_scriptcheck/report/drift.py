"""How the data at one place differ as a whole, for a terminal: sizes, columns, metrics and code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import Fate
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.report import grid, withheld
from ci_scriptcheck.report.page import Detail, counted, size, visible
from ci_scriptcheck.report.sides import told_apart
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ci_scriptcheck.model.comparison import ColumnComparison, Figure
    from ci_scriptcheck.model.drift import Drift, NumberDrift, TableDrift
    from ci_scriptcheck.model.execution_comparison import Contents, Found, PortChange
    from ci_scriptcheck.report.page import Page

MOST_ROWS = 20
"""Of a table that are shown; `-v` shows all."""
MOST_CELL = 60
MOST_FIGURES = 2

_LEAST_TELLING = {"mean": 1, "distinct": 2}
_MISSING = "missing"
_ARROW = "→"
_INDENT = " " * 4


def port(change: PortChange, page: Page) -> Iterator[str]:
    """Write how the data of a port differ."""
    head = f"  {change.side} `{visible(change.name)}`"
    if change.fate is not Fate.CHANGED:
        yield f"{head} is {'new' if change.fate is Fate.NEW else 'gone'}"
        return
    sizes = _sizes(change.found)
    yield f"{head}{': ' if sizes else ''}{sizes}"
    yield from told(change.found.drift, page)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], page: Page) -> list[str]:
    """Write a small table below what it belongs to; cells are safe to show."""
    most = len(rows) if page.detail is Detail.VERBOSE else MOST_ROWS
    cells = [[_cut(cell) for cell in row] for row in rows[:most]]
    width = None if page.width is None else page.width - len(_INDENT)
    lines = [f"{_INDENT}{line}".rstrip() for line in grid.lines(columns, cells, width)]
    if len(rows) > most:
        lines.append(f"{_INDENT}and {len(rows) - most:,} more, shown with `-v`")
    return lines


def apart(before: float | None, after: float | None) -> tuple[str, str]:
    """Write two numbers with as many digits as it takes to tell them apart."""
    if before is None or after is None:
        return _number(before), _number(after)
    return told_apart(repr(before), repr(after))


def _number(value: float | None) -> str:
    return _MISSING if value is None else f"{value:.5g}"


def _sizes(found: Found) -> str:
    if found.before is None or found.after is None:
        return ""
    before, after = _contents(found.before), _contents(found.after)
    return before if before == after else f"{before} {_ARROW} {after}"


def _contents(found: Contents) -> str:
    return f"{counted(found.objects, 'object')} with {size(found.bytes)}"


def told(found: Drift, page: Page, sides: tuple[str, str] = ("before", "after")) -> Iterator[str]:
    """Write sentences first, and then what needs a table.

    Args:
        found: How the data differ.
        page: Where it is written.
        sides: What people call the two.
    """
    for sentence in sentences(found):
        yield page.flow(sentence, _INDENT)
    for one in found.tables:
        if one.columns:
            yield from ("", page.flow(in_short(one), _INDENT), "")
            yield from _written(columns_of(one, sides), page)
    if found.numbers:
        yield ""
        yield from _written(numbers_of(found, sides), page)


def sentences(found: Drift) -> Iterator[str]:
    """Say what needs no table."""
    if found.programs:
        names = withheld.in_words(found.programs, "program", len(found.programs))
        yield f"other code: {names}"
    bare = (one for one in found.tables if not one.columns)
    groups = withheld.together(
        bare, lambda one: one.name, lambda one: (one.fate, one.note), "table"
    )
    for name, group in groups:
        yield in_short(group[0]) if len(group) == 1 else f"{name}: {_became(group[0])}"
    if found.untold:
        verb = counted(found.untold, "metric that moved is", "metrics that moved are")
        yield f"{verb} not told: keys on the way may be values of the data"
    for why in found.unread:
        yield f"not looked into: {visible(why)}"


def _metric(number: NumberDrift, *, several: bool) -> tuple[str, str, str]:
    name = f"{number.file}: {number.way}" if several else number.way
    return (name, *apart(number.before, number.after))


def in_short(found: TableDrift) -> str:
    """Say what became of a table, and how many of its rows were looked at."""
    name = f"`{visible(found.name)}`"
    if found.fate is not Fate.CHANGED:
        return f"{name} is {'new' if found.fate is Fate.NEW else 'gone'}"
    if found.note is not None:
        return f"{name} {visible(found.note)}"
    before, after = found.rows_before, found.rows_after
    if found.is_part:
        # Of parts, the numbers of rows say only how much was looked at.
        return f"{name}: {before:,} and {after:,} of its rows were looked at"
    told = counted(before, "row")
    return (
        f"{name}: {told}"
        if before == after
        else f"{name}: {told} {_ARROW} {counted(after, 'row')}"
    )


def _became(found: TableDrift) -> str:
    """Say what became of several tables."""
    if found.fate is not Fate.CHANGED:
        return "new" if found.fate is Fate.NEW else "gone"
    return "other rows" if found.note is None else visible(found.note)


def numbers_of(found: Drift, sides: tuple[str, str]) -> Table:
    """Give the metrics that moved."""
    several = len({number.file for number in found.numbers}) > 1
    names = "" if several else f" in {found.numbers[0].file}"
    rows = tuple(_metric(number, several=several) for number in found.numbers)
    return Table(columns=(f"metric{names}", *sides), rows=rows)


def columns_of(found: TableDrift, sides: tuple[str, str]) -> Table:
    """Give the columns of a table that differ."""
    rows = [_columns(name, group, found) for name, group in withheld.columns(found.columns)]
    has_index = any(row[3] for row in rows)
    heads = ("column", *sides, "PSI")[: 4 if has_index else 3]
    return Table(columns=heads, rows=tuple(row[: len(heads)] for row in rows))


def _written(content: Table, page: Page) -> list[str]:
    heads = [visible(name) for name in content.columns]
    return table(heads, [[visible(cell) for cell in row] for row in content.rows], page)


def _columns(
    name: str, group: Sequence[ColumnComparison], found: TableDrift
) -> tuple[str, str, str, str]:
    """Write a column, or several that are told together: figures of one would pass for those of all."""
    column = group[0]
    if len(group) > 1:
        column = replace(column, name=name, nulls_before=0, nulls_after=0, psi=None, figures=())
    index = "" if column.psi is None else f"{column.psi:.2f}"
    return (column.name, *_sides(column, found), index)


def _sides(column: ColumnComparison, found: TableDrift) -> tuple[str, str]:
    before, after = column.type_before or _MISSING, column.type_after or _MISSING
    if column.fate is not Fate.CHANGED or before != after:
        return before, after
    told: list[tuple[str, str]] = []
    shares = (
        column.nulls_before / max(found.rows_before, 1),
        column.nulls_after / max(found.rows_after, 1),
    )
    if _share(shares[0]) != _share(shares[1]):
        told.append((f"{_share(shares[0])} empty", f"{_share(shares[1])} empty"))
    filled = (
        found.rows_before - column.nulls_before,
        found.rows_after - column.nulls_after,
    )
    told += [
        (_figure(figure, figure.before, filled[0]), _figure(figure, figure.after, filled[1]))
        for figure in _telling(column)
    ]
    if not told:
        return before, "other values"
    return ", ".join(one for one, _ in told), ", ".join(other for _, other in told)


def _telling(column: ColumnComparison) -> tuple[Figure, ...]:
    """Choose figures: quantiles before a mean, which one value can move, and a number of values only where alone."""
    found = sorted(column.figures, key=lambda one: _LEAST_TELLING.get(one.name, 0))
    others = [one for one in found if one.name != "distinct"]
    return tuple(others or found)[:MOST_FIGURES]


def _figure(figure: Figure, written: str | None, filled: int) -> str:
    """Write a figure of one side; a value with its share, as rows of two executions differ in number."""
    if not figure.is_of_value:
        return f"{visible(figure.name)} {_MISSING if written is None else visible(written)}"
    if written is None:
        return f"{visible(figure.name)} none"
    return f"{visible(figure.name)} {_share(int(written.replace(',', '')) / max(filled, 1))}"


def _share(share: float) -> str:
    return f"{100 * share:.1f}%"


def _cut(cell: str) -> str:
    return (
        cell
        if len(cell) <= MOST_CELL
        else f"{cell[: MOST_CELL // 2]}…{cell[1 - MOST_CELL // 2 :]}"
    )
