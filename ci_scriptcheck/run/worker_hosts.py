"""The hosts of a run as one worker uses them.

Where a host has died, a worker starts one of its own, so that the loss costs one attempt.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model.codec import from_json
from ci_scriptcheck.run import engine, making, own_folders, record
from ci_scriptcheck.run.context import Context, Interrupted
from ci_scriptcheck.run.process import calls, hosting, surroundings
from ci_scriptcheck.run.process.hosts import Hosts, host_key
from ci_scriptcheck.run.process.reader import Reader, reader_spec
from ci_scriptcheck.run.process.request import Address, Call, Ended, Ending, HostSpec
from ci_scriptcheck.run.service import CLOSING, READER, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ci_scriptcheck.model.contract import Json
    from ci_scriptcheck.model.plan import Plan
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.run.site import Site


@contextmanager
def opened(
    run_directory: Path, addresses: Json, worker: str | None
) -> Iterator[Callable[[str], TaskResult]]:
    """Make ready, in a worker, what runs the tasks of a run directory.

    Gives the function that runs a task by its id; it and its processes live while the context is
    open.
    """
    with context_of(run_directory, addresses, worker) as context:
        yield partial(engine.pull, context)


@contextmanager
def context_of(run_directory: Path, addresses: Json, worker: str | None) -> Iterator[Context]:
    """Give what the tasks of a run directory share, for who runs them in a way of its own."""
    surroundings.keep_to_ourselves()
    site = record.read_site(run_directory)
    plan = record.read_plan(run_directory)
    folder = run_directory / READER / (worker or "main")
    for needed in (folder, making.folder(run_directory)):
        needed.mkdir(parents=True, exist_ok=True)
    hosts = _WorkerHosts(
        plan, run_directory, from_json(dict[str, Address], addresses), site, folder
    )
    context = Context(
        root=Path(site.root),
        base_root=None if site.base_root is None else Path(site.base_root),
        run_directory=run_directory,
        plan=plan,
        store=site.opened_store(),
        call=hosts.call,
        ask=hosts.ask,
        libraries=site.libraries,
        clock=site.clock,
        today=date.fromisoformat(site.today),
        worker=worker,
    )
    try:
        yield context
    finally:
        hosts.close()
        context.keys.digests.save()


class _WorkerHosts:
    """The hosts of a run, with hosts of this worker alone in place of those that died."""

    def __init__(
        self,
        plan: Plan,
        run_directory: Path,
        addresses: Mapping[str, Address],
        site: Site,
        folder: Path,
    ) -> None:
        self._plan = plan
        self._root = Path(site.root)
        self._hidden = own_folders.hidden(Path(site.store), self._root / own_folders.OWN / "cache")
        self._run_directory = run_directory
        self._addresses = dict(addresses)
        self._folder = folder
        self._own: dict[str, Hosts] = {}
        self._reader: Reader | None = None

    def call(self, host: HostSpec, call: Call) -> Ending:
        """Run something in the host of this specification.

        Raises:
            Interrupted: the hosts are being ended.
        """
        name = name_of(host)
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
        """Have a request answered by the reader; where its host is lost, by that of a new one.

        Raises:
            Interrupted: the hosts are being ended.
        """
        answer = self._opened_reader().ask(request)
        if self._opened_reader().ended is not Ended.LOST:
            return answer
        if self._is_closing():
            raise Interrupted
        self._start(READER, reader_spec())
        return self._opened_reader().ask(request)

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
        for hosts in self._own.values():
            hosts.close()

    def _opened_reader(self) -> Reader:
        if self._reader is None:
            self._reader = Reader(
                self._addresses[READER],
                folder=self._folder,
                writable=(str(making.folder(self._run_directory)),),
                hidden=self._hidden,
            )
        return self._reader

    def _start(self, name: str, spec: HostSpec) -> None:
        if name == READER and self._reader is not None:
            self._reader.close()
            self._reader = None
        else:
            specs = hosting.hosts_for(self._plan, self._root, self._plan.tasks)
            spec = next((one for one in specs if name_of(one) == name), spec)
        if name in self._own:
            self._own.pop(name).close()
        hosts = self._own[name] = Hosts([spec], repository=self._root)
        self._addresses[name] = hosts.addresses[host_key(spec)]

    def _is_closing(self) -> bool:
        return (self._run_directory / CLOSING).exists()
