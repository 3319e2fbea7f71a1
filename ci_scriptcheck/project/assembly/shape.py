"""What is wrong with a pipeline by its nodes and joints alone, whatever the joints carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import did_you_mean
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.project.assembly.at_node import at_node

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ci_scriptcheck.project.declared import DeclaredNode, DeclaredPipeline, DeclaredStep


def shape_findings(
    pipeline: DeclaredPipeline, steps: Mapping[str, DeclaredStep], lacking: Collection[str] = ()
) -> Iterable[Finding]:
    """Report unknown steps, circles, lone nodes, and nodes that were meant to be one.

    Args:
        pipeline: The nodes, and how they are joined.
        steps: What they run.
        lacking: Nodes of which another finding says as much: that nothing feeds an input of theirs,
            or that they were likely meant to feed one.
    """
    yield from _unknown_steps(pipeline, steps)
    yield from _circles(pipeline)
    yield from _lone_nodes(pipeline, lacking)
    yield from _split_nodes(pipeline, steps)


def _unknown_steps(
    pipeline: DeclaredPipeline, steps: Mapping[str, DeclaredStep]
) -> Iterable[Finding]:
    for node in pipeline.nodes:
        if node.step not in steps:
            yield Finding(
                rule="SC112",
                severity=Level.ERROR,
                message=f"no declared step fits the node `{node.name}`",
                subject=node.name,
                pipeline=pipeline.name,
                place=node.place or pipeline.place,
                advice=did_you_mean(node.name, steps),
            )


def _circles(pipeline: DeclaredPipeline) -> Iterable[Finding]:
    before: dict[str, set[str]] = {node.name: set() for node in pipeline.nodes}
    for producer, consumer in pipeline.edges:
        before[consumer].add(producer)
    while free := [name for name, producers in before.items() if not producers]:
        for name in free:
            del before[name]
        for producers in before.values():
            producers.difference_update(free)
    if not before:
        return
    # Every node left has one left before it, so going backwards must meet a node again.
    way = [min(before)]
    while (previous := min(before[way[-1]])) not in way:
        way.append(previous)
    circle = [previous, *reversed(way[way.index(previous) :])]
    yield Finding(
        rule="SC104",
        severity=Level.ERROR,
        message=f"{' -> '.join(circle)} is a circle",
        subject=" -> ".join(circle),
        pipeline=pipeline.name,
        place=pipeline.place,
    )


def _lone_nodes(pipeline: DeclaredPipeline, lacking: Collection[str]) -> Iterable[Finding]:
    joined = {name for edge in pipeline.edges for name in edge}
    for node in pipeline.nodes if joined else ():
        if node.name not in joined and node.name not in lacking:
            message = f"`{node.name}` is joined to no other node"
            yield at_node("SC111", node, pipeline, message, subject=node.name)


def _split_nodes(
    pipeline: DeclaredPipeline, steps: Mapping[str, DeclaredStep]
) -> Iterable[Finding]:
    """Find two nodes of one step that share its joints: one is only fed, the other only feeds."""
    fed = {consumer for _, consumer in pipeline.edges}
    feeding = {producer for producer, _ in pipeline.edges}
    ends = [node for node in pipeline.nodes if node.name in fed - feeding]
    starts = [node for node in pipeline.nodes if node.name in feeding - fed]
    for start in starts:
        if not _has_to_be_fed(start, steps):
            continue
        for end in ends:
            if end.step == start.step and _has_outputs(end, steps):
                yield at_node(
                    "SC111",
                    start,
                    pipeline,
                    f"`{end.name}` and `{start.name}` seem to be meant as one node",
                    subject=f"{end.name} and {start.name}",
                    evidence=(
                        f"`{end.name}` is fed, and nothing follows it",
                        f"`{start.name}` feeds others, and nothing feeds it",
                    ),
                    advice=f"use one of the two names in all joints of `{start.step}`",
                )


def _has_to_be_fed(node: DeclaredNode, steps: Mapping[str, DeclaredStep]) -> bool:
    step = steps.get(node.step or "")
    ports = () if step is None else step.for_job(node.suffix).inputs
    return any(port.required and not port.external for port in ports)


def _has_outputs(node: DeclaredNode, steps: Mapping[str, DeclaredStep]) -> bool:
    step = steps.get(node.step or "")
    return step is not None and bool(step.outputs)
