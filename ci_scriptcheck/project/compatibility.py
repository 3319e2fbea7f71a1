"""Schemas against each other, without running: what a producer promises, and what its readers expect.

Only what is surely wrong is an error, such as a column of a type that never fits. Where the producer
merely allows more than its reader does, the data may still be good; that is a warning, and the run
tells.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import (
    ColumnType,
    Format,
    GivenFile,
    Said,
    TableFile,
)
from ci_scriptcheck.model.mismatch import Mismatch
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.model.rules import RULES
from ci_scriptcheck.repository_path import folder_of
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.model.contract import Column, Dataset, Entry, Port, Scalar, Schema
    from ci_scriptcheck.model.project import Pipeline

_SUITS: Mapping[ColumnType, frozenset[ColumnType]] = {
    # What is written as the one can be read as the other, by some values at least.
    ColumnType.INT: frozenset({ColumnType.FLOAT, ColumnType.BOOL}),
    ColumnType.FLOAT: frozenset({ColumnType.INT, ColumnType.BOOL}),
    ColumnType.BOOL: frozenset({ColumnType.INT, ColumnType.FLOAT}),
    ColumnType.DATE: frozenset({ColumnType.DATETIME}),
    ColumnType.DATETIME: frozenset({ColumnType.DATE}),
    ColumnType.STRING: frozenset(),
    ColumnType.CATEGORY: frozenset(),
}
_SURELY_FITS = {(ColumnType.INT, ColumnType.FLOAT), (ColumnType.DATE, ColumnType.DATETIME)}
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A mismatch between two schemas.

    Attributes:
        is_sure: Whether data that keeps to the one always breaks the other.
    """

    mismatch: Mismatch
    is_sure: bool


def disagreements(
    pipelines: Mapping[str, Pipeline], datasets: Mapping[str, Dataset]
) -> Iterator[Finding]:
    """Report links whose two ends describe their data otherwise, each pair of schemas once for a pair of steps."""
    told: set[tuple[str, ...]] = set()
    for pipeline in pipelines.values():
        for link in pipeline.links:
            producer, consumer = pipeline.node(link.producer), pipeline.node(link.consumer)
            output = _port(producer.outputs, link.output)
            reader = _port(consumer.inputs, link.input)
            if output is None or reader is None or output.expects is None:
                continue
            if reader.expects in {None, output.expects} or output.pack is not None:
                continue
            key = (producer.step, output.name, consumer.step, reader.name)
            pair = (*key, output.expects, str(reader.expects))
            if pair in told:
                continue
            told.add(pair)
            for promise in mismatches(datasets[output.expects], datasets[str(reader.expects)]):
                yield _finding(pipeline, link.consumer, consumer.step, (output, reader), promise)


def mismatches(producer: Dataset, consumer: Dataset) -> Iterator[Promise]:
    """Give where data that fits the one dataset need not fit the other; a dataset fits itself."""
    yield from _layout(producer, consumer)
    promised = {column.name: column for column in producer.schema.columns}
    if not promised:
        return
    for column in consumer.schema.columns:
        other = promised.get(column.name)
        if other is None:
            found = ", ".join(f"`{name}`" for name in list(promised)[: 2 * _SHOWN])
            # An open schema may have more columns than it names.
            yield _promise(
                "SC301",
                column.name,
                f"a column of type {column.type}",
                found,
                is_sure=producer.schema.closed,
            )
        else:
            yield from _column(other, column)
    yield from _rows(producer.schema, consumer.schema)
    if consumer.schema.closed:
        wanted = {column.name for column in consumer.schema.columns}
        for name in promised:
            if name not in wanted:
                yield _promise("SC312", name, "no further column", "one", is_sure=True)


def _layout(producer: Dataset, consumer: Dataset) -> Iterator[Promise]:
    there = [entry for entry in producer.files if _is_said(entry)]
    for entry in consumer.files:
        if isinstance(entry, TableFile):
            yield from _formats(producer, entry)
        if not there or not _is_said(entry):
            continue
        if not any(_may_be(one.name, entry.name) for one in there):
            held = ", ".join(f"`{one.name}`" for one in there[:_SHOWN])
            # What the producer writes beside what it names is not known.
            yield Promise(
                mismatch=Mismatch(
                    rule="SC304", file=entry.name, expected=f"`{entry.name}`", found=held
                ),
                is_sure=False,
            )


def _is_said(entry: Entry) -> bool:
    return isinstance(entry, GivenFile) or entry.said is Said.ALL


def _may_be(one: str, other: str) -> bool:
    if "*" in one and "*" in other:
        # Either may name files that the other means.
        return folder_of(one) == folder_of(other)
    return fnmatchcase(one, other) if "*" in other else fnmatchcase(other, one)


def _formats(producer: Dataset, entry: TableFile) -> Iterator[Promise]:
    if entry.said is Said.NOTHING or entry.format in {Format.ANY, Format.TEXT}:
        return
    others = [one for one in producer.files if isinstance(one, TableFile)]
    others = [one for one in others if one.said is not Said.NOTHING and one.format != Format.ANY]
    if entry.said is Said.ALL and any(one.said is Said.ALL for one in others):
        others = [one for one in others if _may_be(one.name, entry.name)]
    if others and all(one.format is not entry.format for one in others):
        mismatch = Mismatch(
            rule="SC303",
            file=entry.name,
            expected=entry.format.value,
            found=others[0].format.value,
        )
        yield Promise(mismatch=mismatch, is_sure=True)


