"""A difference from base that a person has looked at and says is intended."""

from __future__ import annotations

import hashlib
import json

from ci_scriptcheck.model.comparison import (
    NAME_WITHHELD,
    ColumnComparison,
    FileComparison,
    PortComparison,
    TableComparison,
)
from ci_scriptcheck.model.result import Finding
from ci_scriptcheck.model.timed_names import without_time
from ci_scriptcheck.values import dataclass

FILE_NAME = "scriptcheck.accepted.yaml"
"""Beside the settings: the differences that are intended."""

_CHARACTERS = 32
_WITHHELD = f"(names{NAME_WITHHELD}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What was accepted, and why; it stands for exactly this difference.

    Attributes:
        about: What the finding is about: a column, a file, a member. Where its name is withheld, all of the output whose
            names are; `difference` says which they were.
        difference: `identity` of how the output differs; any other difference counts again.
        base: The commit that was compared with, short; for people.
    """

    step: str
    output: str
    rule: str
    about: str
    difference: str
    reason: str
    base: str | None = None

    def covers(self, finding: Finding, comparison: PortComparison) -> bool:
        """Say whether this is what was accepted."""
        return self.is_about(finding) and self.difference == identity(comparison)

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


def identity(comparison: PortComparison) -> str:
    """Give a short text that is equal for the same difference, in whatever run it is found.

    It hangs on all that both sides hold, not only on what is told of it; but for archives, whose own
    bytes hold times, and for files of which a part was set aside as chance.
    """
    if comparison.accepted_as is not None:
        return comparison.accepted_as
    files = sorted(json.dumps(_file(file)) for file in comparison.files)
    text = json.dumps([comparison.port, *files])
    return hashlib.sha256(text.encode()).hexdigest()[:_CHARACTERS]


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
