"""What a change did to the data, in words and small tables: for what failed by it, and for all else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.comparison import Fate
from ci_scriptcheck.model.plan import Upstream
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.report import lines
from ci_scriptcheck.report.page import listed, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.model.comparison import (
        ColumnComparison,
        FileComparison,
        PortComparison,
        TableComparison,
    )
    from ci_scriptcheck.model.plan import RunRecord, Task
    from ci_scriptcheck.model.result import TaskResult

MOST_ROWS = 12
"""Columns, values and files in one table."""

_LEAST_DIGITS = 5
_ALL_DIGITS = 17
"""That tell any two floating point numbers apart."""

Told = tuple[str, Table | None]
"""A sentence, and the table that it introduces."""


def inherited(record: RunRecord, task: Task) -> Iterator[Told]:
    """Tell which inputs of a failed task are not what they are on base, and which step began it."""
    results = {result.task: result for result in record.results}
    tasks = record.plan.by_id()
    if task.id not in results:
        return
    given = {one.port: one for one in results[task.id].given}
    for item in task.inputs:
        found = given.get(item.port)
        if found is None or not found.files or not isinstance(item.source, Upstream):
            continue
        way = _way(tasks[item.source.task], tasks, results)
        where = f"Input `{item.port}` is not what it is on {lines.base_name(record.plan)}."
        yield f"{where} {_by_way_of(way, task)}", table_of(found, lines.base_name(record.plan))


def own(record: RunRecord) -> Iterator[tuple[Task, PortComparison]]:
    """Give the outputs that differ where all that was read was the same, in the plan's order.

    A step that writes the same alone and in its pipelines is told of once.
    """
    told: set[str] = set()
    for task, result in verdict.with_tasks(record):
        if result.is_first_to_differ:
            for comparison in result.comparisons:
                same = repr((task.step, comparison))
                if comparison.files and same not in told:
                    told.add(same)
                    yield task, comparison


def accepted(record: RunRecord, task: Task, comparison: PortComparison) -> Iterator[str]:
    """Say which findings about an output somebody has accepted, and why."""
    result = next(one for one in record.results if one.task == task.id)
    reasons: dict[str, list[str]] = {}
    for finding in result.findings:
        if finding.port == comparison.port and finding.rule.startswith("SC4") and finding.known:
            reasons.setdefault(finding.known, []).append(finding.rule)
    for reason, rules in reasons.items():
        yield f"{listed(sorted(set(rules)))}: {visible(reason)}"


def ends(record: RunRecord) -> Iterator[tuple[Task, PortComparison, str]]:
    """Give the outputs that nobody reads and that differ by what was passed on, with its way in words."""
    results = {result.task: result for result in record.results}
    tasks = record.plan.by_id()
    for task, result in verdict.with_tasks(record):
        if not result.is_first_to_differ:
            for comparison in result.comparisons:
                if comparison.files:
                    way = _way(task, tasks, results)[1:]
                    yield task, comparison, _from([_called(one, task) for one in way])


def in_short(comparison: PortComparison, base: str) -> str:
    """Say in one line how what lies at a port differs from base, as people call it."""
    parts = [_file_in_short(file) for file in comparison.files[:3]]
    more = len(comparison.files) - 3
    if more > 0:
        parts.append(f"and {more} more files differ")
    if comparison.noise:
        names = listed([f"`{visible(name)}`" for name in comparison.noise], 3)
        parts.append(f"set aside, as two runs of {base} differ: {names}")
    return "; ".join(parts)


def table_of(comparison: PortComparison, base: str) -> Table | None:
    """Write the columns, values and files that differ, the worst first; `None` where there are none."""
    rows = [row for file in comparison.files for row in _rows(file, len(comparison.files) > 1)]
    if not rows:
        return None
    is_table = all(file.table is not None for file in comparison.files)
    first = "column" if is_table else "what"
    columns = (first, f"on {base}", "here", "rows that differ")
    if not any(row[3] for row in rows):
        return Table(columns=columns[:3], rows=tuple(row[:3] for row in rows[:MOST_ROWS]))
    return Table(columns=columns, rows=tuple(rows[:MOST_ROWS]))


def _way(task: Task, tasks: Mapping[str, Task], results: Mapping[str, TaskResult]) -> list[Task]:
    """Follow the inputs that differ back to the step that began it, from the supplier on."""
    way = [task]
    while True:
        before = next(
            (
                item.source.task
                for item in way[-1].inputs
                if isinstance(item.source, Upstream)
                and item.source.port in results[item.source.task].differing
            ),
            None,
        )
        if before is None or any(one.id == before for one in way):
            break
        way.append(tasks[before])
    return way


def _by_way_of(way: list[Task], task: Task) -> str:
    names = [_called(one, task) for one in way]
    first = "the first step whose output differs on equal inputs"
    if len(names) == 1:
        return f"It comes from {names[0]}, {first}:"
    between = ", and before that from ".join(names)
    return f"It comes from {between}, {first}:"


def _from(way: list[str]) -> str:
    """Write a way, the nearest first, from its beginning."""
    if not way:
        return ""
    *between, first = way
    return f"from {first} by way of {listed(between[::-1])}" if between else f"from {first}"


def _called(task: Task, beside: Task) -> str:
    """Give the name of a task among those of one pipeline."""
    return visible(task.node if task.pipeline == beside.pipeline else task.id)


def _file_in_short(file: FileComparison) -> str:
    name = f"`{visible(file.path)}`"
    if file.fate is Fate.GONE:
        return f"{name} is gone"
    if file.fate is Fate.NEW:
        return f"{name} is new"
    if file.table is not None:
        return f"{_table_in_short(file.table)} of {name}"
    if file.members:
        many = f"{len(file.members):,} member" + "s" * (len(file.members) != 1)
        return f"{many} of {name}"
    if file.values_count:
        return f"{file.values_count:,} value{'s' * (file.values_count != 1)} of {name}"
    return f"{name} differs" + (f": {visible(file.note)}" if file.note else "")


def _table_in_short(table: TableComparison) -> str:
    if table.is_reordered:
        return "only the order of the rows"
    parts = []
    if table.changed:
        parts.append(f"{table.changed:,} of {table.rows_after:,} rows changed")
    if table.gone:
        parts.append(f"{table.gone:,} rows gone")
    if table.new:
        parts.append(f"{table.new:,} rows new")
    lost = sum(one.fate is Fate.GONE for one in table.columns)
    come = sum(one.fate is Fate.NEW for one in table.columns)
    if lost:
        parts.append(f"{lost} column{'s' * (lost != 1)} gone")
    if come:
        parts.append(f"{come} column{'s' * (come != 1)} new")
    return ", ".join(parts) or "the columns"


def _rows(file: FileComparison, named: bool) -> Iterator[tuple[str, str, str, str]]:  # noqa: FBT001  (of one row)
    before = f"{file.path}: " if named else ""
    if file.fate is not Fate.CHANGED:
        there, here = ("there", "missing") if file.fate is Fate.GONE else ("missing", "there")
        yield file.path, there, here, ""
        return
    if file.table is not None:
        for column in file.table.columns:
            yield (f"{before}{column.name}", *_column(column), _paired(column, file.table))
    for value in file.values:
        there, here = told_apart(value.before or "missing", value.after or "missing")
        yield f"{before}{value.path}", there, here, ""
    for member in file.members:
        if member.table is None and not member.values and member.fate is Fate.CHANGED:
            yield f"{file.path}: {member.path}", "", member.note or "differs", ""
        else:
            for row in _rows(member, named=False):
                name = row[0] if member.fate is not Fate.CHANGED else f"{member.path}: {row[0]}"
                yield (name, *row[1:])


def told_apart(before: str, after: str) -> tuple[str, str]:
    """Write two numbers with as many digits as it takes to tell them apart, and a few more."""
    try:
        one, other = float(before), float(after)
    except ValueError:
        return before, after
    if before.isdecimal() and after.isdecimal():
        return before, after
    for digits in range(_LEAST_DIGITS, _ALL_DIGITS):
        if f"{one:.{digits - 2}g}" != f"{other:.{digits - 2}g}":
            return f"{one:.{digits}g}", f"{other:.{digits}g}"
    return before, after


def _column(column: ColumnComparison) -> tuple[str, str]:
    before, after = column.type_before or "missing", column.type_after or "missing"
    if column.fate is not Fate.CHANGED or before != after:
        return before, after
    if column.nulls_before != column.nulls_after:
        return f"{column.nulls_before:,} empty", f"{column.nulls_after:,} empty"
    for figure in column.figures:
        if figure.before is not None and figure.after is not None:
            return f"{figure.name} {figure.before}", f"{figure.name} {figure.after}"
    return before, after


def _paired(column: ColumnComparison, table: TableComparison) -> str:
    if column.fate is not Fate.CHANGED:
        return f"all {max(table.rows_before, table.rows_after):,}"
    return "" if column.rows is None else f"{column.rows:,} of {table.rows_after:,}"
