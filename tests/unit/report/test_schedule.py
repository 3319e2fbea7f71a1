"""The table of `scriptcheck plan`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.plan import Input
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.model.source import Synthetic
from ci_scriptcheck.report import schedule
from ci_scriptcheck.report.page import PLAIN, Page
from tests.conftest import a_plan, a_result, a_task
from tests.unit.report.records import AMBIGUOUS, a_failing_plan
from tests.unit.report.test_console import nothing_to_do

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.model.plan import Plan


def with_everything() -> Plan:
    made = Input(port="raw", parameter="raw", source=Synthetic(dataset="orders", node="load"))
    blocked = [a_task(f"deep_{number}", blocked="torch is not installed") for number in range(5)]
    return a_plan(a_task("load", inputs=(made,)), *blocked, findings=(AMBIGUOUS,))


@pytest.mark.parametrize("width", [None, 60])
def test_the_plan_of_a_failing_run(width: int | None, golden: Callable[[str], object]) -> None:
    name = "plan/narrow.txt" if width else "plan/wide.txt"
    page = dataclasses.replace(PLAIN, width=width)

    kept = {"fraud/preprocess": a_result("fraud/preprocess", Outcome.REUSED)}
    assert schedule.render(a_failing_plan(), page, kept) == golden(name)


def test_what_cannot_be_run_is_told_apart(golden: Callable[[str], object]) -> None:
    assert schedule.render(with_everything(), PLAIN) == golden("plan/with_everything.txt")


def test_what_waits_for_something_that_is_not_run_is_not_run_either() -> None:
    why = "needs fraud/split, not run: nothing feeds `orders`"
    waiting = a_result("fraud/train", Outcome.NOT_RUN, why_not=why)

    text = schedule.render(a_failing_plan(), PLAIN, {"fraud/train": waiting})

    assert f"not run  1 task: {why} (fraud/train)" in text
    assert "fraud/train  " not in text
    assert "train (reused)" not in text


def test_a_plan_without_tasks_says_so(golden: Callable[[str], object]) -> None:
    assert schedule.render(nothing_to_do().plan, PLAIN) == golden("plan/nothing_to_do.txt")


def test_a_narrow_table_fits_the_terminal() -> None:
    text = schedule.render(a_failing_plan(), Page(width=60))

    assert max(map(len, text.splitlines()[4:])) <= 60
