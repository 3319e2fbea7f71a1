"""Which failures make a run fail."""

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.plan import Purpose
from ci_scriptcheck.model.result import Finding, Level, Outcome
from tests.conftest import a_plan, a_record, a_result, a_task

RAISED = Finding(rule="SC201", severity=Level.ERROR, message="KeyError: 'x'")
OLD = Finding(rule="SC201", severity=Level.ERROR, message="KeyError: 'x'", also_on_base=True)
KNOWN = Finding(rule="SC201", severity=Level.ERROR, message="KeyError: 'x'", known="ticket 12")
WARNING = Finding(rule="SC213", severity=Level.WARNING, message="reads /etc/hosts")


def code(*findings: Finding, strict: bool = False, outcome: Outcome = Outcome.FAILED) -> int:
    plan = a_plan(a_task(), strict=strict)
    return verdict.exit_code(a_record(plan, a_result("train", outcome, findings=findings)))


def test_a_new_failure_makes_the_run_fail() -> None:
    assert code(RAISED) == 1


def test_a_failure_that_base_has_too_does_not() -> None:
    assert code(OLD) == 0


def test_a_failure_that_base_has_too_counts_when_all_was_asked_for() -> None:
    assert code(OLD, strict=True) == 1


def test_a_known_failure_does_not_count() -> None:
    assert code(KNOWN, strict=True) == 0


def test_a_new_failure_counts_beside_a_known_one() -> None:
    assert code(KNOWN, RAISED) == 1


def test_a_warning_does_not_count() -> None:
    assert code(WARNING, outcome=Outcome.PASSED) == 0


def test_a_crash_without_a_finding_counts() -> None:
    assert code(outcome=Outcome.CRASHED) == 1


def test_what_only_gives_inputs_does_not_count() -> None:
    plan = a_plan(a_task(purpose=Purpose.SUPPLY))

    assert verdict.exit_code(a_record(plan, a_result("train", Outcome.FAILED))) == 0


def test_a_finding_of_the_project_counts() -> None:
    assert verdict.exit_code(a_record(a_plan(findings=(RAISED,)))) == 1


def test_a_signal_decides_before_all_else() -> None:
    assert verdict.exit_code(a_record(interrupted="SIGTERM")) == 143
    assert verdict.exit_code(a_record(interrupted="SIGINT")) == 130


def test_what_a_run_has_failed_of_is_not_told_of_the_project_too() -> None:
    lacking = Finding(
        rule="SC110",
        severity=Level.ERROR,
        message="`main` asks for `extra`, which nothing gives",
        place=Place(file="scripts/train.py", line=4),
    )
    missing = "TypeError: main() missing 1 required positional argument: 'extra'"
    raised = Finding(rule="SC201", severity=Level.ERROR, message=missing)
    plan = a_plan(a_task(), findings=(lacking,))

    failed = a_record(plan, a_result("train", Outcome.FAILED, findings=(raised,)))
    otherwise = a_record(plan, a_result("train", Outcome.FAILED, findings=(RAISED,)))

    assert verdict.found_without_running(failed) == ()
    assert verdict.found_without_running(otherwise) == (lacking,)


def test_what_is_wrong_with_data_leaves_them_there_for_others_and_what_stops_a_script_does_not() -> (
    None
):
    other = Finding(rule="SC502", severity=Level.ERROR, message="not what production wrote")

    assert a_result("train", Outcome.FAILED, findings=(other,)).is_usable
    assert not a_result("train", Outcome.FAILED, findings=(other, RAISED)).is_usable
