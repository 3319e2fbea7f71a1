"""Start the warm hosts, and end everything below them: the one door to scripts' processes.

The controller holds `Hosts`; workers get addresses, for `calls.call` and `reader.Reader`.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import shutil
import socket
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.run.inside import census
from ci_scriptcheck.run.process import surroundings
from ci_scriptcheck.run.process.request import Address, HostSpec, Start
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

_INSIDE = Path(__file__).parents[1] / "inside"
"""Where the interpreter of the scripts finds the modules that it runs of ours."""
_OURS = Path(__file__).parents[2]
"""All our code: it runs in any case, even where the repository that is checked is our own."""
_BACKLOG = 128

# Under a private package name: a script's own `store.py` or `record.py` must never be ours.
_BOOTSTRAP = """
import sys
sys.path[:] = [entry for entry in sys.path if entry]
import json
from types import ModuleType
package = sys.modules["_scriptcheck"] = ModuleType("_scriptcheck")
package.__path__ = [{code!r}]
if sys.version_info < (3, 9):
    raise SystemExit("Python 3.9 or later is needed, this is " + sys.version)
arguments = json.loads(sys.argv[1])
from _scriptcheck import doorkeeper
doorkeeper.shut(arguments["repository"], arguments["trusted"])
from _scriptcheck.{module} import main
main(arguments)
"""


def host_key(spec: HostSpec) -> str:
    """Give a text that is equal for equal specifications."""
    text = json.dumps(to_json(spec), sort_keys=True)
    return sha256(text.encode()).hexdigest()[:16]


class Hosts:
    """The warm hosts of one run, from their start to the end of everything below them.

    Starting does not wait: calls made while a host still imports its libraries wait for it.

    Attributes:
        addresses: `host_key` of each specification → where its host listens.
    """

    def __init__(self, specs: Iterable[HostSpec] = (), *, repository: Path | None) -> None:
        """Start them.

        Args:
            specs: What they are.
            repository: The root of what is checked, of which nothing may be loaded before it is
                confined; `None` where nothing of any repository is run.

        Raises:
            UsageError: an interpreter cannot be started.
        """
        surroundings.keep_to_ourselves()
        self._repository = repository
        self.addresses: dict[str, Address] = {}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._early: _Early | None = None
        self._folder = surroundings.new_folder()
        self._lifeline_end, self._lifeline = os.pipe()
        self.start(specs)

    def begin(self, spec: HostSpec) -> None:
        """Have a host begin to import before it is known what it will have to import in the end.

        `start` tells it the rest, or ends it where nothing that is started is like it.
        """
        with self._closed_by_failure():
            address = self._address(spec)
            heard, telling = os.pipe()
            try:
                process = self._started(spec, address, told=heard)
            except UsageError:
                os.close(telling)
                raise
            finally:
                os.close(heard)
            self._early = _Early(spec=spec, address=address, process=process, telling=telling)

    def start(self, specs: Iterable[HostSpec]) -> None:
        """Start hosts.

        Raises:
            UsageError: an interpreter cannot be started.
        """
        with self._closed_by_failure():
            for spec in specs:
                key = host_key(spec)
                if key in self.addresses:
                    continue
                if self._early is not None and self._early.can_be(spec):
                    self.addresses[key] = self._early.address
                    self._early.tell(spec)
                    self._early = None
                else:
                    address = self._address(spec)
                    self._started(spec, address)
                    self.addresses[key] = address
            if self._early is not None:
                _end(self._early.process)
                os.close(self._early.telling)
                self._processes.remove(self._early.process)
                self._early = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        position: TracebackType | None,
    ) -> None:
        self.close()

    def close(self, patience: float = 3.0) -> None:
        """End the hosts and every process below them; can be called again.

        Args:
            patience: Seconds after which a host that does not end is killed.
        """
        for descriptor in (self._lifeline, self._lifeline_end):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._lifeline = self._lifeline_end = -1
        if self._early is not None:
            os.close(self._early.telling)
            self._early = None
        deadline = time.monotonic() + patience
        while self._processes:
            process = self._processes[-1]
            try:
                _wait(process, max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _end(process)
            self._processes.pop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextlib.contextmanager
    def _closed_by_failure(self) -> Iterator[None]:
        try:
            yield
        except BaseException:  # Ctrl-C too: the hosts begun so far would be nobody's
            self.close()
            raise

    def _address(self, spec: HostSpec) -> Address:
        key = host_key(spec)
        return Address(
            socket=str(self._folder / f"{key[:6]}.sock"),
            token=secrets.token_hex(16),
            log=str(self._folder / f"{key[:6]}.log"),
        )

    def _started(
        self, spec: HostSpec, address: Address, *, told: int | None = None
    ) -> subprocess.Popen[bytes]:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with listener, Path(address.log).open("wb") as log:
            listener.bind(address.socket)
            listener.listen(_BACKLOG)
            arguments = self._arguments(spec, address, listener.fileno(), told)
            try:
                process = subprocess.Popen(
                    [spec.python, "-S", "-c", arguments["bootstrap"], json.dumps(arguments)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=surroundings.environment(spec, self._folder),
                    cwd="/",
                    pass_fds=[
                        arguments[name]
                        for name in ("listen", "lifeline", "told")
                        if arguments[name] is not None
                    ],
                    start_new_session=True,
                )
            except OSError as error:
                raise UsageError(
                    what=f"the interpreter `{spec.python}` cannot be started: {error.strerror}",
                    advice="make it, or name another one under `python:`",
                ) from error
        self._processes.append(process)
        return process

    def _arguments(
        self, spec: HostSpec, address: Address, listener: int, told: int | None
    ) -> dict[str, Any]:
        bootstrap = _BOOTSTRAP.format(code=str(_INSIDE), module="host")
        return {
            "listen": listener,
            "lifeline": self._lifeline_end,
            "folder": str(self._folder),
            "answers": str(self._folder / "answers"),
            "bytecode": str(self._folder / "bytecode"),
            "controller": os.getpid(),
            "repository": None if self._repository is None else str(self._repository),
            "trusted": [str(_OURS)],
            "preload": list(spec.preload),
            "path": list(spec.path),
            "start": _start(spec).value,
            "secret": sha256(address.token.encode()).hexdigest(),
            "bootstrap": bootstrap,
            "child_bootstrap": _BOOTSTRAP.format(code=str(_INSIDE), module="child"),
            "told": told,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Early:
    """A host that waits to be told what else to import.

    Attributes:
        telling: The end of the pipe on which it is told.
    """

    spec: HostSpec
    address: Address
    process: subprocess.Popen[bytes]
    telling: int

    def can_be(self, spec: HostSpec) -> bool:
        """Say whether it can become this host: alike, and nothing imported that it would not."""
        wanted = [f"{name}." for name in spec.preload]
        return replace(self.spec, preload=()) == replace(spec, preload=()) and all(
            any(name.startswith(f"{early}.") for name in wanted) for early in self.spec.preload
        )

    def tell(self, spec: HostSpec) -> None:
        # If it has ended meanwhile, the first call finds that out, as with any host.
        with contextlib.suppress(OSError), os.fdopen(self.telling, "wb") as told:
            told.write(json.dumps(spec.preload).encode() + b"\n")


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait for its end without the pauses of `Popen.wait`, which grow to a twentieth of a second.

    Raises:
        TimeoutExpired: it goes on.
    """
    # Not every build of Python for Linux has it: it depends on the headers it was built with.
    if hasattr(os, "pidfd_open") and process.returncode is None:
        with contextlib.suppress(OSError):  # an old system, or one that forbids it
            watched = os.pidfd_open(process.pid)
            try:
                if select.select([watched], [], [], seconds)[0]:
                    process.wait()
                    return
            finally:
                os.close(watched)
            seconds = 0
    process.wait(seconds)


def _end(process: subprocess.Popen[bytes]) -> None:
    census.kill_below(process.pid)
    process.kill()
    process.wait()


def _start(spec: HostSpec) -> Start:
    # Elsewhere system libraries do not survive a fork.
    return spec.start if sys.platform.startswith("linux") else Start.NEW
