"""What `action.yml` installs: uv, scriptcheck in an environment of its own, and what the scripts need.

It runs before scriptcheck is there, with the Python that the machine has: standard library only, from
Python 3.9 on. Everything lies below RUNNER_TEMP, which the runner empties; the machine's own Python is
not touched. A job may use the action several times; what is there already is not made again. Code of the
repository that an earlier use ran may have replaced it, so the token is given only where there was no such use.

What is installed for scriptcheck itself is pinned by digest and taken as wheels only, so nothing of
it is built and no code of the repository that is checked has a part in it. What the scripts need is
the repository's own matter; of the job's secrets it gets what lets it into package indexes, and no other. Why
that failed is kept for the step that checks, which tells it where everything else is told.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections import deque
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent

OUR_PYTHON = ">=3.11"
"""What scriptcheck itself runs in; uv takes one that is there, or fetches one."""

_SECRET = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY|(^|_)(KEY|PASS|PAT)$"
)
_OF_INDEXES = re.compile(r"UV_INDEX_[A-Z0-9_]+_(USERNAME|PASSWORD)")
"""With what uv is let into an index that has a name. Others of its secrets are for publishing."""

_OF_ACTIONS = ("ACTIONS_", "AWS_")

_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]+@")
_QUERY = re.compile(r"(?<=[^\s?])\?[^\s?]*=[^\s]*")
_LAST_LINES = 6
_LONGEST_LINE = 400
_FRAME = " \u00d7╰─▶├│╭·→"
"""What uv draws around its sentences."""

NOT_INSTALLED = "not-installed.json"
"""Why the scripts' libraries are not there; `cli/installation.py` reads it."""

FIXTURES = "fixtures"
"""The folder in which real data come to this job: the parent of `Inputs.fixtures`."""

RAN = "ran"
"""The file that the action makes before it runs code of the repository: `Inputs.ran`."""


