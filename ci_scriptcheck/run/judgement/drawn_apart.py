"""Made tables whose ids have nothing to do with each other: a script that joins them keeps next to no rows. Pure."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import Synthesized
from ci_scriptcheck.model.id_names import is_id
from ci_scriptcheck.model.source import Synthetic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.contract import Column, Dataset
    from ci_scriptcheck.run.judgement.case import Case


def advice(case: Case) -> str | None:
    """Say how made tables of a task join, where two have an id of one name and no schema says that it is the same."""
    named = [
        item.source.dataset for item in case.task.inputs if isinstance(item.source, Synthetic)
    ]
    found = [case.datasets[name] for name in dict.fromkeys(named) if name in case.datasets]
    made = [one for one in found if isinstance(one.origin, Synthesized)]
    told = sorted(_pairs(made))
    if not told:
        return None
    _, owner, name, other = told[0]
    return (
        f"If the script joins them by `{name}`: it is drawn apart for `{other}` and `{owner}`;"
        f" write `references: {owner}.{name}` for it in `{other}`."
    )


def _pairs(made: list[Dataset]) -> Iterator[tuple[bool, str, str, str]]:
    """Give the owner of an id, its name, and who else has it; that which it is called after comes first."""
    for owner, other in permutations(made, 2):
        theirs = {column.name: column for column in other.schema.columns if _is_drawn(column)}
        for column in owner.schema.columns:
            if column.unique and _is_drawn(column) and column.name in theirs:
                is_called_so = column.name.lower().startswith(owner.name.lower().rstrip("s"))
                yield not is_called_so, owner.name, column.name, other.name


def _is_drawn(column: Column) -> bool:
    is_own = column.references is None and column.formula is None and not column.values
    return is_own and is_id(column.name)
