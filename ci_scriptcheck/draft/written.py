"""Drafted datasets as the text of a settings file, with a comment wherever something is a guess."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import CopiedFrom, GivenFile, TableFile, WrittenBy
from ci_scriptcheck.project.native.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ci_scriptcheck.draft.drafted import Drafted
    from ci_scriptcheck.model.contract import Column, Dataset, Scalar

_NOTES_FROM = 56
"""Column in which the comments of a dataset's columns begin, where there is room."""


def document(drafts: Iterable[Drafted]) -> str:
    """Write drafts as the `datasets:` of a settings file."""
    return "".join(f"{line}\n" for line in ("datasets:", *block(drafts, indent=2)))


def block(drafts: Iterable[Drafted], *, indent: int) -> list[str]:
    """Write drafts as the lines that stand below `datasets:`, so many columns to the right."""
    lines = [line for draft in drafts for line in _lines(draft)]
    return [f"{'':{indent}}{line}" if line else "" for line in lines]


def _lines(draft: Drafted) -> Iterator[str]:
    yield f"{quoted(draft.dataset.name)}:"
    yield from (f"  # {_comment(remark)}" for remark in draft.remarks)
    yield from (f"  {line}" for line in _content(draft))


def _content(draft: Drafted) -> Iterator[str]:
    dataset = draft.dataset
    if isinstance(dataset.origin, CopiedFrom):
        yield f"copy: {quoted(dataset.origin.path)}"
    elif isinstance(dataset.origin, WrittenBy):
        writer = dataset.origin
        yield f"from: {quoted(f'{writer.pipeline}/{writer.node}.{writer.port}')}"
    else:
        yield from _files(dataset)
    if dataset.schema.rows is not None:
        yield f"rows: {dataset.schema.rows}"
    if not dataset.schema.columns:
        return
    yield "columns:"
    names = [f"{quoted(column.name)}:" for column in dataset.schema.columns]
    width = max(map(len, names))
    for name, column in zip(names, dataset.schema.columns, strict=True):
        line = f"  {name:<{width}} {{{', '.join(_keys(column))}}}"
        note = draft.notes.get(column.name)
        yield line if note is None else f"{line:<{_NOTES_FROM}}   # {_comment(note)}"


def _files(dataset: Dataset) -> Iterator[str]:
    tables = [entry for entry in dataset.files if isinstance(entry, TableFile)]
    formats = {entry.format for entry in tables}
    if len(formats) == 1:
        yield f"format: {next(iter(formats))}"
    if len(dataset.files) == 1 and tables:
        yield f"files: {quoted(tables[0].name)}"
    elif dataset.files:
        yield "files:"
        for entry in dataset.files:
            value = _given(entry) if isinstance(entry, GivenFile) else _share(entry.share)
            yield f"  {quoted(entry.name)}: {value}"


def _share(share: float) -> str:
    """Write a share so that all of them together are never more than the whole."""
    return f"{math.floor(share * 10_000 + 1e-6) / 10_000:.4g}"


def _given(entry: GivenFile) -> str:
    """Write a file's content: JSON as itself, anything else as text."""
    if entry.name.endswith(".json"):
        try:
            return json.dumps(json.loads(entry.text), ensure_ascii=False)
        except ValueError:
            pass
    return json.dumps(entry.text, ensure_ascii=False)


def _keys(column: Column) -> Iterator[str]:
    yield f"type: {column.type}"
    if column.unique:
        yield "unique: true"
    if column.values:
        yield f"values: [{', '.join(_scalar(value) for value in column.values)}]"
    for word, bound in (("min", column.min), ("max", column.max)):
        if bound is not None:
            yield f"{word}: {_scalar(bound)}"
    if column.pattern is not None:
        yield f"pattern: {json.dumps(column.pattern)}"
    if column.references is not None:
        yield f"references: {quoted(column.references)}"
    if column.nulls:
        yield f"nulls: {column.nulls:.2g}"


def _scalar(value: Scalar) -> str:
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def _comment(text: str) -> str:
    """Keep a comment in its line, whatever the names in it hold."""
    return re.sub(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]+", " ", text)