class FailedError(Exception):
    """A program ended badly, or was not worth starting.

    Attributes:
        what: One sentence.
        lines: The last ones of what it wrote.
        advice: One thing to try.
    """

    def __init__(self, what: str, lines: tuple[str, ...] = (), advice: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.lines = lines
        self.advice = advice


def main(words: list[str], environ: dict[str, str]) -> int:
    """Install one of the two; gives the exit code."""
    home = Path(environ["RUNNER_TEMP"]) / "scriptcheck"
    try:
        if words == ["tool"]:
            untouched = not (home / RAN).exists()
            tool(home, environ)
            _tell(environ, "untouched", str(untouched).lower())
        elif words == ["scripts"]:
            return _of_scripts(home, environ)
        else:
            return _refused("say `tool` or `scripts`")
    except FailedError as error:
        return _refused(". ".join([error.what, *error.lines]))
    except OSError as error:
        return _refused(str(error))
    return 0


def _of_scripts(home: Path, environ: dict[str, str]) -> int:
    """Install what the scripts need; where that fails, keep why for the step that checks."""
    try:
        _tell(environ, "python", str(scripts(home, environ)))
    except (FailedError, OSError) as error:
        failure = error if isinstance(error, FailedError) else FailedError(str(error))
        files = required(environ)
        kept = {
            "what": failure.what,
            "file": files[0]
            if len(files) == 1 and (_workspace(environ) / files[0]).is_file()
            else None,
            "facts": [_without_what_lets_in(line, environ) for line in failure.lines],
            "advice": failure.advice,
        }
        (home / NOT_INSTALLED).write_text(json.dumps(kept), encoding="utf-8")
        sys.stdout.write(f"{failure.what}\n")
        return 1
    return 0


def tool(home: Path, environ: dict[str, str]) -> None:
    """Install uv, and scriptcheck from the checkout that this file lies in."""
    done = home / "tool" / "installed"
    if done.exists():
        return
    if home.exists():
        shutil.rmtree(home)
    variables = without_secrets(environ)
    pinned = ["--no-deps", "--only-binary=:all:", "--require-hashes"]
    target = ["--target", str(home / "uv"), "--requirement", str(HERE / "uv.txt")]
    _run([*_installer(), *pinned, *target], HERE, variables)
    # `--no-config`: the settings of uv are the repository's, too.
    uv = [str(home / "uv" / "bin" / "uv"), "--no-config", "--quiet"]
    python = home / "tool" / "bin" / "python"
    _run([*uv, "venv", "--python", OUR_PYTHON, str(home / "tool")], HERE, variables)
    install = [*uv, "pip", "install", "--python", str(python)]
    locked = ["--require-hashes", "--only-binary=:all:", "-r", str(HERE / "requirements.txt")]
    _run([*install, *locked], HERE, variables)
    # Without `--refresh-package` uv would take an earlier build of this folder for the present one.
    ours = ["--no-deps", "--no-build-isolation", "--refresh-package", "ci-scriptcheck"]
    _run([*install, *ours, str(CHECKOUT)], HERE, variables)
    done.touch()


def scripts(home: Path, environ: dict[str, str]) -> Path:
    """Make the environment of the scripts, and give its interpreter.

    `INPUT_PYTHON` is a version or the path of an interpreter, `INPUT_REQUIREMENTS` names requirements
    files, one a line. An interpreter without requirements is taken as it is.
    """
    named = environ.get("INPUT_PYTHON", "").strip()
    files = required(environ)
    workspace = _workspace(environ)
    if not named.isprintable():
        raise FailedError("the input `python` holds a line break or the like")
    for file in files:
        if not (workspace / file).is_file():
            raise _missing(file, environ)
    if "/" in named:
        named = str(workspace / named)
        if not files:
            return Path(named)
    folder = home / "scripts"
    if folder.exists():
        shutil.rmtree(folder)
    variables = without_secrets(environ, and_keep=_OF_INDEXES)
    uv = [str(home / "uv" / "bin" / "uv"), "--quiet"]
    python = folder / "bin" / "python"
    # Else uv breaks its sentences where a terminal would end.
    variables["UV_NO_WRAP"] = "1"
    version = ["--python", named] if named else []
    try:
        _run([*uv, "--no-config", "venv", *version, str(folder)], workspace, variables)
    except FailedError as error:
        what = f"there is no Python `{named}` (input `python`) to be had" if named else error.what
        raise FailedError(what, error.lines) from None
    if files:
        install = [*uv, "pip", "install", "--python", str(python)]
        # What is built runs code with the rights of the job, in the network, and settings of the repository
        # say from where things come: not where real data lie.
        install += ["--no-build", "--no-config"] if (home / FIXTURES).is_dir() else []
        _install(install, files, workspace, variables)
    return python


def _install(
    command: list[str], files: list[str], workspace: Path, variables: dict[str, str]
) -> None:
    """Install what the files name."""
    wanted = [word for file in files for word in ("--requirement", str(workspace / file))]
    try:
        _run([*command, *wanted], workspace, variables)
    except FailedError as error:
        listed = " and ".join(f"`{file}`" for file in files)
        raise FailedError(
            f"could not install {listed} (input `python-requirements`)",
            error.lines,
            f"`uv pip install -r {files[0]}` shows it on your machine; the log of this job has all that uv said",
        ) from None


def required(environ: dict[str, str]) -> list[str]:
    """Give the files that the input names, as it names them."""
    lines = environ.get("INPUT_REQUIREMENTS", "").split("\n")
    return [line.strip() for line in lines if line.strip()]


def _workspace(environ: dict[str, str]) -> Path:
    return Path(environ["GITHUB_WORKSPACE"])


def _missing(file: str, environ: dict[str, str]) -> FailedError:
    what = f"there is no file `{file}`, which the input `python-requirements` names"
    project = environ.get("INPUT_PROJECT", "").strip().strip("/") or "."
    inside = (Path(project) / file).as_posix()
    if (_workspace(environ) / inside).is_file():
        return FailedError(
            what, ("files are named as seen from the top of the repository",), f"write `{inside}`"
        )
    return FailedError(what, (), "name it as it is called from the top of the repository")


def without_secrets(
    environ: dict[str, str], *, and_keep: re.Pattern[str] | None = None
) -> dict[str, str]:
    """Give the variables but for those whose names speak of secrets, and Python's own."""
    return {
        name: value
        for name, value in environ.items()
        if (and_keep is not None and and_keep.fullmatch(name))
        or not (
            name.startswith((*_OF_ACTIONS, "PYTHON")) or _SECRET.search(name.upper()) is not None
        )
    }


def _installer() -> list[str]:
    """Say with what uv is installed: pip, or where the machine's Python has none, another uv."""
    if importlib.util.find_spec("pip") is None and shutil.which("uv"):
        return ["uv", "--no-config", "--quiet", "pip", "install", "--python", sys.executable]
    # `-I`: no folder of the repository is searched for modules, and no variable of the job names one.
    pip = [sys.executable, "-I", "-m", "pip", "--quiet", "--no-input", "install"]
    return [*pip, "--disable-pip-version-check", "--no-warn-script-location"]


def _tell(environ: dict[str, str], name: str, value: str) -> None:
    """Set an output; no line break comes into these."""
    with Path(environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.write(f"{name}={value}\n")


def _run(command: list[str], folder: Path, variables: dict[str, str]) -> None:
    """Call a program, show what it writes, and keep the last lines for where the log is not read."""
    last: deque[str] = deque(maxlen=_LAST_LINES)
    with subprocess.Popen(
        command,
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            if line.strip(f"{_FRAME}\n"):
                last.append(line.strip(f"{_FRAME}\n")[:_LONGEST_LINE])
    if process.returncode != 0:
        raise FailedError(f"`{_shown(command)}` ended with {process.returncode}", tuple(last))


def _shown(command: list[str]) -> str:
    return " ".join([Path(command[0]).name, *command[1:6]])


def _without_what_lets_in(line: str, environ: dict[str, str]) -> str:
    """Take out of a line what lets into package indexes: the runner hides it in logs, and nobody does in comments."""
    line = _QUERY.sub("?***", _IN_ADDRESS.sub("***@", line))
    for name, value in environ.items():
        is_secret = _OF_INDEXES.fullmatch(name) or _SECRET.search(name.upper())
        if is_secret and len(value) >= 4:
            line = line.replace(value, "***")
    return line


def _refused(what: str) -> int:
    # One line, which the runner shows beside the job; the programs have said more above.
    text = what.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::error title=The action could not install what it needs::{text}\n")
    return 1


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What uv draws with is more than the encoding of some machines holds.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:], dict(os.environ)))
