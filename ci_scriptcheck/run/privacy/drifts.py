"""How private data of two executions differ as wholes, without names and values that nobody has written down. Pure.

Whatever lies at the places of an execution may be what one of its scripts wrote; so no head of a table counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ci_scriptcheck.run.privacy import results, values
from ci_scriptcheck.run.privacy.classes import Code
from ci_scriptcheck.run.privacy.values import Named
from ci_scriptcheck.run.privacy.words import is_known, is_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.drift import Drift

    Key = TypeVar("Key")

_DECLARED = (".parquet", ".feather", ".arrow")
"""Endings of tables in which names of columns are no row."""


def withheld(
    found: Mapping[Key, Drift],
    categories: Mapping[Key, frozenset[str]],
    words: frozenset[str],
) -> dict[Key, Drift]:
    """Put labels in place of names, the same in all of them, and leave out values.

    Args:
        found: How private data lie otherwise, port by port.
        categories: Columns of each whose values may be named.
        words: All that stand in the code and the settings.
    """
    valued = {
        key: values.of_drift(one, Named(categories=categories[key], words=lambda: words))
        for key, one in found.items()
    }
    cells = {
        column.name
        for one in valued.values()
        for table in one.tables
        if not table.name.lower().endswith(_DECLARED)
        for column in table.columns
        if is_number(column.name)
    }
    labels = results.labels_for(
        tuple(valued.values()), lambda name: is_known(name, words), Code(words=words), cells=cells
    )
    return {key: results.without(one, labels) for key, one in valued.items()}
