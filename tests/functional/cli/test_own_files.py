"""What the tool writes itself is no change of the project, wherever somebody wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.cli.demo import pull_request
from tests.functional.cli.command import scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

NOTHING = "no file changed: nothing to check"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make the demonstration's repository, with `main` checked out and its run in the store."""
    return pull_request.lay_out(tmp_path)


def test_reports_and_run_directories_in_the_repository_are_no_changes(project: Path) -> None:
    where = ("--junit", "reports/[all] of it.xml", "--output", "last run")
    assert scriptcheck("run", "ingest", *where, folder=project).returncode == 0
    written = scriptcheck(
        "report", "json", "--run", "last run", "--output", "report.json", folder=project
    )

    assert written.returncode == 0
    assert (project / "reports" / "[all] of it.xml").is_file()
    assert (project / "last run" / "record.json").is_file()
    assert NOTHING in scriptcheck("run", folder=project).stdout


def test_a_file_beside_a_report_is_a_change(project: Path) -> None:
    scriptcheck("run", "--junit", "reports/all.xml", folder=project)
    (project / "reports" / "settings.py").write_text("WIDE = 1\n")

    assert "1 file changed, none used by a step" in scriptcheck("run", folder=project).stdout
