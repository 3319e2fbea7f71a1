"""Steps, nodes and pipelines that a change calls otherwise: base is told in the names that head has for them.

All that compares both sides does so by names, so a renamed step would be a new one beside one that is
gone, and its reader would be blamed for what it writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck.model.change import ChangeKind
from ci_scriptcheck.model.contract import WrittenBy
from ci_scriptcheck.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from ci_scriptcheck.model.change import ChangeSet
    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.project import Node, Pipeline, Project, Step
    from ci_scriptcheck.model.result import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Renames:
    """What is called otherwise.

    Attributes:
        steps: Name on base → on head.
        pipelines: The same.
        nodes: Pipeline, by its name on head → name of a node on base → on head.
    """

    steps: Mapping[str, str] = field(default_factory=dict)
    pipelines: Mapping[str, str] = field(default_factory=dict)
    nodes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def on_head(self) -> frozenset[str]:
        """Give the names on head: of steps, and `pipeline/node`."""
        nodes = (
            f"{pipeline}/{name}"
            for pipeline, names in self.nodes.items()
            for name in names.values()
        )
        return frozenset({*self.steps.values(), *nodes})


def between(head: Project, base: Project, changes: ChangeSet) -> Renames:
    """Find what was renamed: one that is gone and one that is new, with one script, or with the same steps.

    A script is the same, too, where git tells that it was moved. Where several could be meant, none is.
    """
    moved = {
        change.old_path: change.path
        for change in changes.files
        if change.kind is ChangeKind.RENAMED and change.old_path is not None
    }

    def script(step: Step) -> str | None:
        return moved.get(step.script, step.script) if step.script is not None else None

    steps = _paired(
        {name: script(step) for name, step in base.steps.items() if name not in head.steps},
        {name: step.script for name, step in head.steps.items() if name not in base.steps},
    )
    pipelines = _paired(
        {
            name: tuple(sorted(steps.get(node.step, node.step) for node in found.nodes))
            for name, found in base.pipelines.items()
            if name not in head.pipelines
        },
        {
            name: tuple(sorted(node.step for node in found.nodes))
            for name, found in head.pipelines.items()
            if name not in base.pipelines
        },
    )
    nodes = {}
    for name, before in base.pipelines.items():
        after = head.pipelines.get(pipelines.get(name, name))
        if after is not None and (found := _nodes(after, before, steps)):
            nodes[after.name] = found
    return Renames(steps=steps, pipelines=pipelines, nodes=nodes)


def told(base: Project, renames: Renames) -> Project:
    """Give base with the names that head has."""
    if renames == Renames():
        return base
    steps = {
        renames.steps.get(name, name): replace(step, name=renames.steps.get(name, name))
        for name, step in base.steps.items()
    }
    return replace(
        base,
        steps=steps,
        pipelines={
            made.name: made
            for made in (_pipeline(found, renames) for found in base.pipelines.values())
        },
        datasets={name: _dataset(found, renames) for name, found in base.datasets.items()},
        findings=tuple(_finding(one, renames) for one in base.findings),
    )


def _nodes(head: Pipeline, base: Pipeline, steps: Mapping[str, str]) -> Mapping[str, str]:
    here, there = ({node.name for node in one.nodes} for one in (head, base))
    return _paired(
        {
            node.name: steps.get(node.step, node.step)
            for node in base.nodes
            if node.name not in here
        },
        {node.name: node.step for node in head.nodes if node.name not in there},
    )


def _paired(before: Mapping[str, Hashable], after: Mapping[str, Hashable]) -> Mapping[str, str]:
    """Pair names that stand for the same, as far as only one on either side does."""
    old, new = _alone(before.items()), _alone(after.items())
    return {old[same]: new[same] for same in old if same in new}


def _alone(items: Iterable[tuple[str, Hashable]]) -> dict[Hashable, str]:
    """Give what one name alone stands for → the name."""
    found: dict[Hashable, list[str]] = {}
    for name, same in items:
        if same is not None:
            found.setdefault(same, []).append(name)
    return {same: names[0] for same, names in found.items() if len(names) == 1}


def _pipeline(pipeline: Pipeline, renames: Renames) -> Pipeline:
    name = renames.pipelines.get(pipeline.name, pipeline.name)
    nodes = renames.nodes.get(name, {})

    def called(node: str) -> str:
        return nodes.get(node, node)

    return replace(
        pipeline,
        name=name,
        nodes=tuple(_node(node, renames.steps, nodes) for node in pipeline.nodes),
        links=tuple(
            replace(link, producer=called(link.producer), consumer=called(link.consumer))
            for link in pipeline.links
        ),
        edges=tuple((called(one), called(other)) for one, other in pipeline.edges),
    )


def _node(node: Node, steps: Mapping[str, str], nodes: Mapping[str, str]) -> Node:
    return replace(
        node, name=nodes.get(node.name, node.name), step=steps.get(node.step, node.step)
    )


def _dataset(dataset: Dataset, renames: Renames) -> Dataset:
    origin = dataset.origin
    if not isinstance(origin, WrittenBy):
        return dataset
    pipeline = renames.pipelines.get(origin.pipeline, origin.pipeline)
    node = renames.nodes.get(pipeline, {}).get(origin.node, origin.node)
    return replace(dataset, origin=replace(origin, pipeline=pipeline, node=node))


def _finding(finding: Finding, renames: Renames) -> Finding:
    """Say of which step and pipeline a finding is; it may name a node, too."""
    pipeline = renames.pipelines.get(finding.pipeline or "", finding.pipeline)
    nodes = renames.nodes.get(pipeline or "", {})
    step = finding.step or ""
    called = renames.steps.get(step, nodes.get(step, finding.step))
    return replace(finding, step=called, pipeline=pipeline)
