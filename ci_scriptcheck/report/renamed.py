"""Columns that are only called otherwise: told where somebody looks for one by its old name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.report.page import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ci_scriptcheck.model.comparison import FileComparison
    from ci_scriptcheck.model.result import Finding, TaskResult


def sentences(files: Iterable[FileComparison]) -> Iterator[str]:
    """Say of columns that are gone which hold what they held."""
    for old, new in _names(files):
        yield f"`{visible(new)}` holds what `{visible(old)}` held"


def advice(result: TaskResult, finding: Finding) -> str | None:
    """Say what to read in place of a column that is asked for in vain, where an input has it by another name."""
    names = dict(_names(file for port in result.given for file in port.files))
    found = [(old, names[old]) for old in finding.lacking if old in names]
    if not found:
        return None
    old, new = found[0]
    return f"No input has a column `{old}`: read `{new}`, which holds what it held."


def _names(files: Iterable[FileComparison]) -> Iterator[tuple[str, str]]:
    for file in files:
        for column in () if file.table is None else file.table.columns:
            if column.called_now is not None:
                yield column.name, column.called_now
        yield from _names(file.members)
