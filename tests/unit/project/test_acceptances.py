"""What is accepted of a finding takes the place of what was, but for what the same run has found as well."""

from __future__ import annotations

from ci_scriptcheck.model.acceptance import Acceptance
from ci_scriptcheck.project import acceptances
from ci_scriptcheck.values import replace

MADE = Acceptance(
    step="prepare",
    output="prepared",
    rule="SC401",
    about="prepared/segment",
    difference="of made data",
    reason="made",
)
REAL = replace(MADE, difference="of real data", reason="real")


def test_what_was_accepted_of_made_data_stays_when_that_of_real_data_is() -> None:
    text = acceptances.written([MADE], [REAL], {MADE.difference, REAL.difference})

    assert text == acceptances.written([], [REAL, MADE])
    assert "reason: made" in text
    assert "reason: real" in text


def test_what_no_run_finds_any_more_gives_way_to_what_is_accepted_of_the_same() -> None:
    text = acceptances.written([MADE], [REAL], {REAL.difference})

    assert text == acceptances.written([REAL])


def test_what_is_said_last_of_the_same_difference_counts() -> None:
    again = replace(MADE, reason="after another look")

    assert acceptances.written([MADE], [again], {MADE.difference}) == acceptances.written([again])


def test_what_is_about_something_else_stays() -> None:
    other = replace(MADE, about="prepared/price")

    assert acceptances.written([MADE], [other]) == acceptances.written([MADE, other])
