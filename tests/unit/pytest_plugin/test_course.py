"""How long a plan takes, and how many workers it can use."""

from __future__ import annotations

from pathlib import Path

from ci_scriptcheck.model.plan import Input, Plan, Task
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.pytest_plugin.course import Course
from tests.conftest import a_plan, a_task


def a_course(plan: Plan) -> Course:
    tasks = frozenset(task.id for task in plan.tasks)
    return Course(plan=plan, run_directory=Path("run"), tasks=tasks)


def reading(supplier: str, node: str, pipeline: str | None) -> Task:
    source = Upstream(task=supplier, port="out")
    inputs = (Input(port="in", parameter="in", source=source),)
    return a_task(node, pipeline=pipeline, inputs=inputs)


CHAIN = (
    a_task("load"),
    a_task("load", pipeline="daily"),
    reading("daily/load", "train", None),
    reading("daily/load", "train", "daily"),
)


def test_a_step_alone_and_a_node_that_are_the_same_run_take_their_time_once() -> None:
    forecast = a_course(a_plan(*CHAIN)).forecast()

    assert (forecast.seconds, forecast.width) == (2.0, 1)


def test_both_take_their_time_where_nothing_is_reused() -> None:
    forecast = a_course(a_plan(*CHAIN, reuse=False)).forecast()

    assert (forecast.seconds, forecast.width) == (2.0, 3)


def test_another_script_makes_another_run() -> None:
    other = a_task("load", pipeline="daily", script="other.py")

    assert a_course(a_plan(CHAIN[0], other)).forecast().width == 2


def test_what_is_done_is_not_run_again_under_another_name() -> None:
    course = Course(
        plan=a_plan(*CHAIN), run_directory=Path("run"), tasks=frozenset({"daily/load", "train"})
    )

    assert course.forecast().seconds == 1.0
