"""Where each input of a step or node comes from.

A node that will not run is replaced by the datasets of its outputs, where it has some; so a step
that the platform itself carries out, or whose libraries are missing here, still feeds its readers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, assert_never

from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.contract import CopiedFrom, GeneratedBy, Stated, Synthesized, WrittenBy
from ci_scriptcheck.model.executed import Executed
from ci_scriptcheck.model.production import FromProduction, Original
from ci_scriptcheck.model.scenario import REAL, STANDARD
from ci_scriptcheck.model.source import Copied, Fetched, Source, Synthetic, Upstream
from ci_scriptcheck.model.task_ids import task_id
from ci_scriptcheck.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.model.contract import Dataset, Port
    from ci_scriptcheck.model.executed import ExecutedNode
    from ci_scriptcheck.model.project import Node, Pipeline, Project, Settings, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What planners must know beside the project and the change: how things stand where it runs.

    Attributes:
        missing: Interpreter as the settings name it → modules named by `needs` that it lacks.
        absent: Scripts that contracts name and the repository does not hold.
        weights: Task id → seconds it took the last time.
        named: Script → columns and files of datasets that its code names.
        executed: Pipeline → what an execution of it did, where its nodes do that again on real data.
        executed_on_base: The same for the pipelines as base has them.
        refused: Pipelines of which it is not known, though it should be.
    """

    missing: Mapping[str | None, frozenset[str]] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    weights: Mapping[str, float] = field(default_factory=dict)
    named: Mapping[str, frozenset[str]] = field(default_factory=dict)
    executed: Mapping[str, Executed] = field(default_factory=dict)
    executed_on_base: Mapping[str, Executed] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()

    def original(self, pipeline: str, node: str, scenario: str) -> ExecutedNode | None:
        """Give what production did where a node does it again."""
        found = self.executed.get(pipeline) if scenario == REAL else None
        return None if found is None else found.nodes.get(node)

    def unknown(self, pipeline: str, node: str, scenario: str) -> Original | None:
        """Say of a node that none of the steps of its pipeline's execution is it, where there is an execution."""
        found = self.executed.get(pipeline) if scenario == REAL else None
        if found is None or node in found.nodes:
            return None
        return Original(execution=found.execution, why_not=found.missing.get(node))


def why_not(step: Step, settings: Settings, circumstances: Circumstances) -> str | None:
    """Say why a step is not run whatever feeds it, or `None` where it can be."""
    if settings.skip is not None:
        return settings.skip
    if step.script is None:
        return not_run.NO_SCRIPT
    if step.script in circumstances.absent:
        return not_run.absent(step.script)
    lacking = sorted(circumstances.missing.get(settings.python, frozenset()) & set(settings.needs))
    return not_run.not_installed(lacking) if lacking else None


def of_dataset(dataset: Dataset, *, node: str, scenario: str = STANDARD) -> Source:
    """Say where the content of a dataset comes from when a node draws it."""
    if scenario == REAL and dataset.real is not None:
        return Fetched(dataset=dataset.name)
    match dataset.origin:
        case CopiedFrom(path=path):
            return Copied(path=path)
        case WrittenBy(pipeline=pipeline, node=writer, port=port):
            return Upstream(task=task_id(node=writer, pipeline=pipeline), port=port)
        case Synthesized() | GeneratedBy() | Stated():
            return Synthetic(dataset=dataset.name, node=node)
        case _:
            assert_never(dataset.origin)


def unchanged_by(scenario: str, feeding: Iterable[Source]) -> str | None:
    """Say why a scenario would change nothing of these sources, or `None` where it would.

    Only data that are made follow a scenario; a pass on the usual data would claim too much.
    """
    if scenario == STANDARD or any(isinstance(source, Synthetic) for source in feeding):
        return None
    return not_run.unchanged_by(scenario)


