"""One task from a step or a node: its ports with their sources, its settings, and what forbids it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.executed import done_again
from ci_scriptcheck.model.plan import Input, Mode, Output, Purpose, Reader, Task
from ci_scriptcheck.model.scenario import STANDARD
from ci_scriptcheck.model.source import Synthetic, Upstream
from ci_scriptcheck.model.task_ids import task_id
from ci_scriptcheck.modes import sources
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.change import Reason
    from ci_scriptcheck.model.contract import Port
    from ci_scriptcheck.model.executed import ExecutedNode
    from ci_scriptcheck.model.project import Node, Pipeline, Project, Settings, Step
    from ci_scriptcheck.model.source import Source
    from ci_scriptcheck.model.step_test import StepTest, Variation
    from ci_scriptcheck.modes.sources import Circumstances


def of_step(
    project: Project, step: Step, reason: Reason, circumstances: Circumstances, *, scenario: str
) -> Task:
    """Make the task that runs a step alone in one scenario."""
    feeding = sources.alone(project, step, circumstances)
    settings = sources.settings_alone(project, step)
    name = task_id(node=step.name, pipeline=None, scenario=scenario)
    return Task(
        id=name,
        mode=Mode.ISOLATION,
        step=step.name,
        node=step.name,
        scenario=scenario,
        reason=reason,
        script=step.script,
        inputs=_inputs(step.inputs, feeding),
        outputs=_outputs(step.outputs, {}),
        settings=settings,
        variables=_variables(step, settings),
        declared=_declared(step, settings),
        blocked=_blocked(step, settings, step.inputs, feeding, circumstances)
        or sources.unchanged_by(scenario, feeding.values()),
        weight=circumstances.weights.get(name, 1.0),
        place=step.place,
    )


def of_test(
    project: Project, step: Step, test: StepTest, reason: Reason, circumstances: Circumstances
) -> Task:
    """Make the task that runs a step alone on the rows of a test.

    Its outputs are held against what the test expects, and against no schema: a few rows are no
    whole table.
    """
    made = of_step(project, step, reason, circumstances, scenario=STANDARD)
    stated: Mapping[str, Source] = {
        port: Synthetic(dataset=dataset.name, node=step.name)
        for port, dataset in test.given.items()
    }
    feeding = {**{item.port: item.source for item in made.inputs}, **stated}
    env = {**made.settings.env, **test.env}
    settings = replace(
        made.settings,
        env={name: value for name, value in env.items() if value is not None},
        args={**made.settings.args, **test.args},
    )
    inputs = _inputs(step.inputs, feeding)
    return replace(
        _beside(made, test.name, settings, circumstances),
        is_test=True,
        declared=tuple(sorted({*made.declared, *test.env})),
        inputs=tuple(replace(item, expects=None) for item in inputs),
        outputs=tuple(
            replace(
                item,
                expects=None,
                bounds=test.bounds.get(item.port, ()),
                rows=test.rows.get(item.port, ()),
            )
            for item in made.outputs
        ),
        variables=_variables(step, settings),
        blocked=_blocked(step, settings, step.inputs, feeding, circumstances),
        place=test.place,
    )


def of_variation(
    project: Project,
    step: Step,
    variation: Variation,
    reason: Reason,
    circumstances: Circumstances,
) -> Task:
    """Make the task that runs a step alone with other values of some settings."""
    made = of_step(project, step, reason, circumstances, scenario=STANDARD)
    settings = replace(
        made.settings,
        env={**made.settings.env, **variation.env},
        args={**made.settings.args, **variation.args},
    )
    return replace(
        _beside(made, variation.name, settings, circumstances),
        declared=tuple(sorted({*made.declared, *variation.env})),
        variables=_variables(step, settings),
        place=variation.place,
    )


def _beside(made: Task, variant: str, settings: Settings, circumstances: Circumstances) -> Task:
    name = f"{made.id}[{variant}]"
    return replace(
        made,
        id=name,
        variant=variant,
        settings=settings,
        weight=circumstances.weights.get(name, 1.0),
    )


def of_node(  # noqa: PLR0913  (a node is known by its pipeline; the rest is what a task is made of)
    project: Project,
    pipeline: Pipeline,
    node: Node,
    reason: Reason,
    circumstances: Circumstances,
    *,
    scenario: str,
    purpose: Purpose,
) -> Task:
    """Make the task that runs a node of a pipeline in one scenario."""
    step = project.steps[node.step]
    feeding = sources.in_pipeline(project, pipeline, node, circumstances, scenario=scenario)
    here = sources.written_here(project, pipeline, node, circumstances, scenario=scenario)
    name = task_id(node=node.name, pipeline=pipeline.name, scenario=scenario)
    executed = circumstances.original(pipeline.name, node.name, scenario)
    settings = node.settings
    original = circumstances.unknown(pipeline.name, node.name, scenario)
    if executed is not None:
        settings, original = done_again(settings, step, executed)
        # What production may not have had either, it need not be given.
        lacking = executed.unread.keys() - feeding.keys() - set(executed.unmatched)
        original = replace(
            original, not_given={port: executed.unread[port] for port in sorted(lacking)}
        )
        fed = {port for port, one in feeding.items() if isinstance(one, Upstream)}
        if purpose is Purpose.CHECK and fed.intersection(executed.unmatched):
            original = replace(original, spare=executed.spare)
    outputs = _outputs(node.outputs, _readers(pipeline, node))
    if executed is not None and purpose is Purpose.CHECK:
        outputs = tuple(
            replace(item, production=executed.outputs.get(item.port, ())) for item in outputs
        )
    return Task(
        id=name,
        mode=Mode.PIPELINE,
        step=node.step,
        node=node.name,
        pipeline=pipeline.name,
        scenario=scenario,
        purpose=purpose,
        reason=reason,
        script=step.script,
        inputs=tuple(
            replace(item, here=here.get(item.port)) for item in _inputs(node.inputs, feeding)
        ),
        outputs=outputs,
        settings=settings,
        variables=_variables(step, settings),
        declared=_declared(step, settings),
        blocked=_not_given(step, node, feeding, circumstances, executed)
        or _blocked(step, node.settings, node.inputs, feeding, circumstances),
        original=original,
        weight=circumstances.weights.get(name, 1.0),
        place=node.place,
    )


def _inputs(ports: tuple[Port, ...], feeding: Mapping[str, Source]) -> tuple[Input, ...]:
    return tuple(
        Input(
            port=port.name,
            parameter=port.parameter,
            source=feeding[port.name],
            required=port.required,
            file=port.file,
            expects=port.expects,
        )
        for port in ports
        if port.name in feeding
    )


def _outputs(
    ports: tuple[Port, ...], readers: Mapping[str, tuple[Reader, ...]]
) -> tuple[Output, ...]:
    return tuple(
        Output(
            port=port.name,
            parameter=port.parameter,
            required=port.required,
            file=port.file,
            expects=port.expects,
            pack=port.pack,
            bounds=port.bounds,
            readers=readers.get(port.name, ()),
        )
        for port in ports
    )


def _readers(pipeline: Pipeline, node: Node) -> Mapping[str, tuple[Reader, ...]]:
    """Give by output port who expects what of it."""
    found: dict[str, list[Reader]] = {}
    for link in pipeline.links:
        if link.producer == node.name:
            for port in pipeline.node(link.consumer).inputs:
                if port.name == link.input and port.expects is not None:
                    reader = Reader(
                        node=link.consumer,
                        port=port.name,
                        expects=port.expects,
                        is_implied=not port.insists,
                    )
                    found.setdefault(link.output, []).append(reader)
    return {output: tuple(sorted(readers)) for output, readers in found.items()}


def _variables(step: Step, settings: Settings) -> Mapping[str, str]:
    values = {
        name: settings.env.get(name, default) for name, default in sorted(step.variables.items())
    }
    return {name: value for name, value in values.items() if value is not None}


def _declared(step: Step, settings: Settings) -> tuple[str, ...]:
    # One that a level of the settings unsets is spoken of, and in no environment.
    said = {name.removeprefix("env.") for name in settings.origins if name.startswith("env.")}
    known = {*step.declared, *settings.env, *said}
    # What was reported without running need not be found once more.
    return tuple(sorted({*known, *step.undeclared})) if known else ()


def _not_given(
    step: Step,
    node: Node,
    feeding: Mapping[str, Source],
    circumstances: Circumstances,
    executed: ExecutedNode | None,
) -> str | None:
    """Say which required input production's data are not there for; made ones beside the others would join with nothing."""
    if executed is None or sources.why_not(step, node.settings, circumstances) is not None:
        return None
    for port in node.inputs:
        if port.required and port.name not in feeding and port.name in executed.unread:
            return not_run.not_given(port.name, executed.unread[port.name])
    return None


def _blocked(
    step: Step,
    settings: Settings,
    ports: tuple[Port, ...],
    feeding: Mapping[str, Source],
    circumstances: Circumstances,
) -> str | None:
    reason = sources.why_not(step, settings, circumstances)
    if reason is not None:
        return reason
    hungry = [port.name for port in ports if port.required and port.name not in feeding]
    return not_run.unfed(hungry) if hungry else None
