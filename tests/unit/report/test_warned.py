"""Which warnings are new, and which base has as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model.change import Feeds
from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.report import annotations as noting
from ci_scriptcheck.report import console, html, markdown, warned
from ci_scriptcheck.report.links import Links
from ci_scriptcheck.report.page import PLAIN, Detail
from ci_scriptcheck.values import replace
from tests.conftest import a_plan, a_record, a_result, a_task

if TYPE_CHECKING:
    from ci_scriptcheck.model.run_record import RunRecord


def a_warning(message: str, **given: Any) -> Finding:
    parts: dict[str, Any] = {"rule": "SC304", "severity": Level.WARNING, "step": "train"}
    return Finding(message=message, **parts | given)


NEW, OLD, FAR = a_warning("nothing in `b`"), a_warning("nothing in `a`"), a_warning("no `c`")


def a_run(**given: Any) -> RunRecord:
    """Give a run whose `load` only gives inputs, and whose `train` had one of two warnings before."""
    plan = a_plan(
        a_task("load", reason=Feeds()),
        a_task("train@base", side=Side.BASE),
        a_task("train", beside="train@base"),
        **given,
    )
    return a_record(
        plan,
        a_result("load", findings=(FAR,)),
        a_result("train@base", findings=(OLD,)),
        a_result("train", findings=(OLD, NEW)),
    )


def test_what_base_warns_of_too_and_what_the_change_cannot_reach_is_not_new() -> None:
    found = warned.warnings(a_run())

    assert [message for _, message, _ in found.new] == ["nothing in `b`"]
    assert [message for _, message, _ in found.old] == ["no `c`", "nothing in `a`"]


def test_who_wants_to_be_told_of_all_is() -> None:
    found = warned.warnings(a_run(strict=True))

    assert [message for _, message, _ in found.new] == [
        "no `c`",
        "nothing in `a`",
        "nothing in `b`",
    ]
    assert found.old == {}


def test_one_warning_of_several_tasks_is_new_for_those_that_had_none() -> None:
    run = a_run()
    plan = replace(run.plan, tasks=(*run.plan.tasks, a_task("serve")))
    results = (*run.results, a_result("serve", findings=(OLD,)))

    found = warned.warnings(a_record(plan, *results))

    assert found.new["SC304", "nothing in `a`", ""] == ["serve"]
    assert found.old["SC304", "nothing in `a`", ""] == ["train"]


def test_the_terminal_counts_the_old_ones_and_shows_them_to_who_asks() -> None:
    told = console.ending(a_run(), PLAIN)
    verbose = console.ending(a_run(), replace(PLAIN, detail=Detail.VERBOSE))

    assert "warning  SC304 nothing in `b`" in told
    assert "nothing in `a`" not in told
    assert "2 warnings are also on main, shown with `-v`" in told
    assert "warning  SC304 nothing in `a`" in verbose
    assert "also on main" not in verbose


def test_the_page_has_the_old_ones_folded_and_annotations_have_none() -> None:
    page = html.render(a_run())

    assert "2 warnings also on main</summary>" in page
    assert [one.message for one in noting.noted(a_run())] == ["nothing in `b`."]


def test_a_base_whose_name_is_set_as_code_is_so_in_a_folded_title_too() -> None:
    run = a_run()
    plan = replace(run.plan, changes=replace(run.plan.changes, base_name="release/1.0"))
    text = markdown.comment(replace(run, plan=plan), Links())

    assert "<summary>1 warning, and 2 also on <code>release&#47;1&#46;0</code></summary>" in text
