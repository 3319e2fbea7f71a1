"""A failure of head beside what base did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.result import Finding, Level, Outcome
from ci_scriptcheck.run.judgement import failed_beside
from ci_scriptcheck.run.privacy.texts import KnownNames
from tests.conftest import a_result
from tests.unit.run.test_checks import a_table, lies

if TYPE_CHECKING:
    from ci_scriptcheck.model.result import TaskResult

OLD = tuple(f"c{number}" for number in range(9))


def asking_for_total(*lines: str) -> TaskResult:
    """Give a failure by a column that the change has renamed."""
    found = Finding(
        rule="SC201",
        severity=Level.ERROR,
        message="KeyError: 'total'",
        evidence=lines,
        lacking=("total",),
    )
    inputs = {"prepared": lies(a_table(*OLD, "turnover"))}
    return a_result("daily/summarise", Outcome.FAILED, findings=(found,), inputs=inputs)


ON_BASE = a_result("daily/summarise@base", inputs={"prepared": lies(a_table(*OLD, "total"))})


def test_columns_that_the_change_has_brought_are_listed_first() -> None:
    failed = asking_for_total(
        "input `prepared` has `c0`, `c1`, `c2`, `c3`, `c4`, `c5`, `c6`, `c7` and 2 more",
        "as it is",
    )

    (found,) = failed_beside.with_new_columns_first(failed, ON_BASE, tuple).findings

    assert found.evidence == (
        "input `prepared` has `turnover`, `c0`, `c1`, `c2`, `c3`, `c4`, `c5`, `c6` and 2 more",
        "as it is",
    )


def test_of_private_data_they_are_listed_as_far_as_they_may_be_named() -> None:
    known = KnownNames(names=frozenset({"c0", "c1", "turnover"}))
    failed = asking_for_total("input `prepared` has `c0`, `c1`, `turnover` and 7 more")

    (found,) = failed_beside.with_new_columns_first(failed, ON_BASE, known.told).findings

    assert found.evidence == ("input `prepared` has `turnover`, `c0`, `c1` and 7 more",)
