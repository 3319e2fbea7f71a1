"""What differs in data: of two folders, two files, two runs, or since a commit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.functional.cli.command import commit, git, scriptcheck

DEMO = Path(__file__).parents[3] / "ci_scriptcheck" / "cli" / "demo" / "project"


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    for side, rows in (("old", "1,2\n2,3\n"), ("new", "2,3\n1,5\n3,1\n")):
        (tmp_path / side).mkdir()
        (tmp_path / side / "t.csv").write_text(f"id,v\n{rows}")
    return tmp_path


def test_two_folders_are_compared_by_the_key_that_is_named(tables: Path) -> None:
    ended = scriptcheck("diff", "old", "new", "--key", "id", folder=tables)

    assert ended.returncode == 1
    assert "data  old and new: 1 of 3 rows changed, 1 rows new of `t.csv`" in ended.stdout


def test_two_files_may_have_other_names(tables: Path) -> None:
    (tables / "other.csv").write_text("id,v\n1,2\n2,4\n")

    ended = scriptcheck("diff", "old/t.csv", "other.csv", "--json", folder=tables)

    (found,) = json.loads(ended.stdout)
    assert [one["path"] for one in found["comparison"]["files"]] == ["other.csv"]


def test_equal_data_end_with_nothing(tables: Path) -> None:
    ended = scriptcheck("diff", "old", "old", folder=tables)

    assert (ended.returncode, ended.stdout) == (0, "no difference\n")


@pytest.mark.parametrize(
    ("sides", "told"),
    [
        (("old", "nowhere"), "there is no `nowhere`"),
        (("old", "old/t.csv"), "a folder and a file cannot be compared"),
        ((), "`diff` compares two folders"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    tables: Path, sides: tuple[str, ...], told: str
) -> None:
    ended = scriptcheck("diff", *sides, folder=tables)

    assert ended.returncode == 2
    assert told in ended.stderr


def test_a_commit_and_two_runs_show_the_same_difference(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    shutil.copytree(DEMO, root)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    scriptcheck("run", "--all", "--output", "first", folder=root)
    script = root / "scripts" / "preprocess.py"
    script.write_text(script.read_text().replace(".dt.hour", ".dt.hour + 1"))

    since = scriptcheck("diff", "main", folder=root)
    scriptcheck("run", "--all", "--output", "second", folder=root)
    runs = scriptcheck("diff", "first", "second", folder=root)

    what = "output `features`: 2,000 of 2,000 rows changed of `features.parquet`"
    assert since.returncode == runs.returncode == 1
    assert f"data  preprocess, {what}" in since.stdout
    assert f"data  fraud/preprocess, {what}" in runs.stdout
    assert "fraud/train" not in since.stdout
    assert "fraud/train" in runs.stdout
