"""What a search found, in words and written-out cells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ci_scriptcheck.model.counterexample import Counterexample
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.report.page import counted

if TYPE_CHECKING:
    from ci_scriptcheck.model.contract import Scalar
    from ci_scriptcheck.search.search import Blame, Found
    from ci_scriptcheck.search.tables import Drawable, Row

_LONGEST = 30


def counterexample(
    found: Found, ports: tuple[Drawable, ...], *, again: str, run: str
) -> Counterexample:
    """Write out what was found.

    Args:
        found: The tables and how they break the script.
        ports: The inputs that they were drawn for.
        again: The command that finds them again.
        run: Folder of the run, as people may open it.
    """
    return Counterexample(
        task=found.broken.task,
        result=found.broken.result,
        finding=found.broken.finding,
        tables={one.port: _table(one, found.tables[one.port]) for one in ports},
        blame=_sentences(found, ports),
        again=again,
        is_final=found.is_final,
        run=run,
    )


def cell(value: Scalar) -> str:
    """Write a cell so that what is special about it can be seen."""
    if not isinstance(value, str):
        return json.dumps(value)
    if len(value) > _LONGEST:
        return f'{json.dumps(value[:8], ensure_ascii=False)[:-1]}…" ({len(value):,} characters)'
    # What would look like nothing, or like something else, stands in quotation marks.
    is_plain = value.isprintable() and value == value.strip() and value not in {"", "null"}
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def _table(one: Drawable, rows: tuple[Row, ...]) -> Table:
    names = tuple(column.name for column in one.columns)
    return Table(
        columns=names, rows=tuple(tuple(cell(row[name]) for name in names) for row in rows)
    )


def _sentences(found: Found, ports: tuple[Drawable, ...]) -> tuple[str, ...]:
    several = len(ports) > 1
    computed = [
        column.name
        for one in ports
        for column in one.dataset.schema.columns
        if column.formula is not None
    ]
    told = [_sentence(blame, found, several=several) for blame in found.blame[:5]]
    if computed:
        names = ", ".join(f"`{name}`" for name in computed)
        told.append(f"Computed by formulas, and not shown: {names}.")
    return tuple(told)


def _sentence(blame: Blame, found: Found, *, several: bool) -> str:
    of_port = f" of `{blame.port}`" if several else ""
    if blame.row is None or blame.column is None:
        rows = counted(int(blame.instead or 0), "row")
        return f"With {rows} of plain values{of_port}, it ends well."
    rows_there = found.tables[blame.port]
    was = cell(rows_there[blame.row][blame.column])
    where = f" in row {blame.row + 1}" if len(rows_there) > 1 else ""
    return (
        f"With {cell(blame.instead)} instead of {was} as `{blame.column}`{where}{of_port},"
        " it ends well."
    )
