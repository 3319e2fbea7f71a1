"""Start the hosts, ask them for runs, and end everything: the one door to scripts' processes.

The controller holds `Hosts`; workers get addresses and use `call`. `Reader` is a process of our
own interpreter in which untrusted files are read.
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
from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.model.project import Limits
from ci_scriptcheck.run import surroundings
from ci_scriptcheck.run.inside import census, wire
from ci_scriptcheck.run.request import Address, Call, Ended, Ending, HostSpec, Script, Start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

_OUR_CODE = Path(__file__).parents[2]
_INSIDE = Path(__file__).with_name("inside")
"""Where the interpreter of the scripts finds the modules that it runs of ours."""
_BACKLOG = 128
_BEAT = 0.05
_PATIENCE = 0.8
"""Seconds a cancelled run may take to say what it had done."""
_LAST_LINES = 2000

# Under a private package name: a script's own `store.py` or `record.py` must never be ours.
_BOOTSTRAP = """
import json, sys
sys.path[:] = [entry for entry in sys.path if entry]
from types import ModuleType
package = sys.modules["_scriptcheck"] = ModuleType("_scriptcheck")
package.__path__ = [{code!r}]
if sys.version_info < (3, 9):
    raise SystemExit("Python 3.9 or later is needed, this is " + sys.version)
