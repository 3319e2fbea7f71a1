"""Columns that are made of others: what would bring them nearer to real data is said elsewhere than in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.made_and_real import Aspect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ci_scriptcheck.model.contract import Schema
    from ci_scriptcheck.model.made_and_real import TableDifference


def where_ranges_come_from(schema: Schema, differing: Iterable[TableDifference]) -> Iterator[str]:
    """Say of each such column whose range is made otherwise why nothing is suggested for it."""
    other = {
        column.name
        for table in differing
        for column in table.columns
        if Aspect.RANGE in column.aspects
    }
    for column in schema.columns:
        if column.name not in other:
            continue
        if column.references is not None:
            yield (
                f"`{column.name}` takes its values from `{column.references}`:"
                " what brings both nearer has to be said there"
            )
        elif column.formula is not None:
            yield (
                f"`{column.name}` comes out of its `formula`: what brings both nearer has to be said there,"
                " or of the columns that it names"
            )
