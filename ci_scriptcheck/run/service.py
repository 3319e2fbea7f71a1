"""The processes that serve a run: hosts for scripts and one for readers, and how workers use them.

The controller starts them with `Service`; each worker calls `opened`. Where a host has died, a worker
starts one of its own, so that the loss costs one attempt.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.model.plan import Synthetic
from ci_scriptcheck.run import engine, making, record
from ci_scriptcheck.run.context import Context, Interrupted
from ci_scriptcheck.run.process import calls, hosting
from ci_scriptcheck.run.process.hosts import Hosts, host_key
from ci_scriptcheck.run.process.reader import Reader, reader_spec
from ci_scriptcheck.run.process.request import Address, Call, Ended, Ending, HostSpec
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import TracebackType

    from ci_scriptcheck.model.contract import Json
    from ci_scriptcheck.model.plan import Plan
    from ci_scriptcheck.model.result import TaskResult

_CLOSING = "closing"
_READER = "reader"


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
        self._closing = run_directory / _CLOSING
        self._closing.unlink(missing_ok=True)
        self._hosts = Hosts() if begun is None else begun
        # The reader comes last: it has less to import.
        self._hosts.start([*specs, reader])
        found = self._hosts.addresses
        self._addresses = {_name(spec): found[host_key(spec)] for spec in specs}
        self._addresses[_READER] = found[host_key(reader)]

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


@contextmanager
def opened(
    run_directory: Path, addresses: Json, worker: str | None
) -> Iterator[Callable[[str], TaskResult]]:
    """Make ready, in a worker, what runs the tasks of a run directory.

    Gives the function that runs a task by its id; it and its processes live while the context is
    open.
    """
    site = record.read_site(run_directory)
    plan = record.read_plan(run_directory)
    folder = run_directory / _READER / (worker or "main")
    for needed in (folder, making.folder(run_directory)):
        needed.mkdir(parents=True, exist_ok=True)
    line = _Line(plan, run_directory, from_json(dict[str, Address], addresses), site.root, folder)
    context = Context(
        root=Path(site.root),
        run_directory=run_directory,
        plan=plan,
        store=site.opened_store(),
        call=line.call,
        ask=line.ask,
        libraries=site.libraries,
        clock=site.clock,
        today=date.fromisoformat(site.today),
        worker=worker,
    )
    try:
        yield partial(engine.pull, context)
    finally:
        line.close()
        context.keys.digests.save()


class _Line:
    """A worker's line to the hosts, with hosts of its own in place of those that died."""

    def __init__(
        self,
        plan: Plan,
        run_directory: Path,
        addresses: Mapping[str, Address],
        root: str,
        folder: Path,
    ) -> None:
        self._plan = plan
        self._root = Path(root)
        self._run_directory = run_directory
        self._addresses = dict(addresses)
        self._folder = folder
        self._own: list[Hosts] = []
        self._reader: Reader | None = None

    def call(self, host: HostSpec, call: Call) -> Ending:
        """Run something in the host of this specification.

        Raises:
            Interrupted: the hosts are being ended.
        """
        name = _name(host)
        if name not in self._addresses:
            self._start(name, host)
        ending = calls.call(self._addresses[name], call)
        if ending.how is Ended.LOST:
            if self._is_closing():
                raise Interrupted
            # Whether the host or only this run was lost cannot be told quickly and surely.
            self._start(name, host)
        return ending

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Have a request answered by the reader; where it ended, by a new one, then a new host's.

        Raises:
            Interrupted: the hosts are being ended.
        """
        answer = self._asked(request)
        if self._has_ended() and not self._is_closing():
            answer = self._asked(request)
        if self._has_ended() and not self._is_closing():
            self._start(_READER, reader_spec())
            answer = self._asked(request)
        if self._has_ended() and self._is_closing():
            raise Interrupted
        return answer

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
        for hosts in self._own:
            hosts.close()

    def _asked(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._reader is None:
            self._reader = Reader(
                self._addresses[_READER],
                folder=self._folder,
                writable=(str(making.folder(self._run_directory)),),
            )
        return self._reader.ask(request)

    def _start(self, name: str, spec: HostSpec) -> None:
        if name == _READER and self._reader is not None:
            self._reader.close()
            self._reader = None
        else:
            specs = hosting.hosts_for(self._plan, self._root, self._plan.tasks)
            spec = next((one for one in specs if _name(one) == name), spec)
        hosts = Hosts([spec])
        self._own.append(hosts)
        self._addresses[name] = hosts.addresses[host_key(spec)]

    def _has_ended(self) -> bool:
        return self._reader is not None and not self._reader.is_running

    def _is_closing(self) -> bool:
        return (self._run_directory / _CLOSING).exists()


def _reader_of(plan: Plan) -> HostSpec:
    """Describe the host of readers; what makes tables is loaded beforehand only if some are made.

    A reader that meets a table it needs these libraries for loads them by itself, once.
    """
    reader = reader_spec()
    sources = (item.source for task in plan.tasks for item in task.inputs)
    if any(isinstance(source, Synthetic) for source in sources):
        return reader
    return replace(reader, preload=("ci_scriptcheck.data.reader",))


def _name(host: HostSpec) -> str:
    """Name a host by what makes it another one; what it imports beforehand does not."""
    return host_key(replace(host, preload=()))
