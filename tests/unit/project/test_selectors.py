"""Steps and nodes by name, with what feeds them and what follows."""

from dataclasses import replace

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.change import Asked
from ci_scriptcheck.model.project import Project, Step
from ci_scriptcheck.project.selectors import select_named
from tests.unit.project.trees import a_project, a_script


@pytest.fixture(scope="module")
def project() -> Project:
    return a_project(
        "pipelines: {fraud: [load.py, prep.py, train.py], other/late: [load.py, train.py]}",
        load=a_script(writes=["raw"]),
        prep=a_script(reads=["raw"], writes=["clean"]),
        train=a_script(reads=["raw"], writes=["model"], more="input_paths.get('clean')"),
    )


@pytest.mark.parametrize(
    ("selector", "steps", "nodes"),
    [
        ("train", {"train"}, {"fraud/train", "other/late/train"}),
        ("fraud/train", set(), {"fraud/train"}),
        ("fraud/*", set(), {"fraud/load", "fraud/prep", "fraud/train"}),
        ("other/late", set(), {"other/late/load", "other/late/train"}),
        ("fraud", {"load", "prep", "train"}, {"fraud/load", "fraud/prep", "fraud/train"}),
        ("+fraud/prep", set(), {"fraud/load", "fraud/prep"}),
        ("fraud/prep+", set(), {"fraud/prep", "fraud/train"}),
        ("+fraud/prep+", set(), {"fraud/load", "fraud/prep", "fraud/train"}),
        ("+prep", {"load", "prep"}, {"fraud/load", "fraud/prep"}),
        ("train.py", {"train"}, {"fraud/train", "other/late/train"}),
        ("./train.py", {"train"}, {"fraud/train", "other/late/train"}),
        ("+prep.py", {"load", "prep"}, {"fraud/load", "fraud/prep"}),
        ("tra*.py", {"train"}, {"fraud/train", "other/late/train"}),
        ("tr*", {"train"}, {"fraud/train", "other/late/train"}),
        ("*/late/*", set(), {"other/late/load", "other/late/train"}),
    ],
)
def test_a_selector_names_steps_and_nodes(
    project: Project, selector: str, steps: set[str], nodes: set[str]
) -> None:
    selection = select_named(project, (selector,))

    assert set(selection.steps) == steps
    assert set(selection.nodes) == nodes
    assert set(selection.nodes.values()) <= {Asked()}


def test_several_selectors_add_up(project: Project) -> None:
    selection = select_named(project, ("fraud/load", "prep"))

    assert set(selection.nodes) == {"fraud/load", "fraud/prep"}
    assert set(selection.steps) == {"prep"}


@pytest.mark.parametrize(
    ("selector", "advice"),
    [
        ("trian", "did you mean `train`?"),
        ("fruad/train", "did you mean `fraud/train`?"),
        ("+trian+", "did you mean `train`?"),
        ("jobs/trian.py", "did you mean `train.py`?"),
        ("zzzz*", "`scriptcheck plan --all` lists them"),
    ],
)
def test_a_name_that_fits_nothing_gets_the_nearest(
    project: Project, selector: str, advice: str
) -> None:
    with pytest.raises(UsageError) as caught:
        select_named(project, (selector,))

    assert caught.value.advice == advice


def test_a_path_counts_from_the_folder_that_was_called_from_and_from_the_project(
    project: Project,
) -> None:
    inside = replace(project, folder="ml", steps=_moved(project, "ml/jobs"))

    for path, folder in (
        ("train.py", "ml/jobs"),
        ("jobs/train.py", "elsewhere"),
        ("ml/jobs/train.py", ""),
        ("../jobs/train.py", "ml/docs"),
    ):
        assert set(select_named(inside, (path,), called_from=folder).steps) == {"train"}


def test_a_file_that_is_no_script_names_the_steps_that_depend_on_it(project: Project) -> None:
    def dependants(file: str) -> tuple[str, ...]:
        return ("prep", "train") if file == "lib/features.py" else ()

    with pytest.raises(UsageError) as caught:
        select_named(project, ("features.py",), called_from="lib", dependants=dependants)

    assert caught.value.what == "`lib/features.py` is the script of no step"
    assert caught.value.facts == ("`prep`, `train` depend on it",)
    assert caught.value.advice == "name them: `scriptcheck run prep train`"


def _moved(project: Project, folder: str) -> dict[str, Step]:
    return {
        name: replace(step, script=f"{folder}/{step.script}")
        for name, step in project.steps.items()
    }
