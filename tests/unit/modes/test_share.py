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


@given(
    of=st.integers(1, 6),
    weights=st.lists(
        st.lists(st.floats(0.1, 100), min_size=len(TASKS), max_size=len(TASKS)),
        min_size=6,
        max_size=6,
    ),
)
def test_every_task_is_in_one_share_whatever_each_machine_takes_it_to_last(
    of: int, weights: list[list[float]]
) -> None:
    found = [
        task.id
        for number, known in enumerate(weights[:of], 1)
        for task in share_of(
            [replace(task, weight=weight) for task, weight in zip(TASKS, known, strict=True)],
            number=number,
            of=of,
        )
    ]

    assert sorted(found) == sorted(task.id for task in TASKS)


def test_tasks_of_a_pipeline_stay_together() -> None:
    shares = [share_of(TASKS, number=number, of=3) for number in (1, 2, 3)]

    assert [len({task.pipeline for task in one if task.pipeline}) for one in shares] == [1, 1, 0]
