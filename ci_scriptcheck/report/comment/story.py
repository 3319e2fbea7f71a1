"""What a run amounts to, found out once and then written in as many lengths as it takes to fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.result import Finding
from ci_scriptcheck.model.run_record import RunRecord
from ci_scriptcheck.report import failure, summary
from ci_scriptcheck.report.failure import Failure
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.model.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A record, and what its verdict is.

    Attributes:
        groups: Failures that count; those that fail alike are together.
        failing: Ids of these tasks.
        found: What was found without running.
        excused: Failures that do not count.
        exit_code: What the command ended with.
    """

    record: RunRecord
    groups: tuple[tuple[Failure, ...], ...]
    failing: frozenset[str]
    found: tuple[Finding, ...]
    excused: tuple[Failure, ...]
    exit_code: int

    @property
    def plan(self) -> Plan:
        """Give the plan of the run."""
        return self.record.plan


def story(record: RunRecord) -> Story:
    """Find out what failed and counts."""
    failures = verdict.failures(record)
    return Story(
        record=record,
        groups=tuple(tuple(group) for group in failure.grouped(failures)),
        failing=frozenset(task.id for task, _ in failures),
        found=verdict.found_without_running(record),
        excused=tuple(summary.excused(record)),
        exit_code=verdict.exit_code(record),
    )
