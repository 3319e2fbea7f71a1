"""The stage that a script is set on: its streams, its environment, and what the system refuses it.

Stands alone, Python 3.9 and later.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import tempfile
import time
from typing import Any

from . import pip_answers

_PASSED_ON = ("LD_LIBRARY_PATH", "PATH", "VIRTUAL_ENV")
_SPARE_MEMORY = 1 << 30


def take_streams(log: int) -> None:
    """Make our log the place of everything printed, by Python or by anything below it."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    for descriptor in (nothing, log):
        if descriptor > 2:
            os.close(descriptor)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    for name in ("stdout", "stderr"):
        number = 1 if name == "stdout" else 2
        stream = open(number, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def set_environment(call: dict[str, Any], answers: str) -> None:
    """Make the script's variables all that there are, with a home and a path of its own.

    Args:
        call: What is to be run.
        answers: Folder of the answering pip.
    """
    private = call["private"]
    folders = {
        name: os.path.join(private, folder)
        for name, folder in {"HOME": "home", "TMPDIR": "tmp", "MPLCONFIGDIR": "matplotlib"}.items()
    }
    for name in ("HOME", "TMPDIR"):  # the other one is made by who needs it
        with contextlib.suppress(FileExistsError):
            os.mkdir(folders[name])
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    loaded = json.loads(os.environ.get("SCRIPTCHECK_LOADED", "{}"))
    variables = {
        # Language and time zone of the machine are no part of what a result is kept under.
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        **passed_on,
        "PYTHONDONTWRITEBYTECODE": "1",
        **loaded,
        **folders,
        **call["env"],
    }
    path = [os.path.join(answers, "bin"), os.path.dirname(sys.executable)]
    variables["PATH"] = os.pathsep.join([*path, variables.get("PATH", os.defpath)])
    own_path = [item for item in variables.get("PYTHONPATH", "").split(os.pathsep) if item]
    variables["PYTHONPATH"] = os.pathsep.join([answers, *own_path])
    variables.update(pip_answers.variables(private))
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    tempfile.tempdir = None


def limit_resources(call: dict[str, Any]) -> None:
    """Set what the system itself can refuse, behind the supervisor's own looks."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: call["limits"]["output_bytes"],
        # It counts reserved memory too, so it can only stand far behind.
        resource.RLIMIT_DATA: _data_size() + 2 * call["memory"] + _SPARE_MEMORY,
    }
    for kind, wanted in limits.items():
        _, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (limit, limit))


def _data_size() -> int:
    with contextlib.suppress(OSError), open("/proc/self/statm") as file:
        return int(file.read().split()[5]) * resource.getpagesize()
    return 0
