"""A host that begins while the project is still being read, for what its scripts seem to import.

To read a project for the first time takes as long as half of what a host has to import, and both
can be done at once. What is guessed here costs time if it is wrong, and changes nothing: a host
that imported what no script imports is ended and another one started.
"""

from __future__ import annotations

import re
import stat
import sys
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.project.paths import FILE_NAME
from ci_scriptcheck.run.process import interpreters
from ci_scriptcheck.run.process.hosts import Hosts
from ci_scriptcheck.run.process.request import HostSpec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_SCRIPTS = 100
"""Scripts that are looked into at most: in a larger project this is no short way any more."""

_LARGEST_FILE = 1_000_000
_SCRIPT = re.compile(r"[\w./-]+\.py\b")
_OTHER_PYTHON = re.compile(r"\bpython\b[\"']?\s*:")
_IMPORT = re.compile(r"^(?:import|from)[ \t]+([A-Za-z_][\w.]*)", re.MULTILINE)


@contextmanager
def hosts(project: Path) -> Iterator[Hosts | None]:
    """Begin a host for the project in a folder, and end it with whatever was started beside it.

    Gives `None` where nothing can be guessed.
    """
    modules = guessed(project)
    if not modules:
        yield None
        return
    with Hosts() as begun:
        python = interpreters.located(project, "", None)
        begun.begin(HostSpec(python=python, preload=modules))
        yield begun


def guessed(project: Path) -> tuple[str, ...]:
    """Name the libraries that the scripts in the settings' text import at their top.

    None where the settings speak of another interpreter.
    """
    settings = _text(project / FILE_NAME)
    if _OTHER_PYTHON.search(settings):
        return ()
    named = {name for name in _SCRIPT.findall(settings) if not name.startswith(("/", ".."))}
    if len(named) > MOST_SCRIPTS:
        return ()
    found = {name for script in named for name in _IMPORT.findall(_text(project / script))}
    # A module of the project is not the library of the same name.
    near = {project / folder for script in named for folder in PurePosixPath(script).parents}
    return tuple(
        sorted(
            name
            for name in found
            if (top := name.partition(".")[0]) not in sys.stdlib_module_names
            and not any((place / top).exists() or (place / f"{top}.py").exists() for place in near)
        )
    )


def _text(file: Path) -> str:
    # A pipe or a device in a file's place may have no end.
    try:
        seen = file.stat()
        if not stat.S_ISREG(seen.st_mode) or seen.st_size > _LARGEST_FILE:
            return ""
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
