"""Scripts run in the interpreter that the environment names, where the settings name none."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import commit, git, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """\
version: 1
steps:
  where: {script: where.py, outputs: {out: {}}}
"""
SCRIPT = """\
import json, os, sys

def main(input_paths, output_paths, environ_vars, job_args):
    with open(f"{output_paths['out']}/told.json", "w") as file:
        json.dump({"prefix": sys.prefix, "asked": "SCRIPTCHECK_PYTHON" in os.environ}, file)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    (root / "where.py").write_text(SCRIPT)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    return root


def made(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / "bin" / "python"


@pytest.mark.parametrize("start", ["warm", "new"])
def test_a_script_runs_in_the_interpreter_that_the_environment_names(
    project: Path, tmp_path: Path, start: str
) -> None:
    python = made(tmp_path / "theirs")

    ended = scriptcheck(
        *("run", "--all", "--start", start, "--output", "out", "--json"),
        folder=project,
        variables={"SCRIPTCHECK_PYTHON": str(python)},
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    written = [json.loads(file.read_text()) for file in (project / "out").rglob("told.json")]
    expected = {"prefix": str(tmp_path / "theirs"), "asked": False}
    assert written
    assert [one for one in written if one != expected] == []


def test_an_interpreter_that_is_not_there_is_an_error_that_names_the_variable(
    project: Path, tmp_path: Path
) -> None:
    ended = scriptcheck(
        "run", "--all", folder=project, variables={"SCRIPTCHECK_PYTHON": str(tmp_path / "none")}
    )

    assert ended.returncode == 2
    assert "SCRIPTCHECK_PYTHON" in ended.stderr


def test_an_interpreter_that_git_has_is_refused(project: Path) -> None:
    python = project / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    commit(project)

    ended = scriptcheck(
        "run", "--all", folder=project, variables={"SCRIPTCHECK_PYTHON": str(python)}
    )

    assert ended.returncode == 2
    assert "git has `bin/python`, a part of the interpreter" in ended.stderr
