"""What the tasks of one run share: where things lie, and who starts processes and reads files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ci_scriptcheck.model.plan import Plan, Task
from ci_scriptcheck.run.process.request import Call, Ending, HostSpec
from ci_scriptcheck.run.record import quoted
from ci_scriptcheck.run.store.digest import Digests
from ci_scriptcheck.run.store.keys import Keys
from ci_scriptcheck.run.store.store import Store
from ci_scriptcheck.run.workspace import Workspace

CallProcess = Callable[[HostSpec, Call], Ending]
AskReader = Callable[[dict[str, Any]], dict[str, Any]]
Libraries = Callable[[str | None], Mapping[str, tuple[str, str]]]


class Interrupted(Exception):  # noqa: N818  (what people do, not an error)
    """The run is being ended; what was under way has no result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the tasks of one run share.

    Attributes:
        root: The repository, absolute.
        run_directory: Absolute.
        call: Runs something in the host that `hosting.host_of` names.
        ask: Has files read and made in a limited process; see `run.reading` for the requests.
        libraries: Interpreter as settings name it → module → its distribution and version.
        clock: Seconds since the run began.
        today: For failures that are known until a day.
        worker: Who runs the tasks, as reports name it.
    """

    root: Path
    run_directory: Path
    plan: Plan
    store: Store
    call: CallProcess
    ask: AskReader
    libraries: Libraries
    clock: Callable[[], float]
    today: date
    worker: str | None = None
    keys: Keys = field(init=False)
    tasks: Mapping[str, Task] = field(init=False)

    def __post_init__(self) -> None:
        digests = Digests(self.store.digests)
        keys = Keys(self.plan, self.root, digests, self.libraries)
        object.__setattr__(self, "keys", keys)
        object.__setattr__(self, "tasks", self.plan.by_id())

    def workspace(self, task: str) -> Workspace:
        """Give the folders of a task."""
        return Workspace(self.run_directory / "tasks" / quoted(task))

    def lock(self, name: str) -> Path:
        """Give the file that is locked while something of this run is made once."""
        return self.run_directory / "locks" / f"{quoted(name)}.lock"
