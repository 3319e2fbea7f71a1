"""What a change calls otherwise is the same step on both sides, as far as only one can be meant."""

from __future__ import annotations

from dataclasses import replace

from ci_scriptcheck.change import renames
from ci_scriptcheck.model.change import ChangeKind, ChangeSet, FileChange
from ci_scriptcheck.model.contract import WrittenBy
from ci_scriptcheck.model.result import Finding, Level
from tests.unit.change.projects import a_dataset, a_pipeline, a_project, a_step

MOVED = ChangeSet(
    base="a" * 40,
    head="b" * 40,
    files=(
        FileChange(
            path="scripts/clean.py", old_path="scripts/prepare.py", kind=ChangeKind.RENAMED
        ),
    ),
)
UNMOVED = ChangeSet(base="a" * 40, head="b" * 40)

HEAD = a_project(["clean", "train"], a_pipeline("fraud", "clean>train"))
BASE = a_project(["prepare", "train"], a_pipeline("fraud", "prepare>train"))


def test_a_step_whose_script_git_tells_to_be_moved_is_the_same() -> None:
    found = renames.between(HEAD, BASE, MOVED)

    assert found.steps == {"prepare": "clean"}
    assert found.nodes == {"fraud": {"prepare": "clean"}}
    assert found.on_head() == {"clean", "fraud/clean"}


def test_base_is_told_in_the_names_of_head() -> None:
    finding = Finding(rule="SC101", severity=Level.ERROR, message="odd", step="prepare")
    base = replace(
        BASE,
        findings=(finding,),
        datasets={
            "out": a_dataset("out", WrittenBy(pipeline="fraud", node="prepare", port="out"))
        },
    )

    told = renames.told(base, renames.between(HEAD, base, MOVED))

    assert told.pipelines["fraud"] == HEAD.pipelines["fraud"]
    assert told.steps["clean"].script == "scripts/prepare.py"
    assert told.datasets["out"].origin == WrittenBy(pipeline="fraud", node="clean", port="out")
    assert [one.step for one in told.findings] == ["clean"]


def test_a_step_that_is_called_otherwise_and_has_its_old_script_is_the_same() -> None:
    head = a_project([a_step("clean", script="scripts/prepare.py"), "train"])

    assert renames.between(head, BASE, UNMOVED).steps == {"prepare": "clean"}


def test_a_node_may_be_called_otherwise_alone() -> None:
    pipeline = a_pipeline("fraud", "first>train", nodes={"first": {"step": "prepare"}})
    head = a_project(["prepare", "train"], pipeline)

    found = renames.between(head, BASE, UNMOVED)

    assert (found.steps, found.nodes) == ({}, {"fraud": {"prepare": "first"}})


def test_a_pipeline_of_the_same_steps_is_the_same() -> None:
    head = a_project(["clean", "train"], a_pipeline("orders", "clean>train"))

    found = renames.between(head, BASE, MOVED)

    assert (found.pipelines, found.nodes) == (
        {"fraud": "orders"},
        {"orders": {"prepare": "clean"}},
    )
    assert renames.told(BASE, found).pipelines == head.pipelines


def test_another_script_makes_another_step() -> None:
    assert renames.between(HEAD, BASE, UNMOVED) == renames.Renames()
    assert renames.told(BASE, renames.Renames()) is BASE


def test_where_several_could_be_meant_none_is() -> None:
    script = "scripts/prepare.py"
    head = a_project([a_step("one", script=script), a_step("other", script=script)])

    assert renames.between(head, a_project(["prepare"]), UNMOVED).steps == {}
    assert renames.between(a_project(["prepare"]), head, UNMOVED).steps == {}


def test_a_step_that_is_still_there_lends_its_script_to_a_new_one() -> None:
    head = a_project(["prepare", a_step("again", script="scripts/prepare.py"), "train"])

    assert renames.between(head, BASE, UNMOVED).steps == {}
