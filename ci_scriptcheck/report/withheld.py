"""Columns and files whose names are withheld: told together by what became of them, as one label says no more than another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import NAME_WITHHELD
from ci_scriptcheck.report.page import counted, listed, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence
    from typing import TypeVar

    from ci_scriptcheck.model.comparison import (
        ColumnComparison,
        FileComparison,
        TableComparison,
        ValueComparison,
    )

    T = TypeVar("T")

WHY = (
    "Some names are withheld, as they may be values of real data: their words do not all stand in the code or the settings."
    " To see one that may be told, write it under `columns:` of its dataset, or in a comment of the step's script."
)

_TOLD = re.compile(r"name\s+[\d.]+,\s+withheld|names\s+withheld")


def why(texts: Iterable[str]) -> str | None:
    """Say why names are withheld, and how to see one, where any of the texts withholds one."""
    return WHY if any(_TOLD.search(text) for text in texts) else None


def is_one(name: str) -> bool:
    """Say whether a label stands in place of a name, or of a part of it."""
    return NAME_WITHHELD in name


def called(number: int, noun: str) -> str:
    """Write what stands in place of several labels."""
    return f"{counted(number, noun)}, names withheld"


def in_words(names: Sequence[str], noun: str, most: int) -> str:
    """Name some things in a row, and count those whose names are withheld."""
    untold = sum(map(is_one, names))
    if untold < 2:
        return listed([f"`{visible(name)}`" for name in names], most)
    told = listed([f"`{visible(name)}`" for name in names if not is_one(name)], most)
    return f"{told}, and {called(untold, noun)}" if told else called(untold, noun)


def columns(found: Iterable[ColumnComparison]) -> list[tuple[str, list[ColumnComparison]]]:
    """Put columns together of which the same became, each group in the place of its first."""
    return together(
        found,
        lambda one: one.name,
        lambda one: (one.fate, one.type_before, one.type_after),
        "column",
    )


def values(found: Iterable[ValueComparison]) -> list[tuple[str, list[ValueComparison]]]:
    """Put values together of which the same became."""
    return together(found, lambda one: one.path, lambda one: one.fate, "value")


def files(found: Iterable[FileComparison]) -> list[tuple[str, list[FileComparison]]]:
    """Put files together of which the same became."""
    return together(
        found,
        lambda one: one.path,
        lambda one: (one.fate, one.format_before, one.format_after),
        "file",
    )


def together(
    found: Iterable[T], name: Callable[[T], str], kind: Callable[[T], Hashable], noun: str
) -> list[tuple[str, list[T]]]:
    """Put those together whose names are withheld and that are of one kind; all others stay alone."""
    groups: dict[Hashable, list[T]] = {}
    for number, one in enumerate(found):
        key = ("untold", kind(one)) if is_one(name(one)) else number
        groups.setdefault(key, []).append(one)
    return [
        (name(group[0]) if len(group) == 1 else called(len(group), noun), group)
        for group in groups.values()
    ]


def rows_with_another(group: Sequence[ColumnComparison], table: TableComparison) -> str:
    """Say in how many rows the values of columns are others: in as many of each, or in how many at most."""
    told = {table.rows_with_another(one) for one in group}
    if len(told) == 1:
        return told.pop()
    return f"up to {table.rows_with_another(max(group, key=lambda one: one.rows or 0))}"
