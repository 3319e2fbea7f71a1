"""How a plan is shared among machines that know different things."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.plan import Input, Plan, Purpose, Task
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.modes import share
from tests.conftest import a_plan, a_task

TASKS = [
    a_task("load"),
    a_task("train"),
    *(a_task(f"daily/{name}", pipeline="daily") for name in ("load", "train", "score")),
    *(a_task(f"weekly/{name}", pipeline="weekly") for name in ("load", "train")),
]


SELECTIONS = st.lists(st.sets(st.sampled_from(range(len(TASKS)))), min_size=6, max_size=6)


def shared_by_name(tasks: list[Task], *, of: int) -> list[Plan]:
    whole = a_plan(*tasks)
    shares = share.by_name(tasks, of=of)
    return [share.part(whole, shares, number=number, of=of) for number in range(1, of + 1)]


def reading(name: str, *needs: str, **more: Any) -> Task:
    inputs = tuple(
        Input(port=need, parameter=need, source=Upstream(task=need, port="out")) for need in needs
    )
    return a_task(name, inputs=inputs, **more)


@given(of=st.integers(1, 6), selections=SELECTIONS, weight=st.floats(0.1, 100))
def test_a_task_is_in_the_same_share_whatever_else_a_machine_selects_and_knows(
    of: int, selections: list[set[int]], weight: float
) -> None:
    plans = shared_by_name(TASKS, of=of)
    assert sorted(task.id for plan in plans for task in plan.tasks) == sorted(
        task.id for task in TASKS
    )

    for number, (selected, plan) in enumerate(zip(selections, plans, strict=False), 1):
        chosen = [replace(TASKS[at], weight=weight) for at in sorted(selected)]
        found = shared_by_name(chosen, of=of)[number - 1]
        wanted = {task.id for task in plan.tasks} & {task.id for task in chosen}
        assert {task.id for task in found.tasks} == wanted


def test_tasks_of_a_pipeline_stay_together() -> None:
    plans = shared_by_name(TASKS, of=3)

    pipelines = [task for plan in plans for task in {task.pipeline for task in plan.tasks}]
    assert sorted(name for name in pipelines if name) == ["daily", "weekly"]


def test_many_groups_are_spread_over_all_shares() -> None:
    tasks = [a_task(f"step{number}") for number in range(200)]

    assert all(30 < len(plan.tasks) < 70 for plan in shared_by_name(tasks, of=4))


def test_a_share_has_all_that_its_tasks_need_and_says_who_answers_for_it() -> None:
    whole = a_plan(
        reading("load", purpose=Purpose.SUPPLY),
        reading("clean", "load"),
        reading("score", "clean"),
        reading("train", "clean"),
    )

    parts = [
        share.part(whole, {"clean": 1, "score": 1, "train": 2}, number=number, of=2)
        for number in (1, 2)
    ]

    assert [[task.id for task in part.tasks] for part in parts] == [
        ["load", "clean", "score"],
        ["load", "clean", "train"],
    ]
    for part in parts:
        assert part.share is not None
        assert part.share.owners == {"load": 1, "clean": 1, "score": 1, "train": 2}
        assert list(part.share.owners) == [task.id for task in whole.tasks]
        assert {task.id for task in (*part.tasks, *part.share.others)} == {
            task.id for task in whole.tasks
        }


def test_what_nobody_was_given_and_nobody_needs_is_run_by_the_first() -> None:
    whole = a_plan(a_task("load"), a_task("stray"))

    first, second = (share.part(whole, {"load": 2}, number=number, of=2) for number in (1, 2))

    assert [task.id for task in first.tasks] == ["stray"]
    assert [task.id for task in second.tasks] == ["load"]