from _scriptcheck.{module} import main
main(json.loads(sys.argv[1]))
"""


def host_key(spec: HostSpec) -> str:
    """Give a text that is equal for equal specifications."""
    text = json.dumps(to_json(spec), sort_keys=True)
    return sha256(text.encode()).hexdigest()[:16]


def reader_spec() -> HostSpec:
    """Describe the host that readers of untrusted files are forked from."""
    return HostSpec(
        python=sys.executable,
        preload=("pyarrow", "pyarrow.parquet", "duckdb", "ci_scriptcheck.data.reader"),
        path=(str(_OUR_CODE),),
    )


class Hosts:
    """The warm hosts of one run, from their start to the end of everything below them.

    Starting does not wait: calls made while a host still imports its libraries wait for it.

    Attributes:
        addresses: `host_key` of each specification → where its host listens.
    """

    def __init__(self, specs: Iterable[HostSpec]) -> None:
        self.addresses: dict[str, Address] = {}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._folder = surroundings.new_folder()
        self._lifeline_end, self._lifeline = os.pipe()
        try:
            for spec in specs:
                if host_key(spec) not in self.addresses:
                    self._start(spec)
        except BaseException:
            self.close()
            raise

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
        deadline = time.monotonic() + patience
        while self._processes:
            process = self._processes[-1]
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                census.kill_below(process.pid)
                process.kill()
                process.wait()
            self._processes.pop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, spec: HostSpec) -> None:
        key = host_key(spec)
        address = Address(
            socket=str(self._folder / f"{key[:6]}.sock"),
            token=secrets.token_hex(16),
            log=str(self._folder / f"{key[:6]}.log"),
        )
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with listener, Path(address.log).open("wb") as log:
            listener.bind(address.socket)
            listener.listen(_BACKLOG)
            self._processes.append(self._started(spec, address, listener.fileno(), log.fileno()))
        self.addresses[key] = address

    def _started(
        self, spec: HostSpec, address: Address, listener: int, log: int
    ) -> subprocess.Popen[bytes]:
        bootstrap = _BOOTSTRAP.format(code=str(_INSIDE), module="host")
        arguments: dict[str, object] = {
            "listen": listener,
            "lifeline": self._lifeline_end,
            "folder": str(self._folder),
            "answers": str(self._folder / "answers"),
            "bytecode": str(self._folder / "bytecode"),
            "controller": os.getpid(),
            "preload": list(spec.preload),
            "path": list(spec.path),
            "start": _start(spec).value,
            "secret": sha256(address.token.encode()).hexdigest(),
            "bootstrap": bootstrap,
            "child_bootstrap": _BOOTSTRAP.format(code=str(_INSIDE), module="child"),
        }
        try:
            return subprocess.Popen(
                [spec.python, "-c", bootstrap, json.dumps(arguments)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=surroundings.environment(spec, self._folder),
                cwd="/",
                pass_fds=(listener, self._lifeline_end),
                start_new_session=True,
            )
        except OSError as error:
            raise UsageError(
                what=f"the interpreter `{spec.python}` cannot be started: {error.strerror}",
                advice="make it, or name another one under `python:`",
            ) from error


def call(address: Address, call: Call, *, cancelled: Callable[[], bool] | None = None) -> Ending:
    """Run a script to its end, and say how it ended.

    Args:
        address: Of the host whose interpreter and libraries it needs.
        call: What to run.
        cancelled: Asked about twenty times a second; once it says yes, the run is ended and so is
            the wait, within a second. An exception that arrives meanwhile, such as
            `KeyboardInterrupt`, ends the run too.
    """
    try:
        connection = wire.connected(address.socket)
    except OSError:
        return _lost(address)
    with connection:
        try:
            wire.send(connection.fileno(), {"token": address.token, "call": _written(call)})
            message = _reply(connection, cancelled)
        except (OSError, ValueError):
            message = None
    if message is None or "ending" not in message:
        return _lost(address)
    return from_json(Ending, message["ending"])


def _written(call: Call) -> dict[str, Any]:
    """Write a call with all its defaults: who reads it does not have our model."""
    written = {name: to_json(getattr(call, name)) for name in Call.__slots__}
    for name in ("target", "limits"):
        value = getattr(call, name)
        parts = {part: to_json(getattr(value, part)) for part in type(value).__slots__}
        written[name] = {"kind": type(value).__name__, **parts}
    return written


def _reply(
    connection: socket.socket, cancelled: Callable[[], bool] | None
) -> dict[str, Any] | None:
    """Wait for the next message; `None` when the other end is gone."""
    incoming = wire.Incoming()
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    deadline: float | None = None
    while True:
        if deadline is None and cancelled is not None and cancelled():
            wire.send(connection.fileno(), {"cancel": True})
            deadline = time.monotonic() + _PATIENCE
        if deadline is not None and time.monotonic() > deadline:
            return {"ending": {"how": Ended.CANCELLED.value}}
        if not waiting.poll(_BEAT * 1000):
            continue
        data = connection.recv(1 << 16)
        if not data:
            return None
        incoming.feed(data)
        message = incoming.take()
        if message is not None:
            return message


def _lost(address: Address) -> Ending:
    try:
        said = Path(address.log).read_text(encoding="utf-8", errors="replace")
    except OSError:
        said = ""
    detail = said.strip()[-_LAST_LINES:] or "the process that ran it is gone"
    return Ending(how=Ended.LOST, detail=detail)


class Reader:
    """A limited process of our own interpreter that reads what is not to be trusted.

    It is started at the first request, and again after it died or was ended at a limit.
    """

    def __init__(
        self,
        address: Address,
        *,
        folder: Path,
        writable: tuple[str, ...] = (),
        timeout: float = 120.0,
        memory: int = 4 * 1024**3,
    ) -> None:
        """Describe it.

        Args:
            address: Of the host of `reader_spec`.
            folder: Where it keeps its log and temporary files.
            writable: Folders it may write to beside that.
            timeout: Seconds for each request.
            memory: Bytes.
        """
        self._address = address
        self._folder = folder
        self._writable = writable
        self._timeout = timeout
        self._memory = memory
        self._connection: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        position: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Have a request answered by `ci_scriptcheck.data.reader.answer`.

        Returns:
            The answer; `{"error": text}` where the request raised, or ended the process.
        """
        try:
            if self._connection is None:
                self._connection = self._connected()
            wire.send(self._connection.fileno(), {"ask": request})
            message = _reply(self._connection, None)
        except OSError as error:
            message = {"ending": {"how": "lost", "detail": str(error)}}
        except BaseException:
            self.close()
            raise
        if message is not None and "answer" in message:
            answer: dict[str, Any] = message["answer"]
            return answer
        self.close()
        ending = (message or {}).get("ending", {"how": "lost"})
        words = ending.get("detail") or ending.get("signal") or ""
        return {"error": f"the reader ended ({ending['how']}) {words}".strip()}

    @property
    def is_running(self) -> bool:
        """Whether there is a process, so that the last request has not ended it."""
        return self._connection is not None

    def close(self) -> None:
        """End the process; the next request starts another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> socket.socket:
        folder = self._folder
        server = {
            "kind": "Server",
            "module": "ci_scriptcheck.data.reader",
            "function": "answer",
            "path": [str(_OUR_CODE)],
        }
        call = Call(
            target=Script(file=""),
            folder=str(folder),
            private=str(folder / "private"),
            log=str(folder / "reader.log"),
            tree=str(folder),
            limits=Limits(output_files=10**9, output_bytes=10**13),
            timeout=self._timeout,
            memory=self._memory,
            writable=self._writable,
        )
        written = {**_written(call), "target": server}
        connection = wire.connected(self._address.socket)
        wire.send(connection.fileno(), {"token": self._address.token, "call": written})
        return connection


def _start(spec: HostSpec) -> Start:
    # Elsewhere system libraries do not survive a fork.
    return spec.start if sys.platform.startswith("linux") else Start.NEW
