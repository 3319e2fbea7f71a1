"""What was asked for by name: nothing that the branch broke passes without a word."""

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
  alone: {script: alone.py, inputs: {raw: raw}}
pipelines: {daily: [clean.py, features.py, train.py]}
"""
STEP = """\
from pathlib import Path

def main(input_paths, output_paths, environ_vars, job_args):
    lines = (Path(input_paths["FROM"]) / "rows.csv").read_text()
    (Path(output_paths["TO"]) / "rows.csv").write_text(lines)
"""


def step(source: str, target: str) -> str:
    return STEP.replace("FROM", source).replace("TO", target)


FILES = {
    "scriptcheck.yaml": SETTINGS,
    "data/rows.csv": "a,b\n1,2\n",
    "clean.py": step("raw", "cleaned"),
    "features.py": step("cleaned", "features"),
    "train.py": step("features", "model"),
    "alone.py": step("raw", "alone"),
}
BROKEN = FILES["features.py"].replace('"rows.csv"', '"gone.csv"', 1)


@pytest.fixture
def churn(tmp_path: Path) -> Path:
    """Make a repository with `main` committed and a branch checked out."""
    root = tmp_path / "churn"
    (root / "data").mkdir(parents=True)
    for name, text in FILES.items():
        (root / name).write_text(text)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "switch", "--quiet", "--create", "change")
    return root


@pytest.mark.parametrize(
    "words",
    [
        ("run", "train"),
        ("run", "daily/train"),
        ("run", "train+"),
        ("run", "train", "--mode", "isolation"),
        ("test-script", "train"),
    ],
    ids=" ".join,
)
def test_a_supplier_that_the_branch_broke_counts_whatever_was_asked_for(
    churn: Path, words: tuple[str, ...]
) -> None:
    (churn / "features.py").write_text(BROKEN)

    ended = scriptcheck(*words, folder=churn)

    assert ended.returncode == 1
    assert "FAILED  daily/features" in ended.stdout
    assert "gone.csv" in ended.stdout


def test_a_supplier_that_no_change_reaches_does_not_count(churn: Path) -> None:
    (churn / "train.py").write_text(FILES["train.py"] + "# changed\n")

    ended = scriptcheck("run", "train", folder=churn)

    assert ended.returncode == 0
    assert "1 of 4 steps asked for" in ended.stdout


def test_a_request_of_which_nothing_can_run_fails_and_says_so(churn: Path) -> None:
    (churn / "features.py").write_text(BROKEN)
    commit(churn)
    git(churn, "branch", "--force", "main")

    ended = scriptcheck("run", "train", folder=churn)

    assert ended.returncode == 1
    assert "nothing that was asked for was run, so nothing was tested" in ended.stdout


def test_a_scenario_that_would_change_nothing_is_no_pass(churn: Path) -> None:
    alone = scriptcheck("test-script", "clean", "-s", "edge_cases", folder=churn)
    chained = scriptcheck("test-pipeline", "daily", "-s", "no_rows", folder=churn)

    assert (alone.returncode, chained.returncode) == (1, 1)
    assert "no input is made, so `edge_cases` would change nothing" in alone.stdout


def test_a_step_of_no_pipeline_cannot_be_asked_for_in_one(churn: Path) -> None:
    ended = scriptcheck("run", "alone", "--mode", "pipeline", folder=churn)

    assert ended.returncode == 2
    assert "nothing to run for `alone` in mode pipeline" in ended.stderr


def test_a_node_can_be_tested_alone_by_its_full_name(churn: Path) -> None:
    ended = scriptcheck("test-script", "daily/clean", folder=churn)

    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_settings_are_found_from_a_folder_below(churn: Path) -> None:
    (churn / "scripts").mkdir()

    ended = scriptcheck("run", "train", folder=churn / "scripts")

    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.slow
def test_an_input_of_a_wrong_name_is_told_with_what_is_written(churn: Path) -> None:
    (churn / "features.py").write_text(step("clean", "features"))

    ended = scriptcheck("run", folder=churn)

    assert ended.returncode == 1
    assert "did you mean `cleaned`, which `clean` writes?" in ended.stdout


@pytest.mark.slow
def test_a_repository_without_a_main_branch_is_not_called_empty(churn: Path) -> None:
    git(churn, "branch", "--delete", "--force", "main")

    ended = scriptcheck("run", "--all", "--json", folder=churn)

    assert "nothing committed" not in ended.stderr
