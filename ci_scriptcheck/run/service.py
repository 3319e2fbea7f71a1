"""The processes that serve a run: hosts for scripts and one for readers, as the controller holds them.

Workers use them by `worker_hosts.opened`. What that needs is not imported here, so that the hosts begin
before it is.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.source import Synthetic
from ci_scriptcheck.run import record
from ci_scriptcheck.run.process import hosting
from ci_scriptcheck.run.process.hosts import Hosts, host_key
from ci_scriptcheck.run.process.reader import reader_spec
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from ci_scriptcheck.model.contract import Json
    from ci_scriptcheck.model.plan import Plan
    from ci_scriptcheck.run.process.request import HostSpec

CLOSING = "closing"
"""File of the run directory that says that the hosts are being ended."""

READER = "reader"
"""Under what the host of readers is found among the addresses."""


class Service:
    """The hosts that some tasks of a plan need, until it is closed.

    Starting does not wait for their libraries to be imported.
    """

    def __init__(
        self,
        plan: Plan,
        run_directory: Path,
        tasks: Iterable[str],
        *,
        begun: Hosts | None = None,
    ) -> None:
        """Start them; `begun` has a host that began before the plan was known.

        Raises:
            UsageError: an interpreter cannot be started.
        """
        site = record.read_site(run_directory)
        wanted = set(tasks)
        specs = hosting.hosts_for(
            plan, Path(site.root), [task for task in plan.tasks if task.id in wanted]
        )
        reader = _reader_of(plan)
        self._closing = run_directory / CLOSING
        self._closing.unlink(missing_ok=True)
        self._hosts = Hosts(repository=Path(site.root)) if begun is None else begun
        # The reader comes last: it has less to import.
        self._hosts.start([*specs, reader])
        found = self._hosts.addresses
        self._addresses = {name_of(spec): found[host_key(spec)] for spec in specs}
        self._addresses[READER] = found[host_key(reader)]

    @property
    def addresses(self) -> Json:
        """What workers need to find the hosts."""
        addresses: Json = {name: to_json(address) for name, address in self._addresses.items()}
        return addresses

    def close(self) -> None:
        """End the hosts and every script they run, at once; again does nothing."""
        # Workers must not take this for a loss and start again.
        with suppress(OSError):
            self._closing.touch()
        self._hosts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        position: TracebackType | None,
    ) -> None:
        self.close()


def _reader_of(plan: Plan) -> HostSpec:
    """Describe the host of readers; what makes tables is loaded beforehand only if some are made.

    A reader that meets a table it needs these libraries for loads them by itself, once.
    """
    reader = reader_spec()
    sources = (item.source for task in plan.tasks for item in task.inputs)
    if any(isinstance(source, Synthetic) for source in sources):
        return reader
    return replace(reader, preload=("ci_scriptcheck.data.reader",))


def name_of(host: HostSpec) -> str:
    """Name a host by what makes it another one; what it imports beforehand does not."""
    return host_key(replace(host, preload=()))
