"""What the tasks of one run share: where things lie, and who starts processes and reads files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from ci_scriptcheck.data.asking import AskReader
from ci_scriptcheck.model.plan import Plan, Side, Task
from ci_scriptcheck.run import own_folders
from ci_scriptcheck.run.process.request import Call, Ending, HostSpec
from ci_scriptcheck.run.record import quoted
from ci_scriptcheck.run.store.digest import Digests
from ci_scriptcheck.run.store.keys import Keys
from ci_scriptcheck.run.store.store import Store
from ci_scriptcheck.run.workspace import Workspace

_BASE = "base"
"""Folder of our own in which the files of base lie, which tasks of base run with."""

CallProcess = Callable[[HostSpec, Call], Ending]
Libraries = Callable[[str | None], Mapping[str, tuple[str, str]]]


class Interrupted(Exception):  # noqa: N818  (what people do, not an error)
    """The run is being ended; what was under way has no result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the tasks of one run share.

    Attributes:
        root: Where the code lies that its tasks run, absolute: the repository, or where base is laid out.
        run_directory: Absolute.
        call: Runs something in the host that `hosting.host_of` names.
        ask: Has files read and made in a limited process; see `run.reading` for the requests.
        libraries: Interpreter as settings name it → module → its distribution and version.
        clock: Seconds since the run began.
        today: For failures that are known until a day.
        worker: Who runs the tasks, as reports name it.
        base_root: Where the files of base are laid out, if its tasks are among the plan's.
        head: For tasks of base: what those of head share, whose root inputs they are given.
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
    base_root: Path | None = None
    head: Context | None = None
    keys: Keys = field(init=False)
    tasks: Mapping[str, Task] = field(init=False)
    base: Context | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.head is None:
            keys = Keys(self.plan, self.root, Digests(self.store.digests), self.libraries)
        else:
            keys = Keys.of_base(self.head.keys, self.plan, self.root)
        object.__setattr__(self, "keys", keys)
        object.__setattr__(self, "tasks", self.plan.by_id())
        if self.base_root is not None and self.head is None:
            plan = self.plan.on_base()
            base = replace(self, root=self.base_root, plan=plan, head=self)
            object.__setattr__(self, "base", base)

    @property
    def repository(self) -> Path:
        """The repository, whichever side's code is run."""
        return self.of_head.root

    @property
    def of_head(self) -> Context:
        """What the tasks of head share."""
        return self if self.head is None else self.head

    def on(self, side: Side) -> Context:
        """Give what the tasks of one side share.

        Raises:
            ValueError: the plan has no tasks of base.
        """
        head = self.of_head
        if side is Side.HEAD:
            return head
        if head.base is None:
            raise ValueError("the files of base are not laid out")
        return head.base

    def hidden(self) -> tuple[str, ...]:
        """List the folders that a script must not read."""
        own = self.repository / own_folders.OWN
        # What tasks of base run lies there, too; all else does not concern them.
        ours = (
            [own]
            if self.head is None
            else [place for place in sorted(own.iterdir()) if place.name != _BASE]
        )
        return own_folders.hidden(*ours, self.store.folder, self.run_directory)

    def workspace(self, task: str) -> Workspace:
        """Give the folders of a task."""
        return Workspace(self.run_directory / "tasks" / quoted(task))

    def lock(self, name: str) -> Path:
        """Give the file that is locked while something of this run is made once."""
        return self.run_directory / "locks" / f"{quoted(name)}.lock"
