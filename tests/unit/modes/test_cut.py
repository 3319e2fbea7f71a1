"""How a plan is cut into shares of about equal time."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_scriptcheck.model.plan import Input, Plan, Side, Task
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.modes import cut, equal_runs, share
from tests.conftest import a_plan, a_task


def reading(name: str, *needs: str, script: str | None = None, **more: Any) -> Task:
    """Make a task that reads what others write."""
    inputs = tuple(
        Input(port=f"in{place}", parameter="in", source=Upstream(task=need, port="out"))
        for place, need in enumerate(needs)
    )
    return a_task(name, inputs=inputs, script=script or f"{name}.py", **more)


def a_chain(name: str, length: int, *, weight: float = 1.0) -> list[Task]:
    return [
        reading(f"{name}{at}", *([f"{name}{at - 1}"] if at else []), weight=weight)
        for at in range(length)
    ]


def parts(tasks: list[Task], found: cut.Cut) -> list[Plan]:
    """Give the plan of each share."""
    of = len(found.seconds)
    return [
        share.part(a_plan(*tasks), found.shares, number=number, of=of)
        for number in range(1, of + 1)
    ]


def runs(part: Plan) -> list[str]:
    return [task.id for task in part.tasks]


def test_what_is_connected_stays_together() -> None:
    tasks = [*a_chain("a", 3), *a_chain("b", 3)]

    found = cut.cut(tasks, of=2)

    assert [runs(part) for part in parts(tasks, found)] == [["a0", "a1", "a2"], ["b0", "b1", "b2"]]
    assert (found.seconds, found.twice) == ((3.0, 3.0), 0.0)


def test_a_chain_is_not_cut_as_nobody_would_be_done_sooner() -> None:
    found = cut.cut(a_chain("a", 10), of=4)

    assert found.seconds == (10.0,)


def test_what_branches_is_cut_between_its_ends_where_machines_would_stand_idle() -> None:
    stem = reading("stem", weight=1.0)
    branches = [reading(f"branch{number}", "stem", weight=10.0) for number in range(4)]

    found = cut.cut([stem, *branches], of=4)

    assert found.seconds == (11.0, 11.0, 11.0, 11.0)
    assert found.twice == 3.0
    assert all("stem" in runs(part) for part in parts([stem, *branches], found))


def test_what_branches_is_not_cut_where_its_stem_is_all_that_takes_time() -> None:
    stem = reading("stem", weight=100.0)
    branches = [reading(f"branch{number}", "stem", weight=0.1) for number in range(4)]

    found = cut.cut([stem, *branches], of=2)

    assert len(found.seconds) == 1


def test_branches_that_share_what_they_need_stay_together() -> None:
    tasks = [
        reading("root", weight=0.1),
        reading("left", "root", weight=5.0),
        reading("right", "root", weight=5.0),
        *(
            reading(f"{side}{at}", side, weight=5.0)
            for at in range(3)
            for side in ("left", "right")
        ),
    ]

    found = cut.cut(tasks, of=2)

    assert [sorted(runs(part)) for part in parts(tasks, found)] == [
        ["left", "left0", "left1", "left2", "root"],
        ["right", "right0", "right1", "right2", "root"],
    ]
    assert found.twice == pytest.approx(0.1)


def test_equal_runs_are_on_one_machine_and_cost_once() -> None:
    twins = [
        reading("load", script="load.py", pipeline=pipeline, weight=8.0)
        for pipeline in ("daily", "weekly")
    ]
    others = [reading("other0", weight=4.0), reading("other1", weight=4.0)]

    found = cut.cut([*twins, *others], of=2)

    assert found.shares["daily/load"] == found.shares["weekly/load"]
    assert found.seconds == (8.0, 8.0)


def test_a_task_of_base_is_where_it_is_compared() -> None:
    base = replace(reading("train", weight=3.0), id="train@base", side=Side.BASE)
    head = reading("train", weight=3.0, beside="train@base")
    other = reading("other", weight=6.0)

    found = cut.cut([base, head, other], of=2)

    assert found.seconds == (6.0, 6.0)
    assert ["train@base", "train"] in [runs(part) for part in parts([base, head, other], found)]


def test_what_is_there_already_and_what_is_blocked_costs_next_to_nothing() -> None:
    tasks = [
        reading("known", weight=50.0),
        reading("blocked", weight=50.0, blocked="has no script"),
        reading("a", weight=5.0),
        reading("b", weight=5.0),
    ]

    found = cut.cut(tasks, of=2, known={"known"})

    assert max(found.seconds) == pytest.approx(5.0 + cut.LEAST)


def test_no_share_is_empty() -> None:
    assert len(cut.cut([reading("a"), reading("b")], of=8).seconds) == 2


@pytest.mark.parametrize(
    ("seconds", "workers", "expected"),
    [
        ([], 2, 0),
        ([1.0], 2, 1),
        ([20.0] * 5, 2, 1),
        ([20.0] * 24, 2, 4),
        ([20.0] * 24, 4, 2),
        ([20.0] * 100_0, 1, 256),
    ],
)
def test_a_machine_is_started_where_it_works_for_longer_than_it_starts(
    seconds: list[float], workers: int, expected: int
) -> None:
    tasks = [reading(f"t{number}", weight=each) for number, each in enumerate(seconds)]

    assert cut.worthwhile(tasks, workers=workers) == expected


def test_no_machine_is_started_to_wait_for_a_chain_on_another_one() -> None:
    tasks = [*a_chain("long", 10, weight=60.0), *a_chain("short", 10, weight=12.0)]

    assert cut.worthwhile(tasks, workers=1) == 1


def test_where_all_is_there_already_one_machine_is_enough() -> None:
    tasks = [reading(f"t{number}", weight=600.0) for number in range(20)]

    assert cut.worthwhile(tasks, workers=2, known={task.id for task in tasks}) == 1


GRAPHS = st.lists(
    st.tuples(st.lists(st.integers(0, 30), max_size=2), st.floats(0.05, 50.0), st.integers(0, 9)),
    min_size=1,
    max_size=30,
)


def drawn(graph: list[tuple[list[int], float, int]]) -> list[Task]:
    """Make tasks that need some before them; those of one script may be equal runs."""
    return [
        reading(
            f"t{place}",
            *sorted({f"t{need}" for need in needs if need < place}),
            script=f"s{script}.py",
            weight=weight,
        )
        for place, (needs, weight, script) in enumerate(graph)
    ]


@given(graph=GRAPHS, of=st.integers(1, 8))
@settings(max_examples=300, deadline=None)
def test_every_task_is_answered_for_by_one_share_which_has_all_that_it_needs(
    graph: list[tuple[list[int], float, int]], of: int
) -> None:
    tasks = drawn(graph)

    found = cut.cut(tasks, of=of)

    assert found.shares.keys() == {task.id for task in tasks}
    assert 1 <= len(found.seconds) <= of
    assert set(found.shares.values()) <= set(range(1, len(found.seconds) + 1))
    for part in parts(tasks, found):
        names = runs(part)
        assert names, "a machine would be started for nothing"
        assert all(set(task.needs()) <= set(names) for task in part.tasks)
    assert cut.cut(tasks, of=of) == found


@given(graph=GRAPHS, of=st.integers(1, 8))
@settings(max_examples=300, deadline=None)
def test_what_a_share_takes_is_what_its_plan_holds(
    graph: list[tuple[list[int], float, int]], of: int
) -> None:
    tasks = drawn(graph)

    found = cut.cut(tasks, of=of)

    same = equal_runs.same(tasks)
    for part, seconds in zip(parts(tasks, found), found.seconds, strict=True):
        longest: dict[str, float] = {}
        for task in tasks:
            longest[same[task.id]] = max(longest.get(same[task.id], cut.LEAST), task.weight)
        # Equal runs cost once.
        runs_of_part = {same[task.id] for task in part.tasks}
        assert seconds == pytest.approx(sum(longest[run] for run in runs_of_part))
    assert found.twice >= -1e-9
    assert found.longest >= found.least / of - 1e-9


def a_large_project() -> list[Task]:
    """Draw 600 nodes in 45 pipelines of two to forty nodes, which take from 0.2 to 60 s each."""
    drawn = random.Random(600)  # noqa: S311  (a test that is always the same)
    tasks: list[Task] = []
    sizes = [2] * 45
    while sum(sizes) < 600:
        place = int(drawn.random() ** 2 * len(sizes))
        sizes[place] += sizes[place] < 40
    for number, size in enumerate(sizes):
        names = [f"p{number}n{node}" for node in range(size)]
        tasks += [
            reading(
                name,
                # Each is connected to one before it, and some to two.
                *sorted({drawn.choice(names[:at]) for _ in range(drawn.choice([1, 1, 2])) if at}),
                weight=round(min(60.0, 0.2 * drawn.paretovariate(0.7)), 3),
            )
            for at, name in enumerate(names)
        ]
    return tasks


def test_eight_shares_of_a_project_of_600_nodes_are_about_equally_long() -> None:
    tasks = a_large_project()
    assert len(tasks) == 600

    found = cut.cut(tasks, of=8)

    assert len(found.seconds) == 8
    assert found.longest <= 1.25 * found.mean
    assert found.longest <= 1.25 * found.least / 8, "what is run twice does not make it even"
