"""The warm host: imports the libraries once, then forks supervisors, which serve runs.

It runs in the project's interpreter, so it stands alone: standard library, Python 3.9 and later.
It has one thread: a process that has used its libraries' thread pools and then forks gives children
that hang.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import traceback
from typing import TYPE_CHECKING, Any

from . import census, connecting, doorkeeper, pip_answers, rehearsal, supervisor, unasked

if TYPE_CHECKING:
    from collections.abc import Iterator

SPARES = 2
"""Supervisors that wait for a run beforehand: forking is then not part of a run's time."""

MOST_SUPERVISORS = max(64, 2 * (os.cpu_count() or 1)) + SPARES
"""More than there are workers; who comes then waits until another run has ended."""

_BEAT = 0.25
_MOST_ATTEMPTS = 3
"""So often the host begins again without a library that is not fit, then without any."""


def main(arguments: dict[str, Any]) -> None:
    """Import what was asked for, then serve until the controller is gone.

    Args:
        arguments: `listen` and `lifeline` (descriptors), `folder` (of the controller, removed by
            whoever ends last), `controller` (its process id), `preload`, `start`, `secret`
            (SHA-256 of what callers must know), `answers` (folder of the answering pip), `bytecode`
            (folder of compiled modules), `repository` and `trusted` (see `doorkeeper`), `path`,
            `told` (a descriptor to hear on what to preload in the end, where that was not known
            when the host began, else None), `bootstrap` and `child_bootstrap` (programs that begin
            again here or in the child).
    """
    census.adopt_orphans()
    # What libraries make while they load stays: looking for garbage in it only takes time.
    gc.disable()
    sys.path[:0] = arguments["path"]
    if arguments["start"] == "warm":
        with _ending_early(arguments):
            _preload(arguments)
            if arguments["told"] is not None:
                arguments = _told(arguments)
                _preload(arguments)
            _rehearse(arguments)
    # The child's own modules, so that no run has to import them.
    for name in (
        "bytecode",
        "child",
        "importing",
        "failure",
        "watch",
        "packages",
        "pip_answers",
    ):
        importlib.import_module(f"{__package__}.{name}")
    for name in ("logging", "random", "shlex", "subprocess"):
        importlib.import_module(name)
    # What is changed or found out here need not be by every run.
    pip_answers.answer()
    connecting.is_possible()
    gc.collect()
    gc.freeze()
    gc.enable()
    host = _Host(arguments)
    try:
        host.serve()
    finally:
        census.kill_all_children()
    # The controller is gone or going, and perhaps in no state to do it.
    shutil.rmtree(arguments["folder"], ignore_errors=True)
    # Unloading the libraries would take as long as a task or two, and somebody waits.
    os._exit(0)


class _Host:
    """The listening process and the supervisors below it."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self._arguments = arguments
        self._listener = socket.socket(fileno=arguments["listen"])
        self._listener.setblocking(False)
        self._told, self._telling = os.pipe()
        self._woken, self._waking = os.pipe()
        for descriptor in (self._told, self._woken, self._waking):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(self._waking, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _nothing)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _leave)
        self._supervisors: dict[int, bool] = {}

    def serve(self) -> None:
        lifeline = self._arguments["lifeline"]
        while True:
            while (
                sum(self._supervisors.values()) < SPARES
                and len(self._supervisors) < MOST_SUPERVISORS
            ):
                self._fork()
            ready, _, _ = select.select([lifeline, self._told, self._woken], [], [], _BEAT)
            if lifeline in ready or os.getppid() != self._arguments["controller"]:
                return
            if self._told in ready:
                self._hear()
            if self._woken in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._woken, 4096)
                self._reap()

    def _hear(self) -> None:
        """Note who is busy; a line is written at one blow, so that none is cut."""
        for line in os.read(self._told, 1 << 16).decode().splitlines():
            pid, _, state = line.partition(" ")
            if int(pid) in self._supervisors:
                self._supervisors[int(pid)] = state == "idle"

    def _fork(self) -> None:
        pid = os.fork()
        if pid:
            self._supervisors[pid] = True
            return
        status = 1
        try:
            os.close(self._arguments["lifeline"])
            os.close(self._told)
            signal.set_wakeup_fd(-1)
            os.close(self._woken)
            os.close(self._waking)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            supervisor.main(self._listener, self._telling, self._arguments)
            status = 0
        except BaseException:  # a copy of the host: nothing may rise into the host's own loop
            traceback.print_exc()
        finally:
            os._exit(status)

    def _reap(self) -> None:
        """Collect supervisors that ended; whatever a killed one left behind is ours now."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, _ = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    break
                self._supervisors.pop(pid, None)
        for pid in census.children(os.getpid()):
            if pid not in self._supervisors:
                census.kill_tree(pid)


