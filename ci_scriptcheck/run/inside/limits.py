"""What a run has used so far, and whether that is too much; stands alone, Python 3.9 and later."""

from __future__ import annotations

import contextlib
import math
import os
import stat
import time
from typing import Any, NamedTuple

from . import census, held

_CHUNK = 1 << 18
_FIRST_OUTPUT_LOOK = 0.1
_FREE_FOLDERS = 1000
_PART_OF_THE_TIME = 20
"""A look at what may be much costs a twentieth of the time, no more."""
_THREADS = 500
_AS_SOMEBODY_ELSE = stat.S_ISUID | stat.S_ISGID


class Limit(NamedTuple):
    """Why a run was stopped: the word for the ending, and what a person should know."""

    how: str
    detail: str


class Usage:
    """Time, memory, processes, log and outputs of one run."""

    def __init__(self, call: dict[str, Any]) -> None:
        self._call = call
        self._limits = call["limits"]
        self._began = time.monotonic()
        self._deadline: float | None = None
        self._asked: tuple[str, int] | None = None
        self.is_server = call["target"]["kind"] == "Server"
        self._folders = _outermost(call, all_of_them=not self.is_server)
        self._before = _filled(self._folders)
        self._log_file: int | None = None
        self._log_bytes = 0
        self._peak = 0
        self._next_look = self._began + 0.005
        self._held = held.Held()
        self._next_look_at_held = self._began
        self._cpu = 0.0
        self._next_output_look = self._began + _FIRST_OUTPUT_LOOK

    def beat(self) -> float:
        """Give the seconds until the next look: soon at first, for what explodes."""
        now = time.monotonic()
        pause = self._next_look - now
        if self._deadline is not None:
            pause = min(pause, self._deadline - now)
        return max(0.0, pause)

    def _pause(self, now: float) -> float:
        age = now - self._began
        return 0.005 if age < 0.1 else 0.01 if age < 1 else 0.025

    def restart_clock(self) -> None:
        """Begin the time of a script."""
        self._deadline = time.monotonic() + self._call["timeout"]

    def begin_request(self, request: dict[str, Any]) -> None:
        """Begin the time of one request of a server, and count what it makes: `most_bytes` in `folder`."""
        self.restart_clock()
        if request.get("most_bytes") is not None:
            self._asked = (request["folder"], request["most_bytes"])

    def end_request(self) -> None:
        """A server waits for its next request without a limit."""
        self._deadline = self._asked = None

    def open_log(self) -> None:
        """Make the log; a disk that is full costs the log, not the run."""
        path = self._call["log"]
        with contextlib.suppress(OSError):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            self._log_file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)

    def close_log(self) -> None:
        """Let go of the log."""
        if self._log_file is not None:
            os.close(self._log_file)
            self._log_file = None

    def add_seconds(self, seconds: float) -> None:
        """Count processor time that is known otherwise."""
        self._cpu += seconds

    def log(self, descriptor: int) -> int:
        """Move what was printed to the log file.

        Returns:
            How many bytes; 0 when nobody can print any more, -1 when there is nothing now.
        """
        try:
            data = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return -1
        room = max(0, self._limits["log_bytes"] - self._log_bytes)
        self._log_bytes += len(data)
        if self._log_file is not None and data[:room]:
            with contextlib.suppress(OSError):
                os.write(self._log_file, data[:room])
        return len(data)

    def add(self, used: Any) -> None:  # noqa: ANN401  (resource.struct_rusage)
        """Count what an ended process used."""
        self._cpu += used.ru_utime + used.ru_stime

    def exceeded(self, root: int) -> Limit | None:
        """Look at the whole tree; give the first limit that it is over."""
        now = time.monotonic()
        is_late = self._deadline is not None and now >= self._deadline
        if self._log_bytes > self._limits["log_bytes"]:
            return self._too_much_log()
        if now < self._next_look and not is_late:
            return None
        self._next_look = now + self._pause(now)
        found = self._exceeded_by_processes(root, now)
        if found is not None:
            return found
        if is_late:
            return Limit("timed_out", f"still running after {self._call['timeout']:g} s")
        return self._outputs()

    def _exceeded_by_processes(self, root: int, now: float) -> Limit | None:
        pids = census.descendants(os.getpid())
        if len(pids) > self._limits["processes"]:
            return Limit("processes", f"{len(pids)} processes at one time")
        self._look_at_held(pids, now)
        if self._held.threads > _most_threads(self._limits["processes"]):
            return Limit("processes", f"{self._held.threads:,} threads at one time")
        used = census.memory(pids or [root], self._call["memory"]) + self._held.memory
        self._peak = max(self._peak, used)
        if used > self._call["memory"]:
            return Limit("memory", f"more than {self._call['memory']} bytes in use")
        if self._held.removed > self._limits["output_bytes"]:
            return self._too_many_bytes()
        return None

    def exceeded_at_the_end(self) -> Limit | None:
        """Look once more at what may have come between the last look and the end."""
        if self._log_bytes > self._limits["log_bytes"]:
            return self._too_much_log()
        return self._exceeded()

    def figures(self, ending: dict[str, Any]) -> dict[str, Any]:
        """Give time, processor time and memory for the report."""
        ending.pop("cpu_used", None)
        cpu_before = ending.pop("cpu_before", 0.0)
        return {
            "seconds": ending.get("seconds", time.monotonic() - self._began),
            "cpu_seconds": max(0.0, self._cpu - cpu_before),
            "cpu_seconds_before": max(0.0, ending.pop("cpu_started", 0.0) - cpu_before),
            "peak_memory": max(self._peak, ending.pop("own_peak", 0)),
        }

    def disarm(self) -> None:
        """Take from files that are left what would run them as somebody else; nothing of the run does any more."""
        waiting = list(self._folders)
        while waiting:
            with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        _disarm(entry)

    def _too_much_log(self) -> Limit:
        return Limit("log", f"more than {self._limits['log_bytes']} bytes printed")

    @property
    def shared(self) -> frozenset[str]:
        """The files of shared memory that it was seen to have open."""
        return self._held.shared

    def _look_at_held(self, pids: list[int], now: float) -> None:
        if now >= self._next_look_at_held:
            began = time.monotonic()
            self._held = held.by(pids, self._held.shared)
            self._next_look_at_held = now + _PART_OF_THE_TIME * (time.monotonic() - began)

    def _outputs(self) -> Limit | None:
        now = time.monotonic()
        if now < self._next_output_look:
            return None
        found = self._exceeded(self._held.removed)
        took = time.monotonic() - now
        pause = max(_FIRST_OUTPUT_LOOK, _PART_OF_THE_TIME * took)
        self._next_output_look = time.monotonic() + pause
        return found

    def _exceeded(self, removed: int = 0) -> Limit | None:
        """Look at all that it may write, not at its outputs alone: a disk is full for everybody."""
        most_files, most_bytes = self._limits["output_files"], self._limits["output_bytes"]
        files, size = self._before
        files, size = _filled(self._folders, files + most_files, size + most_bytes)
        if files > self._before[0] + most_files:
            return Limit("output", f"wrote more than {most_files:,} files")
        if size + removed > self._before[1] + most_bytes:
            return self._too_many_bytes()
        if self._asked is not None:
            folder, most = self._asked
            if _filled([folder], most_bytes=most)[1] > most:
                return Limit("output", f"it has more than {most:,} bytes")
        return None

    def _too_many_bytes(self) -> Limit:
        return Limit("output", f"wrote more than {self._limits['output_bytes']:,} bytes")


