"""What scriptcheck itself needs is looked up, and what is missing of it is told with what to do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.cli import doctor, examination, own_libraries
from ci_scriptcheck.report.page import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]
INSTALLED = {"boto3": "1.40.2", "pandas": "2.1.4", "duckdb": "1.4.0.dev3"}


def failed(statement: str) -> ImportError:
    with pytest.raises(ImportError) as raised:
        exec(statement)  # noqa: S102
    return raised.value


def test_what_is_missing_or_too_old_is_named() -> None:
    wanted = ("boto3>=1.34", "pandas>=2.2", "pyrage>=1.2", "duckdb>=1.3")

    assert list(own_libraries.wrong(wanted, INSTALLED.get)) == [
        "`pandas` is 2.1.4, and >=2.2 is needed",
        "`pyrage` is not installed",
    ]


def test_what_is_needed_elsewhere_alone_is_not_missing_here() -> None:
    wanted = ('pywin32>=300; sys_platform == "win32"', 'notebook; extra == "notebooks"')

    assert list(own_libraries.wrong(wanted, INSTALLED.get)) == []


def test_a_clone_knows_better_than_what_was_written_down_when_it_was_installed(
    tmp_path: Path,
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "ci-scriptcheck"\ndependencies = ["new-since-then>=1"]\n'
    )

    assert own_libraries.requirements(tmp_path) == ("new-since-then>=1",)


@pytest.mark.parametrize("text", ["", "[project", '[project]\nname = "shop"\n'])
def test_what_lies_beside_libraries_by_chance_is_no_clone(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)

    assert any(one.startswith("boto3") for one in own_libraries.requirements(tmp_path))


def test_here_nothing_is_missing() -> None:
    assert "pyrage>=1.2" in own_libraries.requirements(ROOT)
    assert own_libraries.lacking() == ()


def test_a_library_that_is_missing_is_told_with_what_to_do() -> None:
    error = own_libraries.as_error(failed("import library_of_nobody.part"))

    assert error is not None
    assert error.what == "`library_of_nobody` is missing, which scriptcheck needs"
    assert sys.executable in error.facts[0]
    assert error.advice == f"install scriptcheck again: `pip install -e {ROOT}`"


def test_a_library_that_is_another_than_is_needed_is_told_with_what_it_lacks() -> None:
    error = own_libraries.as_error(failed("from yaml import something_newer"))

    assert error is not None
    assert error.what == "`yaml` is not as scriptcheck needs it"
    assert "something_newer" in error.facts[0]


def test_a_module_of_ours_that_is_missing_is_our_fault() -> None:
    assert own_libraries.as_error(failed("import ci_scriptcheck.nothing")) is None
    assert own_libraries.as_error(failed("from ci_scriptcheck.cli import nothing")) is None


def test_what_doctor_prints_of_it(golden: Callable[[str], object]) -> None:
    lacking = ("`pandas` is 2.1.4, and >=2.2 is needed", "`pyrage` is not installed")

    lines = [
        line.replace(str(ROOT), "CLONE")
        for item in examination.of_libraries(lacking)
        for line in doctor.lines(item, PLAIN)
    ]

    assert "\n".join(lines) + "\n" == golden("doctor_of_libraries.txt")
    assert list(examination.of_libraries(())) == []
