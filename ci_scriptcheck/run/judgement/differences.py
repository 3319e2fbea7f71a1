"""What differs from base, as findings: each kind of loss or movement once for a port. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.comparison import ROWS_THAT_DIFFER, Fate, called, move_of
from ci_scriptcheck.model.json_path import last_part
from ci_scriptcheck.model.result import Finding, Level, Table
from ci_scriptcheck.model.rules import RULES
from ci_scriptcheck.run.judgement.case import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ci_scriptcheck.model.comparison import (
        ColumnComparison,
        FileComparison,
        PortComparison,
        TableComparison,
        ValueComparison,
    )
    from ci_scriptcheck.model.plan import Task

MOST_ROWS = 8
"""Columns and values in the table of a finding."""

Needing = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Output port → name → the nodes that read the port and whose code or schema names it."""


def look(
    task: Task, comparisons: Sequence[PortComparison], needing: Needing, base: str = "on base"
) -> Iterator[Finding]:
    """Say what a task writes otherwise than on base, given the same.

    Args:
        task: The task of head.
        comparisons: How its outputs differ.
        needing: Who would miss what, as far as anybody does.
        base: Where the other side is, as people say it.
    """
    for port in comparisons:
        for file in port.files:
            yield from _of_file(_Port(task, port.port, needing, base), file, "")


class _Port:
    """Writes the findings of one port."""

    def __init__(self, task: Task, name: str, needing: Needing, base: str) -> None:
        self._task = task
        self.base = base
        self.name = name
        self.tolerance = task.settings.tolerance
        self._needing = needing.get(name, {})

    def lost(self, rule: str, what: str, name: str, *, where: str, how: str) -> Finding:
        """Tell of something that readers may look for by its name."""
        called = name.rpartition("/")[2] if what == "file" else name
        readers = self._needing.get(called, ())
        return self.finding(
            rule,
            f"{what} `{name}` of {where} {how}",
            subject=f"{self.name}/{name}",
            evidence=(self._named_by(readers),) if readers else (),
            level=Level.ERROR if readers else None,
        )

    def _named_by(self, readers: tuple[str, ...]) -> str:
        """Say who names something, and why the same step passes where it runs alone."""
        said = f"{shown(readers)} {'name' if len(readers) > 1 else 'names'} it"
        if self._task.pipeline is None:
            return said
        step = self._task.step
        return f"{said} in `{self._task.pipeline}`; alone, `{step}` has no reader to miss it"

    def called(self, note: str) -> str:
        """Call the sides of a comparison as people do."""
        return called(note, self.base, "here")

    def finding(
        self,
        rule: str,
        message: str,
        *,
        subject: str,
        evidence: tuple[str, ...] = (),
        level: Level | None = None,
        table: Table | None = None,
    ) -> Finding:
        task = self._task
        return Finding(
            rule=rule,
            severity=level or RULES[rule].level,
            message=message,
            subject=subject,
            step=task.step,
            pipeline=task.pipeline,
            port=self.name,
            place=None if task.script is None else Place(file=task.script),
            evidence=evidence,
            table=table,
            advice=RULES[rule].cure,
        )


def _of_file(port: _Port, file: FileComparison, archive: str) -> Iterator[Finding]:
    path = f"{archive}{file.path}"
    if file.fate is Fate.GONE:
        where = f"`{archive.removesuffix(' / ')}`" if archive else f"output `{port.name}`"
        yield port.lost("SC403", "file", file.path, where=where, how="is gone")
    if file.fate is not Fate.CHANGED:
        return
    where = f"`{path}`"
    if file.format_before != file.format_after:
        yield port.finding(
            "SC407",
            f"{where} is {file.format_after or 'of no known format'}, and {port.base}"
            f" {file.format_before or 'of no known format'}",
            subject=f"{port.name}/{path}",
        )
    if file.table is not None:
        yield from _of_table(port, file.table, where, path)
        if file.note and file.format_before == file.format_after:
            yield _of_values(port, file, where, path)
    for member in file.members:
        yield from _of_file(port, member, f"{path} / ")
    if (
        (file.members and file.note)
        or (file.values_count and not _is_tolerated(port, file))
        or _is_other(file)
    ):
        yield _of_values(port, file, where, path)
    elif file.is_opaque and file.format_before == file.format_after:
        said = f"{where} is not the same: {port.called(file.note or '')}"
        yield port.finding("SC410", said, subject=f"{port.name}/{path}")


def _is_tolerated(port: _Port, file: FileComparison) -> bool:
    """Say whether all that differs is values that base does not have, or numbers within bounds."""
    is_document = file.format_before == file.format_after == "json"
    return is_document and _largest_move(file) <= port.tolerance.numbers


def _largest_move(file: FileComparison) -> float:
    """Say by which share of itself the number moves that moves most; without bound where other things differ."""
    is_all_told = all((one.before, one.after) != (None, None) for one in file.values)
    if len(file.values) == file.values_count and is_all_told:
        return max(map(_move, file.values), default=0.0)
    # What is set aside as chance counts here, too: of what is not shown, nobody knows which that is.
    return math.inf if file.largest_move is None else file.largest_move


def _move(value: ValueComparison) -> float:
    if value.fate is Fate.NEW and not isinstance(last_part(value.path), int):
        return 0.0
    try:
        return move_of(float(value.before or ""), float(value.after or ""))
    except ValueError:
        return math.inf


def _is_other(file: FileComparison) -> bool:
    """Say whether a file is known to differ in a way that is neither rows, values nor members."""
    known = file.table is not None or file.members or file.values_count or file.is_opaque
    return not known and file.format_before == file.format_after