@contextlib.contextmanager
def _ending_early(arguments: dict[str, Any]) -> Iterator[None]:
    """End at once when the controller goes while libraries are imported, which can take seconds."""
    if not census.LINUX:
        yield
        return

    def leave(_number: int, _frame: object) -> None:
        shutil.rmtree(arguments["folder"], ignore_errors=True)
        os._exit(0)

    signal.signal(signal.SIGIO, leave)
    # Opened anew: hosts share the descriptor they were given, and it can signal only one of them.
    own = os.open(f"/proc/self/fd/{arguments['lifeline']}", os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(own, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(own, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
    if select.select([own], [], [], 0)[0]:
        leave(0, None)
    yield
    os.close(own)
    signal.signal(signal.SIGIO, signal.SIG_DFL)


def _told(arguments: dict[str, Any]) -> dict[str, Any]:
    """Wait for the names of all modules to preload; where nobody is left to tell them, end."""
    with open(arguments["told"], encoding="utf-8") as heard:
        line = heard.readline()
    if not line:
        shutil.rmtree(arguments["folder"], ignore_errors=True)
        os._exit(0)
    dropped = arguments.get("dropped", [])
    names = [name for name in json.loads(line) if name.partition(".")[0] not in dropped]
    return {**arguments, "preload": names, "told": None}


def _preload(arguments: dict[str, Any]) -> None:
    """Import modules; one that is not fit for it is left out, by beginning again without it.

    That is one that starts a thread, or that asks for a module which only the repository has.
    """
    attempts = arguments.get("attempts", 0)
    if attempts > _MOST_ATTEMPTS:
        return
    # Read when these libraries load: no threads in this process.
    before = dict(os.environ)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("JE_ARROW_MALLOC_CONF", "background_thread:false")
    culprit = _first_unfit(arguments["preload"])
    os.environ.clear()
    os.environ.update(before)
    if culprit is None:
        return
    top = culprit.partition(".")[0]
    names = [name for name in arguments["preload"] if name.partition(".")[0] != top]
    dropped = [*arguments.get("dropped", []), top]
    _begin_again({**arguments, "preload": names, "dropped": dropped, "attempts": attempts + 1})


def _rehearse(arguments: dict[str, Any]) -> None:
    """Use libraries here once, unless that starts a thread: what they load and find out then is shared.

    A fork's own first use copies half as much memory afterwards.
    """
    if arguments.get("is_rehearsed", True) and not rehearsal.rehearse():
        _begin_again({**arguments, "is_rehearsed": False})


def _begin_again(arguments: dict[str, Any]) -> None:
    """Become a new interpreter with other arguments; never returns."""
    for name in ("listen", "lifeline", "told"):
        if arguments[name] is not None:
            os.set_inheritable(arguments[name], True)
    command = [sys.executable, "-S", "-c", arguments["bootstrap"], json.dumps(arguments)]
    os.execv(sys.executable, command)  # noqa: S606  (this very program, without a shell)


def _first_unfit(names: list[str]) -> str | None:
    load = importlib.import_module
    for name in names:
        above, _, last = name.rpartition(".")
        if hasattr(sys.modules.get(above), last):
            continue
        before = len(doorkeeper.refused())
        # Whatever a library does while it is imported, it must not take the host with it.
        with unasked.noticing_requests(), contextlib.suppress(Exception, SystemExit):
            load(above or name)
        is_new = above and name not in sys.modules
        with unasked.noticing_requests(), contextlib.suppress(Exception, SystemExit):
            load(name)
        if is_new and name in sys.modules:
            unasked.note_wish(name)
        if _threads() > 1 or _is_lacking(name, doorkeeper.refused()[before:]):
            return name
    return None


def _is_lacking(name: str, refused: list[str]) -> bool:
    """Say whether a library was loaded without something of the repository that it would have had."""
    return any(name != one and not name.startswith(f"{one}.") for one in refused)


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1


def _nothing(_number: int, _frame: object) -> None:
    """Be a handler, so that the signal wakes the waiting call."""


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(0)
