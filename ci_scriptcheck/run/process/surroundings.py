"""What a host finds around it: a folder for itself and its sockets, and an environment without secrets."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.run.inside import pip_answers

if TYPE_CHECKING:
    from ci_scriptcheck.run.process.request import HostSpec

_A_DAY = 86_400
_SET_DUMPABLE = 4

_PASSED_ON = (
    "CONDA_PREFIX",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYENV_ROOT",
    "TZ",
    "VIRTUAL_ENV",
)


def keep_to_ourselves() -> None:
    """Have the system show our memory and our variables to no other process of our user.

    Where the kernel has no Landlock, a script could look there for a job's secrets.
    """
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def new_folder() -> Path:
    """Make a private folder for the hosts of one controller, what answers pip in it."""
    # The path of a socket has 108 bytes; TMPDIR may be long.
    short = "/tmp" if os.access("/tmp", os.W_OK) else None  # noqa: S108  (mkdtemp is private)
    _sweep(Path(short or tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=f"scq-{os.getpid()}-", dir=short))
    _lay_out_answers(folder / "answers")
    return folder


def environment(spec: HostSpec, folder: Path) -> dict[str, str]:
    """Give a host nothing of ours but what an interpreter needs: its children inherit it."""
    loaded = {"PYTHONHASHSEED": "0", **spec.environ}
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    home = folder / "home"
    home.mkdir(exist_ok=True)
    packages = os.environ.get("PYTHONUSERBASE") or str(Path("~/.local").expanduser())
    return {
        "LANG": "C.UTF-8",
        **passed_on,
        "PYTHONUSERBASE": packages,
        "HOME": str(home),
        "TMPDIR": str(home),
        "MPLCONFIGDIR": str(home),
        "SCRIPTCHECK_LOADED": json.dumps(loaded),
        **loaded,
    }


def _sweep(folder: Path) -> None:
    """Remove what was left where controller and host were killed together."""
    for left in folder.glob("scq-*-*"):
        with contextlib.suppress(OSError):
            is_old = time.time() - left.stat().st_mtime > _A_DAY
            if is_old and left.stat().st_uid == os.getuid():
                shutil.rmtree(left, ignore_errors=True)


def _lay_out_answers(folder: Path) -> None:
    """Make what answers pip: a module of that name, and programs for the path."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    shutil.copyfile(pip_answers.__file__, folder / "pip.py")
    for name, text in pip_answers.programs().items():
        program = programs / name
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)
