"""What was not held against base is told, and nothing is said to be the same because nobody looked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model.change import Feeds
from ci_scriptcheck.model.plan import BasePart, Side, Task
from ci_scriptcheck.model.result import Finding, Level, Outcome, TaskResult
from ci_scriptcheck.report import console, html, markdown, uncompared
from ci_scriptcheck.report.links import Links
from ci_scriptcheck.report.page import PLAIN
from tests.conftest import a_plan, a_record, a_result, a_task

if TYPE_CHECKING:
    from ci_scriptcheck.model.run_record import RunRecord

TRAIN = a_task("train", beside="train@base")
ON_BASE = a_task("train@base", side=Side.BASE)
RAISED = Finding(rule="SC202", severity=Level.ERROR, message="ValueError: too few", step="train")
FAILED: dict[str, Any] = {"outcome": Outcome.FAILED, "findings": (RAISED,)}


def a_run(
    *results: TaskResult, tasks: tuple[Task, ...] = (), gone: tuple[str, ...] = ()
) -> RunRecord:
    base = BasePart(commit="9" * 40, gone=gone)
    return a_record(a_plan(*(tasks or (ON_BASE, TRAIN)), base=base), *results)


def test_that_base_cannot_do_what_head_can_is_told() -> None:
    run = a_run(a_result("train@base", **FAILED), a_result("train"))

    assert uncompared.told(run, "main") == (
        ("train", "on main, given the same, it failed, SC202 ValueError: too few"),
    )


def test_a_failure_that_main_has_too_leaves_its_data_uncompared() -> None:
    old = Finding(**{**_parts(RAISED), "also_on_base": True})
    run = a_run(
        a_result("train@base", **FAILED), a_result("train", Outcome.FAILED, findings=(old,))
    )

    assert uncompared.told(run, "main") == (("train", "it failed, SC202 ValueError: too few"),)


def _parts(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in ("rule", "severity", "message", "step")}


def test_failures_that_count_are_told_elsewhere() -> None:
    run = a_run(a_result("train@base"), a_result("train", **FAILED))

    assert uncompared.told(run, "main") == ()


def test_what_is_new_and_what_is_gone_has_nothing_to_be_compared_with() -> None:
    tasks = (a_task("loadit"), a_task("feed", reason=Feeds()))
    run = a_run(a_result("loadit"), a_result("feed"), tasks=tasks, gone=("load",))

    assert uncompared.told(run, "main") == (
        ("loadit", "main has no such task"),
        ("load", "main has it, and this change does not"),
    )


def test_all_reports_say_so_and_none_says_that_the_data_are_the_same() -> None:
    run = a_run(a_result("train@base", **FAILED), a_result("train"))

    told = console.ending(run, PLAIN)
    comment = markdown.comment(run, Links())
    page = html.render(run)

    why = "on main, given the same, it failed, SC202 ValueError: too few"
    assert f"not compared  train: {why}" in told
    assert "1 not compared with main" in comment
    assert "the same as on main" not in comment
    assert why in page


def test_where_nothing_was_to_be_compared_nothing_is_told() -> None:
    run = a_record(a_plan(a_task("train")), a_result("train"))

    assert uncompared.told(run, "main") == ()
