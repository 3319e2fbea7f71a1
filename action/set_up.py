"""What `action.yml` installs: uv, scriptcheck in an environment of its own, and what the scripts need.

It runs before scriptcheck is there, with the Python that the machine has: standard library only, from
Python 3.9 on. Everything lies below RUNNER_TEMP, which the runner empties; the machine's own Python is
not touched. A job may use the action several times; what is there already is not made again. Code of the
repository that an earlier use ran may have replaced it, so the token is given only where there was no such use.

What is installed for scriptcheck itself is pinned by digest and taken as wheels only, so nothing of
it is built and no code of the repository that is checked has a part in it. What the scripts need is
the repository's own matter; of the job's secrets it gets what lets it into package indexes, and no other.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
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

RAN = "ran"
"""The file that the action makes before it runs code of the repository: `Inputs.ran`."""


def main(words: list[str], environ: dict[str, str]) -> int:
    """Install one of the two; gives the exit code."""
    home = Path(environ["RUNNER_TEMP"]) / "scriptcheck"
    try:
        if words == ["tool"]:
            untouched = not (home / RAN).exists()
            tool(home, environ)
            _tell(environ, "untouched", str(untouched).lower())
        elif words == ["scripts"]:
            _tell(environ, "python", str(scripts(home, environ)))
        else:
            return _refused("say `tool` or `scripts`")
    except subprocess.CalledProcessError as error:
        return _refused(f"`{_shown(error.cmd)}` ended with {error.returncode}")
    except OSError as error:
        return _refused(str(error))
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
    files = environ.get("INPUT_REQUIREMENTS", "").split("\n")
    files = [file.strip() for file in files if file.strip()]
    workspace = Path(environ["GITHUB_WORKSPACE"])
    if not named.isprintable():
        raise OSError("the input `python` holds a line break or the like")
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
    version = ["--python", named] if named else []
    _run([*uv, "--no-config", "venv", *version, str(folder)], workspace, variables)
    if files:
        wanted = [word for file in files for word in ("--requirement", str(workspace / file))]
        _run([*uv, "pip", "install", "--python", str(python), *wanted], workspace, variables)
    return python


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
    subprocess.run(command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, check=True)


def _shown(command: list[str]) -> str:
    return " ".join([Path(command[0]).name, *command[1:6]])


def _refused(what: str) -> int:
    # One line, which the runner shows beside the job; the programs have said more above.
    text = what.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::error title=The action could not install what it needs::{text}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], dict(os.environ)))
