"""Main runs in the environment of the change: what it does there is not held for what it does elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import commit, git, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """\
version: 1
datasets: {raw: {copy: data}}
pipelines: {daily: [prepare.py, report.py]}
"""
PREPARE = """\
from pathlib import Path

import tabulate


def main(input_paths, output_paths, environ_vars, job_args):
    text = (Path(input_paths["raw"]) / "rows.txt").read_text()
    # As if this version of the library did not know it any more.
    {fate}
    (Path(output_paths["table"]) / "rows.txt").write_text(text)
"""
REPORT = """\
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    text = (Path(input_paths["table"]) / "rows.txt").read_text()
    (Path(output_paths["report"]) / "report.txt").write_text(text.upper())
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return tmp_path / "shop"


def write(root: Path, fate: str = "pass", requirements: str = "tabulate\n") -> None:
    """Make the repository on a branch that has not changed anything yet."""
    (root / "data").mkdir(parents=True)
    (root / "data" / "rows.txt").write_text("a b c\n")
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    (root / "prepare.py").write_text(PREPARE.format(fate=fate))
    (root / "report.py").write_text(REPORT)
    (root / "requirements.txt").write_text(requirements)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "switch", "--quiet", "--create", "change")


def test_a_script_that_fails_with_another_version_of_a_library_is_not_excused(
    repository: Path,
) -> None:
    write(repository, fate="raise ValueError(tabulate.__version__)")
    (repository / "requirements.txt").write_text("tabulate>=0.9\n")

    ended = scriptcheck("run", folder=repository)

    assert ended.returncode == 1, ended.stdout
    assert "also on main" not in ended.stdout
    assert "tabulate any version → >=0.9" in ended.stdout


def test_what_both_sides_do_with_the_libraries_of_the_change_is_not_called_the_same(
    repository: Path,
) -> None:
    write(repository)
    (repository / "requirements.txt").write_text("tabulate>=0.9\n")

    ended = scriptcheck("run", folder=repository)

    told = " ".join(ended.stdout.split())
    assert ended.returncode == 0, ended.stdout
    assert (
        "daily/prepare: tabulate any version → >=0.9: main was not run, as only the"
        " libraries of this change are installed" in told
    )
    # What reads it is given what main does not write.
    assert "daily/report: tabulate any version → >=0.9" in told


def test_a_library_that_mains_script_does_not_use_keeps_nothing_from_being_compared(
    repository: Path,
) -> None:
    write(repository, requirements="tabulate\npackaging\n")
    script = repository / "report.py"
    script.write_text("import packaging\n" + script.read_text().replace("upper()", "lower()"))
    (repository / "requirements.txt").write_text("tabulate\npackaging>=20\n")

    ended = scriptcheck("run", folder=repository)

    assert ended.returncode == 0, ended.stdout
    assert "was not run" not in ended.stdout
    assert "data  report, output `report`" in ended.stdout


def test_a_library_that_is_not_installed_is_no_defect_of_main(repository: Path) -> None:
    write(repository, fate="import a_library_that_nobody_has")
    script = repository / "prepare.py"
    script.write_text(script.read_text() + "# Changed.\n")

    ended = scriptcheck("run", folder=repository)

    assert ended.returncode == 1, ended.stdout
    assert "also on main" not in ended.stdout
    assert "Install `a_library_that_nobody_has` there" in " ".join(ended.stdout.split())
