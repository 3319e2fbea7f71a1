"""What is said of costs on all of the data, where a sample was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.model.fixture import Estimate
from ci_scriptcheck.model.full_size import Growth, Range, TaskCosts, costs, scale_of
from ci_scriptcheck.model.result import Outcome, StartUp
from ci_scriptcheck.model.source import Fetched, Upstream
from tests.conftest import a_plan, a_record, a_result, a_task
from tests.unit.report.deep_dived import (
    a_fixture,
    a_real_task,
    an_artefact,
    from_production,
    taken,
)

if TYPE_CHECKING:
    from ci_scriptcheck.model.run_record import RunRecord

SAMPLE = a_fixture("orders", 10_000, Estimate(number=1_000_000, error=100_000))
WHOLE = a_fixture("shops", 50, Estimate(number=50))
BEGINNING = a_fixture("log", 100, Estimate(number=1_000, error=None))


def a_run(*more: Any, fixtures: Any = (SAMPLE,), **given: Any) -> RunRecord:
    """Run a script on equal parts of some fixtures, and others beside it."""
    task = a_real_task("train", *(Fetched(dataset=one.dataset) for one in fixtures))
    inputs = {one.dataset: an_artefact(one.rows, 1_000_000) for one in fixtures}
    parts: dict[str, Any] = {"seconds": 2.0, "inputs": inputs, "outputs": {}} | given
    pairs = [(task, a_result(task.id, **parts)), *more]
    plan = a_plan(*(one for one, _ in pairs), fixtures={one.dataset: one for one in fixtures})
    return a_record(plan, *(result for _, result in pairs))


def a_run_on_production(*fixtures: Any, beside: Any = ()) -> RunRecord:
    """Run a script on what production gave it at one port, and on as much of some datasets."""
    given = from_production(*(one.dataset for one in fixtures))
    task = a_real_task("train", given, *(Fetched(dataset=one.dataset) for one in beside))
    inputs = {item.port: an_artefact(None, 1_000_000) for item in task.inputs}
    known = {one.dataset: one for one in (*fixtures, *beside)}
    result = a_result(task.id, seconds=2.0, inputs=inputs, outputs={})
    return a_record(a_plan(task, fixtures=known), result)


def cost_of(record: RunRecord) -> TaskCosts:
    return costs(record)[0]


def on_less(size: int, **given: Any) -> Any:
    """Run the same script on made data."""
    task = a_task("train", pipeline="fraud")
    return task, a_result(task.id, inputs={"orders": an_artefact(10, size)}, **given)


@pytest.mark.parametrize(
    ("fixture", "times"),
    [
        (SAMPLE, Range(value=100.0, low=90.0, high=110.0)),
        (WHOLE, Range(value=1.0, low=1.0, high=1.0)),
        (BEGINNING, Range(value=10.0, low=None, high=None)),
        (a_fixture("images", None, None), Range(value=50.0, low=50.0, high=50.0)),
        (a_fixture("odd", 100, None), None),
    ],
)
def test_how_much_more_there_is_comes_from_the_sample_with_its_error(
    fixture: Any, times: Range | None
) -> None:
    assert scale_of(fixture) == times


def test_what_was_spent_before_the_script_was_called_does_not_grow() -> None:
    start = StartUp(seconds=1.5, cpu_seconds=1.0, memory_mb=100.0)

    found = cost_of(a_run(seconds=2.0, peak_memory_mb=110.0, start_up=start))

    assert found.seconds.full == Range(value=51.5, low=46.5, high=56.5)
    assert found.memory is not None
    assert found.memory.full == Range(value=1_100.0, low=1_000.0, high=1_200.0)
    assert found.seconds.growth is Growth.ASSUMED


def test_inputs_count_by_their_bytes_and_one_that_is_whole_does_not_grow() -> None:
    found = cost_of(a_run(fixtures=(SAMPLE, WHOLE)))

    assert found.times == Range(value=50.5, low=45.5, high=55.5)


TRAINING = a_fixture("run-1/train", 2_000, Estimate(number=50_000), taken=taken(3_000_000))
VALIDATION = a_fixture("run-1/validation", 500, Estimate(number=500), taken=taken(1_000_000))


def test_what_production_gave_a_step_is_no_more_the_whole_than_any_other_sample() -> None:
    found = cost_of(a_run_on_production(TRAINING))

    assert found.times == Range(value=25.0, low=25.0, high=25.0)


def test_of_a_port_that_several_places_fill_each_counts_by_what_of_it_lies_there() -> None:
    found = cost_of(a_run_on_production(TRAINING, VALIDATION))

    assert found.times == Range(value=19.0, low=19.0, high=19.0)


def test_what_production_gave_counts_beside_what_was_fetched_of_a_dataset() -> None:
    found = cost_of(a_run_on_production(TRAINING, beside=(WHOLE,)))

    assert found.times == Range(value=13.0, low=13.0, high=13.0)


def test_nothing_is_said_where_nothing_tells_how_much_production_had() -> None:
    odd = a_fixture("run-1/odd", 100, None, taken=taken(1_000_000))

    assert cost_of(a_run_on_production(TRAINING, odd)).times is None


def test_what_an_earlier_step_makes_of_a_sample_grows_with_it() -> None:
    later = a_real_task("score", Upstream(task="fraud/train[real]", port="model"))
    result = a_result(later.id, inputs={"model": an_artefact(None, 5)}, seconds=1.0)

    found = costs(a_run((later, result)))

    assert found[1].seconds.full == Range(value=100.0, low=90.0, high=110.0)


def test_nothing_is_said_of_all_data_where_nothing_tells_how_much_they_are() -> None:
    found = cost_of(a_run(fixtures=(a_fixture("odd", 100, None), SAMPLE)))

    assert (found.times, found.seconds.full, found.written.full) == (None, None, None)
    assert found.seconds.here == 2.0


def test_without_a_range_of_the_sample_none_is_told() -> None:
    found = cost_of(a_run(fixtures=(BEGINNING,)))

    assert found.seconds.full == Range(value=20.0, low=None, high=None)


def test_a_run_on_less_tells_what_does_not_grow() -> None:
    found = cost_of(a_run(on_less(100_000, seconds=1.1), seconds=2.0))

    assert found.seconds.growth is Growth.SEEN
    assert found.seconds.full is not None
    assert round(found.seconds.full.value, 6) == 101.0


def test_a_run_on_much_less_that_cost_as_much_tells_that_nothing_grows() -> None:
    found = cost_of(a_run(on_less(10_000, seconds=2.1), seconds=2.0))

    assert found.seconds.growth is Growth.NONE
    assert found.seconds.full == Range(value=2.0, low=2.0, high=2.0)


def test_what_grows_faster_than_what_is_read_is_said_with_its_exponent() -> None:
    found = cost_of(a_run(on_less(100_000, seconds=0.5), seconds=50.0))

    assert found.seconds.growth is Growth.STEEP
    assert found.seconds.exponent is not None
    assert round(found.seconds.exponent, 6) == 2.0
    assert found.seconds.full is not None
    assert round(found.seconds.full.value) == 500_000


def test_runs_are_held_against_each_other_without_what_was_spent_before_the_script_was_called() -> (
    None
):
    start = StartUp(seconds=10.0, cpu_seconds=1.0, memory_mb=100.0)
    less = on_less(100_000, seconds=10.5, start_up=start)

    found = cost_of(a_run(less, seconds=60.0, start_up=start))

    assert found.seconds.growth is Growth.STEEP
    assert found.seconds.exponent is not None
    assert round(found.seconds.exponent, 6) == 2.0


@pytest.mark.parametrize(
    "other",
    [
        on_less(100_000, seconds=0.1),
        on_less(500_000, seconds=1.0),
        on_less(100_000, seconds=1.0, outcome=Outcome.REUSED),
        on_less(100_000, seconds=1.0, outcome=Outcome.FAILED),
    ],
    ids=["too short", "nearly as much", "of another day", "failed"],
)
def test_a_run_that_says_nothing_is_passed_over(other: Any) -> None:
    assert cost_of(a_run(other)).seconds.growth is Growth.ASSUMED


def test_tasks_that_failed_or_were_given_made_data_have_no_costs() -> None:
    assert costs(a_run(outcome=Outcome.FAILED)) == ()
    assert costs(a_record()) == ()
