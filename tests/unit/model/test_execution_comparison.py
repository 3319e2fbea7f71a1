"""Two executions as values, and what is told of them."""

from __future__ import annotations

from typing import Any

import pytest

from ci_scriptcheck.model.comparison import Fate
from ci_scriptcheck.model.drift import Drift, NumberDrift, TableDrift
from ci_scriptcheck.model.execution import Execution, Listing, Status, UnreadStep
from ci_scriptcheck.model.execution_comparison import (
    Contents,
    ExecutionComparison,
    Found,
    StepChange,
    compared,
    pairs,
)
from tests.unit.model.executed import BUCKET, a_port, a_step, an_execution

EQUAL = Found(before=Contents(objects=1, bytes=100), after=Contents(objects=1, bytes=100))


def comparing(before: Execution, after: Execution, found: Found = EQUAL) -> ExecutionComparison:
    """Compare two executions, in which the same was found at every pair of places."""
    keys = [pair.key for pair in pairs(before, after)]
    return compared(before, after, {key: found for key in keys if key is not None})


def step_of(before: dict[str, Any], after: dict[str, Any], found: Found = EQUAL) -> StepChange:
    one, other = a_step(execution="one", **before), a_step(execution="two", **after)
    (step,) = comparing(an_execution("one", one), an_execution("two", other), found).steps
    return step


def test_equal_executions_do_not_differ() -> None:
    before = an_execution("one", a_step(execution="one"))
    after = an_execution("two", a_step(execution="two", seconds=340.0))

    found = comparing(before, after)

    assert (found.steps, found.compared, found.unread) == ((), 1, ())


def test_steps_that_only_one_has_are_told() -> None:
    before = an_execution("one", a_step("clean", "one"), a_step("old", "one"))
    after = an_execution("two", a_step("new", "two"), a_step("clean", "two"))

    found = comparing(before, after)

    assert [(step.name, step.fate) for step in found.steps] == [
        ("new", Fate.NEW),
        ("old", Fate.GONE),
    ]


def test_a_step_that_one_execution_has_not_read_is_told_and_is_no_difference() -> None:
    unread = UnreadStep(name="clean", kind="", status=Status.RUNNING, why="has not begun")
    before, after = an_execution("one", a_step("clean", "one")), an_execution("two")

    found = comparing(before, an_execution("two", unread=(unread,)))

    assert [step.untold for step in found.steps] == [("it has not begun",)]
    assert found.others == ()
    assert [step.fate for step in comparing(before, after).others] == [Fate.GONE]


def test_what_both_took_from_the_same_job_is_the_same_and_nothing_is_looked_at() -> None:
    step = a_step(execution="zero", environment={"A": "1"})
    before, after = an_execution("one", step), an_execution("two", step)

    assert pairs(before, after) == ()
    assert comparing(before, after).steps == ()


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [(300.0, 440.0, False), (300.0, 460.0, True), (10.0, 60.0, False), (1000.0, 500.0, True)],
)
def test_times_are_told_where_they_move_far(before: float, after: float, is_told: bool) -> None:
    one, other = a_step(execution="one", seconds=before), a_step(execution="two", seconds=after)

    found = comparing(an_execution("one", one), an_execution("two", other))

    assert [step.seconds for step in found.steps] == ([(before, after)] if is_told else [])


def test_a_step_that_failed_is_told_with_why() -> None:
    step = step_of({}, {"status": Status.FAILED, "failure": "CapacityError: none left"})

    assert step.statuses == (Status.SUCCEEDED, Status.FAILED)
    assert step.failures == (None, "CapacityError: none left")


def test_what_a_script_said_of_its_failure_goes_no_further() -> None:
    failed = {"status": Status.FAILED, "failure": "AlgorithmError: no Jadwiga"}
    before = an_execution("one", a_step("old", "one", **failed), a_step("both", "one", **failed))
    after = an_execution("two", a_step("new", "two", **failed), a_step("both", "two", **failed))

    found = comparing(before, after, Found(drift=Drift(untold=1)))

    assert [step.name for step in found.steps] == ["new", "both", "old"]
    assert "Jadwiga" not in repr(found)


