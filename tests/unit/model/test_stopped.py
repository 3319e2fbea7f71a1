"""What kept a run from checking is no pass, whatever a record says of its exit code."""

from __future__ import annotations

import pytest

from ci_scriptcheck.errors import ChangeError, Excerpt, Place
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.model.run_record import RunRecord
from ci_scriptcheck.model.stopped import Stopped, of_error
from tests.conftest import a_record
from tests.unit.report.stops import a_stopped_record


@pytest.mark.parametrize("code", [0, 1, -1, 130, 143, 256])
def test_no_exit_code_of_a_stranger_passes_or_counts_as_a_cancelled_run(code: int) -> None:
    record = a_stopped_record(Stopped(what="no", code=code))

    assert verdict.exit_code(record) == 70


def test_a_run_in_which_all_passed_and_that_could_not_go_on_has_not_passed() -> None:
    assert verdict.exit_code(a_record(stopped=Stopped(what="no", code=2))) == 2


def test_all_that_an_error_says_is_kept_in_a_record() -> None:
    error = ChangeError(
        what="git is not there",
        where=Place(file="a.yaml", line=2),
        facts=("it is called git",),
        advice="install it",
        excerpt=Excerpt(first=2, lines=("a: 1",), marked=2),
    )

    record = a_stopped_record(of_error(error, attempt=3))
    read = from_json(RunRecord, to_json(record)).stopped

    assert read == Stopped(
        what="git is not there",
        where=Place(file="a.yaml", line=2),
        facts=("it is called git",),
        advice="install it",
        excerpt=Excerpt(first=2, lines=("a: 1",), marked=2),
        code=3,
        attempt=3,
    )
