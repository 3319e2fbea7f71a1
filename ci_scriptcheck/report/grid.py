"""Tables of text, as they stand in failures, plans and settings."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST = 16
"""Columns that a cell of several lines gets at least."""

_GLUE = "\ue000"  # for private use, so that no text holds it


def lines(
    columns: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None
) -> list[str]:
    """Write a table with a rule below its head.

    Args:
        columns: Names of the columns.
        rows: Cells, safe to show.
        width: Columns of the terminal; cells behind the first are broken where the table is wider.
    """
    from tabulate import tabulate

    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    if width is not None and sum(widths) + 2 * len(widths) - 2 > width:
        widths = _narrowed(widths, width)
        rows = [
            [_broken(cell, room) for cell, room in zip(row, widths, strict=True)] for row in rows
        ]
    rules = ["-" * room for room in widths]
    text = tabulate([list(columns), rules, *rows], tablefmt="plain", disable_numparse=True)
    return [line.rstrip() for line in text.splitlines()]


def _narrowed(widths: list[int], width: int) -> list[int]:
    """Take from the widest columns behind the first until the table fits."""
    narrow = list(widths)
    while sum(narrow) + 2 * len(narrow) - 2 > width:
        widest = max(range(1, len(narrow)), key=lambda number: narrow[number])
        if narrow[widest] <= LEAST:
            break
        narrow[widest] -= 1
    return narrow


def _broken(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    # A sign stays with its number.
    lines = textwrap.wrap(text.replace(" %", f"{_GLUE}%"), width, break_on_hyphens=False)
    return "\n".join(lines).replace(_GLUE, " ")
