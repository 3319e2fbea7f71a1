"""A difference from base that a person has looked at and says is intended."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import (
    NAME_WITHHELD,
    ColumnComparison,
    Fate,
    FileComparison,
    PortComparison,
    TableComparison,
)
from ci_scriptcheck.model.result import Finding, TaskResult
from ci_scriptcheck.model.timed_names import without_time
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE_NAME = "scriptcheck.accepted.yaml"
"""Beside the settings: the differences that are intended."""

_CHARACTERS = 32
_WITHHELD = f"(names{NAME_WITHHELD}"
_PARTS_WITHHELD = "(…)"
_OF_NAMES = frozenset({"SC401", "SC402", "SC403"})
"""Rules about columns and files: what they find is the same in whatever data it is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What was accepted, and why; it stands for exactly this difference.

    Attributes:
        about: What the finding is about: a column, a file, a member. Where its name is withheld, all of the output whose
            names are; `difference` says which they were.
        difference: What `difference_of` gave; any other difference counts again.
        task: Of which task it was accepted; `None` where it stands for whatever task finds it.
        data: `given_to` that task; `None` likewise.
        base: The commit that was compared with, short; for people.
    """

    step: str
    output: str
    rule: str
    about: str
    difference: str
    reason: str
    task: str | None = None
    data: str | None = None
    base: str | None = None

    def covers(self, finding: Finding, comparison: PortComparison) -> bool:
        """Say whether this is what was accepted.

        What was written before losses had a name of their own, or while names were withheld, stands for all that differs.
        """
        known = {difference_of(finding, comparison), identity(comparison)}
        return self.is_about(finding) and self.difference in known

    def is_about(self, finding: Finding) -> bool:
        """Say whether this was accepted, or another difference of the same."""
        is_at_same = (self.step, self.output, self.rule) == (
            finding.step,
            finding.port,
            finding.rule,
        )
        return is_at_same and self.about in {finding.subject, _WITHHELD}


def is_acceptable(finding: Finding) -> bool:
    """Say whether a finding is about data that differ; what a script costs is allowed by a tolerance."""
    return finding.rule.startswith("SC4") and finding.port is not None


def about(finding: Finding) -> str:
    """Say what a finding is about, as it is written into a file that is committed."""
    return _WITHHELD if NAME_WITHHELD in finding.subject else finding.subject


def difference_of(finding: Finding, comparison: PortComparison) -> str:
    """Give what an acceptance of a finding stands for.

    A column that is gone is the same loss in the data of any month, so no data count; of other rows and values they
    do. Where a name is withheld, they do as well: the digest of a name alone could be guessed.
    """
    return _lost(finding, comparison) or identity(comparison)


def stands_for_any_data(finding: Finding, comparison: PortComparison) -> bool:
    """Say whether what is accepted of a finding holds for other data, too."""
    return _lost(finding, comparison) is not None


def given_to(result: TaskResult) -> str:
    """Give a short text that is equal where a task is given the same."""
    return _digest([[port, made.digest] for port, made in sorted(result.inputs.items())])


def identity(comparison: PortComparison) -> str:
    """Give a short text that is equal for the same difference, in whatever run it is found.

    It hangs on all that both sides hold, not only on what is told of it; but for archives, whose own
    bytes hold times, and for files of which a part was set aside as chance.
    """
    if comparison.accepted_as is not None:
        return comparison.accepted_as
    files = sorted(json.dumps(_file(file)) for file in comparison.files)
    return _digest([comparison.port, *files])


def _digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:_CHARACTERS]


def _lost(finding: Finding, comparison: PortComparison) -> str | None:
    """Give a text for a loss wherever it is found, or `None` where it hangs on data, or names are withheld."""
    if finding.rule not in _OF_NAMES:
        return None
    name = finding.subject.removeprefix(f"{comparison.port}/")
    found = sorted(_places(finding.rule, name, comparison.files, ()))
    told = [name, *(text for place in found for text in place)]
    if not found or any(NAME_WITHHELD in text or _PARTS_WITHHELD in text for text in told):
        return None
    return _digest([finding.rule, comparison.port, name, *found])


def _places(
    rule: str, name: str, files: tuple[FileComparison, ...], archive: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    """Give where columns of a name are gone or of another type, or files of that name are gone."""
    for file in files:
        place = (*archive, without_time(file.path))
        if rule == "SC403" and file.fate is Fate.GONE and file.path == name:
            yield place
        for column in () if file.table is None else file.table.columns:
            types = str(column.type_before), str(column.type_after)
            if column.name != name or column.fate is Fate.NEW:
                continue
            if rule == "SC401" and column.fate is Fate.GONE:
                yield place
            elif rule == "SC402" and column.fate is Fate.CHANGED and types[0] != types[1]:
                yield (*place, *types)
        yield from _places(rule, name, file.members, place)


def _file(file: FileComparison) -> list[object]:
    return [
        without_time(file.path),
        file.fate.value,
        file.format_before,
        file.format_after,
        None if file.table is None else _table(file.table),
        [[value.path, value.fate.value, value.before, value.after] for value in file.values],
        file.values_count,
        sorted(json.dumps(_file(member)) for member in file.members),
        None if file.is_opaque else file.note,
        file.content,
    ]


def _table(table: TableComparison) -> list[object]:
    counts = [table.rows_before, table.rows_after, table.changed, table.gone, table.new]
    return [*counts, list(table.key), table.is_reordered, [_column(one) for one in table.columns]]


def _column(column: ColumnComparison) -> list[object]:
    return [
        column.name,
        column.fate.value,
        column.type_before,
        column.type_after,
        column.rows,
        column.nulls_before,
        column.nulls_after,
        None if column.psi is None else f"{column.psi:.3g}",
        [[figure.name, figure.before, figure.after] for figure in column.figures],
    ]
