"""The fault benchmark: its edits fit the projects as they are, and a trial tells what happened."""

from __future__ import annotations

import ast
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from benchmarks.faults import table
from benchmarks.faults.edit import Edit, Replacement, edits
from benchmarks.faults.repository import PROJECTS
from benchmarks.faults.trial import Trial, trials

if TYPE_CHECKING:
    from pathlib import Path

EDITS = edits()


def a_trial(*, status: int, breaks: str = "Nothing is written.", only_base: bool = False) -> Trial:
    edit = Edit(
        name="shop/cut",
        project="shop",
        kind="rows lost",
        breaks=breaks,
        only_base=only_base,
        replacements=(),
    )
    rules = ("SC201",) if status else ()
    return Trial(edit=edit, status=status, rules=rules, modes=(), warned=(), said="", seconds=1.0)


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in files}


def is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_fits_its_project_and_leaves_python_that_can_be_read(
    edit: Edit, tmp_path: Path
) -> None:
    for name in {replacement.file for replacement in edit.replacements}:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECTS[edit.project] / name, tmp_path / name)

    before = contents(tmp_path)
    edit.apply(tmp_path)
    after = contents(tmp_path)

    assert all(after[file] != before[file] for file in before)
    assert [file for file in after if file.endswith(".py") and not is_python(after[file])] == []


def test_there_are_enough_faults_of_enough_classes_and_harmless_edits() -> None:
    counted = table.totals([a_trial_of(edit) for edit in EDITS])

    assert counted.faults >= 80
    assert counted.classes >= 26
    assert counted.harmless >= 40
    assert len({edit.name for edit in EDITS}) == len(EDITS)


def test_a_text_that_stands_twice_is_not_replaced() -> None:
    with pytest.raises(ValueError, match=r"clean\.py holds 2 times, not once: 'row'"):
        Replacement(file="clean.py", old="row", new="line").applied("row, row")


@pytest.mark.slow
def test_a_fault_is_found_and_a_harmless_edit_passes() -> None:
    names = ("claims/score-renamed-in-eval", "claims/comment-on-the-clip")
    told: list[Trial] = []

    fault, harmless = sorted(
        trials(edits(names), abreast=2, ended=told.append),
        key=lambda trial: trial.edit.is_harmless,
    )

    assert fault.is_found
    assert fault.rules
    assert (harmless.status, harmless.rules) == (0, ())
    assert sorted(trial.edit.name for trial in told) == sorted(names)


def test_an_edit_that_breaks_nothing_after_all_is_shown_and_not_counted() -> None:
    trial = a_trial(status=0)
    wrong = replace(trial, edit=replace(trial.edit, wrong="The port is joined by its name."))

    counted = table.totals([wrong])

    assert (counted.faults, counted.visible, counted.harmless) == (0, 0, 0)
    assert "shop/cut (breaks nothing)" in table.as_text([wrong])


def test_what_only_a_comparison_can_see_is_counted_apart() -> None:
    counted = table.totals(
        [
            a_trial(status=1),
            a_trial(status=2),
            a_trial(status=70),
            a_trial(status=0, only_base=True),
            a_trial(status=0, breaks=""),
            a_trial(status=70, breaks=""),
        ]
    )

    assert (counted.found, counted.faults) == (2, 4)
    assert (counted.visible_found, counted.visible) == (2, 3)
    assert (counted.false_errors, counted.harmless) == (1, 2)


def a_trial_of(edit: Edit) -> Trial:
    return Trial(edit=edit, status=0, rules=(), modes=(), warned=(), said="", seconds=0.0)
