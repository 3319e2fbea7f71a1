"""A host that begins while the project is still being read, for what its scripts seem to import.

To read a project for the first time takes as long as half of what a host has to import, and both
can be done at once. What is guessed here costs time if it is wrong, and changes nothing: a host
that imported what no script imports is ended and another one started.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck import repository_file
from ci_scriptcheck.change.dependencies.default_interpreter import default_interpreter
from ci_scriptcheck.project.paths import FILE_NAME
from ci_scriptcheck.run.process import interpreters
from ci_scriptcheck.run.process.hosts import Hosts
from ci_scriptcheck.run.process.request import HostSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SCRIPTS = 100
"""Scripts that are looked into at most: in a larger project this is no short way any more."""

_SCRIPT = re.compile(r"[\w./-]+\.py\b")
_OTHER_PYTHON = re.compile(r"\bpython\b[\"']?\s*:")
_IMPORT = re.compile(
    r"^(?:import|from(?=[ \t]+[\w.]+[ \t]+import\b))[ \t]+([A-Za-z_][\w.]*)", re.MULTILINE
)
_WORD = re.compile(r"[\w./-]+")


@contextmanager
def hosts(project: Path, root: Path) -> Iterator[Hosts | None]:
    """Begin a host for the project in a folder of a repository, and end it with whatever was started beside it.

    Gives `None` where nothing can be guessed.
    """
    modules = guessed(project, root)
    if not modules:
        yield None
        return
    with Hosts(repository=root) as begun:
        python = interpreters.located(project, "", None)
        begun.begin(HostSpec(python=python, preload=modules))
        yield begun


def guessed(project: Path, root: Path) -> tuple[str, ...]:
    """Name the libraries that the scripts in the settings' text import at their top.

    None where they do not run in our own interpreter.
    """
    project = project.resolve()
    settings = _text(root, project / FILE_NAME)
    if _OTHER_PYTHON.search(settings) or default_interpreter() != sys.executable:
        return ()
    named = {name for name in _SCRIPT.findall(settings) if not name.startswith(("/", ".."))}
    if len(named) > MOST_SCRIPTS:
        return ()
    found = {name for script in named for name in _IMPORT.findall(_text(root, project / script))}
    # A module of the project is not the library of the same name.
    near = {project / folder for script in named for folder in PurePosixPath(script).parents}
    # Roots of imports are named there, among other things.
    words = {word for word in _WORD.findall(settings) if not word.startswith("/")}
    near |= {place for word in words if _is_there(place := project / word)}
    return tuple(sorted(name for name in found if _is_library(name.partition(".")[0], near, root)))


def _is_library(top: str, near: set[Path], root: Path) -> bool:
    """Say whether a name is that of an installed library, and of nothing in the project.

    One that is not there, or lies in the repository, would not be imported: a host that was told of
    it would be one of another kind.
    """
    if top in sys.stdlib_module_names:
        return False
    if any(_is_there(place / top) or _is_there(place / f"{top}.py") for place in near):
        return False
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return False
    places = [] if spec is None else [spec.origin, *(spec.submodule_search_locations or ())]
    return any(places) and not any(_lies_in(root, place) for place in places if place)


def _is_there(place: Path) -> bool:
    """Say whether something lies at a place that may be no place at all: any word makes one."""
    try:
        return place.exists()
    except OSError:  # it is too long, or lies where we may not look
        return False


def _lies_in(root: Path, place: str) -> bool:
    """Say whether a place lies in the repository, but in no environment there such as ours."""
    own = Path(sys.prefix).resolve()
    if own != root and own.is_relative_to(root) and Path(place).resolve().is_relative_to(own):
        return False
    return repository_file.is_inside(str(root), place)


def _text(root: Path, file: Path) -> str:
    try:
        path = file.relative_to(root).as_posix()
        return repository_file.read(str(root), path).decode(errors="replace")
    except (OSError, ValueError):
        return ""
