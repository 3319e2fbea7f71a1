"""Which tasks count as flaky: the same run, once passed and once failed."""

from __future__ import annotations

from typing import Any

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.result import Finding, Level, Outcome, TaskResult
from ci_scriptcheck.run import flaky
from ci_scriptcheck.run.history import MOST_COMPARED, MOST_ENDINGS, History, after
from tests.conftest import a_plan, a_record, a_result, a_task

KEY = "the content of all it depends on"
DIFFERS = Finding(rule="SC401", severity=Level.ERROR, message="rows differ from base")


def ended(outcome: Outcome, key: str = KEY, **more: Any) -> TaskResult:
    seconds = {"seconds": 2.0} if outcome is Outcome.REUSED else {}
    return a_result("train", outcome, key=key, **seconds, **more)


def learned(*results: TaskResult) -> History:
    """Give what runs taught that ended so, one after the other."""
    history = History()
    for result in results:
        history = after(history, a_record(a_plan(a_task("train")), result))
    return history


def told(result: TaskResult, history: History) -> tuple[Outcome, ...]:
    record = flaky.marked(a_record(a_plan(a_task("train")), result), history)
    return record.results[0].flaky


def test_what_passed_and_then_fails_with_the_same_key_is_flaky() -> None:
    history = learned(ended(Outcome.PASSED))

    assert told(ended(Outcome.FAILED), history) == (Outcome.PASSED, Outcome.FAILED)
    assert told(ended(Outcome.TIMED_OUT), history) == (Outcome.PASSED, Outcome.TIMED_OUT)


def test_what_failed_and_then_passes_is_flaky_and_stays_so_while_its_pass_is_reused() -> None:
    history = learned(ended(Outcome.CRASHED))
    assert told(ended(Outcome.PASSED), history) == (Outcome.CRASHED, Outcome.PASSED)

    history = learned(ended(Outcome.CRASHED), ended(Outcome.PASSED))
    assert told(ended(Outcome.REUSED), history) == (
        Outcome.CRASHED,
        Outcome.PASSED,
        Outcome.PASSED,
    )


def test_a_flaky_failure_still_fails() -> None:
    record = a_record(a_plan(a_task("train")), ended(Outcome.FAILED))

    marked = flaky.marked(record, learned(ended(Outcome.PASSED)))

    assert verdict.exit_code(marked) == 1


def test_what_ends_alike_or_is_not_run_is_not_flaky() -> None:
    history = learned(ended(Outcome.FAILED), ended(Outcome.CRASHED))

    assert told(ended(Outcome.FAILED), history) == ()
    assert told(a_result("train", Outcome.NOT_RUN), learned(ended(Outcome.PASSED))) == ()


def test_another_key_is_another_run() -> None:
    assert told(ended(Outcome.FAILED, "other code"), learned(ended(Outcome.PASSED))) == ()


def test_a_file_that_no_key_foresees_and_that_differs_makes_another_run() -> None:
    history = learned(ended(Outcome.PASSED, reads={"a.json": "1" * 64, "b.json": "2" * 64}))

    assert told(ended(Outcome.FAILED, reads={"a.json": "3" * 64}), history) == ()
    # It failed before it opened the second one.
    assert told(ended(Outcome.FAILED, reads={"a.json": "1" * 64}), history)


def test_an_output_that_differs_from_base_is_no_failure_of_the_run() -> None:
    history = learned(ended(Outcome.PASSED))

    assert told(ended(Outcome.FAILED, findings=(DIFFERS,)), history) == ()


def test_equal_runs_of_two_tasks_are_one() -> None:
    other = a_record(
        a_plan(a_task("train", pipeline="daily")),
        a_result("daily/train", Outcome.PASSED, key=KEY),
    )

    assert told(ended(Outcome.FAILED), after(History(), other))


def test_so_much_is_remembered_and_no_more() -> None:
    many = [ended(Outcome.PASSED, f"key {number}") for number in range(20)]
    assert len(learned(*many).tasks["train"].endings) == MOST_ENDINGS

    alike = [ended(Outcome.PASSED)] * 5
    assert len(learned(*alike).tasks["train"].endings) == 1

    much = {f"{number}.json": "d" for number in range(MOST_COMPARED + 1)}
    assert learned(ended(Outcome.PASSED, reads=much)).tasks["train"].endings == ()
