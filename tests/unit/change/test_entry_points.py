"""Where following imports begins."""

from __future__ import annotations

from ci_scriptcheck.change.closure.entry_points import entry_points
from ci_scriptcheck.model.contract import GeneratedBy
from ci_scriptcheck.model.project import Settings
from tests.unit.change.projects import (
    a_dataset,
    a_pipeline,
    a_project,
    a_step,
)


def test_import_roots_are_told_relative_to_the_repository() -> None:
    step = a_step("train", settings=Settings(path=("src", ".", "../shared")))

    found = entry_points(a_project([step], folder="projects/fraud"))

    assert found == {
        "scripts/train.py": ("projects/fraud/src", "projects/fraud", "projects/shared")
    }


def test_a_root_outside_the_repository_is_left_out() -> None:
    step = a_step("train", settings=Settings(path=("../elsewhere", "src")))

    assert entry_points(a_project([step])) == {"scripts/train.py": ("src",)}


def test_a_script_of_several_steps_and_nodes_gets_the_roots_of_all() -> None:
    one = a_step("one", script="job.py", settings=Settings(path=("a",)))
    two = a_step("two", script="job.py", settings=Settings(path=("b",)))
    pipeline = a_pipeline("daily", nodes={"two": {"settings": Settings(path=("c",))}})

    assert entry_points(a_project([one, two], pipeline)) == {"job.py": ("a", "b", "c")}


def test_generators_are_followed_and_steps_without_a_script_are_not() -> None:
    generated = a_dataset("orders", GeneratedBy(file="gen.py", function="f"))
    steps = [
        a_step("load", script=None),
        a_step("train", settings=Settings(path=("src",))),
    ]

    found = entry_points(a_project(steps, datasets=[generated]))

    assert found == {"gen.py": ("src",), "scripts/train.py": ("src",)}
