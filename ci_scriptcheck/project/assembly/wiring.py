"""Which output feeds which input, where a pipeline only says which nodes are joined.

The answer follows from names, aliases and keywords by fixed rules, and where it does not, that is
a finding that asks for a line of configuration: nothing is guessed by likeness.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import nearest
from ci_scriptcheck.model.project import Link
from ci_scriptcheck.project.assembly.assignment import Candidate, Consumer, Pairing, pair
from ci_scriptcheck.project.assembly.at_node import at_node
from ci_scriptcheck.project.assembly.shape import shape_findings
from ci_scriptcheck.project.declared import (
    DeclaredNode,
    DeclaredPipeline,
    DeclaredPort,
    DeclaredStep,
)
from ci_scriptcheck.values import dataclass, field

if TYPE_CHECKING:
    from ci_scriptcheck.model.result import Finding

MOST_SOURCES = 3
"""Steps that are named of all that could feed an input."""
STRONG_TIERS = 2
"""Equal names, and a name among the aliases; the tiers behind go by source and keyword."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the settings say about joints.

    Attributes:
        suppliers: Consumer and input → the output's name that settles a tie.
        external: Consumers and inputs that their dataset feeds where no link does.
        datasets: Names of all datasets.
        given: Consumer and input → the dataset that is named at it.
        fed_by_name: Steps whose inputs are fed by the datasets of their names.
    """

    suppliers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    external: frozenset[tuple[str, str]] = frozenset()
    datasets: frozenset[str] = frozenset()
    given: Mapping[tuple[str, str], str] = field(default_factory=dict)
    fed_by_name: frozenset[str] = frozenset()


NO_CHOICES = Choices()


def wire(
    pipeline: DeclaredPipeline, steps: Mapping[str, DeclaredStep], choices: Choices = NO_CHOICES
) -> tuple[tuple[Link, ...], tuple[Finding, ...]]:
    """Join the ports of a pipeline's nodes; give the links, and what is wrong with its shape.

    Links that the pipeline spells out itself stay as they are. A joint that could be made in
    several ways that are equally good is a finding and is not made.
    """
    joints = _Joints(pipeline=pipeline, steps=steps, choices=choices)
    links: list[Link] = list(pipeline.links)
    findings: list[Finding] = []
    lacking: set[str] = set()
    for node in pipeline.nodes:
        if joints.step(node.name) is None:
            continue
        pairing = pair(joints.candidates(node), joints.consumer(node))
        made = [*joints.fixed(node.name), *pairing.links]
        links.extend(pairing.links)
        findings.extend(joints.ties(node, pairing))
        unfed = tuple(joints.unfed(node, made, pairing))
        lacking.update(
            name for one in unfed for name in (node.name, joints.likely(node, one.port))
        )
        findings.extend(unfed)
        findings.extend(joints.idle(node, made, pairing))
    shape = shape_findings(pipeline, steps, lacking)
    return tuple(sorted(set(links))), (*shape, *findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Joints:
    """A pipeline with the steps of its nodes at hand."""

    pipeline: DeclaredPipeline
    steps: Mapping[str, DeclaredStep]
    choices: Choices

    def step(self, name: str) -> DeclaredStep | None:
        """Give what a node runs, as it is for its type of job."""
        for node in self.pipeline.nodes:
            if node.name == name:
                step = self.steps.get(node.step or "")
                return None if step is None else step.for_job(node.suffix)
        return None

    def producers(self, consumer: str) -> tuple[str, ...]:
        """List the nodes directly before this one whose steps are known, in the file's order."""
        before = dict.fromkeys(a for a, b in self.pipeline.edges if b == consumer and a != b)
        return tuple(name for name in before if self.step(name) is not None)

    def fixed(self, consumer: str) -> tuple[Link, ...]:
        """List the links into a node that the file spells out."""
        return tuple(link for link in self.pipeline.links if link.consumer == consumer)

    def consumer(self, node: DeclaredNode) -> Consumer:
        """Say what decides between the candidates of a node."""
        return Consumer(
            required=frozenset(port.name for port in self._inputs(node.name) if port.required),
            suffixes={other.name: other.suffix for other in self.pipeline.nodes},
            fed_by=frozenset(link.producer for link in self.fixed(node.name)),
        )

    def candidates(self, node: DeclaredNode) -> tuple[Candidate, ...]:
        """List every output that could feed an input of this node, as far as both are free."""
        spelled = self.fixed(node.name)
        taken_inputs = {link.input for link in spelled}
        taken_outputs = {(link.producer, link.output) for link in spelled}
        found: list[Candidate] = []
        for port in self._inputs(node.name):
            if port.name in taken_inputs:
                continue
            fitting = [
                candidate
                for candidate in self._suppliers(node, port)
                if (candidate.link.producer, candidate.link.output) not in taken_outputs
            ]
            named = [candidate for candidate in fitting if candidate.chosen]
            found.extend(named or fitting)
        return tuple(found)

    def ties(self, node: DeclaredNode, pairing: Pairing) -> Iterable[Finding]:
        """Report each joint that could be made in several ways."""
        by_producer: dict[str, list[Link]] = {}
        for link in pairing.contested:
            by_producer.setdefault(link.producer, []).append(link)
        for producer, links in by_producer.items():
            ways = " or ".join(f"`{link.output}` to `{link.input}`" for link in sorted(links))
            yield at_node(
                "SC102",
                node,
                self.pipeline,
                f"`{producer} -> {node.name}` could join {ways}",
                subject=f"{producer} -> {node.name}",
                port=links[0].input,
                evidence=("these ways fit equally well by name, alias, source and keyword",),
                advice=self._settling(node, min(links), pairing.contested),
            )

    def unfed(
        self, node: DeclaredNode, made: Iterable[Link], pairing: Pairing
    ) -> Iterable[Finding]:
        """Report each required input that nothing before the node produces."""
        fed = {link.input for link in (*made, *pairing.contested)}
        producers = self.producers(node.name)
        for port in self._inputs(node.name):
            outside = port.external or (node.name, port.name) in self.choices.external
            if not port.required or port.name in fed or outside:
                continue
            yield at_node(
                "SC103",
                node,
                self.pipeline,
                f"`{node.name}` needs `{port.name}`, which no node before it writes",
                subject=f"{node.name}.{port.name}",
                port=port.name,
                evidence=self._offers(producers) or ("no node is joined to it",),
                advice=self._cure(node, port),
            )

    def idle(
        self, node: DeclaredNode, made: Iterable[Link], pairing: Pairing
    ) -> Iterable[Finding]:
        """Report each joint into the node that carries nothing."""
        carrying = {link.producer for link in (*made, *pairing.contested)}
        for producer in self.producers(node.name):
            if producer in carrying:
                continue
            yield at_node(
                "SC105",
                node,
                self.pipeline,
                f"`{producer} -> {node.name}` carries nothing",
                subject=f"{producer} -> {node.name}",
                evidence=(*self._offers((producer,)), self._wants(node)),
            )

    def _inputs(self, name: str) -> tuple[DeclaredPort, ...]:
        step = self.step(name)
        return () if step is None else step.inputs

    def _suppliers(self, node: DeclaredNode, port: DeclaredPort) -> Iterable[Candidate]:
        wanted = self.choices.suppliers.get((node.name, port.name))
        by_name = {item.name: item for item in self.pipeline.nodes}
        for producer in self.producers(node.name):
            step = self.step(producer)
            for output in () if step is None else step.outputs:
                chosen = output.name == wanted
                tier = 1 if chosen else _tier(by_name[producer], output, port)
                if tier is None:
                    continue
                link = Link(
                    producer=producer, output=output.name, consumer=node.name, input=port.name
                )
                yield Candidate(link=link, tier=tier, strong=tier <= STRONG_TIERS, chosen=chosen)

    def _settling(self, node: DeclaredNode, link: Link, contested: Iterable[Link]) -> str:
        rivals = [rival for rival in contested if rival.input == link.input]
        same_name = sum(rival.output == link.output for rival in rivals)
        if len(rivals) > 1 and same_name == 1 and node.step is not None:
            return f"say which: `steps: {{{node.step}: {{inputs: {{{link.input}: {{from: {link.output}}}}}}}}}`"
        joint = f"{{inputs: {{{link.input}: {link.producer}.{link.output}}}}}"
        return f"say which: `pipelines: {{{self.pipeline.name}: {{nodes: {{{node.name}: {joint}}}}}}}`"

    def _offers(self, producers: Iterable[str]) -> tuple[str, ...]:
        said = []
        for name in producers:
            step = self.step(name)
            names = ", ".join(f"`{port.name}`" for port in step.outputs) if step else ""
            said.append(f"`{name}` writes {names or 'nothing'}")
        return tuple(said)

    def likely(self, node: DeclaredNode, port: str | None) -> str:
        """Give the node that writes something of nearly the name of an input, or nothing."""
        written = self._written(node)
        return written.get(nearest(port or "", written) or "", "")

    def _written(self, node: DeclaredNode) -> dict[str, str]:
        return {
            output.name: other.name
            for other in self.pipeline.nodes
            if other.name != node.name
            for output in getattr(self.step(other.name), "outputs", ())
        }

    def _cure(self, node: DeclaredNode, port: DeclaredPort) -> str:
        """Say what was most likely meant, and how to feed the input from outside."""
        written = self._written(node)
        outside = self._outside(node, port)
        if port.name in written:
            return f"put `{written[port.name]}`, which writes it, before `{node.name}`"
        near = nearest(port.name, written)
        if near is not None:
            return f"did you mean `{near}`, which `{written[near]}` writes? If not, {outside}"
        near = nearest(port.name, self.choices.datasets)
        if near is not None and node.step in self.choices.fed_by_name:
            return f"did you mean the dataset `{near}`? A dataset feeds the input of its name"
        known = [name for name in port.sources if name in self.steps]
        here = [one.name for one in self.pipeline.nodes if one.step in known and one != node]
        if not known:
            return outside
        return f"join {_one_of(here or known)}, or {outside}"

    def _outside(self, node: DeclaredNode, port: DeclaredPort) -> str:
        if node.step in self.choices.fed_by_name:
            return (
                f"say where it comes from: `datasets: {{{port.name}: {{copy: <file or folder>}}}}`"
            )
        dataset = self.choices.given.get((node.name, port.name), port.name)
        if dataset in self.choices.datasets:
            return f"a dataset `{dataset}` exists: write `{port.name}: {{dataset: {dataset}, external: true}}`"
        return f"mark `{port.name}` as `external: true` with a dataset"

    def _wants(self, node: DeclaredNode) -> str:
        names = ", ".join(f"`{port.name}`" for port in self._inputs(node.name))
        return f"`{node.name}` reads {names or 'nothing'}"


def _one_of(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:MOST_SOURCES])
    more = f" or another of {len(names)}" if len(names) > MOST_SOURCES else ""
    return f"{'one of ' if len(names) > 1 and not more else ''}{shown}{more}"


def _tier(producer: DeclaredNode, output: DeclaredPort, wanted: DeclaredPort) -> int | None:
    """Say how surely an output is the one an input means: 1 is the surest, `None` not at all."""
    if wanted.accepts and output.kind is not None and output.kind not in wanted.accepts:
        return None
    if output.name == wanted.name:
        return 1
    if wanted.name in output.aliases:
        return 2
    if not _is_among(producer, wanted.sources):
        return None
    return 3 if set(output.keywords) & set(wanted.keywords) else 4


def _is_among(producer: DeclaredNode, sources: Iterable[str]) -> bool:
    # Contracts name a source by its step, by step and type of job, or with a closing `Step`.
    names = {f"{producer.step}", f"{producer.step}Step", f"{producer.step}_{producer.suffix}"}
    folded = {name.casefold() for name in names}
    return any(source.casefold() in folded for source in sources)
