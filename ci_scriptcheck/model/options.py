"""What somebody asked a run for; the command line and the pytest plugin both make one."""

from __future__ import annotations

import sys
from pathlib import Path

from ci_scriptcheck.model.plan import Mode
from ci_scriptcheck.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for.

    Attributes:
        project: Folder that holds `scriptcheck.yaml`.
        base: Commit to compare with; `None` is where the branch left the main one.
        is_exact: Whether that commit itself is compared with, and not where the branch left it.
        everything: Whether every step is checked, whatever changed.
        selectors: Steps and nodes to check instead of what git says.
        scenarios: Scenarios of steps and pipelines, instead of what the settings say.
        workers: Parallel workers; `None` is as many as there are processors.
        twice: Whether everything is run a second time, to find what differs between equal runs.
        start: `warm` or `new`; `None` is what suits the system.
        timeout: Seconds a script may take, instead of what the settings say.
        output: Run directory; `None` makes one below the repository.
        compare: Whether base is run beside head, where something changed.
        executions: Whose inputs a deep dive is given, instead of what the settings say: ARNs, or names of
            pipelines for the newest that succeeded.
        newest: Whether pipelines without real data are looked up by their own names.
        shard: Which share of the checked tasks, counted from 1, and of how many.
        assignment: File that says which share answers for which task.
        only_fetches: Whether real data are fetched and nothing is run, so that what is installed here says nothing.
    """

    project: Path
    modes: tuple[Mode, ...] = (Mode.ISOLATION, Mode.PIPELINE)
    base: str | None = None
    is_exact: bool = False
    everything: bool = False
    selectors: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    workers: int | None = None
    fail_fast: bool = False
    reuse: bool = True
    start: str | None = None
    twice: bool = False
    timeout: float | None = None
    output: Path | None = None
    shard: tuple[int, int] | None = None
    assignment: Path | None = None
    compare: bool = False
    only_fetches: bool = False
    executions: tuple[str, ...] = ()
    newest: bool = False

    @property
    def compares(self) -> bool:
        """Whether base is run beside head: not where everything is asked for, whatever changed."""
        return self.compare and not self.everything

    @property
    def start_kind(self) -> str:
        """How scripts are started: as asked, or as suits the system."""
        # Forking a process that has loaded macOS's frameworks is not safe.
        return self.start or ("new" if sys.platform == "darwin" else "warm")
