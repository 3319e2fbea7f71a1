"""Steps and nodes by name, with what feeds them and what follows."""

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.change import Asked
from ci_scriptcheck.model.project import Project
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
        ("zzzz*", "`scriptcheck plan --all` lists them"),
    ],
)
def test_a_name_that_fits_nothing_gets_the_nearest(
    project: Project, selector: str, advice: str
) -> None:
    with pytest.raises(UsageError) as caught:
        select_named(project, (selector,))

    assert caught.value.advice == advice
