"""No text of a project becomes a command to the runner that shows it, wherever its lines are broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import commit, git, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """\
version: 1
datasets: {raw: {copy: data}}
steps:
  wide: {script: wide.py, inputs: {raw: raw}, outputs: {out: {}}}
"""
SCRIPT = """\
from pathlib import Path

def main(input_paths, output_paths, environ_vars, job_args):
    text = (Path(input_paths["raw"]) / "rows.csv").read_text()
    raise ValueError("x" * 80 + " ::error::INJ2 ::stop-commands::zz ##[error]a\\n \\u00a0::warning::b")
"""


@pytest.mark.slow
def test_a_long_text_with_commands_in_it_starts_no_line_with_one(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows.csv").write_text("a\n1\n")
    (tmp_path / "scriptcheck.yaml").write_text(SETTINGS)
    (tmp_path / "wide.py").write_text(SCRIPT)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path)

    for words in (
        ("run", "--all", "-v"),
        ("report",),
        ("report", "junit"),
        ("report", "html"),
        ("report", "json"),
    ):
        ended = scriptcheck(*words, folder=tmp_path, variables={"COLUMNS": "60"})
        lines = (ended.stdout + ended.stderr).splitlines()

        assert any("INJ2" in line for line in lines)
        assert not [line for line in lines if line.strip().startswith("::") or "##[" in line]
