"""How many machines a plan is worth."""

from __future__ import annotations

from ci_scriptcheck.cli import plan
from ci_scriptcheck.modes import cut
from tests.conftest import a_plan, a_task
from tests.unit.report.records import AMBIGUOUS


def test_what_was_found_without_running_is_told_by_one_machine() -> None:
    nothing = cut.cut((), of=4)

    assert plan.machines(nothing, a_plan(findings=(AMBIGUOUS,))) == 1
    assert plan.machines(nothing, a_plan()) == 0


def test_each_share_is_a_machine() -> None:
    whole = a_plan(a_task("load"), a_task("train"))

    assert plan.machines(cut.cut(whole.tasks, of=4), whole) == 2
