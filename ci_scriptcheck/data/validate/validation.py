"""Files held against the schema of their dataset: what does not fit, and in how many rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.data.validate import across, parts
from ci_scriptcheck.data.validate.cells import RAW, VALUE
from ci_scriptcheck.data.validate.scan import (
    MOST_TEXTS,
    Scan,
    UnreadableError,
    connected,
    scanned,
    suspected,
    where,
)
from ci_scriptcheck.data.validate.terms import Evidence, Terms
from ci_scriptcheck.model.mismatch import Mismatch
from ci_scriptcheck.model.shares import RowsSeen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from ci_scriptcheck.model.contract import Column, Dataset, Scalar

_FEW = 3
_SHOWN_FROM = 10
"""Rows from which on a category of real data may be named."""
_WIDEST = 40


def validate(folder: Path, dataset: Dataset, terms: Terms) -> tuple[Mismatch, ...]:
    """Hold the files below a folder against a dataset's schema and layout.

    Files that cannot be read, or are larger than what is looked at, are mismatches as well.
    """
    found, wrong = parts.found_in(folder, dataset)
    schema = dataset.schema
    if not (schema.columns or schema.checks or schema.key or schema.closed):
        return tuple(wrong)
    others = across.other_parts(terms)
    paths = [path for part in (*found, *others.parts) for path in part.paths]
    with connected(paths) as connection:
        scans: list[Scan] = []
        alone = {column.name for column in schema.columns if column.unique}
        alone |= set(schema.key) if len(schema.key) == 1 else set()
        for part in found:
            try:
                unique = alone if len(found) == 1 else set()
                scans.append(scanned(connection, part, schema.columns, unique))
            except UnreadableError as error:
                wrong.append(_unreadable(part, str(error)))
        looking = _Looking(connection, scans, dataset, terms)
        wrong += looking.shape()
        for column in schema.columns:
            wrong += looking.column(column)
        whole = len(scans) == len(found)
        wrong += across.look(connection, scans, dataset, terms, others) if whole else ()
    return tuple(dict.fromkeys(wrong))


def _unreadable(part: parts.Part, found: str) -> Mismatch:
    return Mismatch(rule="SC303", file=part.name, expected=f"sound {part.kind}", found=found)


class _Looking:
    """Turns what was counted into mismatches, and looks again where something is wrong."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        scans: Sequence[Scan],
        dataset: Dataset,
        terms: Terms,
    ) -> None:
        self._connection = connection
        self._scans = scans
        self._schema = dataset.schema
        self._terms = terms
        self._shows_values = terms.evidence is Evidence.VALUES

    def shape(self) -> Iterator[Mismatch]:
        """Find missing and further columns, and tables without rows."""
        for scan in self._scans:
            yield from self._columns(scan)
        if self._terms.has_rows and self._schema.rows != 0 and self._schema.columns:
            empty = [scan for scan in self._scans if scan.rows == 0]
            for scan in empty:
                yield Mismatch(
                    rule="SC309",
                    file=scan.part.name,
                    expected="rows",
                    found="none",
                    of_rows=sum(one.rows for one in self._scans),
                )

    def _columns(self, scan: Scan) -> Iterator[Mismatch]:
        if scan.rows == 0 and not scan.part.columns:
            return  # JSON without a row
        named = [column.name for column in self._schema.columns]
        missing = [name for name in named if not _has(scan, name)]
        file = scan.part.name
        if len(missing) > 1 and len(missing) == len(named):
            # What stands where a header should may be the first row.
            shown = _listed(scan.part.columns) if self._shows_values else "other names"
            shown = shown if scan.part.columns else "a first line of values"
            yield Mismatch(
                rule="SC301", file=file, expected=f"columns {_listed(named)}", found=shown
            )
        else:
            for name in missing:
                column = next(one for one in self._schema.columns if one.name == name)
                yield Mismatch(
                    rule="SC301",
                    column=name,
                    file=file,
                    expected=f"a column of type {column.type}",
                    found=f"columns {_listed(scan.part.columns)}",
                )
        if self._schema.closed:
            for _, name in parts.header_of(scan.part):
                if name not in named:
                    yield Mismatch(
                        rule="SC312",
                        column=name or "(unnamed)",
                        file=file,
                        expected="only the columns of the schema",
                        found="a further column",
                    )

    def column(self, column: Column) -> Iterator[Mismatch]:
        """Find what is wrong with the cells of one column."""
        there = [scan for scan in self._scans if _has(scan, column.name)]
        if not there:
            return
        yield from self._types(column, there)
        yield from self._nulls(column, there)
        for rule, count, expected in (
            ("SC306", "outside", _range(column)),
            ("SC307", "strange", _either(column.values)),
            ("SC310", "unlike", f"a match of `{column.pattern}`"),
        ):
            rows = sum(getattr(scan.counts[column.name], count) for scan in there)
            bad = [scan for scan in there if getattr(scan.counts[column.name], count)]
            allowed = column.outside if rule == "SC306" else 0.0
            if self._seen(there).exceeds(rows, allowed):
                yield Mismatch(
                    rule=rule,
                    column=column.name,
                    file=_file(bad, there),
                    expected=expected,
                    found=self._told(column, bad[0], count),
                    rows=rows,
                    of_rows=_rows(there),
                )

        cut = [scan for scan in there if scan.counts[column.name].is_cut]
        if cut:
            yield Mismatch(
                rule="SC303",
                column=column.name,
                file=_file(cut, there),
                expected=f"at most {MOST_TEXTS:,} to hold against `{column.pattern}`",
                found="more different texts than are looked at",
            )

    def _types(self, column: Column, there: Sequence[Scan]) -> Iterator[Mismatch]:
        bad = [
            scan
            for scan in there
            if scan.counts[column.name].good < scan.counts[column.name].filled
        ]
        if bad:
            counts = [scan.counts[column.name] for scan in bad]
            yield Mismatch(
                rule="SC302",
                column=column.name,
                file=_file(bad, there),
                expected=column.type.value,
                found=self._kind(column, bad[0]),
                rows=sum(one.filled - one.good for one in counts),
                of_rows=_rows(there),
            )

    def _kind(self, column: Column, scan: Scan) -> str:
        kind = scan.types[column.name]
        counts = scan.counts[column.name]
        if kind in {"text", "JSON"} or counts.good:
            shown = self._examples(column, scan, f"{VALUE} is null and {RAW} is not null")
            return f"{'values' if counts.good else 'text'}{shown}"
        return f"type {kind}"

    def _nulls(self, column: Column, there: Sequence[Scan]) -> Iterator[Mismatch]:
        rows = _rows(there)
        missing = rows - sum(scan.counts[column.name].filled for scan in there)
        allowed = 1.0 if None in column.values else column.nulls
        if self._seen(there).exceeds(missing, allowed):
            bad = [scan for scan in there if scan.counts[column.name].filled < scan.rows]
            found, most = _told_apart(missing / rows, allowed)
            yield Mismatch(
                rule="SC305",
                column=column.name,
                file=_file(bad, there),
                expected=f"at most {most}" if allowed else "a value in every row",
                found=f"no value in {found} of rows",
                rows=missing,
                of_rows=rows,
            )

    def _seen(self, scans: Sequence[Scan]) -> RowsSeen:
        return RowsSeen(rows=_rows(scans), is_sample=self._terms.chance)

    def _told(self, column: Column, scan: Scan, what: str) -> str:
        if what == "outside":
            return self._extent(column, scan)
        if what == "strange":
            return f"values{self._categories(column, scan)}"
        if self._shows_values:
            texts = [text for text, _ in suspected(self._connection, scan, column)]
            return f"texts{_such_as(texts)}"
        return "other texts"

    def _extent(self, column: Column, scan: Scan) -> str:
        if not self._shows_values:
            return "values outside"
        query = (
            f"select min(value)::varchar, max(value)::varchar {where(scan, column.name, 'true')}"
        )
        least, most = self._connection.execute(query).fetchone() or ("", "")
        return f"values from {_short(least)} to {_short(most)}"

    def _categories(self, column: Column, scan: Scan) -> str:
        condition = scan.cells[column.name].strange or "false"
        rows = 1 if self._shows_values else _SHOWN_FROM
        query = (
            f"select raw::varchar {where(scan, column.name, condition)}"
            f" group by 1 having count(*) >= {rows} order by count(*) desc, 1 limit {_FEW}"
        )
        return _such_as([text for (text,) in self._connection.execute(query).fetchall()])

    def _examples(self, column: Column, scan: Scan, condition: str) -> str:
        if not self._shows_values:
            return ""
        tail = where(scan, column.name, condition)
        query = f"select distinct raw::varchar {tail} order by 1 limit {_FEW}"
        return _such_as([text for (text,) in self._connection.execute(query).fetchall()])


