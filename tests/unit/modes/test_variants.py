"""One task of several that a step has, chosen by its name in brackets."""

from __future__ import annotations

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.modes.variants import chosen, parted
from tests.conftest import a_task

TASKS = (
    a_task("train"),
    a_task("train", scenario="edge_cases"),
    a_task("train", pipeline="daily"),
    a_task("score"),
)


def left(*selectors: str) -> list[str]:
    return [task.id for task in chosen(TASKS, selectors)]


def test_names_without_brackets_leave_all_tasks() -> None:
    assert left() == [task.id for task in TASKS]
    assert left("train", "train[edge_cases]") == [task.id for task in TASKS]


def test_a_name_in_brackets_leaves_out_the_other_tasks_of_its_step_alone() -> None:
    assert left("train[edge_cases]", "score") == ["train[edge_cases]", "score"]


def test_brackets_of_a_pattern_are_none() -> None:
    assert parted("tr[ab]in*") == ("tr[ab]in*", None)
    assert left("unknown[x]") == [task.id for task in TASKS]


def test_a_variant_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError) as raised:
        left("train[edge_case]")

    assert raised.value.what == "`train` has no task `edge_case`"
    assert raised.value.advice == "did you mean `edge_cases`?"
