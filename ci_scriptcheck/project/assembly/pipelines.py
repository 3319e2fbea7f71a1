"""Pipelines of the settings file, and what it adds to those of adapters.

A link is spelled out as `node.port`, or joins ports of equal names: in a list with the nearest
script before that writes such a port, among named nodes with the only one before. Where several
could be meant, all are joined without saying how, and the wiring asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NoReturn

from ci_scriptcheck.errors import did_you_mean
from ci_scriptcheck.model.project import Link
from ci_scriptcheck.model.scenario import STANDARD
from ci_scriptcheck.project.assembly.ports import Said
from ci_scriptcheck.project.assembly.steps import ReadStep, strange_port
from ci_scriptcheck.project.declared import DeclaredNode, DeclaredPipeline, DeclaredPort
from ci_scriptcheck.project.native.documents import InputDocument, NodeDocument, PipelineDocument
from ci_scriptcheck.project.native.named_scripts import NamedScript, step_of_item
from ci_scriptcheck.project.native.reading import Native
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from ci_scriptcheck.model.result import Finding
    from ci_scriptcheck.project.native.source_lines import KeyPath

MOST_RIVALS = 5
"""Nodes among which the wiring asks to choose; more would fit in no message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineParts:
    """What the pipelines of a file refer to."""

    native: Native
    folder: str
    steps: Mapping[str, ReadStep]
    named: Mapping[str, NamedScript]
    adapters: Mapping[str, DeclaredPipeline]


