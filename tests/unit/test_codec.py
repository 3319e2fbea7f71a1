"""The model's values survive the way to JSON and back."""

import pytest

from ci_scriptcheck.model import change, codec
from ci_scriptcheck.model.plan import Input, Mode, Task
from ci_scriptcheck.model.project import Settings
from ci_scriptcheck.model.source import Upstream


def a_task() -> Task:
    return Task(
        id="fraud/train",
        mode=Mode.PIPELINE,
        step="train",
        node="train",
        reason=change.Imports(file="lib/a.py", chain=("train.py", "lib/a.py")),
        settings=Settings(env={"LABEL": "y"}, args={"depth": (1, 2)}),
        inputs=(
            Input(port="data", parameter="data", source=Upstream(task="fraud/load", port="out")),
        ),
    )


def test_a_task_with_unions_and_nested_values_is_read_back_equal() -> None:
    assert codec.from_json(Task, codec.to_json(a_task())) == a_task()


def test_values_that_hold_their_default_are_not_written() -> None:
    assert codec.to_json(Settings(rows=5)) == {"kind": "Settings", "rows": 5}


def test_what_is_not_a_task_is_refused() -> None:
    with pytest.raises(ValueError, match="not a Task"):
        codec.from_json(Task, {"id": "fraud/train"})
