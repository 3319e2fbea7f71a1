"""An output that is not what production wrote, as a finding. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.comparison import Fate
from ci_scriptcheck.model.execution import execution_name
from ci_scriptcheck.model.result import Finding
from ci_scriptcheck.model.rules import RULES
from ci_scriptcheck.run.judgement.case import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.comparison import ColumnComparison, FileComparison
    from ci_scriptcheck.model.drift import TableDrift
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.production import BesideProduction

RULE = "SC502"
_MOST = 2
"""Things that a headline names; the report shows all."""


def finding(task: Task, found: BesideProduction) -> Finding:
    """Say that an output is not what production wrote.

    Args:
        task: That wrote it.
        found: How it differs.
    """
    told = [*_of_files(found.files), *_of_drift(found)]
    more = f" and {len(told) - _MOST} more" if len(told) > _MOST else ""
    return Finding(
        rule=RULE,
        severity=RULES[RULE].level,
        message=f"output `{found.port}` is not what production wrote: {', '.join(told[:_MOST])}{more}",
        subject=found.port,
        step=task.step,
        pipeline=task.pipeline,
        port=found.port,
        place=None if task.script is None else Place(file=task.script),
        evidence=tuple(_evidence(task, found)),
        advice=RULES[RULE].cure,
        also_on_base=found.is_as_base is True,
    )


def _evidence(task: Task, found: BesideProduction) -> Iterator[str]:
    if task.original is not None:
        name = execution_name(task.original.execution)
        yield f"production: step `{task.original.step}` of execution {name.id} of `{name.pipeline}`"
    if found.is_sample:
        smaller = "" if found.others else "; sums over groups are smaller"
        yield f"{found.why_sample}, so numbers of rows and metrics are not compared{smaller}"
    if found.is_as_base:
        yield "base writes the same there, so the change is not why"
    if found.is_base_as_production:
        yield "base writes there what production wrote, so the change is why"


def _of_files(files: tuple[FileComparison, ...]) -> Iterator[str]:
    for file in files:
        name = f"`{file.path}`"
        if file.fate is not Fate.CHANGED:
            yield f"{name} is {'new' if file.fate is Fate.NEW else 'missing'}"
        elif file.table is not None:
            table = file.table
            if table.gone or table.new:
                yield (
                    f"{name} has {table.rows_after:,} rows instead of {table.rows_before:,}"
                    if (table.rows_before != table.rows_after)
                    else f"{max(table.gone, table.new):,} of {table.rows_before:,} rows of {name} are others"
                )
            if table.columns:
                yield _of_columns(table.columns, name)
        elif file.values_count:
            yield f"{file.values_count:,} value{'s' * (file.values_count != 1)} of {name}"
        else:
            yield name


def _of_columns(columns: tuple[ColumnComparison, ...], name: str) -> str:
    gone = tuple(one.name for one in columns if one.fate is Fate.GONE)
    if gone:
        return f"{shown(gone)} of {name} {'is' if len(gone) == 1 else 'are'} missing"
    names = tuple(one.name for one in columns)
    return f"{shown(names)} of {name}"


def _of_drift(found: BesideProduction) -> Iterator[str]:
    drift = found.drift
    yield from (_of_table(one) for one in drift.tables)
    if drift.numbers:
        names = tuple(one.way for one in drift.numbers)
        yield f"{shown(names)} of `{drift.numbers[0].file}`"
    if drift.untold:
        yield f"{drift.untold:,} metric{'s' * (drift.untold != 1)} below keys that may be values"
    if drift.programs:
        yield f"code {shown(drift.programs)}"


def _of_table(table: TableDrift) -> str:
    name = f"`{table.name}`"
    if table.fate is not Fate.CHANGED:
        return f"{name} is {'new' if table.fate is Fate.NEW else 'missing'}"
    if table.note is not None:
        return f"{name} {table.note.replace('before', 'there').replace('after', 'here')}"
    if table.columns:
        return _of_columns(table.columns, name)
    return f"{name} has {table.rows_after:,} rows instead of {table.rows_before:,}"
