"""Where run directories lie, and which of them is the newest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

RUNS = ".scriptcheck/runs"


def newest(project: Path) -> Path:
    """Find the run that ended last.

    Raises:
        UsageError: nothing was run here yet.
    """
    records = list((project / RUNS).glob("*/record.json"))
    if not records:
        raise UsageError(
            what="there is no finished run to report",
            facts=(f"looked in {project / RUNS}",),
            advice="run `scriptcheck run` first, or name a run directory with `--run`",
        )
    return max(records, key=lambda path: (path.stat().st_mtime_ns, path.parent.name)).parent
