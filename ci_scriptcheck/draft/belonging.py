"""Drafted datasets whose rows belong together, as orders do to customers: one says so, else made rows would not join."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.data.freezing import requests
from ci_scriptcheck.model.codec import from_json
from ci_scriptcheck.model.contract import ColumnType
from ci_scriptcheck.model.frozen import Belonging
from ci_scriptcheck.report.figures import share as percent
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ci_scriptcheck.draft.drafted import Drafted
    from ci_scriptcheck.model.frozen import Given

    Ask = Callable[[dict[str, Any]], dict[str, Any]]

_TEXTS = frozenset({ColumnType.STRING, ColumnType.CATEGORY})
_WITH_EMPTY_CELLS = (ColumnType.FLOAT, ColumnType.INT)
"""What refers, and what it refers to: pandas writes 12 as 12.0 where others are empty."""


def laid_over(drafts: Sequence[Drafted], ask: Ask, tables: Sequence[Given]) -> tuple[Drafted, ...]:
    """Give drafts with what their columns refer to.

    Args:
        drafts: Of one call.
        ask: Has a request answered by the limited reader process.
        tables: What they were drafted from.
    """
    if len(drafts) < 2:
        return tuple(drafts)
    answer = ask(requests.belonging(tables))
    found = [from_json(Belonging, one) for one in answer.get("belonging", ())]
    types = {
        f"{draft.dataset.name}.{column.name}": column.type
        for draft in drafts
        for column in draft.dataset.schema.columns
    }
    return tuple(with_references(one, found, types) for one in drafts)


def with_references(
    draft: Drafted, found: Sequence[Belonging], types: Mapping[str, ColumnType]
) -> Drafted:
    """Give a draft in which each column says what it refers to.

    Where few values lead nowhere, or what is made would be of another type than the column, a comment says it.

    Args:
        draft: Of one of the tables.
        found: Of all of them.
        types: Of all their columns, by `dataset.column`.
    """
    for one in found:
        if one.dataset == draft.dataset.name:
            draft = _referring(draft, one, types)
        owner, _, column = one.references.partition(".")
        if owner == draft.dataset.name:
            draft = _unique(draft, column)
    return draft


def _referring(draft: Drafted, one: Belonging, types: Mapping[str, ColumnType]) -> Drafted:
    own, theirs = types.get(f"{draft.dataset.name}.{one.column}"), types.get(one.references)
    if own is None or theirs is None:
        return draft  # what reads untrusted files may have been taken over by one
    why = None
    if one.share < 1:
        why = f"guess: a key, but only {percent(one.share)} are in `{one.references}`"
    elif {own, theirs} - _TEXTS and own is not theirs and (own, theirs) != _WITH_EMPTY_CELLS:
        why = f"guess: a key; all are in `{one.references}`, which is {theirs}"
    if why is not None:
        return replace(draft, notes={**draft.notes, one.column: why})
    schema = draft.dataset.schema
    kind = ColumnType.STRING if own is ColumnType.CATEGORY else own  # there are no values to list
    columns = tuple(
        replace(
            column, type=kind, references=one.references, pattern=None, values=(), unique=False
        )
        if column.name == one.column
        else column
        for column in schema.columns
    )
    return replace(
        draft,
        dataset=replace(draft.dataset, schema=replace(schema, columns=columns)),
        notes={**draft.notes, one.column: "guess: all of its values are there"},
    )


def _unique(draft: Drafted, name: str) -> Drafted:
    schema = draft.dataset.schema
    columns = tuple(
        replace(column, unique=True) if column.name == name else column
        for column in schema.columns
    )
    return replace(draft, dataset=replace(draft.dataset, schema=replace(schema, columns=columns)))
