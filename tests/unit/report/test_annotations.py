"""What is marked at lines: failures before warnings, each with why it fails now."""

from __future__ import annotations

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.annotation import Weight
from ci_scriptcheck.model.result import Finding, Level, Outcome
from ci_scriptcheck.report.annotations import MOST_FINDINGS, noted
from ci_scriptcheck.values import replace
from tests.conftest import a_plan, a_record, a_result, a_task
from tests.unit.report.stops import a_stopped_record


def a_finding(message: str, *, line: int = 7, level: Level = Level.ERROR) -> Finding:
    return Finding(
        rule="SC201",
        severity=level,
        message=message,
        place=Place(file="scripts/train.py", line=line),
    )


def test_a_failure_is_marked_at_its_line_and_says_why_now() -> None:
    failed = a_result("train", Outcome.FAILED, findings=(a_finding("KeyError: 'amount'"),))

    (note,) = noted(a_record(a_plan(a_task()), failed))

    assert (note.weight, note.title) == (Weight.ERROR, "train failed")
    assert note.place == Place(file="scripts/train.py", line=7)
    assert note.message.startswith("KeyError: 'amount'. It changed at ")


def test_tasks_that_fail_alike_are_marked_once() -> None:
    tasks = [a_task(), a_task(pipeline="daily"), a_task(pipeline="weekly")]
    results = [a_result(task.id, Outcome.FAILED, findings=(a_finding("no"),)) for task in tasks]

    (note,) = noted(a_record(a_plan(*tasks), *results))

    assert note.title == "train, daily/train and weekly/train failed"


def test_the_first_finding_of_each_failure_comes_before_the_second_of_any() -> None:
    many = tuple(a_finding(f"one {number}", line=number) for number in range(1, 9))
    first = a_result("a", Outcome.FAILED, findings=many)
    second = a_result("b", Outcome.FAILED, findings=(a_finding("two"),))

    notes = noted(a_record(a_plan(a_task("a"), a_task("b")), first, second))

    assert [note.title for note in notes[:2]] == ["a failed", "b failed"]
    assert len(notes) == MOST_FINDINGS + 1


def test_warnings_come_last_and_are_warnings() -> None:
    passed = a_result("a", findings=(a_finding("careful", level=Level.WARNING),))
    failed = a_result("b", Outcome.TIMED_OUT)

    error, warning = noted(a_record(a_plan(a_task("a"), a_task("b")), passed, failed))

    assert (error.weight, error.place) == (Weight.ERROR, None)
    assert (warning.weight, warning.title) == (Weight.WARNING, "SC201 in a")


def test_what_base_has_too_is_not_marked() -> None:
    old = Finding(rule="SC201", severity=Level.ERROR, message="old", also_on_base=True)

    assert (
        noted(a_record(a_plan(a_task()), a_result("train", Outcome.FAILED, findings=(old,)))) == ()
    )


def test_what_kept_a_run_from_checking_is_marked_at_its_place() -> None:
    (note,) = noted(a_stopped_record())

    assert note.place == Place(file="scriptcheck.yaml", line=5)
    assert note.title == "scriptcheck could not check anything"
    assert note.message == "Unknown key `pipelnes`. Did you mean `pipelines`?"


def test_what_is_about_a_whole_file_is_marked_where_the_change_touched_it() -> None:
    finding = replace(a_finding("column `total` is gone"), place=Place(file="scripts/train.py"))
    other = replace(finding, message="no", place=Place(file="untouched.py"))
    failed = a_result("train", Outcome.FAILED, findings=(finding, other))

    notes = noted(a_record(a_plan(a_task()), failed))

    assert [str(note.place) for note in notes] == ["scripts/train.py:40", "untouched.py"]
