"""Stands beside one run: hands it the call, watches its limits, ends what it leaves, and reports.

Forked by the host, and the parent of every process that the script starts or orphans. Stands
alone, Python 3.9 and later.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import time
from hashlib import sha256
from typing import Any

from . import bytecode, census, child, testimony, wire
from .limits import Limit, Usage

_IDLE_BEAT = 0.2
_GRACE = 0.3
"""Seconds in which processes that were about to end anyway may do so."""
_TIME_TO_END = 0.05
_LOOKS, _BETWEEN_LOOKS = 20, 0.0002
_TIME_TO_ASK = struct.pack("ll", 10, 0)
_FIRST_WORDS, _LAST_WORDS = 0.5, 0.05
"""Seconds for a script past its time to say where it is, and between two lines of that."""
_MOST_WORDS = 100_000
_PIPE_BYTES = 1 << 20
_exit = os._exit
_LOW, _HIGH = 20, 700
"""Descriptors of ours in the child begin here, out of the way of scripts that close the low ones."""

DUMP_SIGNAL = signal.SIGRTMAX - 1 if hasattr(signal, "SIGRTMAX") else signal.SIGUSR2


def main(listener: socket.socket, telling: int, arguments: dict[str, Any]) -> None:
    """Serve one caller after the other while the host lives.

    What it forks is fresh for each run. It begins another run only when nothing is left of the
    one before, so that two runs' orphans never mix.

    Args:
        listener: Shared with the other supervisors; whoever is idle takes the next caller.
        telling: A pipe on which the host hears who is busy.
        arguments: The host's own.
    """
    host = os.getppid()
    os.setsid()
    census.adopt_orphans()
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, -5)  # a fork bomb must not keep us from the processor
    woken, waking = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(waking, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    while True:
        started = _Child((listener.fileno(), telling, woken, waking), arguments)
        connection = _caller(listener, host)
        if connection is None:
            break
        _tell(telling, "busy")
        with connection:
            is_clean = _serve(connection, started, arguments, (host, woken))
        started.close()
        if not is_clean:
            break
        _tell(telling, "idle")
    census.kill_all_children()


def _tell(telling: int, state: str) -> None:
    os.write(telling, f"{os.getpid()} {state}\n".encode())


class _Child:
    """The process that runs the script, and the ends of the pipes to it."""

    def __init__(self, ours: tuple[int, ...], arguments: dict[str, Any]) -> None:
        calls, self.calls = os.pipe()
        self.results, results = os.pipe()
        self.log, log = os.pipe()
        with contextlib.suppress(OSError, AttributeError):
            fcntl.fcntl(self.log, 1031, _PIPE_BYTES)  # F_SETPIPE_SZ
        self.faults, faults = os.pipe()
        theirs = {"calls": calls, "results": results, "log": log, "faults": faults}
        self.pid = os.fork()
        if self.pid == 0:
            # A script that found one of these could speak for us to the host, and harm all runs.
            signal.set_wakeup_fd(-1)
            for descriptor in (self.calls, self.results, self.log, self.faults, *ours):
                os.close(descriptor)
            _begin_child(theirs, arguments)
        for descriptor in theirs.values():
            os.close(descriptor)
        for descriptor in (self.results, self.log, self.faults):
            os.set_blocking(descriptor, False)

    def close(self) -> None:
        for descriptor in (self.calls, self.results, self.log, self.faults):
            if descriptor != -1:
                os.close(descriptor)


def _begin_child(theirs: dict[str, int], arguments: dict[str, Any]) -> None:
    """Become the child; never returns."""
    try:
        os.setsid()
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, 0)
        most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        lowest = max(_LOW, min(_HIGH, most - _LOW))
        high = {
            name: fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, lowest)
            for name, descriptor in theirs.items()
        }
        for descriptor in theirs.values():
            os.close(descriptor)
        ours = {**high, "dump": int(DUMP_SIGNAL)}
        ours.update({name: arguments[name] for name in ("answers", "bytecode")})
        if arguments["start"] == "warm":
            child.main(ours)
        for descriptor in high.values():
            os.set_inheritable(descriptor, True)
        command = [sys.executable, "-c", arguments["child_bootstrap"], json.dumps(ours)]
        os.execv(sys.executable, command)  # noqa: S606  (our own child, without a shell)
    finally:
        _exit(70)


def _caller(listener: socket.socket, host: int) -> socket.socket | None:
    """Wait for a connection; `None` when the host is gone."""
    while True:
        ready, _, _ = select.select([listener], [], [], _IDLE_BEAT)
        if os.getppid() != host:
            return None
        if ready:
            with contextlib.suppress(BlockingIOError):
                connection, _ = listener.accept()
                return connection


def _serve(
    connection: socket.socket,
    started: _Child,
    arguments: dict[str, Any],
    surroundings: tuple[int, int],
) -> bool:
    """Answer one caller; say whether nothing unusual happened."""
    connection.setblocking(True)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _TIME_TO_ASK)
    incoming = wire.Incoming()
    try:
        message = wire.receive(connection.fileno(), incoming)
    except (OSError, ValueError):
        message = None
    secret = sha256(str((message or {}).get("token")).encode()).hexdigest()
    if message is None or secret != arguments["secret"]:
        return False
    run = _Run((connection.fileno(), incoming), started, message["call"], surroundings)
    ending = run.watch()
    with contextlib.suppress(OSError):
        wire.send(connection.fileno(), {"ending": ending})
    connection.close()
    run.end()
    if run.is_clean:
        tree = message["call"]["tree"]
        bytecode.compile_for_later(arguments["bytecode"], tree, ending.get("read", []))
    return run.is_clean


class _Run:
    """One run from the call to the end of its last process."""

    def __init__(
        self,
        caller: tuple[int, wire.Incoming],
        started: _Child,
        call: dict[str, Any],
        surroundings: tuple[int, int],
    ) -> None:
        self._caller, self._from_caller = caller
        self._child = started
        self._call = call
        self._host, self._woken = surroundings
        self._from_child = wire.Incoming()
        self._usage = Usage(call)
        self._result: wire.Message | None = None
        self._notes: dict[str, Any] = {}
        self._status: int | None = None
        self._faults = b""
        self._stopped: Limit | None = None
        self._is_leaving = False
        self._over = False
        self.is_clean = False

    def watch(self) -> dict[str, Any]:
        """Run it to its end, whichever that is, and say how it ended."""
        for folder in (self._call["folder"], self._call["private"]):
            os.makedirs(folder, exist_ok=True)
        with contextlib.suppress(OSError):
            wire.send(self._child.calls, self._call)
        self._usage.open_log()
        self._obey_caller()
        while self._status is None and self._stopped is None and not self._is_over():
            self._wait()
            if self._stopped is None:
                self._stopped = self._usage.exceeded(self._child.pid)
            if os.getppid() != self._host:
                self._stopped = Limit("lost", "the host process is gone")
        if self._stopped is not None and self._stopped.how == "timed_out":
            self._ask_where()
        leftovers = []
        if not self._over:
            leftovers = [] if self._stopped else self._leftovers()
            census.kill_group(self._child.pid)
            self.end()
        self._drain()
        self._usage.close_log()
        return self._ending(leftovers)

    def _is_over(self) -> bool:
        """End a script that has told its end, and say whether it can do nothing more.

        The end of a process takes a while, as its memory is taken down. Nobody needs to wait for
        that where it had one thread and there is no other process.
        """
        if not self._is_leaving:
            return False
        was_alone = census.is_alone(self._child.pid)
        census.kill(self._child.pid)
        for _ in range(_LOOKS):
            if census.is_ending(self._child.pid):
                self._over = was_alone and census.is_alone(self._child.pid)
                break
            time.sleep(_BETWEEN_LOOKS)
        if self._over:
            self._usage.add_seconds((self._result or {}).get("cpu_used", 0.0))
        return self._over

    def _wait(self) -> None:
        sources = [self._caller, self._child.results, self._child.log, self._woken]
        wanted = [source for source in sources if source != -1]
        ready, _, _ = select.select(wanted, [], [], self._usage.beat())
        if self._caller in ready:
            self._hear_caller()
        if self._child.results in ready:
            self._hear_child()
        if self._child.log in ready and self._usage.log(self._child.log) == 0:
            os.close(self._child.log)
            self._child.log = -1
        if self._woken in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._woken, 4096)
            self._reap()

    def _hear_caller(self) -> None:
        """The caller only speaks again to ask something of a server, or to end the run."""
        try:
            data = os.read(self._caller, 65536)
            self._from_caller.feed(data)
        except (OSError, ValueError):
            data = b""
        if not data:
            self._stopped = Limit("cancelled", "the caller is gone")
        self._obey_caller()

    def _obey_caller(self) -> None:
        while True:
            message = self._from_caller.take()
            if message is None:
                return
            if "cancel" in message:
                self._stopped = Limit("cancelled", "the caller ended it")
            elif "ask" in message:
                self._usage.restart_clock()
                with contextlib.suppress(OSError):
                    wire.send(self._child.calls, message)

    def _hear_child(self) -> bool:
        data = b""
        try:
            data = os.read(self._child.results, 65536)
            self._from_child.feed(data)
        except BlockingIOError:
            return False
        except (OSError, ValueError):
            data = b""  # whoever does not keep to the form is not heard any more
        while (message := self._from_child.take()) is not None:
            self._take(message)
        if not data:
            os.close(self._child.results)
            self._child.results = -1
        return bool(data)

    def _take(self, message: wire.Message) -> None:
        if "result" in message:
            began = "protections" in self._notes
            if self._result is None:
                # Once only: who never reads it must not be able to block us.
                with contextlib.suppress(OSError):
                    wire.send(self._child.calls, {"heard": True})
            self._result = testimony.of_result(message["result"], began=began)
        elif "leaving" in message:
            self._is_leaving = self._result is not None
        elif self._usage.is_server and "answer" in message:
            self._usage.stop_clock()
            with contextlib.suppress(OSError):
                wire.send(self._caller, message)
        else:
            self._notes.update(testimony.of_note(message))

    def _reap(self) -> bool:
        """Collect what has ended, and say whether nothing is left."""
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return False
            self._usage.add(used)
            if pid == self._child.pid:
                self._status = status

    def _ask_where(self) -> None:
        """Let a script that did not end say where it is."""
        with contextlib.suppress(OSError):
            os.kill(self._child.pid, DUMP_SIGNAL)
        patience = _FIRST_WORDS
        while select.select([self._child.faults], [], [], patience)[0]:
            heard = os.read(self._child.faults, 65536)
            if not heard or len(self._faults) > _MOST_WORDS:
                break
            self._faults += heard
            patience = _LAST_WORDS

    def _leftovers(self) -> list[str]:
        """Name the processes that do not end with the script."""
        deadline = time.monotonic() + _GRACE
        while True:
            if self._reap():
                return []
            lines = [census.command(pid) for pid in census.descendants(os.getpid())]
            left = [line for line in lines if line is not None]
            # One that is just becoming another program has no command line for a moment.
            if time.monotonic() > deadline:
                return left[:20]
            time.sleep(0.005)

    def end(self) -> None:
        """Kill until nothing is left: orphans come to us, so no child means no process."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self._reap():
                self.is_clean = self._stopped is None
                return
            if self._over:
                # There is one process, and it is killed. Its end wakes us.
                select.select([self._woken], [], [], _TIME_TO_END)
                self._over = False
            else:
                census.kill_below(os.getpid())
                time.sleep(0.001)

    def _drain(self) -> None:
        while self._child.results != -1 and self._hear_child():
            pass
        while self._child.log != -1 and self._usage.log(self._child.log) > 0:
            pass
        if self._stopped is None:
            self._stopped = self._usage.exceeded_at_the_end()
        with contextlib.suppress(OSError):
            self._faults += os.read(self._child.faults, 65536)

    def _ending(self, leftovers: list[str]) -> dict[str, Any]:
        ending: dict[str, Any] = {"how": "no_result"}
        ending.update(self._notes)
        status = self._status or 0
        if self._stopped is not None:
            ending.update(how=self._stopped.how, detail=self._stopped.detail)
            self._add_place(ending, self._stopped.detail)
        elif self._result is not None:
            ending.update({"exit_status": os.WEXITSTATUS(status)}, **self._result)
        elif os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            name = _signal_name(number)
            ending.update(how="signalled", signal=name)
            if number == signal.SIGKILL:
                ending["detail"] = "perhaps the machine ran out of memory"
            self._add_place(ending, name)
        else:
            ending.update(exit_status=os.WEXITSTATUS(status))
            if "replaced_by" in ending:
                ending["detail"] = f"it replaced itself by {ending['replaced_by']}"
        ending.update(self._usage.figures(ending))
        ending.update(leftovers=leftovers, pip_calls=self._pip_calls())
        return ending

    def _add_place(self, ending: dict[str, Any], text: str) -> None:
        frames = child.frames_of_fault(self._faults.decode(errors="replace"), self._call["tree"])
        if frames:
            ending["errors"] = [{"type": ending["how"], "text": text, "frames": frames}]

    def _pip_calls(self) -> list[str]:
        path = os.path.join(self._call["private"], "pip-calls")
        text = b""
        with contextlib.suppress(OSError):
            # The script may have put a pipe there, which waits, or a link, which leads out.
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                text = os.read(descriptor, 100_000)
            finally:
                os.close(descriptor)
        return text.decode(errors="replace").splitlines()[:100]


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
