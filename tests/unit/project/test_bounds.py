"""Bounds on values in JSON outputs, as the settings say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.project.assembly.settings import settings_table
from ci_scriptcheck.project.loader import load_project
from tests.unit.project.trees import MemoryTree, a_script

if TYPE_CHECKING:
    from ci_scriptcheck.model.project import Project

STEP = """\
steps:
  score:
    script: score.py
    inputs: {data: {}}
    outputs:
      metrics:
        values:
          metrics.json:
            auc: {min: 0, max: 1}
            "folds[*].auc": {max: 1}
"""


def project_of(settings: str) -> Project:
    script = a_script(reads=["data"], writes=["metrics"])
    return load_project(MemoryTree({"scriptcheck.yaml": settings, "score.py": script}))


def test_a_node_lays_its_bounds_over_those_of_its_step() -> None:
    project = project_of(
        STEP
        + "pipelines: {daily: {nodes: {score: {outputs: {metrics: {values: {metrics.json: {"
        + 'auc: {min: 0.6}, "folds[*].auc": null}}}}}}}}\n'
    )

    alone = project.steps["score"].outputs[0].bounds
    (node,) = project.pipelines["daily"].node("score").outputs[0].bounds
    assert [one.path for one in alone] == ["auc", "folds[*].auc"]
    assert (node.path, node.min, node.max) == ("auc", 0.6, 1)


def test_config_shows_each_bound_and_where_it_comes_from() -> None:
    rows = settings_table(project_of(STEP), "score").rows

    assert (
        "outputs.metrics.values.metrics.json.auc",
        "at least 0 and at most 1",
        "scriptcheck.yaml:9",
    ) in rows


@pytest.mark.parametrize(
    ("said", "what", "line"),
    [
        ("auc: {min: 2, max: 1}", "`min` of `auc` is greater than its `max`", 9),
        ("auc: {min: a, max: 1}", "`min` and `max` of `auc` are of different kinds", 9),
        ("auc: {}", "nothing is said of `auc`", 9),
        ("a..b: {min: 1}", "the way `a..b` cannot be read from `..b` on", 9),
        (
            "auc: {mim: 1}",
            "unknown key `mim` in `steps.score.outputs.metrics.values.metrics.json.auc`",
            9,
        ),
    ],
)
def test_a_mistake_in_a_bound_is_shown_at_its_line(said: str, what: str, line: int) -> None:
    settings = STEP.replace("auc: {min: 0, max: 1}", said)

    with pytest.raises(UsageError) as raised:
        project_of(settings)

    assert raised.value.what == what
    assert raised.value.where is not None
    assert raised.value.where.line == line