def test_metrics_that_moved_are_told() -> None:
    step = step_of({"metrics": {"auc": 0.9, "f1": 0.5}}, {"metrics": {"auc": 0.8, "f1": 0.5}})

    assert step.metrics == {"auc": (0.9, 0.8)}


@pytest.mark.parametrize(
    "drift",
    [
        Drift(tables=(TableDrift(name="t.csv"),)),
        Drift(numbers=(NumberDrift(file="m.json", way="auc"),)),
        Drift(untold=1),
        Drift(programs=("x.py",)),
    ],
)
def test_ports_whose_data_differ_are_told(drift: Drift) -> None:
    step = step_of({}, {}, Found(drift=drift))

    assert [(port.name, port.side, port.found.drift) for port in step.ports] == [
        ("features", "output", drift)
    ]


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [
        ((10, 1000), (10, 1090), False),
        ((10, 1000), (10, 1200), True),
        ((1, 1000), (2, 1000), True),
    ],
)
def test_sizes_are_told_where_they_move_far(
    before: tuple[int, int], after: tuple[int, int], is_told: bool
) -> None:
    sides = [Contents(objects=objects, bytes=size) for objects, size in (before, after)]
    one, other = a_step(execution="one"), a_step(execution="two")

    found = comparing(
        an_execution("one", one),
        an_execution("two", other),
        Found(before=sides[0], after=sides[1]),
    )

    assert bool(found.others) is is_told


def test_what_a_step_wrote_is_told_of_it_and_not_again_of_those_that_read_it() -> None:
    executions = [
        an_execution(
            name,
            a_step("clean", name),
            a_step(
                "train",
                name,
                inputs=(a_port("rows", f"{BUCKET}/{name}/clean/features"),),
                outputs=(),
            ),
        )
        for name in ("one", "two")
    ]

    found = comparing(executions[0], executions[1], Found(drift=Drift(untold=1)))

    assert len(pairs(*executions)) == 1
    assert [step.name for step in found.steps] == ["clean"]


def test_ports_that_come_or_go_are_told() -> None:
    outputs = {"outputs": (a_port("scores", f"{BUCKET}/one/scores"),)}

    step = step_of(outputs, {})

    assert [(port.name, port.fate) for port in step.ports] == [
        ("scores", Fate.GONE),
        ("features", Fate.NEW),
    ]


def test_an_output_at_the_same_place_in_both_is_told_as_one_that_cannot_be_compared() -> None:
    place = {"outputs": (a_port("model", f"{BUCKET}/model"),)}

    step = step_of(place, place)

    assert step.untold == (
        "output `model`: lies at the same place in both, so what the first wrote may be overwritten",
    )
    assert not step.is_other


def test_what_is_not_in_s3_is_told_as_what_it_is() -> None:
    port = {"inputs": (a_port("query", None, why_not="a query of Athena"),)}

    assert step_of(port, port).untold == ("input `query`: is a query of Athena",)


def test_what_a_manifest_names_is_told_as_not_compared() -> None:
    one, other = (
        {"inputs": (a_port("rows", f"{BUCKET}/{name}.manifest", listing=Listing.MANIFEST),)}
        for name in ("one", "two")
    )

    step = step_of(one, other)

    assert step.untold == ("input `rows`: is named by a manifest, which is not followed here",)


def test_why_the_data_of_a_port_could_not_be_looked_at_is_told() -> None:
    step = step_of({}, {}, Found(why_not="lies outside of what may be read"))

    assert step.untold == ("output `features`: lies outside of what may be read",)
    assert not step.is_other


def test_a_file_that_was_not_looked_into_is_told_where_nothing_else_differs() -> None:
    found = Found(before=EQUAL.before, after=EQUAL.after, drift=Drift(unread=("`x.csv`: broken",)))

    step = step_of({}, {}, found)

    assert step.untold == ("output `features`: `x.csv`: broken",)
    assert not step.is_other


def test_steps_that_are_not_read_are_named_once() -> None:
    unread = UnreadStep(name="if", kind="Condition", status=Status.SUCCEEDED, why="is a Condition")
    one, other = (an_execution(name, unread=(unread,)) for name in ("one", "two"))

    assert comparing(one, other).unread == ("`if` is a Condition",)
