"""How a plan is shared among machines that know different things."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.modes.share import share_of
from tests.conftest import a_task

TASKS = [
    a_task("load"),
    a_task("train"),
    *(a_task(f"daily/{name}", pipeline="daily") for name in ("load", "train", "score")),
    *(a_task(f"weekly/{name}", pipeline="weekly") for name in ("load", "train")),
]


SELECTIONS = st.lists(st.sets(st.sampled_from(range(len(TASKS)))), min_size=6, max_size=6)


@given(of=st.integers(1, 6), selections=SELECTIONS, weight=st.floats(0.1, 100))
def test_a_task_is_in_the_same_share_whatever_else_a_machine_selects_and_knows(
    of: int, selections: list[set[int]], weight: float
) -> None:
    shares = [share_of(TASKS, number=number, of=of) for number in range(1, of + 1)]
    assert sorted(task.id for share in shares for task in share) == sorted(
        task.id for task in TASKS
    )

    for number, (selected, share) in enumerate(zip(selections, shares, strict=False), 1):
        chosen = [replace(TASKS[at], weight=weight) for at in sorted(selected)]
        found = share_of(chosen, number=number, of=of)
        wanted = {task.id for task in share} & {task.id for task in chosen}
        assert {task.id for task in found} == wanted


def test_tasks_of_a_pipeline_stay_together() -> None:
    shares = [share_of(TASKS, number=number, of=3) for number in (1, 2, 3)]

    pipelines = [task for share in shares for task in {task.pipeline for task in share}]
    assert sorted(name for name in pipelines if name) == ["daily", "weekly"]


def test_many_groups_are_spread_over_all_shares() -> None:
    tasks = [a_task(f"step{number}") for number in range(200)]

    assert all(30 < len(share_of(tasks, number=number, of=4)) < 70 for number in (1, 2, 3, 4))