def _of_table(port: _Port, table: TableComparison, where: str, path: str) -> Iterator[Finding]:
    for column in table.columns:
        if column.fate is Fate.GONE:
            now = column.called_now
            how = "is gone" if now is None else f"is gone; `{now}` holds what it held"
            yield port.lost("SC401", "column", column.name, where=where, how=how)
        elif column.fate is Fate.CHANGED and column.type_before != column.type_after:
            how = f"is {column.type_after}, and {port.base} {column.type_before}"
            yield port.lost("SC402", "column", column.name, where=where, how=how)
    subject = f"{port.name}/{path}"
    rows = max(table.rows_before, table.rows_after)
    if max(table.gone, table.new) > port.tolerance.rows * rows:
        yield port.finding("SC404", _rows(table, where), subject=subject)
    emptied = [
        one
        for one in table.columns
        if one.fate is Fate.CHANGED
        and one.nulls_after - one.nulls_before > port.tolerance.nulls * rows
    ]
    if emptied:
        names = shown(tuple(one.name for one in emptied))
        yield port.finding(
            "SC405",
            f"{names} of {where} lack{'s' if len(emptied) == 1 else ''} a value in more rows",
            subject=subject,
            table=_figures(port, emptied, table),
        )
    moved = [
        one
        for one in table.columns
        if one.fate is Fate.CHANGED
        and one.type_before == one.type_after
        and one not in emptied
        # Where rows cannot be paired, nobody knows in how many of them it differs.
        and _is_beyond(one, table, port.tolerance.values * rows)
    ]
    if moved:
        yield port.finding(
            "SC406",
            f"{shown(tuple(one.name for one in moved))} of {where}"
            f" {'holds' if len(moved) == 1 else 'hold'} other values",
            subject=subject,
            table=_figures(port, moved, table),
        )


def _is_beyond(column: ColumnComparison, table: TableComparison, most: float) -> bool:
    """Say whether a column differs in more rows than may; where rows go or come, and pairs are unknown, not."""
    if column.rows is None:
        return not (table.gone or table.new)
    return column.rows > most


def _gaps(column: ColumnComparison) -> tuple[str, str] | None:
    """Write how many rows lack a value, where more do."""
    if column.nulls_after <= column.nulls_before:
        return None
    return f"{column.nulls_before:,} empty", f"{column.nulls_after:,} empty"


def _first_figure(column: ColumnComparison) -> tuple[str, str] | None:
    """Write the figure that moved most, where more rows differ than gaps explain."""
    gaps = max(column.nulls_after - column.nulls_before, 0)
    if not column.figures or (gaps and (column.rows or 0) <= gaps):
        return None
    first = column.figures[0]
    return f"{first.name} {first.before or 'none'}", f"{first.name} {first.after or 'none'}"


def _rows(table: TableComparison, where: str) -> str:
    parts = []
    if table.gone:
        parts.append(f"{table.gone:,} of {table.rows_before:,} rows are gone")
    if table.new:
        parts.append(f"{table.new:,} rows are new")
    return f"{' and '.join(parts)} in {where}"


def _figures(port: _Port, columns: Sequence[ColumnComparison], table: TableComparison) -> Table:
    rows = []
    for column in columns[:MOST_ROWS]:
        paired = table.rows_with_another(column)
        sides = [_gaps(column), _first_figure(column)]
        told = [side for side in sides if side is not None] or [(column.type_after or "",) * 2]
        before, after = (", ".join(side) for side in zip(*told, strict=True))
        rows.append((column.name, before, after, paired))
    return Table(
        columns=("column", port.base, "here", ROWS_THAT_DIFFER),
        rows=tuple(rows),
        more=max(len(columns) - MOST_ROWS, 0),
    )


def _of_values(port: _Port, file: FileComparison, where: str, path: str) -> Finding:
    subject = f"{port.name}/{path}"
    if not file.values_count:
        note = port.called(file.note or "")
        what = f"is not the same{note and f': {note}'}"
        said = note if file.is_incomparable else what
        return port.finding("SC406", f"{where} {said}", subject=subject)
    many = f"{file.values_count:,} value" + "s" * (file.values_count != 1)
    rows = tuple((one.path, *_sides(one)) for one in file.values[:MOST_ROWS])
    return port.finding(
        "SC406",
        f"{many} of {where} {'is' if file.values_count == 1 else 'are'} not the same",
        subject=subject,
        table=Table(
            columns=("value", port.base, "here"),
            rows=rows,
            more=max(file.values_count - MOST_ROWS, 0) if rows else 0,
        ),
    )


def _sides(value: ValueComparison) -> tuple[str, str]:
    """Write a value of both sides; of one that may not be told, what became of it."""
    if (value.before, value.after) != (None, None):
        return value.before or "", value.after or ""
    return {Fate.GONE: ("there", ""), Fate.NEW: ("", "there"), Fate.CHANGED: ("", "differs")}[
        value.fate
    ]


def names(comparisons: Sequence[PortComparison]) -> Mapping[str, tuple[str, ...]]:
    """Give by port what could be missed by its name: columns, files and members that are gone or changed."""
    return {one.port: tuple(sorted(_names(one.files))) for one in comparisons}


def _names(files: Sequence[FileComparison]) -> set[str]:
    found: set[str] = set()
    for file in files:
        if file.fate is Fate.GONE:
            found.add(file.path.rpartition("/")[2])
        columns = file.table.columns if file.table is not None else ()
        found |= {one.name for one in columns if one.fate is not Fate.NEW}
        found |= _names(file.members)
    return found