def _column(promised: Column, wanted: Column) -> Iterator[Promise]:
    name = wanted.name
    yield from _types(promised, wanted)
    # A limit of the type itself, such as a share of rows: more is allowed here than there.
    if promised.nulls > wanted.nulls:
        share = f"up to {100 * promised.nulls:.3g} % without a value"
        most = f"at most {100 * wanted.nulls:.3g} %" if wanted.nulls else "a value in every row"
        yield _promise("SC305", name, most, share, is_sure=False)
    yield from _range(promised, wanted)
    yield from _categories(promised, wanted)
    if wanted.unique and not promised.unique:
        yield _promise("SC308", name, "each value once", "duplicates allowed", is_sure=False)


def _types(promised: Column, wanted: Column) -> Iterator[Promise]:
    one, other = promised.value_type, wanted.value_type
    if one is other or one is None or other is None or (one, other) in _SURELY_FITS:
        return
    is_sure = other not in _SUITS[one] and not _is_about_values(promised, wanted)
    yield _promise("SC302", wanted.name, other.value, one.value, is_sure=is_sure)


def _is_about_values(promised: Column, wanted: Column) -> bool:
    """Say whether texts may mean what the reader wants: in CSV everything is text."""
    return ColumnType.STRING in {promised.value_type, wanted.value_type}


def _range(promised: Column, wanted: Column) -> Iterator[Promise]:
    least, most = _extent(promised)
    if _is_less(least, wanted.min) or _is_less(wanted.max, most):
        is_sure = _is_less(most, wanted.min) or _is_less(wanted.max, least)
        yield _promise(
            "SC306",
            wanted.name,
            _between(wanted.min, wanted.max),
            _between(least, most),
            is_sure=is_sure,
        )
    elif promised.outside > wanted.outside and _is_bounded(promised) and _is_bounded(wanted):
        expected = _between(wanted.min, wanted.max)
        found = f"up to {100 * promised.outside:.3g} % outside of {_between(promised.min, promised.max)}"
        yield _promise("SC306", wanted.name, expected, found, is_sure=False)


def _is_bounded(column: Column) -> bool:
    return (column.min, column.max) != (None, None)


def _extent(column: Column) -> tuple[Scalar, Scalar]:
    """Give the least and the greatest value that a column may hold, by bounds or listed values."""
    numbers = [value for value in column.values if isinstance(value, int | float)]
    within = [
        value
        for value in numbers
        if not _is_less(value, column.min) and not _is_less(column.max, value)
    ]
    if within and len(numbers) == len(column.values):
        return min(within), max(within)
    return column.min, column.max


def _is_less(one: Scalar, other: Scalar) -> bool:
    """Say whether a value is surely less than another; what is not given is not known."""
    if isinstance(one, str) and isinstance(other, str):
        length = min(len(one), len(other))
        return one[:length] < other[:length]
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one < other
    return False


def _between(least: Scalar, most: Scalar) -> str:
    if least is None:
        return f"at most {most}"
    return f"at least {least}" if most is None else f"{least} to {most}"


def _categories(promised: Column, wanted: Column) -> Iterator[Promise]:
    if not wanted.values or not promised.values:
        return
    allowed = {_plain(value) for value in wanted.values}
    strange = [value for value in promised.values if _plain(value) not in allowed]
    if strange:
        shown = ", ".join(f"`{value}`" for value in strange[:_SHOWN])
        listed = ", ".join(f"`{value}`" for value in wanted.values[: 2 * _SHOWN])
        is_sure = len(strange) == len(promised.values)
        yield _promise("SC307", wanted.name, f"one of {listed}", shown, is_sure=is_sure)


def _plain(value: Scalar) -> str:
    return f"{float(value):g}" if isinstance(value, int | float) else str(value)


def _rows(producer: Schema, consumer: Schema) -> Iterator[Promise]:
    if consumer.key and consumer.key != producer.key:
        unique = {column.name for column in producer.columns if column.unique}
        if not unique & set(consumer.key) and not (
            producer.key and set(producer.key) <= set(consumer.key)
        ):
            name = ", ".join(consumer.key)
            yield _promise("SC308", name, "a key", "no key", is_sure=False)
    if producer.rows == 0 and consumer.rows != 0 and consumer.columns:
        yield _promise("SC309", None, "rows", "none", is_sure=True)


def _promise(
    rule: str, column: str | None, expected: str, found: str, *, is_sure: bool
) -> Promise:
    mismatch = Mismatch(rule=rule, column=column, expected=expected, found=found)
    return Promise(mismatch=mismatch, is_sure=is_sure)


def _port(ports: tuple[Port, ...], name: str) -> Port | None:
    return next((port for port in ports if port.name == name), None)


def _finding(
    pipeline: Pipeline, node: str, step: str, ends: tuple[Port, Port], promise: Promise
) -> Finding:
    output, reader = ends
    mismatch = promise.mismatch
    what = mismatch.column or mismatch.file or "rows"
    verb = "promises" if promise.is_sure or mismatch.rule == "SC301" else "allows"
    message = (
        f"`{what}`: output `{output.name}` (dataset `{output.expects}`) {verb} {mismatch.found},"
        f" and `{node}` expects {mismatch.expected} of its input `{reader.name}`"
        f" (dataset `{reader.expects}`)"
    )
    return Finding(
        rule=mismatch.rule,
        severity=Level.ERROR if promise.is_sure else Level.WARNING,
        message=message,
        subject=f"{output.expects} {reader.expects} {what}",
        step=step,
        pipeline=pipeline.name,
        port=reader.name,
        place=reader.place or output.place,
        advice=RULES[mismatch.rule].cure,
    )
