"""Which columns of tables repeat the values of a column of another table, for the draft of their schemas.

They are found as where a sample is frozen. A schema says more than a sample: each value has to be there. So what is
true of most rows alone is told apart, for a person to judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.data.freezing import joining, source
from ci_scriptcheck.model.frozen import Belonging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ci_scriptcheck.model.frozen import Given

_LEAST_VALUES = 20
"""Different values, below which a column is found in another one by chance, as small numbers are."""
_NEARLY_ALL = 0.95


def found(given: Sequence[Given]) -> tuple[Belonging, ...]:
    """Find such columns.

    Raises:
        UnreadableError: a table is broken, or too large; the text names it.
    """
    with source.all_opened(given) as (connection, tables):
        by_name = {table.name: table for table in tables}
        return tuple(
            Belonging(
                dataset=join.table,
                column=join.columns[0],
                references=f"{join.parent}.{join.parent_columns[0]}",
                share=1 - join.without,
            )
            for join in joining.between(connection, tables, widest=1)
            if not join.is_once
            and 1 - join.without >= _NEARLY_ALL
            and by_name[join.table].columns[join.columns[0]].distinct >= _LEAST_VALUES
        )
