"""Names of result files: readable, short enough, and never the same for two tasks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.run.record import quoted


@given(st.text(min_size=1, max_size=400), st.text(min_size=1, max_size=400))
def test_different_tasks_have_different_names_that_a_folder_can_hold(one: str, two: str) -> None:
    assert (quoted(one) == quoted(two)) == (one == two)
    assert len(quoted(one)) <= 150
    assert "/" not in quoted(one)
    assert not quoted(one).startswith(".")


@pytest.mark.parametrize(
    ("task", "name"),
    [("train", "train"), ("fraud/train", "fraud%2Ftrain"), ("..", "%2E.")],
)
def test_a_name_can_be_read(task: str, name: str) -> None:
    assert quoted(task) == name