def _most_threads(processes: int) -> int:
    """Say how many threads there may be: libraries have some for each processor, in every process."""
    processors = os.cpu_count() or 1
    return _THREADS + 4 * processors * min(processes, processors)


def _outermost(call: dict[str, Any], *, all_of_them: bool) -> list[str]:
    """List the folders that a run may fill, those left out that lie below another."""
    folders = [*call["outputs"], call["private"], call["folder"]]
    if all_of_them:
        folders += call["writable"]
    found: list[str] = []
    for folder in sorted({os.path.normpath(folder) for folder in folders}):
        if not any(folder.startswith(f"{above}/") for above in found):
            found.append(folder)
    return found


def _disarm(entry: os.DirEntry[str]) -> None:
    with contextlib.suppress(OSError):
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISREG(mode) and mode & _AS_SOMEBODY_ELSE:
            os.chmod(entry.path, stat.S_IMODE(mode) & ~_AS_SOMEBODY_ELSE)


def _filled(
    folders: list[str], most_files: float = math.inf, most_bytes: float = math.inf
) -> tuple[int, int]:
    """Count files and bytes below some folders, until there are more than so many."""
    files = size = 0
    # Folders count where they are many; some are made for every run.
    nested = -_FREE_FOLDERS
    waiting = list(folders)
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                    nested += 1
                else:
                    files += 1
                    with contextlib.suppress(OSError):
                        size += entry.stat(follow_symlinks=False).st_size
                if files + max(0, nested) > most_files or size > most_bytes:
                    return files + max(0, nested), size
    return files + max(0, nested), size
