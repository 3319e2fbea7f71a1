"""Drafted datasets whose rows belong together, as orders do to customers: one says so, else made rows would not join."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.data.freezing import requests
from ci_scriptcheck.model.codec import from_json
from ci_scriptcheck.model.frozen import Belonging
from ci_scriptcheck.report.figures import share as percent
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ci_scriptcheck.draft.drafted import Drafted
    from ci_scriptcheck.model.frozen import Given

    Ask = Callable[[dict[str, Any]], dict[str, Any]]


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
    return tuple(with_references(one, found) for one in drafts)


def with_references(draft: Drafted, found: Sequence[Belonging]) -> Drafted:
    """Give a draft in which each column says what it refers to; where few values lead nowhere, a comment does."""
    for one in found:
        if one.dataset == draft.dataset.name:
            draft = _referring(draft, one)
        owner, _, column = one.references.partition(".")
        if owner == draft.dataset.name:
            draft = _unique(draft, column)
    return draft


def _referring(draft: Drafted, one: Belonging) -> Drafted:
    if one.share < 1:
        why = f"guess: a key, but only {percent(one.share)} are in `{one.references}`"
        return replace(draft, notes={**draft.notes, one.column: why})
    schema = draft.dataset.schema
    columns = tuple(
        replace(column, references=one.references, pattern=None, values=(), unique=False)
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
