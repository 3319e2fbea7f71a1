"""Answers calls of pip without carrying them out, and writes them down.

It has two lives. Our child imports it and answers calls that the script makes itself. A copy
named `pip.py`, in a folder that comes first on the search path, is the `pip` of every further
Python process, and of `import pip` in the script. What installs nothing is handed to the real
pip. Stands alone, Python 3.9 and later.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from typing import Any

ANSWER = "scriptcheck: packages are not installed while a script is run; nothing was done"
LOG = "SCRIPTCHECK_PIP_CALLS"

_CHANGING = {"install", "uninstall", "download", "wheel", "add", "sync", "remove", "lock"}
_PYTHON = re.compile(r"^(python|pypy)[\d.]*$")
_PIP = re.compile(r"^pip[\d.]*$")
_PLAIN = re.compile(r"^[^;&|<>`$()\n]*$")

# Parameters of `Popen` after the command that may be given by their place, as far as they matter.
_BY_PLACE = (
    "bufsize",
    "executable",
    "stdin",
    "stdout",
    "stderr",
    "preexec_fn",
    "close_fds",
    "shell",
    "cwd",
    "env",
    "universal_newlines",
)

PROGRAM = """#!/bin/sh
# Stands before the real {name} on the path of a script that is run by scriptcheck.
case " $* " in
  *" install "*|*" uninstall "*|*" download "*|*" wheel "*|*" add "*|*" sync "*|*" remove "*)
    echo "{name} $*" >> "${log}"
    echo "{answer}"
    exit 0 ;;
esac
here=$(dirname "$0")
PATH=$(echo "$PATH" | sed "s|$here:||")
export PATH
exec {name} "$@"
"""


def programs() -> dict[str, str]:
    """Give the text of each program that answers on the path."""
    return {
        name: PROGRAM.format(name=name, log=LOG, answer=ANSWER) for name in ("pip", "pip3", "uv")
    }


def variables(private: str) -> dict[str, str]:
    """Give the variables by which further processes answer, too."""
    return {
        LOG: os.path.join(private, "pip-calls"),
        "PIP_NO_INDEX": "1",
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_OFFLINE": "1",
    }


def answer() -> None:
    """Answer this process's own calls from now on, without starting an interpreter for each."""
    import subprocess

    if os.system.__module__ == __name__:
        return
    start = subprocess.Popen.__init__

    def started(process: Any, args: Any, *rest: Any, **named: Any) -> None:  # noqa: ANN401  (as Popen)
        shell = named.get("shell") or (len(rest) > 7 and rest[7])
        asked = asked_of_pip(args, "shell" if shell else None)
        if asked is not None:
            note(asked)
            args = ["/bin/sh", "-c", f"echo '{ANSWER}'"]
            named = {**named, "shell": False, "executable": None}
            for place, name in enumerate(_BY_PLACE[: len(rest)]):
                named.setdefault(name, rest[place])
            rest = ()
        start(process, args, *rest, **named)

    subprocess.Popen.__init__ = started  # type: ignore[assignment,method-assign]
    system = os.system

    def answered(command: Any) -> int:  # noqa: ANN401  (text or bytes)
        asked = asked_of_pip(os.fsdecode(command), "shell")
        if asked is None:
            return system(command)
        note(asked)
        sys.stdout.write(f"{ANSWER}\n")
        return 0

    os.system = answered


def asked_of_pip(args: object, shell: str | None) -> str | None:
    """Give the command line if it is one that would change what is installed."""
    words = _words(args, shell)
    if not words:
        return None
    name = os.path.basename(words[0])
    rest = words[1:]
    if _PYTHON.match(name) or words[0] == sys.executable:
        while rest and rest[0].startswith("-") and rest[0] != "-m":
            rest = rest[1:]
        if rest[:1] != ["-m"] or len(rest) < 2 or not _PIP.match(rest[1]):
            return None
        rest = rest[2:]
    elif name == "uv" or _PIP.match(name):
        pass
    else:
        return None
    return " ".join(words) if _CHANGING.intersection(rest) else None


def note(asked: str) -> None:
    """Write a call down where the supervisor looks."""
    path = os.environ.get(LOG)
    if path:
        try:
            with open(path, "a") as file:
                file.write(asked.replace("\n", " ")[:1000] + "\n")
        except OSError:
            return


def _words(args: object, shell: str | None) -> list[str]:
    if isinstance(args, (str, bytes, os.PathLike)):
        text = os.fsdecode(args)
        return _shell_words(text) if shell else [text]
    try:
        words = [os.fsdecode(word) for word in args]  # type: ignore[attr-defined]
    except TypeError:
        return []
    return _shell_words(words[0]) if shell and words else words


def _shell_words(text: str) -> list[str]:
    """Split a plain command; in any other the shell will find our programs on the path."""
    try:
        return shlex.split(text) if _PLAIN.match(text) else []
    except ValueError:
        return []


def _main(args: list[str] | None = None) -> int:
    """Be pip's own `main`."""
    given = list(sys.argv[1:] if args is None else args)
    if _CHANGING.intersection(given):
        note(" ".join(["pip", *given]))
        sys.stdout.write(f"{ANSWER}\n")
        return 0
    return _real(given)


def _real(given: list[str]) -> int:
    """Run the real pip in a process without us."""
    import subprocess

    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    ours = os.path.dirname(os.path.abspath(__file__))
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in paths if p != ours)}
    command = [sys.executable, "-m", "pip", *given]
    return subprocess.call(command, env=environ)  # noqa: S603  (what was asked for)


def _be_pip() -> None:
    """Stand for the package: its other modules are the real ones."""
    from types import ModuleType

    ours = os.path.dirname(os.path.abspath(__file__))
    folders = [os.path.join(path, "pip") for path in sys.path if path and path != ours]
    real = [folder for folder in folders if os.path.isdir(folder)][:1]
    package = sys.modules[__name__]
    package.__path__ = real
    package.main = _main  # type: ignore[attr-defined]
    package.__version__ = "0"  # type: ignore[attr-defined]
    for name in ("pip._internal", "pip._internal.cli", "pip._internal.cli.main"):
        module = ModuleType(name)
        module.main = _main  # type: ignore[attr-defined]
        module.__path__ = [os.path.join(folder, *name.split(".")[1:]) for folder in real]
        sys.modules[name] = module
        above, _, last = name.rpartition(".")
        setattr(sys.modules[above], last, module)


if __name__ == "pip":
    _be_pip()
elif __name__ == "__main__":
    raise SystemExit(_main())
