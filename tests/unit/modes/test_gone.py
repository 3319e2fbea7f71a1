"""What could not be had of an execution: who needs it is not run, and others do without."""

from __future__ import annotations

from ci_scriptcheck.model import wanted
from ci_scriptcheck.model.plan import Input, Output, Plan
from ci_scriptcheck.model.production import FixturePart, FromProduction, Original
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.modes import gone, suppliers
from ci_scriptcheck.values import replace
from tests.conftest import a_plan, a_task

GONE = "s3://company-ml/gone/"
HERE = "s3://company-ml/here/"


def a_plan_with(*places: str, required: bool = True, written: str = HERE) -> Plan:
    inputs = tuple(
        Input(
            port=f"in{number}",
            parameter="in",
            source=FromProduction(parts=(FixturePart(fixture=place),)),
            required=required,
        )
        for number, place in enumerate(places)
    )
    output = Output(port="out", parameter="out", production=(FixturePart(fixture=written),))
    original = Original(execution="arn", step="Load")
    return a_plan(a_task("load", inputs=inputs, outputs=(output,), original=original))


def test_a_task_that_needs_it_is_not_run_and_says_why() -> None:
    (task,) = gone.taken_out(a_plan_with(HERE, GONE), {GONE: "nothing lies there"}).tasks

    assert task.blocked == "input `in1`: nothing lies there"


def test_an_input_that_may_be_missing_is_missing() -> None:
    plan = gone.taken_out(a_plan_with(HERE, GONE, required=False), {GONE: "nothing lies there"})

    (task,) = plan.tasks
    assert task.blocked is None
    assert [item.port for item in task.inputs] == ["in0"]
    assert [*wanted.of_production(plan)] == [HERE]
    assert task.original is not None
    assert task.original.not_given == {"in1": "nothing lies there"}


def test_what_the_step_before_it_writes_here_takes_its_place_where_that_is_run() -> None:
    here = Upstream(task="clean", port="kept")
    load = a_plan_with(GONE).tasks[0]
    load = replace(load, inputs=(replace(load.inputs[0], here=here),))
    blocked = a_task("clean", blocked="has no script")

    runs, waits = (
        gone.taken_out(a_plan(before, load), {GONE: "nothing lies there"}).tasks[1]
        for before in (a_task("clean"), blocked)
    )

    assert runs.blocked is None
    assert runs.inputs[0].source == here
    assert runs.original is not None
    assert runs.original.written_here == {"in0": "nothing lies there"}
    assert waits.blocked == "input `in0`: nothing lies there"


def test_where_the_step_before_it_was_not_to_be_run_the_words_are_told_that_run_it() -> None:
    load = replace(a_plan_with(GONE).tasks[0], pipeline="main")
    before = Upstream(task="main/clean[real]", port="kept")
    load = replace(load, inputs=(replace(load.inputs[0], here=before),))
    plan = a_plan(*suppliers.among_themselves((load,)))

    (task,) = gone.taken_out(plan, {GONE: "nothing lies there"}).tasks

    assert task.blocked == (
        "input `in0`: nothing lies there; `scriptcheck run main/clean main/load --mode deep-dive`"
        " has `main/clean` write it"
    )


def test_what_was_to_be_compared_with_it_says_why_it_is_not() -> None:
    plan = gone.taken_out(a_plan_with(HERE, written=GONE), {GONE: "nothing lies there"})

    (task,) = plan.tasks
    assert task.blocked is None
    assert task.outputs[0].production == ()
    assert task.original is not None
    assert task.original.uncompared == {"out": "nothing lies there"}


def test_of_what_is_not_run_nothing_is_fetched() -> None:
    plan = gone.taken_out(a_plan_with(HERE, GONE), {GONE: "nothing lies there"})

    assert wanted.of_production(plan) == {}
