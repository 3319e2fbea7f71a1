"""Small projects for tests, written shortly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model.change import ChangeKind, ChangeSet, Closure, FileChange
from ci_scriptcheck.model.contract import Dataset, Origin, Port, Schema, Synthesized
from ci_scriptcheck.model.project import Link, Node, Pipeline, Project, Settings, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def a_step(name: str, **given: Any) -> Step:
    """Make a step that reads `data` and writes `out`."""
    parts: dict[str, Any] = {
        "name": name,
        "script": f"scripts/{name}.py",
        "inputs": (a_port("data"),),
        "outputs": (a_port("out"),),
    }
    return Step(**parts | given)


def a_port(name: str, **given: Any) -> Port:
    return Port(name=name, parameter=name, **given)


def a_dataset(name: str, origin: Origin | None = None, **given: Any) -> Dataset:
    parts: dict[str, Any] = {"schema": Schema(), "files": ()}
    return Dataset(name=name, origin=origin or Synthesized(), **parts | given)


def a_pipeline(name: str, *edges: str, nodes: Mapping[str, Any] | None = None) -> Pipeline:
    """Make a pipeline from edges like `load>train`; each carries `out` to `data`."""
    pairs = [tuple(edge.split(">")) for edge in edges]
    names = dict.fromkeys([*(nodes or {}), *(end for pair in pairs for end in pair)])
    return Pipeline(
        name=name,
        nodes=tuple(a_node(name, **(nodes or {}).get(name, {})) for name in names),
        links=tuple(
            Link(producer=one, output="out", consumer=other, input="data") for one, other in pairs
        ),
        edges=tuple((one, other) for one, other in pairs),
    )


def a_node(name: str, **given: Any) -> Node:
    parts: dict[str, Any] = {
        "step": name,
        "inputs": (a_port("data"),),
        "outputs": (a_port("out"),),
        "settings": Settings(),
    }
    return Node(name=name, **parts | given)


def a_project(
    steps: Iterable[Step | str],
    *pipelines: Pipeline,
    datasets: Iterable[Dataset] = (),
    **given: Any,
) -> Project:
    made = [step if isinstance(step, Step) else a_step(step) for step in steps]
    return Project(
        name="fraud",
        steps={step.name: step for step in made},
        pipelines={pipeline.name: pipeline for pipeline in pipelines},
        datasets={dataset.name: dataset for dataset in datasets},
        **given,
    )


def a_closure(script: str, *files: str) -> Closure:
    """Make a closure in which the script imports each file itself."""
    return Closure(
        script=script,
        files=tuple(sorted({script, *files})),
        chains={script: (script,), **{file: (script, file) for file in files}},
    )


def changed(*files: str, kind: ChangeKind = ChangeKind.MODIFIED) -> ChangeSet:
    return ChangeSet(
        base="b" * 40,
        head="h" * 40,
        base_name="main",
        files=tuple(FileChange(path=file, kind=kind) for file in files),
    )
