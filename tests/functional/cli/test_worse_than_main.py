"""What main has as well is excused up to what main has, and what it has alone is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import commit, git, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """\
version: 1
datasets:
  prices: {files: prices.csv, columns: {price: {type: int, max: 10}}}
steps:
  make: {script: make.py, outputs: {prices: {expects: prices}}}
  old: {script: make.py, outputs: {prices: {}}}
"""
MAKE = """\
def main(input_paths, output_paths, environ_vars, job_args):
    rows = "".join(f"{99 if number < BAD else 1}\\n" for number in range(100))
    open(output_paths["prices"] + "/prices.csv", "w").write("price\\n" + rows)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A shop in which two of a hundred prices are too high on main."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    (root / "make.py").write_text(MAKE.replace("BAD", "2"))
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "checkout", "--quiet", "-b", "change")
    return root


@pytest.mark.slow
@pytest.mark.parametrize(("bad", "status"), [("1", 0), ("2 + 0", 0), ("3", 1)])
def test_a_defect_of_main_is_excused_in_as_many_rows_and_in_no_more(
    shop: Path, bad: str, status: int
) -> None:
    (shop / "make.py").write_text(MAKE.replace("BAD", bad))

    ended = scriptcheck("run", folder=shop)

    assert ended.returncode == status, ended.stdout
    assert ("also on main" in ended.stdout) == (status == 0)


def test_a_step_that_the_change_has_no_more_is_told(shop: Path) -> None:
    (shop / "make.py").write_text(MAKE.replace("BAD", "1"))
    text = SETTINGS.replace("  old: {script: make.py, outputs: {prices: {}}}\n", "")
    (shop / "scriptcheck.yaml").write_text(text)

    ended = scriptcheck("run", folder=shop)

    assert "not compared  old: main has it, and this change does not" in ended.stdout
