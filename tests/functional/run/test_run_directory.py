"""Where runs lie: folders that are ours are used again, and no other folder is emptied."""

import os
import time
from pathlib import Path

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.run import record, run_directory
from tests.conftest import a_plan


def a_run(folder: Path, *, seconds_ago: float) -> None:
    folder.mkdir(parents=True)
    record.write_plan(folder, a_plan())
    (folder / "record.json").write_text("{}")
    age(folder, seconds_ago)


def age(folder: Path, seconds: float) -> None:
    os.utime(folder, (time.time() - seconds, time.time() - seconds))


def test_a_folder_of_an_earlier_run_is_emptied(tmp_path: Path) -> None:
    record.write_plan(tmp_path, a_plan())
    (tmp_path / "tasks").mkdir()

    assert run_directory.make(tmp_path, tmp_path, moment=1) == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_two_runs_never_share_a_folder(tmp_path: Path) -> None:
    first = run_directory.make(tmp_path, None, moment=1)
    (first / "result").touch()

    second = run_directory.make(tmp_path, None, moment=1)

    assert second != first
    assert list(second.iterdir()) == []


def test_a_folder_with_the_plan_of_another_tool_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"format_version": "1.2", "planned_values": {}}')
    (tmp_path / "main.tf").write_text("")

    with pytest.raises(UsageError, match="holds other files"):
        run_directory.make(tmp_path, tmp_path, moment=1)

    assert (tmp_path / "main.tf").exists()


def test_of_old_runs_those_that_are_not_finished_stay(tmp_path: Path) -> None:
    runs = tmp_path / run_directory.RUNS
    for number in range(run_directory.KEPT + 2):
        folder = runs / f"{number:02}"
        a_run(folder, seconds_ago=1000 - number)
        if number == 0:
            (folder / "record.json").unlink()
            age(folder, 1000)

    run_directory.make(tmp_path, None, moment=1)

    left = {folder.name for folder in runs.iterdir()}
    assert "00" in left
    assert "01" not in left


def test_nothing_is_removed_but_real_folders_that_hold_a_run(tmp_path: Path) -> None:
    runs, outside = tmp_path / run_directory.RUNS, tmp_path / "outside"
    a_run(outside, seconds_ago=1_000_000)
    a_run(runs / "old", seconds_ago=900_000)
    (runs / "linked").symlink_to(outside)
    (runs / "of somebody").mkdir()
    (runs / "of somebody" / "record.json").write_text("{}")
    age(runs / "of somebody", 1_000_000)
    for number in range(run_directory.KEPT):
        a_run(runs / f"{number:02}", seconds_ago=1000)

    run_directory.make(tmp_path, None, moment=1)

    assert {"plan.json", "record.json"} <= {path.name for path in outside.iterdir()}
    assert {"linked", "of somebody"} <= {folder.name for folder in runs.iterdir()}
    assert not (runs / "old").exists()
