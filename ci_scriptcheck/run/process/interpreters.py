"""What an interpreter is, told without starting it, as far as a result can depend on it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from ci_scriptcheck.change.dependencies.default_interpreter import default_interpreter
from ci_scriptcheck.change.dependencies.virtual_environment import environment_of

_NAME = re.compile(r"python(\d+\.\d+)")


def located(root: Path, folder: str, python: str | None) -> str:
    """Give the absolute path of an interpreter as the settings of the project in a folder name it.

    A virtual environment is known by the path of its link, which is therefore not resolved. Only `..` at
    the beginning is, from where the folder really lies: to whom it leads elsewhere depends on links.
    """
    if python is None:
        return default_interpreter()
    place, words = root / folder, Path(python).parts
    while words[:1] == ("..",):
        place, words = place.resolve().parent, words[1:]
    return str(place.joinpath(*words))


def identity(python: str) -> tuple[str, str]:
    """Give version `x.y` and platform of an interpreter, by its absolute path.

    Where neither its virtual environment nor its name tells the version, its file's size and time
    of change stand for it; so another interpreter is another text in any case.
    """
    return (_version(Path(python)), f"{sys.platform}-{os.uname().machine}")


def _version(python: Path) -> str:
    if str(python) == sys.executable:
        return f"{sys.version_info.major}.{sys.version_info.minor}"
    environment = environment_of(python)
    if environment is not None and environment.version is not None:
        return environment.version
    return _by_file(python)


def _by_file(python: Path) -> str:
    try:
        real = python.resolve(strict=True)
        found = _NAME.fullmatch(real.name)
        seen = real.stat()
    except OSError:
        return "absent"
    return found[1] if found else f"{seen.st_size}-{seen.st_mtime_ns}"
