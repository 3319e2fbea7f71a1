"""One task from its inputs to its result, run once however many ask for it.

`pull` gives the result of a task: found in the run directory or in the store, or made, after
pulling what the task needs. Processes and readers are passed in, so that this module starts none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci_scriptcheck.model.plan import Plan
from ci_scriptcheck.run.request import Call, Ending, HostSpec
from ci_scriptcheck.run.store import Store

CallScript = Callable[[HostSpec, Call], Ending]
AskReader = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the tasks of one run share.

    Attributes:
        root: The repository, absolute.
        run_directory: Absolute.
        call: Runs something in the host that `hosting.host_of` names.
        ask: Answers requests about files that scripts wrote, and makes synthetic ones.
        clock: Seconds since the run began.
        worker: Who runs the tasks, as reports name it.
    """

    root: Path
    run_directory: Path
    plan: Plan
    store: Store
    call: CallScript
    ask: AskReader
    clock: Callable[[], float]
    worker: str | None = None
