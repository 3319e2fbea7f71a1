"""Everything that was read → one `Project`: levels laid over each other, ports wired, all checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import did_you_mean
from ci_scriptcheck.model.contract import Dataset, Port, WrittenBy
from ci_scriptcheck.model.project import (
    Node,
    Pipeline,
    RuleSetting,
    Settings,
    Step,
)
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.project.assembly import ports, settings
from ci_scriptcheck.project.assembly.step_tests import tests_of
from ci_scriptcheck.project.assembly.steps import ReadStep, strange_port
from ci_scriptcheck.project.assembly.variations import variations_of
from ci_scriptcheck.project.assembly.wiring import Choices, wire
from ci_scriptcheck.project.declared import DeclaredNode, DeclaredPipeline, DeclaredStep
from ci_scriptcheck.project.native.documents import (
    NodeDocument,
    NodeNameDocument,
    PipelineDocument,
    RuleDocument,
)
from ci_scriptcheck.project.native.reading import Native
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from ci_scriptcheck.project.assembly.ports import Overlays, Said
    from ci_scriptcheck.project.declared import DeclaredPort
    from ci_scriptcheck.project.native.source_lines import KeyPath

WILDCARDS = "*?["


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a project is put together from."""

    native: Native
    steps: Mapping[str, ReadStep]
    pipelines: Mapping[str, DeclaredPipeline]
    datasets: Mapping[str, Dataset]


def assemble(parts: Parts) -> tuple[dict[str, Step], dict[str, Pipeline], tuple[Finding, ...]]:
    """Give the steps, the pipelines, and what is wrong with how they are joined.

    Raises:
        UsageError: the file names a node, a dataset or a step that there is not.
    """
    _check_node_names(parts)
    steps = {name: _step(parts, step) for name, step in parts.steps.items()}
    pipelines: dict[str, Pipeline] = {}
    findings: list[Finding] = []
    for name, declared in parts.pipelines.items():
        nodes, strange = _nodes(parts, declared)
        links, wrong = wire(
            declared,
            {step: read.declared for step, read in parts.steps.items()},
            _choices(parts, nodes),
        )
        findings.extend((*strange, *wrong))
        steps.update(_unknown_steps(declared, steps))
        pipelines[name] = Pipeline(
            name=name,
            nodes=nodes,
            links=tuple(sorted(links)),
            edges=declared.edges,
            scenarios=declared.scenarios,
            place=declared.place,
        )
    _check_writers(parts, pipelines)
    return steps, pipelines, tuple(findings)


def rule_settings(parts: Parts) -> tuple[RuleSetting, ...]:
    """Give how much each rule counts.

    Raises:
        UsageError: it is said for a step that there is not.
    """
    found = []
    for code, written in parts.native.document.rules.items():
        if isinstance(written, Level):
            found.append(RuleSetting(rule=code, level=written))
            continue
        _check_rule_steps(parts, code, written)
        found.append(RuleSetting(rule=code, level=written.level, steps=tuple(written.steps)))
    return tuple(found)


def _check_rule_steps(parts: Parts, code: str, written: RuleDocument) -> None:
    for position, name in enumerate(written.steps):
        if name not in parts.steps and not set(name) & set(WILDCARDS):
            raise parts.native.source.mistake(
                f"there is no step `{name}`",
                ("rules", code, "steps", position),
                advice=did_you_mean(name, parts.steps),
            )


def _step(parts: Parts, step: ReadStep) -> Step:
    declared = step.declared
    inputs, outputs = ports.stacked([step.inputs]), ports.stacked([step.outputs])
    made = Step(
        name=declared.name,
        script=declared.script,
        variables=step.usage.env,
        declared=tuple(sorted({*declared.env, *declared.required_env})),
        inputs=_ports(parts, declared.inputs, inputs),
        outputs=_ports(parts, declared.outputs, outputs),
        settings=settings.in_force(_step_levels(parts, step, declared)),
        place=declared.place,
    )
    return replace(
        made,
        tests=tests_of(parts.native, made, parts.datasets),
        variations=variations_of(parts.native, made),
    )


def _step_levels(parts: Parts, step: ReadStep, declared: DeclaredStep) -> list[settings.Values]:
    source, document = parts.native.source, parts.native.document
    defaults = settings.written(document.defaults, source, ("defaults",))
    if "args" not in step.usage.unknown:
        defaults = settings.asked_for(defaults, {*declared.arguments, *step.usage.args})
    return [
        settings.contracted(declared),
        defaults,
        settings.written(step.document, source, step.path),
    ]


def _ports(parts: Parts, declared: tuple[DeclaredPort, ...], said: Overlays) -> tuple[Port, ...]:
    return tuple(
        ports.port(one, said.get(one.name, ()), parts.native.source, parts.datasets)
        for one in declared
    )