def read_pipelines(
    around: PipelineParts,
) -> tuple[dict[str, DeclaredPipeline], tuple[Finding, ...]]:
    """Give all pipelines, those of adapters with what the file adds to them.

    Raises:
        UsageError: one names a step, a node or a port that there is not.
    """
    found = dict(around.adapters)
    findings: list[Finding] = []
    for name, written in around.native.document.pipelines.items():
        reading = _Pipeline(around=around, name=name)
        base = around.adapters.get(name)
        if not isinstance(written, PipelineDocument):
            reading.check_is_new(base)
            found[name] = reading.listed(written)
            continue
        pipeline = reading.overlay(base, written) if base else reading.mapped(written)
        links, strange = reading.spelled_out(pipeline, written)
        findings.extend(strange)
        if base is None:
            found[name] = reading.joined_by_name(reading.with_links(pipeline, links))
        else:
            found[name] = reading.with_links(pipeline, links)
    return found, tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pipeline:
    around: PipelineParts
    name: str

    @property
    def path(self) -> KeyPath:
        return ("pipelines", self.name)

    def check_is_new(self, base: DeclaredPipeline | None) -> None:
        """Refuse a list where a file of another format says which nodes there are."""
        if base is not None:
            self._fail(
                f"there are two pipelines of the name `{self.name}`",
                self.path,
                f"{base.place} is the other one; to add to it, write `nodes:`",
            )

    def listed(self, items: list[str]) -> DeclaredPipeline:
        """Read a list of scripts or steps, each of which reads what those before it wrote."""
        around = self.around
        nodes: dict[str, DeclaredNode] = {}
        adapters = {name: step.declared for name, step in around.steps.items() if not step.native}
        for position, item in enumerate(items):
            path = (*self.path, position)
            step = step_of_item(around.native, around.folder, path, item, around.named, adapters)
            if step in nodes:
                self._fail(
                    f"`{item}` comes twice in `{self.name}`",
                    path,
                    f"give each a name: `{{nodes: {{{step}: {{}}, {step}_again: {{step: {step}}}}}}}`",
                )
            nodes[step] = DeclaredNode(
                name=step, step=step, place=around.native.source.place(path)
            )
        pipeline = self._made(tuple(nodes.values()), None)
        writers = self._writers(pipeline)
        links = [
            link
            for position, consumer in enumerate(pipeline.nodes)
            for port in self._ports(consumer, "inputs")
            for link in _by_name(writers, position, consumer, port, most=1)
        ]
        return self.with_links(pipeline, links)

    def mapped(self, written: PipelineDocument) -> DeclaredPipeline:
        """Read named nodes."""
        nodes = []
        for name, document in written.nodes.items():
            path = (*self.path, "nodes", name)
            step = (document.step if document else None) or name
            if step not in self.around.steps:
                at = (*path, "step") if document and document.step else path
                advice = did_you_mean(step, self.around.steps) or "declare it under `steps:`"
                self._fail(f"there is no step `{step}`", at, advice)
            nodes.append(
                DeclaredNode(name=name, step=step, place=self.around.native.source.place(path))
            )
        return self._made(tuple(nodes), written)

    def overlay(self, base: DeclaredPipeline, written: PipelineDocument) -> DeclaredPipeline:
        """Check what is said about a pipeline that comes from an adapter."""
        known = [node.name for node in base.nodes]
        for name, document in written.nodes.items():
            path = (*self.path, "nodes", name)
            if name not in known:
                self._fail(f"`{self.name}` has no node `{name}`", path, did_you_mean(name, known))
            if document is not None and document.step is not None:
                self._fail(
                    f"the step of `{name}` is said by the file of the pipeline",
                    (*path, "step"),
                    "remove the line",
                )
        return replace(base, scenarios=self._scenarios(written))

    def spelled_out(
        self, pipeline: DeclaredPipeline, written: PipelineDocument
    ) -> tuple[list[Link], list[Finding]]:
        """Read the links that the file says port by port."""
        links: list[Link] = []
        findings: list[Finding] = []
        by_name = {node.name: node for node in pipeline.nodes}
        for name, document in written.nodes.items():
            for port, text, path in _link_texts(document, (*self.path, "nodes", name)):
                known = tuple(one.name for one in self._ports(by_name[name], "inputs"))
                if port not in known:
                    said = Said(document=InputDocument(), path=path)
                    strange = strange_port(
                        self.around.native,
                        said,
                        step=by_name[name].step or name,
                        side="input",
                        verb="reads",
                        known=known,
                    )
                    findings.append(replace(strange, pipeline=self.name))
                    continue
                producer, output = self._end(text, name, by_name, path)
                links.append(Link(producer=producer, output=output, consumer=name, input=port))
        return links, findings

    def joined_by_name(self, pipeline: DeclaredPipeline) -> DeclaredPipeline:
        """Join each input that is left to the only node before it that writes its name."""
        fed = {(link.consumer, link.input) for link in pipeline.links}
        links: list[Link] = []
        edges: list[tuple[str, str]] = []
        writers = self._writers(pipeline)
        for position, consumer in enumerate(pipeline.nodes):
            for port in self._ports(consumer, "inputs"):
                fitting = _by_name(writers, position, consumer, port, most=MOST_RIVALS)
                if (consumer.name, port.name) in fed or (len(fitting) > 1 and port.external):
                    continue
                if len(fitting) == 1:
                    links.extend(fitting)
                edges.extend((link.producer, link.consumer) for link in fitting)
        joined = self.with_links(pipeline, links)
        return replace(joined, edges=tuple(dict.fromkeys((*joined.edges, *edges))))

    def with_links(self, pipeline: DeclaredPipeline, links: list[Link]) -> DeclaredPipeline:
        """Add links and the edges they make; a link that is said replaces one of the same input."""
        said = {(link.consumer, link.input) for link in links}
        kept = [link for link in pipeline.links if (link.consumer, link.input) not in said]
        edges = [(link.producer, link.consumer) for link in links]
        return replace(
            pipeline,
            links=(*kept, *links),
            edges=tuple(dict.fromkeys((*pipeline.edges, *edges))),
        )

    def _made(
        self, nodes: tuple[DeclaredNode, ...], written: PipelineDocument | None
    ) -> DeclaredPipeline:
        return DeclaredPipeline(
            name=self.name,
            nodes=nodes,
            scenarios=(STANDARD,) if written is None else self._scenarios(written),
            place=self.around.native.source.place(self.path),
        )

    def _scenarios(self, written: PipelineDocument) -> tuple[str, ...]:
        return tuple(dict.fromkeys((STANDARD, *(written.scenarios or ()))))

    def _ports(self, node: DeclaredNode, side: str) -> tuple[DeclaredPort, ...]:
        step = self.around.steps.get(node.step or "")
        if step is None:
            return ()
        declared = step.declared.for_job(node.suffix)
        return declared.inputs if side == "inputs" else declared.outputs

    def _writers(self, pipeline: DeclaredPipeline) -> dict[str, list[tuple[int, str]]]:
        """Give, by the name of an output, the position and name of each node that writes it."""
        found: dict[str, list[tuple[int, str]]] = {}
        for position, node in enumerate(pipeline.nodes):
            for port in self._ports(node, "outputs"):
                found.setdefault(port.name, []).append((position, node.name))
        return found

    def _end(
        self, text: str, consumer: str, nodes: Mapping[str, DeclaredNode], path: KeyPath
    ) -> tuple[str, str]:
        """Read `node.port`; nodes' names hold no dot here, ports' names may."""
        producer, _, output = text.partition(".")
        ends = {
            f"{name}.{port.name}": (name, port.name)
            for name, node in nodes.items()
            for port in self._ports(node, "outputs")
            if name != consumer
        }
        if text in ends:
            return ends[text]
        advice = did_you_mean(text, ends)
        if producer not in nodes:
            if text in self.around.native.document.datasets:
                advice = f"for a dataset write `{{dataset: {text}, external: true}}`"
            self._fail(f"`{self.name}` has no node `{producer}`", path, advice)
        outputs = [end for end in ends if end.startswith(f"{producer}.")]
        if producer == consumer:
            return producer, output
        if not output:
            self._fail(f"`{text}` is a node, and not one of its ports", path, _or(advice, outputs))
        writes = ", ".join(f"`{end.partition('.')[2]}`" for end in outputs) or "nothing"
        raise self.around.native.source.mistake(
            f"`{consumer}` reads `{text}`, which no step writes",
            path,
            facts=(f"`{producer}` writes {writes}",),
            advice=_or(advice, outputs) or f"declare `{output}` under the `outputs:` of its step",
        )

    def _fail(self, what: str, path: KeyPath, advice: str | None = None) -> NoReturn:
        raise self.around.native.source.mistake(what, path, advice=advice)


def _by_name(
    writers: Mapping[str, list[tuple[int, str]]],
    position: int,
    consumer: DeclaredNode,
    port: DeclaredPort,
    *,
    most: int,
) -> list[Link]:
    """Join an input with the nearest nodes before its own that write its name."""
    before = [name for other, name in writers.get(port.name, ()) if other < position]
    return [
        Link(producer=name, output=port.name, consumer=consumer.name, input=port.name)
        for name in before[-most:]
    ]


def _or(advice: str | None, outputs: list[str]) -> str | None:
    return advice or (f"write `{outputs[0]}`" if len(outputs) == 1 else None)


def _link_texts(
    document: NodeDocument | None, path: KeyPath
) -> Iterator[tuple[str, str, KeyPath]]:
    for port, said in ((document and document.inputs) or {}).items():
        if isinstance(said, str):
            yield port, said, (*path, "inputs", port)
