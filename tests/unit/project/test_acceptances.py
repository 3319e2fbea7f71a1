"""What is accepted of a finding takes the place of what was, but for what the run has found as well, or had no look at."""

from __future__ import annotations

from ci_scriptcheck.model.acceptance import Acceptance
from ci_scriptcheck.project import acceptances
from ci_scriptcheck.project.acceptances import RunFindings
from ci_scriptcheck.values import replace

MADE = Acceptance(
    step="prepare",
    output="prepared",
    rule="SC406",
    about="prepared/t.csv",
    difference="of made data",
    task="main/prepare",
    data="1",
    reason="made",
)
REAL = replace(MADE, difference="of real data", task="main/prepare[real]", reason="real")
BOTH = frozenset({"main/prepare", "main/prepare[real]"})


def test_what_was_accepted_of_made_data_stays_when_that_of_real_data_is() -> None:
    found = frozenset({MADE.difference, REAL.difference})

    assert acceptances.taken_back([MADE], [REAL], RunFindings(tasks=BOTH, differences=found)) == ()


def test_what_was_accepted_of_real_data_stays_when_a_run_was_given_none() -> None:
    again = replace(MADE, difference="of other made data")
    seen = RunFindings(
        tasks=frozenset({"main/prepare"}), differences=frozenset({again.difference})
    )

    assert acceptances.taken_back([MADE, REAL], [again], seen) == (MADE,)


def test_what_no_run_finds_any_more_gives_way_to_what_is_accepted_of_the_same() -> None:
    seen = RunFindings(tasks=BOTH, differences=frozenset({REAL.difference}))

    assert acceptances.taken_back([MADE], [REAL], seen) == (MADE,)


def test_what_stands_for_whatever_data_takes_the_place_of_what_is_not_known_to_be_of_any_task() -> (
    None
):
    old = replace(MADE, rule="SC401", about="prepared/segment", task=None, data=None)
    new = replace(old, difference="the column")

    assert acceptances.taken_back([old], [new], RunFindings()) == (old,)


def test_what_is_about_something_else_stays() -> None:
    other = replace(MADE, about="prepared/price")

    assert acceptances.taken_back([MADE], [other], RunFindings(tasks=BOTH)) == ()


def test_what_is_said_last_of_the_same_difference_counts() -> None:
    again = replace(MADE, reason="after another look")

    assert acceptances.taken_back([MADE], [again], RunFindings(tasks=BOTH)) == ()
    assert acceptances.written([MADE], [again]) == acceptances.written([again])


def test_what_is_taken_back_is_not_written() -> None:
    assert acceptances.written([MADE, REAL], [], [MADE]) == acceptances.written([REAL])
