"""What must hold across the parts of a dataset: keys, references to others, and its own checks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ci_scriptcheck.data.validate import parts
from ci_scriptcheck.data.validate.cells import (
    TEXT,
    cell,
    common_type,
    compared,
    quoted,
    sql_type_of,
)
from ci_scriptcheck.data.validate.scan import Scan, UnreadableError, scanned
from ci_scriptcheck.data.validate.terms import Evidence, Terms
from ci_scriptcheck.model.contract import Format, Said, TableFile
from ci_scriptcheck.model.mismatch import Mismatch
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ci_scriptcheck.model.contract import Column, Dataset

_ANY_TABLE = (TableFile(name="", format=Format.CSV, said=Said.NOTHING),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """The datasets at hand that columns refer to."""

    by_dataset: Mapping[str, tuple[parts.Part, ...]]

    @property
    def parts(self) -> tuple[parts.Part, ...]:
        """All their parts."""
        return tuple(part for found in self.by_dataset.values() for part in found)


def other_parts(terms: Terms) -> Others:
    """Find the tables of the datasets that are at hand, whatever their files are called."""
    found = {}
    for name, place in sorted(terms.others.items()):
        dataset = replace(terms.datasets[name], files=_ANY_TABLE)
        found[name] = tuple(parts.found_in(Path(place), dataset)[0])
    return Others(by_dataset=found)


def look(
    connection: duckdb.DuckDBPyConnection,
    scans: Sequence[Scan],
    dataset: Dataset,
    terms: Terms,
    others: Others,
) -> Iterator[Mismatch]:
    """Find duplicates, references that lead nowhere, and checks that do not hold."""
    yield from _duplicates(connection, scans, dataset)
    for column in dataset.schema.columns:
        yield from _lost(connection, scans, column, terms, others)
    if terms.whole and scans:
        yield from _unheld(connection, scans, dataset, terms)


def _duplicates(
    connection: duckdb.DuckDBPyConnection, scans: Sequence[Scan], dataset: Dataset
) -> Iterator[Mismatch]:
    keys = [(column.name,) for column in dataset.schema.columns if column.unique]
    for key in dict.fromkeys([*keys, *([dataset.schema.key] if dataset.schema.key else [])]):
        if not scans or any(name not in scan.places for scan in scans for name in key):
            continue  # a missing column is told as such
        filled, distinct = _counted(connection, scans, key, dataset.schema.columns)
        if distinct < filled:
            yield Mismatch(
                rule="SC308",
                column=", ".join(key),
                file=scans[0].part.name if len(scans) == 1 else None,
                expected="each value once" if len(key) == 1 else "each combination once",
                found="duplicates",
                rows=filled - distinct,
                of_rows=sum(scan.rows for scan in scans),
            )


def _counted(
    connection: duckdb.DuckDBPyConnection,
    scans: Sequence[Scan],
    key: tuple[str, ...],
    columns: Sequence[Column],
) -> tuple[int, int]:
    by_name = {column.name: column for column in columns}
    if len(scans) == 1 and len(key) == 1 and scans[0].counts.get(key[0]):
        counts = scans[0].counts[key[0]]
        if counts.distinct:
            return counts.good, counts.distinct
    selects = []
    for scan in scans:
        values = (_key_value(scan, name, by_name.get(name)) for name in key)
        listed = ", ".join(f"{value} as k{number}" for number, value in enumerate(values))
        selects.append(f"select {listed} from {scan.source}")  # noqa: S608  (written here)
    names = ", ".join(f"k{number}" for number in range(len(key)))
    filled = " and ".join(f"k{number} is not null" for number in range(len(key)))
    query = (
        f"select coalesce(sum(n), 0), count(*) from (select count(*) as n from"  # noqa: S608  (written here)
        f" ({' union all '.join(selects)}) where {filled} group by {names})"
    )
    rows, distinct = connection.execute(query).fetchone() or (0, 0)
    return int(rows), int(distinct)


def _key_value(scan: Scan, name: str, column: Column | None) -> str:
    return compared(column, *scan.places[name], common_type(column, column))


def _lost(
    connection: duckdb.DuckDBPyConnection,
    scans: Sequence[Scan],
    column: Column,
    terms: Terms,
    others: Others,
) -> Iterator[Mismatch]:
    if column.referred is None or column.referred[0] not in others.by_dataset:
        return
    dataset, name = column.referred
    target = next(
        (one for one in terms.datasets[dataset].schema.columns if one.name == name),
        replace(column, name=name),
    )
    try:
        known = [scanned(connection, part, [target], set()) for part in others.by_dataset[dataset]]
    except UnreadableError:
        return
    sql_type = common_type(column, target)
    there = [
        f"select {compared(target, *scan.places[name], sql_type)} from {scan.source}"  # noqa: S608  (written here)
        for scan in known
        if name in scan.places
    ]
    ours = [
        f"select {compared(column, *scan.places[column.name], sql_type)} as value from {scan.source}"  # noqa: S608  (written here)
        for scan in scans
        if column.name in scan.places
    ]
    if not there or not ours:
        return
    query = (
        f"select value::varchar, count(*) from ({' union all '.join(ours)}) where value is not null"  # noqa: S608  (written here)
        f" and value not in (select * from ({' union all '.join(there)}) as t(known)"
        " where known is not null) group by 1 order by 2 desc, 1"
    )
    lost = connection.execute(query).fetchall()
    if lost:
        few = ", ".join(f'"{value}"' for value, _ in lost[:3])
        shown = f" such as {few}" if terms.evidence is Evidence.VALUES else ""
        yield Mismatch(
            rule="SC311",
            column=column.name,
            expected=f"a value of `{column.references}`",
            found=f"other values{shown}",
            rows=sum(count for _, count in lost),
            of_rows=sum(scan.rows for scan in scans),
        )


def _unheld(
    connection: duckdb.DuckDBPyConnection, scans: Sequence[Scan], dataset: Dataset, terms: Terms
) -> Iterator[Mismatch]:
    checks = dataset.schema.checks
    if not checks:
        return
    complete = all(
        column.name in scan.places for column in dataset.schema.columns for scan in scans
    )
    data = " union all by name ".join(
        _as_table(connection, scan, dataset.schema.columns) for scan in scans
    )
    for name, condition in checks.items():
        # The condition is the user's own; the connection reaches the files and nothing else.
        query = (
            f"with data as ({data}) select count(*), count(*) filter (where held is not true),"  # noqa: S608
            f" count(*) filter (where held is false) from (select ({condition}\n) as held from data)"
        )
        try:
            total, unheld, false = connection.execute(query).fetchone() or (0, 0, 0)
        except duckdb.BinderException as error:
            if complete:
                yield _broken(name, condition, str(error))
            continue
        except duckdb.Error as error:
            words = str(error) if terms.evidence is Evidence.VALUES else "it fails on these data"
            yield _broken(name, condition, words)
            continue
        # A condition over each row is not broken by rows of which nothing is known.
        rows = sum(scan.rows for scan in scans)
        bad = unheld if total == 1 and rows != 1 else false
        if bad:
            yield Mismatch(
                rule="SC313",
                column=name,
                expected=condition,
                found="it does not hold",
                rows=bad if total > 1 else None,
                of_rows=total if total > 1 else None,
            )


def _broken(name: str, condition: str, error: str) -> Mismatch:
    first = error.splitlines()[0] if error else ""
    found = f"it cannot be computed: {first}"
    return Mismatch(rule="SC313", column=name, expected=condition, found=found)


def _as_table(connection: duckdb.DuckDBPyConnection, scan: Scan, columns: Sequence[Column]) -> str:
    """Give a part as the table that checks are written for: columns in their types."""
    known = {column.name: column for column in columns}
    listed = []
    for name, (source, family) in scan.places.items():
        if not name:
            continue  # an index that pandas wrote; SQL has no columns without a name
        if name in known:
            value = cell(known[name], source, family).value
            expression = f"try_cast({value} as {sql_type_of(known[name])})"
        elif family == TEXT and _is_number(connection, scan, source):
            expression = f"try_cast({source} as double)"
        else:
            expression = source
        listed.append(f"{expression} as {quoted(name)}")
    return f"select {', '.join(listed) or '1 as nothing'} from {scan.source}"  # noqa: S608  (written here)


def _is_number(connection: duckdb.DuckDBPyConnection, scan: Scan, source: str) -> bool:
    query = f"select count({source}) = count(try_cast({source} as double)) from {scan.source}"  # noqa: S608  (written here)
    (found,) = connection.execute(query).fetchone() or (False,)
    return bool(found)
