"""Forks the process that runs the script, and holds the ends of the pipes to it.

Stands alone, Python 3.9 and later.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import resource
import signal
import sys
import time
from typing import Any

from . import child, priority

_PIPE_BYTES = 1 << 20
_exit = os._exit
_WAITING = 19
"""The lowest priority."""
_LOOKS, _BETWEEN_LOOKS = 500, 0.0002
_LOW, _HIGH = 20, 700
"""Descriptors of ours in the child begin here, out of the way of scripts that close the low ones."""

DUMP_SIGNAL = signal.SIGRTMAX - 1 if hasattr(signal, "SIGRTMAX") else signal.SIGUSR2


class ChildProcess:
    """The process that runs the script, and the ends of the pipes to it."""

    def __init__(
        self, ours: tuple[int, ...], arguments: dict[str, Any], *, usual: int | None
    ) -> None:
        """Fork it.

        Args:
            ours: Descriptors that it must not have.
            arguments: The host's own.
            usual: The priority that it gets when it is called; `None` leaves it as it is, where its parent
                could not give it back.
        """
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
        self._usual = usual
        if usual is not None:
            # What it does before it is called may not take time from runs that somebody waits for.
            self._give_priority(_WAITING)
        for descriptor in theirs.values():
            os.close(descriptor)
        for descriptor in (self.results, self.log, self.faults):
            os.set_blocking(descriptor, False)

    def hurry(self) -> None:
        """Give it the processor as any other process has it: it is called now."""
        if self._usual is not None:
            self._give_priority(self._usual)

    def _give_priority(self, wanted: int) -> None:
        with contextlib.suppress(OSError):
            # Before it has a session of its own, that of this process would be meant.
            for _ in range(_LOOKS):
                if os.getsid(self.pid) == self.pid:
                    priority.give(self.pid, wanted)
                    break
                time.sleep(_BETWEEN_LOOKS)

    def close(self) -> None:
        """Close our ends."""
        for descriptor in (self.calls, self.results, self.log, self.faults):
            if descriptor != -1:
                os.close(descriptor)


def _begin_child(theirs: dict[str, int], arguments: dict[str, Any]) -> None:
    """Become the child; never returns."""
    try:
        os.setsid()
        most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        lowest = max(_LOW, min(_HIGH, most - _LOW))
        high = {
            name: fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, lowest)
            for name, descriptor in theirs.items()
        }
        for descriptor in theirs.values():
            os.close(descriptor)
        ours = {**high, "dump": int(DUMP_SIGNAL)}
        passed_on = ("answers", "bytecode", "repository", "trusted")
        ours.update({name: arguments[name] for name in passed_on})
        if arguments["start"] == "warm":
            child.main(ours)
        for descriptor in high.values():
            os.set_inheritable(descriptor, True)
        command = [sys.executable, "-S", "-c", arguments["child_bootstrap"], json.dumps(ours)]
        os.execv(sys.executable, command)  # noqa: S606  (our own child, without a shell)
    finally:
        _exit(70)
