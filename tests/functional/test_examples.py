"""The examples that ship with the repository; `nox -s scriptcheck` runs their scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.data.synthesize import Maker
from ci_scriptcheck.model.contract import Synthesized, TableFile
from ci_scriptcheck.model.scenario import BUILT_IN
from ci_scriptcheck.project.loader import load_project
from ci_scriptcheck.project.working_tree import WorkingTree

if TYPE_CHECKING:
    from ci_scriptcheck.model.project import Project

ROOT = Path(__file__).parents[2]
EXAMPLES = ("examples/penguins", "examples/flights")


@pytest.fixture(params=EXAMPLES)
def project(request: pytest.FixtureRequest) -> Project:
    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "examples").rglob("*.*")]
    tree = WorkingTree(ROOT, tuple(sorted(files)))
    return load_project(tree, request.param)


def test_an_example_is_read_without_a_finding(project: Project) -> None:
    assert [finding.message for finding in project.findings] == []


def test_an_example_has_six_steps_a_branch_and_a_join(project: Project) -> None:
    (pipeline,) = project.pipelines.values()
    producers = [link.producer for link in pipeline.links]
    consumers = [link.consumer for link in pipeline.links]

    assert sum(step.script is not None for step in project.steps.values()) >= 6
    assert any(len({a for a, b in pipeline.edges if b == node}) > 1 for node in consumers)
    assert any(len({b for a, b in pipeline.edges if a == node}) > 1 for node in producers)


def test_every_dataset_of_an_example_can_be_made(project: Project, tmp_path: Path) -> None:
    maker = Maker(
        datasets=project.datasets, scenario=BUILT_IN["standard"], seed=0, rows=100, root=ROOT
    )
    made = [
        dataset
        for dataset in project.datasets.values()
        if isinstance(dataset.origin, Synthesized)
        and any(isinstance(file, TableFile) for file in dataset.files)
    ]

    assert made
    for dataset in made:
        assert maker.write(dataset.name, node="load", folder=tmp_path / dataset.name)
