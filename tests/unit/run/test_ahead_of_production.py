"""What a step fails for on production's data: excused where the change alone explains it, and else counted."""

from __future__ import annotations

import pytest

from ci_scriptcheck.model.result import FileFacts, Finding, Level, Outcome, TaskResult
from ci_scriptcheck.run.ahead_of_production import Supplied, excused
from ci_scriptcheck.run.workspace import artefact_of
from ci_scriptcheck.values import replace
from tests.conftest import a_result

MISSED = Finding(rule="SC201", severity=Level.ERROR, message="KeyError", lacking=("value_eur",))
SUPPLIED = Supplied(
    port="prepared",
    supplier="prepare",
    given=artefact_of([FileFacts(path="a.csv", bytes=1, digest="1", columns=("id", "amount"))]),
    here=artefact_of([FileFacts(path="a.csv", bytes=1, digest="2", columns=("id", "value_eur"))]),
)


def judged(*findings: Finding, told: tuple[str, ...] = ("amount", "value_eur")) -> TaskResult:
    result = a_result("total", outcome=Outcome.FAILED, findings=findings)
    return excused(result, (SUPPLIED,), lambda names: tuple(one for one in names if one in told))


def test_a_column_that_only_this_branch_writes_is_no_fault() -> None:
    (found,) = judged(MISSED).findings

    assert found.known == (
        "production has not run this change yet: its `prepared` is what production's `prepare` wrote,"
        " and this branch writes `value_eur` there"
    )


@pytest.mark.parametrize(
    "finding",
    [
        replace(MISSED, lacking=("value_eur", "value_usd")),
        replace(MISSED, lacking=("amount",)),
        replace(MISSED, lacking=()),
    ],
)
def test_what_the_change_does_not_explain_counts_and_is_told_what_it_does(
    finding: Finding,
) -> None:
    (found,) = judged(finding).findings

    assert found.known is None
    assert found.evidence == (
        "its `prepared` is what production's `prepare` wrote; this branch writes `value_eur` there and no longer"
        " writes `amount`",
    )


def test_one_fault_that_is_explained_excuses_no_other() -> None:
    other = replace(MISSED, lacking=("country",))

    assert [one.known is None for one in judged(MISSED, other).findings] == [False, True]


def test_names_that_may_not_be_told_are_not() -> None:
    (found,) = judged(replace(MISSED, lacking=()), told=("amount",)).findings

    assert found.evidence == (
        "its `prepared` is what production's `prepare` wrote; this branch no longer writes `amount`",
    )
    assert judged(replace(MISSED, lacking=()), told=()).findings == (replace(MISSED, lacking=()),)
