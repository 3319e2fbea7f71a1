"""What is told of the machines that a run was shared among, and of those that nothing is known of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ci_scriptcheck.report.page import counted, seconds, visible

if TYPE_CHECKING:
    from ci_scriptcheck.model.run_record import Machine, RunRecord


def missing(record: RunRecord) -> str | None:
    """Say which shares have left no record, so that the run does not count as passed."""
    if not record.missing:
        return None
    of = len(record.shares) + len(record.missing)
    names = ", ".join(f"{number}/{of}" for number in record.missing)
    if len(record.missing) == 1:
        return f"share {names} has left no record, so nothing says that its tasks pass"
    return f"shares {names} have left no records, so nothing says that their tasks pass"


def told(record: RunRecord) -> str | None:
    """Say on which machines it ran and how long they took; `None` where it was one."""
    if not record.shares:
        return None
    kinds = Counter(_kind(share.machine) for share in record.shares)
    times = [share.seconds for share in record.shares]
    of_each = [
        f"{number} of {kind}" if len(kinds) > 1 else kind for kind, number in sorted(kinds.items())
    ]
    took = seconds(min(times))
    if seconds(max(times)) != took:
        took = f"{took} to {seconds(max(times))}"
    return f"{counted(len(record.shares), 'machine')} took {took} ({'; '.join(of_each)})"


def _kind(machine: Machine) -> str:
    workers = counted(machine.workers, "worker")
    return f"{visible(machine.system)}, Python {visible(machine.python)}, {workers}"
