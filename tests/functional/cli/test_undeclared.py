"""Variables that nothing declares, and programs that are started, from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.functional.cli.command import commit, git, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """\
version: 1
steps:
  fit: {script: fit.py, env: {LABEL: y}}
"""
SCRIPT = """\
import os
import subprocess
from pathlib import Path

def main(input_paths, output_paths, environ_vars, job_args):
    os.environ.get("ROUNDS", "3"), environ_vars.get("DEPTH", "3")
    os.environ.get("PRE" + "FIX")
    subprocess.run(["true"], check=True)
    Path(output_paths["model"], "model.txt").write_text(environ_vars["LABEL"])
"""


def findings(root: Path, settings: str = SETTINGS) -> list[tuple[str, str, str]]:
    root.mkdir(exist_ok=True)
    (root / "scriptcheck.yaml").write_text(settings)
    (root / "fit.py").write_text(SCRIPT)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    record = json.loads(scriptcheck("run", "--all", "--json", folder=root).stdout)
    (task,) = record["tasks"]
    found = [*record["findings"], *task["findings"]]
    return [(one["rule"], one["severity"], one["message"]) for one in found]


def test_each_is_told_once_as_a_warning(tmp_path: Path) -> None:
    assert findings(tmp_path / "repository") == [
        ("SC230", "warning", "`fit` asks for `DEPTH`, `ROUNDS`, which nothing declares"),
        ("SC231", "warning", "started `true`"),
        ("SC230", "warning", "asked for the variable `PREFIX`, which nothing declares"),
    ]


def test_the_settings_may_forbid_or_allow_them(tmp_path: Path) -> None:
    rules = "rules: {SC231: error, SC230: 'off'}\n"

    assert findings(tmp_path / "repository", SETTINGS + rules) == [
        ("SC231", "error", "started `true`")
    ]
