"""Which step feeds which input, as far as pipelines join them; and in which order to try the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ci_scriptcheck.model.project import Node, Pipeline, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """An output that feeds an input in a pipeline."""

    pipeline: str
    node: str
    step: str
    output: str


Feeds = dict[tuple[str, str], list[Feed]]
"""Step and input port → what feeds it; the pipeline that a step alone is fed from comes first."""


def feeds_of(project: Project) -> Feeds:
    """Find the suppliers of all inputs."""
    found: Feeds = {}
    for name in sorted(project.pipelines):
        pipeline = project.pipelines[name]
        for node in pipeline.nodes:
            for port, feed in _feeding(pipeline, node):
                known = found.setdefault((node.step, port), [])
                if all(other.step != feed.step for other in known):
                    known.append(feed)
    return found


def in_order(names: Iterable[str], feeds: Feeds) -> list[str]:
    """Put steps behind those that feed them; where they feed each other, as they come."""
    wanted = list(names)
    before: Mapping[str, list[str]] = {
        name: [feed.step for (step, _), known in feeds.items() if step == name for feed in known]
        for name in wanted
    }
    ordered: dict[str, None] = {}

    def put(name: str, way: tuple[str, ...]) -> None:
        for supplier in before.get(name, ()):
            if supplier not in ordered and supplier not in way and supplier in before:
                put(supplier, (*way, name))
        ordered.setdefault(name)

    for name in wanted:
        put(name, ())
    return list(ordered)


def _feeding(pipeline: Pipeline, node: Node) -> Iterable[tuple[str, Feed]]:
    for port, link in pipeline.feeding(node.name).items():
        supplier = pipeline.node(link.producer)
        yield (
            port,
            Feed(
                pipeline=pipeline.name,
                node=supplier.name,
                step=supplier.step,
                output=link.output,
            ),
        )
