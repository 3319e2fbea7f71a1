"""One run of a script, watched from the call to the end of its last process.

Stands alone, Python 3.9 and later.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from typing import Any

from . import census, connecting, failure, shared_memory, testimony, wire
from .child_process import DUMP_SIGNAL, ChildProcess
from .limits import Limit, Usage

_GRACE = 0.3
"""Seconds in which processes that were about to end anyway may do so."""
_TIME_TO_END = 0.05
_LOOKS, _BETWEEN_LOOKS = 20, 0.0002
_FIRST_WORDS, _LAST_WORDS = 0.5, 0.05
"""Seconds for a script past its time to say where it is, and between two lines of that."""
_MOST_WORDS = 100_000
_TIME_TO_BE_READY = 10.0
"""Seconds after a call in which its process has to have come to where it waits for that."""


class WatchedRun:
    """One run from the call to the end of its last process.

    Attributes:
        own_folders: What it may write, by real paths.
        is_clean: Whether it ended by itself, and nothing of it is left.
    """

    def __init__(
        self,
        caller: tuple[int, wire.Incoming],
        started: ChildProcess,
        call: dict[str, Any],
        host: int,
        woken: int,
    ) -> None:
        self._caller, self._from_caller = caller
        self._child = started
        self._call = call
        self._host, self._woken = host, woken
        self._from_child = wire.Incoming()
        self._to_child = bytearray()
        self._is_ready = False
        self._usage = Usage(call)
        self._result: wire.Message | None = None
        self._notes: dict[str, Any] = {}
        self._status: int | None = None
        self._faults = b""
        self._stopped: Limit | None = None
        self._began = time.time()
        self._to_be_ready = time.monotonic() + _TIME_TO_BE_READY
        self._pids = {started.pid}
        self._shared: set[str] = set()
        self._is_leaving = False
        self._was_alone: bool | None = None
        self._listener = -1
        own = [call["folder"], call["private"], *call["writable"], *call["outputs"]]
        self.own_folders = [os.path.realpath(folder) for folder in own]
        self._over = False
        self.is_clean = False

    def watch(self) -> dict[str, Any]:
        """Run it to its end, whichever that is, and say how it ended."""
        for folder in (self._call["folder"], self._call["private"]):
            os.makedirs(folder, exist_ok=True)
        self._child.hurry()
        os.set_blocking(self._child.calls, False)
        self._say(self._call)
        self._usage.open_log()
        self._obey_caller()
        while self._status is None and self._stopped is None and not self._is_over():
            self._wait()
            if self._stopped is None:
                self._stopped = self._exceeded()
            if os.getppid() != self._host:
                self._stopped = Limit("lost", "the host process is gone")
        if self._stopped is not None and self._stopped.how == "timed_out":
            self._ask_where()
        leftovers = []
        if not self._over:
            self._shared = shared_memory.mapped(census.descendants(os.getpid()))
            leftovers = [] if self._stopped else self._leftovers()
            census.kill_group(self._child.pid)
            self.end()
        self._drain()
        self._usage.disarm()
        self._usage.close_log()
        if self._listener != -1:
            os.close(self._listener)
        return self._ending(leftovers)

    def _exceeded(self) -> Limit | None:
        """Give the first limit that it is over; what comes before its script is not that one's fault."""
        if not self._is_ready and time.monotonic() > self._to_be_ready:
            return Limit("lost", "the process that was to run it did not come to take its call")
        return self._usage.exceeded(self._child.pid)

    def _say(self, message: wire.Message) -> None:
        """Tell the child; what its pipe does not hold is written when there is room: it may not read."""
        self._to_child += wire.packed(message)
        self._go_on_saying()

    def _go_on_saying(self) -> None:
        try:
            del self._to_child[: os.write(self._child.calls, self._to_child)]
        except BlockingIOError:
            return
        except OSError:  # nobody reads any more
            self._to_child.clear()

    def _is_over(self) -> bool:
        """End a script that has told its end, and say whether it can do nothing more.

        The end of a process takes a while, as its memory is taken down. Nobody needs to wait for
        that where it had one thread and there is no other process.
        """
        if not self._is_leaving:
            return False
        if self._was_alone is None:
            # Asked once, as the threads of a killed process end one by one.
            self._was_alone = census.is_alone(self._child.pid)
        census.kill(self._child.pid)
        for _ in range(_LOOKS):
            if census.is_ending(self._child.pid):
                self._over = self._was_alone and census.is_alone(self._child.pid)
                break
            time.sleep(_BETWEEN_LOOKS)
        if self._over:
            self._usage.add_seconds((self._result or {}).get("cpu_used", 0.0))
        return self._over

    def _wait(self) -> None:
        sources = [self._caller, self._child.results, self._child.log, self._woken, self._listener]
        wanted = [source for source in sources if source != -1]
        full = [self._child.calls] if self._to_child else []
        ready, free, _ = select.select(wanted, full, [], self._beat())
        if free:
            self._go_on_saying()
        if self._caller in ready:
            self._hear_caller()
        if self._child.results in ready:
            self._hear_child()
        if self._child.log in ready and self._usage.log(self._child.log) == 0:
            os.close(self._child.log)
            self._child.log = -1
        if self._listener in ready:
            connecting.answer(self._listener, self.own_folders)
        if self._woken in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._woken, 4096)
            self._reap()

    def _beat(self) -> float:
        """Give the seconds until the next look."""
        if self._is_ready:
            return self._usage.beat()
        return max(0.0, min(self._usage.beat(), self._to_be_ready - time.monotonic()))

    def _hear_caller(self) -> None:
        """The caller only speaks again to ask something of a server; it leaves to end the run."""
        try:
            data = os.read(self._caller, 65536)
            self._from_caller.feed(data)
        except (OSError, ValueError):
            data = b""
        if not data:
            self._stopped = Limit("lost", "the caller is gone")
        self._obey_caller()

    def _obey_caller(self) -> None:
        while True:
            message = self._from_caller.take()
            if message is None:
                return
            if "ask" in message:
                self._usage.begin_request(message["ask"])
                self._say(message)

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
        began = "protections" in self._notes
        if "result" in message:
            if self._result is None:
                # Once only: who never reads it must not be able to block us.
                self._say({"heard": True})
            self._result = testimony.of_result(message["result"], began=began)
        elif "ready" in message:
            self._begin_clock()
        elif "listener" in message and not began:
            self._listen(message["listener"])
        elif "leaving" in message:
            self._is_leaving = self._result is not None
        elif self._usage.is_server and "answer" in message:
            self._usage.end_request()
            with contextlib.suppress(OSError):
                wire.send(self._caller, message)
        else:
            self._notes.update(testimony.of_note(message))

    def _begin_clock(self) -> None:
        """Count the time of a script from where its process can take the call; a server's is another's."""
        if not self._is_ready and not self._usage.is_server:
            self._usage.restart_clock()
        self._is_ready = True

    def _listen(self, listener: object) -> None:
        """Take what calls of `connect` are heard by; only our own code has spoken up to now."""
        if self._listener == -1 and isinstance(listener, int):
            with contextlib.suppress(OSError):
                self._listener = connecting.taken_from(self._child.pid, listener)
        self._say({"taken": self._listener != -1})

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
            self._pids.add(pid)
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

    def remove_shared_memory(self) -> None:
        """Remove what it left outside of all folders; asked when nothing of it runs any more."""
        shared_memory.remove(self._shared | self._usage.shared, self._pids, self._began)

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
        frames = failure.frames_of_fault(self._faults.decode(errors="replace"), self._call["tree"])
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
