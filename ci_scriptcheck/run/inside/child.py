"""Runs inside the process of its own that each script gets, around the script's function.

It sets the stage (folder, environment, log, seeds, what is forbidden), imports the script, calls
the function and says how that went. Stands alone, Python 3.9 and later.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import faulthandler
import importlib
import json
import os
import resource
import select
import signal
import sys
import threading
import time
import traceback
from types import ModuleType
from typing import Any, Callable

from . import (
    bytecode,
    calling,
    census,
    confine,
    doorkeeper,
    failure,
    generators,
    importing,
    packages,
    pip_answers,
    rehearsal,
    stage,
    unasked,
    watch,
    wire,
)

_TIME_TO_BE_ENDED = 1.0
_exit, _select, _sleep = os._exit, select.select, time.sleep
"""Taken now: a script may put something else in its place, and would then go on as our own."""


def main(descriptors: dict[str, Any]) -> None:
    """Wait for the call, carry it out and end; returns only where it must begin in a new interpreter.

    Args:
        descriptors: `calls`, `results`, `log` and `faults`; beside them `answers`, the folder of
            the answering pip, `bytecode`, the folder of compiled modules, and `dump`, the signal
            that asks where the script is.
    """
    census.die_with_parent()
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # A process that the script starts by `multiprocessing` must not begin with our own program.
    sys.modules["__main__"] = ModuleType("__main__")
    if not select.select([descriptors["calls"]], [], [], 0)[0] and not rehearsal.rehearse():
        return
    run = _Run(descriptors)
    try:
        run.make_ready()
        if not run.is_called():
            _exit(0)
        run.set_the_stage()
    except BaseException as error:  # before the script is reached, all that fails is ours to tell
        run.send(lost(error))
        _exit(70)
    run.carry_out()


def lost(error: BaseException) -> dict[str, Any]:
    """Say that not the script but we have failed."""
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return {"result": {"how": "lost", "detail": failure.clean(text)}}


class _Run:
    """One call, and what is known about it so far."""

    def __init__(self, descriptors: dict[str, Any]) -> None:
        self._descriptors = descriptors
        self._incoming = wire.Incoming()
        self._pid = os.getpid()
        self._sending = threading.Lock()
        self._started_up: dict[str, Any] = {}

    def send(self, message: wire.Message) -> None:
        """Tell the supervisor; a process that the script forked is not to speak for it."""
        if os.getpid() == self._pid:
            with self._sending, contextlib.suppress(OSError):
                wire.send(self._descriptors["results"], message)

    def make_ready(self) -> None:
        """Do what is the same for every call, while nobody waits for it."""
        stage.take_streams(self._descriptors["log"])
        faults = self._descriptors["faults"]
        faulthandler.enable(faults)
        faulthandler.register(self._descriptors["dump"], file=faults, all_threads=True)
        pip_answers.answer()
        self._protections = confine.give_up_rights()

    def is_called(self) -> bool:
        """Wait for the call, and say so beforehand; when nobody can call any more, there is none."""
        self.send({"ready": True})
        call = wire.receive(self._descriptors["calls"], self._incoming)
        if call is None:
            return False
        self._call = call
        self._target = call["target"]
        self._began = time.perf_counter()
        self._cpu_before = time.process_time()
        self._newest = next(reversed(sys.modules))
        self._watch = watch.Watch(call, self._descriptors["answers"], self.send)
        return True

    def set_the_stage(self) -> None:
        """Give the script the surroundings that its call asks for, and shut it in."""
        call = self._call
        stage.set_environment(call, self._descriptors["answers"])
        os.chdir(call["folder"])
        stage.limit_resources(call)
        bytecode.use(self._descriptors["bytecode"], call["tree"])
        self._generators = generators.Generators(call["seed"])
        # Who asks a server need not wait for its answers, which could come between.
        hand_over = None if self._target["kind"] == "Server" else self._hand_over
        self._protections += confine.confine(call, self._descriptors["answers"], hand_over)
        # Not before: what is imported from here on may be the script's.
        doorkeeper.open_door()
        self._set_path()
        self._watch.begin()
        self.send({"protections": self._protections})

    def _hand_over(self, listener: int) -> None:
        self.send({"listener": listener})
        wire.receive(self._descriptors["calls"], self._incoming)

    def _set_path(self) -> None:
        own = [item for item in self._call["env"].get("PYTHONPATH", "").split(os.pathsep) if item]
        sys.path[:0] = [item for item in own if item not in sys.path]
        file = self._target.get("file")
        if file is not None:
            sys.argv[:] = [file]
            importing.prepare_path(file, self._target["roots"], self._descriptors["answers"])
            if self._call.get("checkout") is not None:
                importing.import_from(self._call["tree"], instead_of=self._call["checkout"])
            packages.forgive_missing_libraries(self._call["tree"])

    def carry_out(self) -> None:
        """Run the script to its end, and leave."""
        work: dict[str, Callable[[], dict[str, Any]]] = {
            "Script": lambda: self._with_function(self._script),
            "Generator": lambda: self._with_function(self._generator),
            "Server": self._serve,
        }
        self._began = time.perf_counter()
        try:
            result = work[self._target["kind"]]()
        except BaseException as error:  # `SystemExit` and Ctrl-C of a script too are its ending
            result = self._failed(error, "raised")
        if os.getpid() != self._pid:
            _exit(0)
        with contextlib.suppress(BaseException):
            _finish_threads()
        seconds = time.perf_counter() - self._began
        self._watch.end()
        result.update(self._watch.seen(importing.imported_after(self._newest)))
        result.update(
            moved=self._generators.moved(),
            seconds=seconds,
            cpu_before=self._cpu_before,
            cpu_used=_cpu_seconds(),
            own_peak=_peak_memory(),
            **self._started_up,
        )
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            with contextlib.suppress(Exception):
                stream.flush()  # type: ignore[union-attr]
        self.send({"result": result})
        # Whether this was the script speaking in our name shows in whether it comes to here.
        with contextlib.suppress(OSError):
            _select([self._descriptors["calls"]], [], [], _TIME_TO_BE_ENDED)
        self.send({"leaving": True})
        # To end by itself would take the processor from whoever is to hear that.
        _sleep(_TIME_TO_BE_ENDED)
        _exit(0)

    def _with_function(self, act: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """Import the target and act with its function; else say how that failed."""
        target = self._target
        if target.get("modules") is not None:
            unasked.hide(target["modules"])
        try:
            module = importing.import_script(target["file"], target["roots"], target["in_package"])
        except BaseException as error:  # as for its function
            return self._failed(error, "import_failed")
        # What was spent by now does not grow with the data.
        self._started_up = {
            "seconds_before": time.perf_counter() - self._began,
            "cpu_started": _cpu_seconds(),
            "memory_before": _peak_memory(),
        }
        function = getattr(module, target["function"], None)
        if not callable(function):
            return {"how": "no_function", "detail": f"no function `{target['function']}`"}
        return act(function)

    def _script(self, function: Any) -> dict[str, Any]:  # noqa: ANN401  (the script's)
        returned = function(**calling.arguments(function, self._target))
        self.send({"finished": True})
        return {"how": "returned", "returned": calling.shown(returned)}

    def _generator(self, function: Any) -> dict[str, Any]:  # noqa: ANN401  (the project's)
        target = self._target
        made = function(target["rows"], calling.generator_of(target["seed"]), target["scenario"])
        return {"how": "returned", "returned": calling.write_made(made, target["folder"])}

    def _serve(self) -> dict[str, Any]:
        """Answer requests until nobody asks any more."""
        sys.path[:0] = [path for path in self._target["path"] if path not in sys.path]
        answer = getattr(importlib.import_module(self._target["module"]), self._target["function"])
        while True:
            message = wire.receive(self._descriptors["calls"], self._incoming)
            if message is None:
                os._exit(0)
            try:
                reply = {"answer": answer(message["ask"])}
                json.dumps(reply)
            except Exception as error:  # one request's failure is its answer; the next is served
                text = f"{failure.type_name(error)}: {failure.text_of(error)}"
                reply = {"answer": {"error": text}}
            self.send(reply)

    def _failed(self, error: BaseException, how: str) -> dict[str, Any]:
        errors = failure.described(error, self._call["tree"])
        result: dict[str, Any] = {"how": how, "errors": errors}
        if isinstance(error, SystemExit):
            code = error.code
            result["how"] = "exited"
            result["exit_status"] = int(code if isinstance(code, int) else code is not None)
            if code is not None and not isinstance(code, int):
                result["detail"] = failure.text_of(error)
        elif isinstance(error, MemoryError):
            result.update(how="memory", detail="an allocation was refused")
        elif isinstance(error, OSError) and error.errno == errno.EFBIG:
            most = self._call["limits"]["output_bytes"]
            result.update(how="output", detail=f"wrote more than {most:,} bytes")
        with contextlib.suppress(BaseException):
            traceback.print_exception(type(error), error, failure.foreign_part(error))
        return result


def _cpu_seconds() -> float:
    """Give the processor time of this process and of those that it started and waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak_memory() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _finish_threads() -> None:
    """Do what an interpreter does at its end: wait for threads, then call what was registered."""
    shutdown: list[Any] = [getattr(threading, "_shutdown", None)]
    for function in shutdown:
        if function is not None:
            function()
    atexit._run_exitfuncs()
