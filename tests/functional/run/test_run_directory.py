"""Where runs lie: folders that are ours are used again, and no other folder is emptied."""

from pathlib import Path

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.run import record, run_directory
from tests.conftest import a_plan


def test_a_folder_of_an_earlier_run_is_emptied(tmp_path: Path) -> None:
    record.write_plan(tmp_path, a_plan())
    (tmp_path / "tasks").mkdir()

    assert run_directory.make(tmp_path, tmp_path, moment=1) == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_the_plan_of_another_tool_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"format_version": "1.2", "planned_values": {}}')
    (tmp_path / "main.tf").write_text("")

    with pytest.raises(UsageError, match="holds other files"):
        run_directory.make(tmp_path, tmp_path, moment=1)

    assert (tmp_path / "main.tf").exists()
