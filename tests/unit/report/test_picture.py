"""Which graphs of a run are drawn in a comment, and what of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.report.comment import picture
from tests.conftest import a_plan, a_record, a_result, a_task
from tests.unit.report.posted import a_failing_pull_request, many_failures
from tests.unit.report.records import after

if TYPE_CHECKING:
    from ci_scriptcheck.model.run_record import RunRecord


def a_chain(count: int, failed: int, beside: int = 0) -> RunRecord:
    """A chain of steps of which one fails, with others that are fed by the first."""
    tasks = [a_task("s0", pipeline="fraud")]
    tasks += [after(f"s{number}", f"s{number - 1}") for number in range(1, count)]
    tasks += [after(f"b{number}", "s0") for number in range(beside)]
    return a_record(a_plan(*tasks), a_result(f"fraud/s{failed}", Outcome.FAILED))


def boxes(record: RunRecord) -> list[list[str]]:
    """List the boxes of each picture, by what they are called."""
    return [re.findall(r'\["([^"]*)<br/>', drawn) for drawn in picture.drawings(record)]


def test_a_pipeline_in_which_something_failed_is_drawn() -> None:
    assert [len(names) for names in boxes(a_failing_pull_request())] == [6]


def test_a_pipeline_in_which_nothing_failed_is_not() -> None:
    assert boxes(a_record(a_plan(a_task("a", pipeline="fraud"), after("b", "a")))) == []


def test_steps_that_are_joined_to_nothing_are_no_picture() -> None:
    assert boxes(many_failures(3)) == []


@pytest.mark.parametrize("beside", [picture.MOST_BESIDE, 100])
def test_of_a_large_pipeline_what_leads_to_the_failure_and_waits_is_left(beside: int) -> None:
    assert boxes(a_chain(4, failed=1, beside=beside)) == [["s0", "s1", "s2"]]


def test_a_chain_that_is_too_long_ends_with_what_waits_for_the_failure() -> None:
    assert [len(names) for names in boxes(a_chain(picture.MOST_RANKS + 1, failed=9))] == [11]


def test_a_chain_whose_failure_comes_too_late_is_left_out() -> None:
    assert [len(one) for one in boxes(a_chain(picture.MOST_RANKS, failed=14))] == [16]
    assert boxes(a_chain(200, failed=picture.MOST_RANKS)) == []
