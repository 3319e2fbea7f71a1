"""Which steps and nodes a change can affect, and the reason that is given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.change.affected import select
from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.change import (
    Added,
    After,
    ChangeKind,
    ChangeSet,
    Closure,
    DatasetChanged,
    FileChange,
    Imports,
    LibraryChanged,
    LinkChanged,
    Reads,
    ScriptChanged,
    Selection,
    SettingsChanged,
    Unknown,
    in_words,
)
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    CopiedFrom,
    GeneratedBy,
    Schema,
    WrittenBy,
)
from ci_scriptcheck.model.project import Project, RuleSetting, Settings
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.model.scenario import Scenario
from tests.unit.change.projects import (
    a_closure,
    a_dataset,
    a_node,
    a_pipeline,
    a_port,
    a_project,
    a_step,
    changed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTHING = Selection()


def affected(
    head: Project,
    changes: ChangeSet,
    *closures: Closure,
    base: Project | None = None,
    before: tuple[Closure, ...] | None = None,
    reads: Mapping[str, tuple[str, ...]] | None = None,
    libraries: Mapping[str, LibraryChanged] | None = None,
) -> Selection:
    """Select with base equal to head, where nothing else is said."""
    return select(
        head,
        base or head,
        changes,
        head_closures={closure.script: closure for closure in closures},
        base_closures={
            closure.script: closure for closure in (closures if before is None else before)
        },
        reads=reads or {},
        libraries=libraries,
    )


def test_a_changed_script_affects_its_step() -> None:
    project = a_project(["load", "train"])

    selection = affected(project, changed("scripts/train.py"))

    assert selection.steps == {"train": ScriptChanged(file="scripts/train.py")}


def test_a_changed_library_affects_every_step_that_imports_it() -> None:
    project = a_project(["load", "train", "score"])
    train = a_closure("scripts/train.py", "lib/features.py")
    score = a_closure("scripts/score.py", "lib/features.py")

    selection = affected(project, changed("lib/features.py"), train, score)

    assert selection.steps == {
        "train": Imports(file="lib/features.py", chain=("scripts/train.py", "lib/features.py")),
        "score": Imports(file="lib/features.py", chain=("scripts/score.py", "lib/features.py")),
    }


def test_of_several_changed_libraries_the_nearest_is_named() -> None:
    closure = Closure(
        script="scripts/train.py",
        files=("a.py", "b.py", "scripts/train.py"),
        chains={
            "a.py": ("scripts/train.py", "b.py", "a.py"),
            "b.py": ("scripts/train.py", "b.py"),
        },
    )

    selection = affected(a_project(["train"]), changed("a.py", "b.py"), closure)

    assert selection.steps["train"] == Imports(file="b.py", chain=("scripts/train.py", "b.py"))


def test_a_file_outside_every_closure_affects_nothing() -> None:
    project = a_project(["train"], a_pipeline("daily", nodes={"train": {}}))

    assert affected(project, changed("README.md"), a_closure("scripts/train.py")) == NOTHING


def test_a_file_that_only_base_imported_affects_the_step() -> None:
    deleted = changed("lib/old.py", kind=ChangeKind.DELETED)
    before = a_closure("scripts/train.py", "lib/old.py")

    selection = affected(
        a_project(["train"]), deleted, a_closure("scripts/train.py"), before=(before,)
    )

    assert selection.steps["train"] == Imports(
        file="lib/old.py", chain=("scripts/train.py", "lib/old.py")
    )


def test_the_old_name_of_a_renamed_file_counts() -> None:
    change = FileChange(path="lib/new.py", kind=ChangeKind.RENAMED, old_path="lib/old.py")
    changes = replace(changed(), files=(change,))
    before = a_closure("scripts/train.py", "lib/old.py")

    selection = affected(
        a_project(["train"]), changes, a_closure("scripts/train.py"), before=(before,)
    )

    assert "train" in selection.steps


def test_a_file_that_a_script_names_is_read_rather_than_imported() -> None:
    closure = a_closure("scripts/train.py", "scripts/query.sql")

    selection = affected(a_project(["train"]), changed("scripts/query.sql"), closure)

    assert selection.steps == {"train": Reads(file="scripts/query.sql")}


def test_a_file_that_the_last_run_opened_affects_the_step() -> None:
    project = a_project(["train", "score"])

    selection = affected(
        project, changed("conf/x.json"), reads={"train": ("conf/a.json", "conf/x.json")}
    )

    assert selection.steps == {"train": Reads(file="conf/x.json")}


@pytest.mark.parametrize(
    ("kind", "is_affected"),
    [(ChangeKind.ADDED, True), (ChangeKind.DELETED, True), (ChangeKind.MODIFIED, False)],
)
@pytest.mark.parametrize("listed", ["rules/", "./"])
def test_what_comes_to_or_goes_from_a_folder_that_the_last_run_listed_affects_the_step(
    kind: ChangeKind, is_affected: bool, listed: str
) -> None:
    changes = replace(changed(), files=(FileChange(path="rules/two.json", kind=kind),))

    selection = affected(a_project(["train"]), changes, reads={"train": (listed,)})

    assert ("train" in selection.steps) is is_affected


def test_a_step_that_read_more_than_is_noted_is_affected_by_any_file() -> None:
    selection = affected(a_project(["train"]), changed("notes.txt"), reads={"train": (".",)})

    assert selection.steps == {"train": Reads(file="notes.txt")}


def test_a_dataset_that_others_begin_to_refer_to_is_drawn_anew() -> None:
    buyer = Column(name="buyer", type=ColumnType.INT)
    base, head = (
        with_dataset(
            a_dataset("orders"),
            a_dataset("refunds", schema=Schema(columns=(replace(buyer, references=to),))),
        )
        for to in (None, "orders.buyer")
    )

    assert affected(head, changed(), base=base).steps == {"load": DatasetChanged(dataset="orders")}


def test_a_moved_script_is_a_changed_one() -> None:
    base = a_project(["train"])
    head = a_project([a_step("train", script="jobs/train.py")])

    assert affected(head, changed(), base=base).steps == {
        "train": ScriptChanged(file="jobs/train.py")
    }


@pytest.mark.parametrize(
    ("is_same", "told"), [(True, "renamed from scripts/train.py"), (False, "changed and renamed")]
)
def test_a_script_that_git_tells_to_be_renamed_says_so(is_same: bool, told: str) -> None:
    base = a_project(["train"])
    head = a_project([a_step("train", script="jobs/train.py")])
    change = FileChange(
        path="jobs/train.py",
        kind=ChangeKind.RENAMED,
        old_path="scripts/train.py",
        is_same=is_same,
    )

    selection = affected(head, replace(changed(), files=(change,)), base=base)

    assert in_words(selection.steps["train"]) == told


def test_a_new_step_and_a_new_pipeline_are_affected() -> None:
    base = a_project(["train"])
    head = a_project(["train", "score"], a_pipeline("daily", "train>score"))

    selection = affected(head, changed(), base=base)

    assert selection.steps == {"score": Added()}
    assert selection.nodes == {"daily/train": Added(), "daily/score": Added()}


def test_settings_are_compared_after_parsing() -> None:
    place = Place(file="scriptcheck.yaml", line=3)
    before = a_step("train", settings=Settings(env={"A": "1", "B": "1"}), place=place)
    after = a_step(
        "train",
        settings=Settings(env={"A": "2", "C": "1"}, timeout=60.0),
        place=replace(place, line=9),
    )

    selection = affected(a_project([after]), changed("scriptcheck.yaml"), base=a_project([before]))

    assert selection.steps["train"] == SettingsChanged(
        names=("timeout", "env.A", "env.B", "env.C"), file="scriptcheck.yaml"
    )


def test_a_settings_file_that_says_the_same_elsewhere_affects_nothing() -> None:
    base = a_project([a_step("train", place=Place(file="scriptcheck.yaml", line=3))])
    head = a_project([a_step("train", place=Place(file="scriptcheck.yaml", line=30))])

    assert affected(head, changed("scriptcheck.yaml"), base=base) == NOTHING


def test_a_changed_port_is_named() -> None:
    base = a_project(["train"])
    head = a_project([a_step("train", inputs=(a_port("data", required=False), a_port("new")))])

    assert affected(head, changed(), base=base).steps["train"] == SettingsChanged(
        names=("inputs.data", "inputs.new")
    )


def test_a_script_that_is_named_no_more_affects_step_and_node() -> None:
    pipeline = a_pipeline("daily", nodes={"train": {}})
    head = a_project([a_step("train", script=None)], pipeline)

    selection = affected(head, changed(), base=a_project(["train"], pipeline))

    assert selection.steps["train"] == selection.nodes["daily/train"]
    assert selection.steps["train"] == SettingsChanged(names=("script",))


def test_settings_of_one_node_affect_that_node_and_what_follows() -> None:
    def project(rows: int) -> Project:
        nodes = {"train": {"settings": Settings(rows=rows)}}
        return a_project(
            ["load", "train", "score"],
            a_pipeline("daily", "load>train", "train>score", nodes=nodes),
        )

    selection = affected(project(2), changed(), base=project(1))

    assert selection.steps == {}
    assert selection.nodes == {
        "daily/train": SettingsChanged(names=("rows",)),
        "daily/score": After(node="train"),
    }


def test_all_that_follows_is_affected_after_its_nearest_supplier() -> None:
    pipeline = a_pipeline(
        "daily", "load>split", "split>train", "split>score", "train>score", "score>report"
    )
    project = a_project(["load", "split", "train", "score", "report"], pipeline)

    selection = affected(project, changed("scripts/split.py"))

    assert selection.nodes == {
        "daily/split": ScriptChanged(file="scripts/split.py"),
        "daily/train": After(node="split"),
        "daily/score": After(node="train"),
        "daily/report": After(node="score"),
    }


def test_each_pipeline_that_has_the_step_is_affected() -> None:
    project = a_project(
        ["load", "train", "score"], a_pipeline("a", "load>train"), a_pipeline("b", "train>score")
    )

    selection = affected(project, changed("scripts/train.py"))

    assert list(selection.nodes) == ["a/train", "b/train", "b/score"]


def test_a_new_joint_affects_the_node_that_reads() -> None:
    base = a_project(["load", "other", "train"], a_pipeline("daily", "load>train", "load>other"))
    head = a_project(["load", "other", "train"], a_pipeline("daily", "load>other", "other>train"))

    selection = affected(head, changed(), base=base)

    assert selection.nodes == {"daily/train": LinkChanged(joint="load -> train")}


def test_a_node_whose_supplier_is_gone_is_affected() -> None:
    nodes: dict[str, dict[str, object]] = {"load": {}, "train": {}}
    base = a_project(["load", "train"], a_pipeline("daily", "load>train"))
    head = a_project(["load", "train"], a_pipeline("daily", nodes=nodes))

    assert affected(head, changed(), base=base).nodes == {
        "daily/train": LinkChanged(joint="load -> train")
    }


def test_a_node_that_runs_another_step_is_affected() -> None:
    base = a_project(["a", "b"], a_pipeline("daily", nodes={"x": {"step": "a"}}))
    head = a_project(["a", "b"], a_pipeline("daily", nodes={"x": {"step": "b"}}))

    assert affected(head, changed(), base=base).nodes == {
        "daily/x": SettingsChanged(names=("step",))
    }


def with_dataset(dataset: object, *more: object) -> Project:
    inputs = (a_port("data", dataset="orders", expects="orders"),)
    return a_project(
        [a_step("load", inputs=inputs), "train"],
        a_pipeline("daily", "load>train", nodes={"load": {"inputs": inputs}}),
        datasets=[dataset, *more],  # type: ignore[list-item]
    )


def test_a_dataset_that_is_described_differently_affects_its_readers() -> None:
    base = with_dataset(a_dataset("orders"))
    head = with_dataset(a_dataset("orders", schema=Schema(rows=5)))

    selection = affected(head, changed("scriptcheck.yaml"), base=base)

    assert selection.steps == {"load": DatasetChanged(dataset="orders")}
    assert selection.nodes == {
        "daily/load": DatasetChanged(dataset="orders"),
        "daily/train": After(node="load"),
    }


@pytest.mark.parametrize("file", ["tests/data", "tests/data/a.csv", "tests/data/deep/b.csv"])
def test_a_copied_file_or_folder_affects_its_readers(file: str) -> None:
    project = with_dataset(a_dataset("orders", CopiedFrom(path="tests/data")))

    selection = affected(project, changed("tests/database.csv", file))

    assert selection.steps == {"load": Reads(file=file, dataset="orders")}


def test_a_generator_and_what_it_imports_affect_its_readers() -> None:
    project = with_dataset(a_dataset("orders", GeneratedBy(file="gen.py", function="f")))
    closure = a_closure("gen.py", "lib/names.py")

    assert affected(project, changed("gen.py"), closure).steps == {
        "load": Reads(file="gen.py", dataset="orders")
    }
    assert affected(project, changed("lib/names.py"), closure).steps == {
        "load": Reads(file="lib/names.py", dataset="orders")
    }


def test_a_dataset_whose_columns_refer_to_a_changed_one_is_drawn_anew() -> None:
    column = Column(name="c", type=ColumnType.STRING, references="customers.id")
    orders = a_dataset("orders", schema=Schema(columns=(column,)))
    base = with_dataset(orders, a_dataset("customers"))
    head = with_dataset(orders, a_dataset("customers", schema=Schema(rows=9)))

    assert affected(head, changed(), base=base).steps == {
        "load": DatasetChanged(dataset="customers")
    }


def test_datasets_that_refer_to_each_other_end() -> None:
    def referring(name: str, other: str) -> object:
        column = Column(name="c", type=ColumnType.STRING, references=f"{other}.c")
        return a_dataset(name, schema=Schema(columns=(column,)))

    project = with_dataset(referring("orders", "customers"), referring("customers", "orders"))

    assert affected(project, changed("x")) == NOTHING


def test_an_input_that_a_link_feeds_is_not_affected_by_the_files_of_its_dataset() -> None:
    inputs = (a_port("data", dataset="orders"),)
    project = a_project(
        ["load", a_step("train", inputs=inputs)],
        a_pipeline("daily", "load>train", nodes={"train": {"inputs": inputs}}),
        datasets=[a_dataset("orders", CopiedFrom(path="data"))],
    )

    selection = affected(project, changed("data/a.csv"))

    assert selection.steps == {"train": Reads(file="data/a.csv", dataset="orders")}
    assert selection.nodes == {}


def test_a_dataset_that_a_node_of_another_pipeline_writes_carries_the_effect_over() -> None:
    inputs = (a_port("data", dataset="trained"),)
    written = WrittenBy(pipeline="a", node="train", port="out")
    project = a_project(
        ["load", "train", a_step("score", inputs=inputs), "report"],
        a_pipeline("b", "score>report", nodes={"score": {"inputs": inputs}}),
        a_pipeline("a", "load>train"),
        datasets=[a_dataset("trained", written)],
    )

    selection = affected(project, changed("scripts/load.py"))

    assert selection.steps == {
        "load": ScriptChanged(file="scripts/load.py"),
        "score": After(node="a/train"),
    }
    assert selection.nodes == {
        "b/score": After(node="a/train"),
        "b/report": After(node="score"),
        "a/load": ScriptChanged(file="scripts/load.py"),
        "a/train": After(node="load"),
    }


def test_another_version_of_a_library_affects_the_steps_that_import_it() -> None:
    project = a_project(["load", "train"], a_pipeline("daily", "load>train"))
    change = LibraryChanged(library="pandas", before="2.2", after="3.0")

    selection = affected(project, changed("requirements.txt"), libraries={"train": change})

    assert selection.steps == {"train": change}
    assert selection.nodes == {"daily/train": change}


def test_a_scenario_that_says_something_else_affects_those_who_use_it() -> None:
    def project(rows: int) -> Project:
        return a_project(
            [a_step("load", settings=Settings(scenarios=("standard", "big"))), "train"],
            replace(a_pipeline("daily", "load>train"), scenarios=("standard", "big")),
            a_pipeline("weekly", "load>train"),
            scenarios={"big": Scenario(name="big", rows=rows)},
        )

    selection = affected(project(2), changed(), base=project(1))

    assert selection.steps == {"load": SettingsChanged(names=("scenarios.big",))}
    assert sorted(selection.nodes) == ["daily/load", "daily/train"]


def test_a_rule_that_counts_differently_affects_the_steps_it_concerns() -> None:
    base = a_project(["load", "train"])
    rule = RuleSetting(rule="SC3", level=Level.WARNING, steps=("tr*",))
    head = replace(base, rules=(rule,))

    assert affected(head, changed(), base=base).steps == {
        "train": SettingsChanged(names=("rules.SC3",))
    }


def test_what_git_cannot_say_affects_everything() -> None:
    project = a_project(["load"], a_pipeline("daily", nodes={"load": {}}))
    changes = ChangeSet(base=None, head="h", unknown="a scheduled run checks everything")

    why = Unknown(why="a scheduled run checks everything")
    assert affected(project, changes) == Selection(steps={"load": why}, nodes={"daily/load": why})


def test_a_base_that_cannot_be_read_affects_everything() -> None:
    selection = select(
        a_project(["load"]), None, changed(), head_closures={}, base_closures={}, reads={}
    )

    assert selection.steps == {"load": Unknown(why="the settings of main cannot be read")}


def test_a_project_that_base_did_not_have_is_new_altogether() -> None:
    project = a_project(["load"], a_pipeline("daily", nodes={"load": {}}))

    selection = affected(project, changed("scriptcheck.yaml"), base=Project(name="fraud"))

    assert selection == Selection(steps={"load": Added()}, nodes={"daily/load": Added()})


def test_nodes_on_a_circle_are_followed_once() -> None:
    project = a_project(["a", "b", "c"], a_pipeline("daily", "a>b", "b>c", "c>b"))

    selection = affected(project, changed("scripts/a.py"))

    assert list(selection.nodes) == ["daily/a", "daily/b", "daily/c"]


def test_a_node_may_have_another_name_than_its_step() -> None:
    node = a_node("train_final", step="train")
    pipeline = replace(a_pipeline("daily"), nodes=(node,))

    selection = affected(a_project(["train"], pipeline), changed("scripts/train.py"))

    assert selection.nodes == {"daily/train_final": ScriptChanged(file="scripts/train.py")}