def _has(scan: Scan, name: str) -> bool:
    """Say whether a part has a column; in JSON lines a key that stands in no row is none."""
    if name not in scan.counts:
        return False
    is_sure = scan.part.kind != "jsonl" or name in scan.part.columns
    return is_sure or scan.counts[name].filled > 0


def _rows(scans: Sequence[Scan]) -> int:
    return sum(scan.rows for scan in scans)


def _file(bad: Sequence[Scan], there: Sequence[Scan]) -> str | None:
    names = list(dict.fromkeys(scan.part.name for scan in bad))
    return names[0] if len(names) == 1 or len(there) == 1 else None


def _range(column: Column) -> str:
    if column.max is None:
        told = f"at least {column.min}"
    else:
        told = f"at most {column.max}" if column.min is None else f"{column.min} to {column.max}"
    return f"{told} in at least {_percent(1 - column.outside)}" if column.outside else told


def _either(values: Sequence[Scalar]) -> str:
    shown = [f"`{value}`" for value in values if value is not None]
    if len(shown) > 2 * _FEW:
        return f"one of {', '.join(shown[:_FEW])} and {len(shown) - _FEW} more"
    return " or ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[: 2 * _FEW])
    more = len(names) - 2 * _FEW
    return f"{shown} and {more} more" if more > 0 else shown


def _such_as(texts: Sequence[str]) -> str:
    return f" such as {', '.join(_in_quotes(text) for text in texts[:_FEW])}" if texts else ""


def _in_quotes(text: str) -> str:
    return '"' + _short(text) + '"'


def _short(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _told_apart(found: float, allowed: float) -> tuple[str, str]:
    """Write two shares with as many digits as it takes to see that they are not the same."""
    digits = next(
        (few for few in range(3, 9) if _percent(found, few) != _percent(allowed, few)), 9
    )
    return _percent(found, digits), _percent(allowed, digits)


def _percent(share: float, digits: int = 3) -> str:
    return f"{100 * share:.{digits}g} %"