def _nodes(
    parts: Parts, declared: DeclaredPipeline
) -> tuple[tuple[Node, ...], tuple[Finding, ...]]:
    nodes: list[Node] = []
    findings: list[Finding] = []
    for node in declared.nodes:
        step = parts.steps.get(node.step or "")
        if step is None:
            # The wiring reports it; the name stands for a step that is never run.
            nodes.append(Node(name=node.name, step=node.step or node.name, place=node.place))
            continue
        making = _NodeMaking(parts=parts, pipeline=declared.name, node=node, step=step)
        nodes.append(making.node_of())
        findings.extend(making.strange_ports())
    return tuple(nodes), tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _NodeMaking:
    """A node with all that the file says about it, the most general first."""

    parts: Parts
    pipeline: str
    node: DeclaredNode
    step: ReadStep

    def node_of(self) -> Node:
        declared = self.step.declared.for_job(self.node.suffix)
        inputs, outputs = self._said()
        levels = _step_levels(self.parts, self.step, declared)
        levels.append(settings.named(self.node))
        levels.extend(
            settings.written(document, self.parts.native.source, path)
            for document, path in self._documents()
        )
        return Node(
            name=self.node.name,
            step=self.step.declared.name,
            inputs=_ports(self.parts, declared.inputs, ports.stacked([self.step.inputs, *inputs])),
            outputs=_ports(
                self.parts, declared.outputs, ports.stacked([self.step.outputs, *outputs])
            ),
            settings=settings.in_force(levels),
            place=self.node.place,
        )

    def strange_ports(self) -> Iterator[Finding]:
        declared = self.step.declared.for_job(self.node.suffix)
        inputs, outputs = self._said()
        sides = (
            ("input", "reads", inputs, declared.inputs),
            ("output", "writes", outputs, declared.outputs),
        )
        for side, verb, said, known in sides:
            names = tuple(port.name for port in known)
            for name, one in ((name, one) for part in said for name, one in part.items()):
                if name not in names:
                    found = strange_port(
                        self.parts.native,
                        one,
                        step=self.step.declared.name,
                        side=side,
                        verb=verb,
                        known=names,
                    )
                    yield replace(found, pipeline=self.pipeline)

    def _documents(self) -> Iterator[tuple[NodeNameDocument, KeyPath]]:
        document = self.parts.native.document
        fitting = [name for name in document.nodes if fnmatchcase(self.node.name, name)]
        # A pattern says less than a name.
        for name in sorted(fitting, key=lambda name: name == self.node.name):
            yield document.nodes[name] or NodeNameDocument(), ("nodes", name)
        own = _node_document(self.parts, self.pipeline, self.node.name)
        if own is not None:
            yield own, ("pipelines", self.pipeline, "nodes", self.node.name)

    def _said(self) -> tuple[list[dict[str, Said]], list[dict[str, Said]]]:
        inputs, outputs = [], []
        for document, path in self._documents():
            written = document.inputs or {}
            if path[0] == "pipelines":
                # There a text is a link.
                written = {name: one for name, one in written.items() if not isinstance(one, str)}
            inputs.append(ports.inputs_said(written, path))
            outputs.append(ports.outputs_said(document.outputs, path))
        return inputs, outputs


def _node_document(parts: Parts, pipeline: str, node: str) -> NodeDocument | None:
    written = parts.native.document.pipelines.get(pipeline)
    return written.nodes.get(node) if isinstance(written, PipelineDocument) else None


def _choices(parts: Parts, nodes: tuple[Node, ...]) -> Choices:
    return Choices(
        suppliers={
            (node.name, port.name): port.supplier
            for node in nodes
            for port in node.inputs
            if port.supplier is not None
        },
        external=frozenset(
            (node.name, port.name) for node in nodes for port in node.inputs if port.external
        ),
        datasets=frozenset(parts.datasets),
        given={
            (node.name, port.name): port.dataset
            for node in nodes
            for port in node.inputs
            if port.dataset is not None
        },
        fed_by_name=frozenset(name for name, step in parts.steps.items() if step.has_own_ports),
    )


def _unknown_steps(
    pipeline: DeclaredPipeline, known: Mapping[str, Step]
) -> Iterator[tuple[str, Step]]:
    for node in pipeline.nodes:
        name = node.step or node.name
        if name not in known:
            reason = "no contract declares its step"
            yield (
                name,
                Step(name=name, script=None, settings=Settings(skip=reason), place=node.place),
            )


def _check_node_names(parts: Parts) -> None:
    known = {node.name for pipeline in parts.pipelines.values() for node in pipeline.nodes}
    for name in parts.native.document.nodes:
        if name not in known and not set(name) & set(WILDCARDS):
            raise parts.native.source.mistake(
                f"no pipeline has a node `{name}`",
                ("nodes", name),
                advice=did_you_mean(name, known),
            )


def _check_writers(parts: Parts, pipelines: Mapping[str, Pipeline]) -> None:
    """See to it that each dataset `from` a node is written by one."""
    for name, dataset in parts.datasets.items():
        if not isinstance(dataset.origin, WrittenBy):
            continue
        ends = {
            f"{pipeline.name}/{node.name}.{port.name}"
            for pipeline in pipelines.values()
            for node in pipeline.nodes
            for port in node.outputs
        }
        origin = dataset.origin
        wanted = f"{origin.pipeline}/{origin.node}.{origin.port}"
        if wanted not in ends:
            raise parts.native.source.mistake(
                f"the dataset `{name}` is `{wanted}`, which no node writes",
                ("datasets", name, "from"),
                advice=did_you_mean(wanted, ends),
            )