def in_pipeline(
    project: Project,
    pipeline: Pipeline,
    node: Node,
    circumstances: Circumstances,
    *,
    scenario: str,
) -> Mapping[str, Source]:
    """Find the source of each input port of a node; ports that nothing feeds are left out.

    A node that does again what production did is given what production gave, and no made data beside it.
    """
    links = pipeline.feeding(node.name)
    original = circumstances.original(pipeline.name, node.name, scenario)
    found: dict[str, Source] = {}
    for port in node.inputs:
        link = links.get(port.name)
        if original is not None and port.name in original.inputs:
            found[port.name] = FromProduction(parts=original.inputs[port.name])
        elif link is not None:
            supplier = pipeline.node(link.producer)
            found[port.name] = _of_output(
                project, pipeline, supplier, link.output, circumstances, scenario=scenario
            )
        elif port.external and port.dataset is not None:
            found[port.name] = of_dataset(
                project.datasets[port.dataset], node=node.name, scenario=scenario
            )
    if original is None:
        return found
    return {name: one for name, one in found.items() if not isinstance(one, Synthetic)}


def written_here(
    project: Project,
    pipeline: Pipeline,
    node: Node,
    circumstances: Circumstances,
    *,
    scenario: str,
) -> Mapping[str, Upstream]:
    """Find what writes, on this branch, to each input port of a node that is given what production gave it."""
    original = circumstances.original(pipeline.name, node.name, scenario)
    found: dict[str, Upstream] = {}
    for port, link in pipeline.feeding(node.name).items():
        if original is not None and port in original.inputs:
            supplier = pipeline.node(link.producer)
            source = _of_output(
                project, pipeline, supplier, link.output, circumstances, scenario=scenario
            )
            if isinstance(source, Upstream):
                found[port] = source
    return found


def alone(project: Project, step: Step, circumstances: Circumstances) -> Mapping[str, Source]:
    """Find the source of each input port of a step that runs alone.

    A port without a dataset gets what its supplier writes in the first pipeline that has the step.
    """
    supplied = _suppliers_in_first_pipeline(project, step, circumstances)
    found: dict[str, Source] = {}
    for port in step.inputs:
        if port.dataset is not None and (port.required or port.external):
            found[port.name] = of_dataset(project.datasets[port.dataset], node=step.name)
        elif port.name in supplied:
            found[port.name] = supplied[port.name]
    return found


def settings_alone(project: Project, step: Step) -> Settings:
    """Give the settings of a step that runs alone.

    Where what a supplier writes stands in for a dataset, the step is also told the type of job
    that this was written for: the arguments are those of the node whose place it takes.
    """
    place = _first_place(project, step)
    if place is None:
        return step.settings
    pipeline, node = place
    linked = pipeline.feeding(node.name)
    if not any(port.dataset is None and port.name in linked for port in step.inputs):
        return step.settings
    return replace(step.settings, args={**step.settings.args, **node.settings.args})


def _of_output(
    project: Project,
    pipeline: Pipeline,
    supplier: Node,
    output: str,
    circumstances: Circumstances,
    *,
    scenario: str,
) -> Source:
    stand_in = _dataset_of(supplier.outputs, output)
    reason = why_not(project.steps[supplier.step], supplier.settings, circumstances)
    if reason is not None and stand_in is not None:
        return of_dataset(project.datasets[stand_in], node=supplier.name, scenario=scenario)
    task = task_id(node=supplier.name, pipeline=pipeline.name, scenario=scenario)
    return Upstream(task=task, port=output)


def _suppliers_in_first_pipeline(
    project: Project, step: Step, circumstances: Circumstances
) -> Mapping[str, Source]:
    place = _first_place(project, step)
    if place is None:
        return {}
    return in_pipeline(project, *place, circumstances, scenario=STANDARD)


def _first_place(project: Project, step: Step) -> tuple[Pipeline, Node] | None:
    for name in sorted(project.pipelines):
        pipeline = project.pipelines[name]
        for node in pipeline.nodes:
            if node.step == step.name:
                return pipeline, node
    return None


def _dataset_of(ports: tuple[Port, ...], name: str) -> str | None:
    return next((port.dataset for port in ports if port.name == name), None)
