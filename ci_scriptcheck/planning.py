"""From what is affected, or was asked for, to the plan: every task, and all that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck import __version__, scope
from ci_scriptcheck.circumstances import names_in_code
from ci_scriptcheck.circumstances import on_base as circumstances_of_base
from ci_scriptcheck.errors import UsageError, did_you_mean
from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.contract import GeneratedBy
from ci_scriptcheck.model.plan import BasePart, Counts, Mode, Plan, Side
from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.model.project import levelled
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.modes import (
    beside,
    deep_dive,
    isolation,
    pipeline,
    privacy,
    share,
    suppliers,
    variants,
)
from ci_scriptcheck.run import grammar, handed_over
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from ci_scriptcheck.model.change import Closure
    from ci_scriptcheck.model.options import Options
    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.project import Project
    from ci_scriptcheck.modes.sources import Circumstances
    from ci_scriptcheck.run.handed_over import Assignment
    from ci_scriptcheck.scope import Scope

PLANNERS = {
    Mode.ISOLATION: isolation.plan,
    Mode.PIPELINE: pipeline.plan,
    Mode.DEEP_DIVE: deep_dive.plan,
}


def planned(
    root: Path,
    about: Scope,
    circumstances: Circumstances,
    options: Options,
    reached: Callable[[], Scope],
    assignment: Assignment | None = None,
) -> Plan:
    """Choose the tasks that show what the options ask for, with all that they need.

    Args:
        root: The repository.
        about: What is affected, and of which project.
        circumstances: What the modes need to know beside it.
        options: What was asked for.
        reached: Finds what the change can break, where steps were chosen by name.
        assignment: Which share answers for which task, where a share is asked for.

    Raises:
        UsageError: a scenario or a selector names nothing, or the assignment is of another plan.
    """
    project = about.project
    if options.scenarios:
        project = _in_scenarios(project, options.scenarios)
        about = replace(about, project=project)
    circumstances = replace(circumstances, named=names_in_code(root, project, about.closures))
    checked = variants.chosen(
        (
            task
            for mode in options.modes
            for task in PLANNERS[mode](project, about.selection, circumstances)
        ),
        options.selectors,
    )
    if options.selectors and not checked:
        raise scope.nothing_to_run(options.selectors, options.modes)
    if options.modes == (Mode.DEEP_DIVE,):
        _check_has_real(checked)
    tasks = suppliers.complete(project, checked, circumstances)
    effect = about
    if options.selectors and (options.compares or len(tasks) > len(checked)):
        effect = reached()
        tasks = suppliers.with_reach(tasks, effect.selection.nodes)
    of_head = tasks
    if effect.base is not None and options.compares:
        of_base = circumstances_of_base(effect.base, circumstances)
        tasks = beside.with_base(
            tasks,
            effect.base.project,
            effect.selection,
            of_base,
            project.scenarios,
            effect.base.libraries,
        )
    if options.timeout is not None:
        tasks = tuple(
            replace(task, settings=replace(task.settings, timeout=options.timeout))
            for task in tasks
        )
    said = effect.base
    if said is None and about.changes.base is not None and _shows_real(project):
        # What is public, a change does not say by itself.
        said = reached().base
    of_base_too = () if said is None else (said.project.datasets,)
    tasks = privacy.marked(suppliers.among_themselves(tasks), project.datasets, *of_base_too)
    code = {task.script for task in of_head} | _generators(project)
    whole = Plan(
        version=__version__,
        project=project.name,
        folder=project.folder,
        modes=options.modes,
        changes=about.changes,
        counts=Counts(
            files_changed=len(about.changes.files),
            steps=len(project.steps),
            steps_affected=len(_steps(about)),
        ),
        tasks=tasks,
        closures=_needed(about.closures, code),
        datasets=project.with_stated() if tasks else {},
        scenarios=project.scenarios,
        findings=(
            *grammar.left_to_their_own(about.findings, project, root),
            *levelled(project.rules, _real_data_left_out(project, effect, options, of_head)),
        ),
        rules=project.rules,
        start=options.start_kind,
        strict=options.everything,
        reuse=options.reuse,
        twice=options.twice,
        base=_base_part(effect, tasks, project) if options.compares else None,
    )
    whole = beside.expecting_nothing_of_new_data(whole)
    return whole if options.shard is None else _share_of(whole, options.shard, assignment)


def _real_data_left_out(
    project: Project, effect: Scope, options: Options, tasks: Iterable[Task]
) -> Iterable[Finding]:
    """Tell of datasets that have real data on base and none here, where a run is about those."""
    if Mode.DEEP_DIVE not in options.modes or effect.base is None:
        return
    given = _given_by_production(project, tasks)
    for name, before in sorted(effect.base.project.datasets.items()):
        now = project.datasets.get(name)
        if before.real is not None and (now is None or now.real is None) and name not in given:
            yield Finding(
                rule="SC506",
                severity=Level.WARNING,
                message=f"`{name}` has real data on {effect.changes.base_name or 'base'}, and none here",
                subject=name,
                place=None if now is None else now.place,
                evidence=(f"there it says `real: {before.real}`",),
                advice="say under `real` again where they are, or have somebody agree that they are not looked at",
            )


def _given_by_production(project: Project, tasks: Iterable[Task]) -> frozenset[str | None]:
    """Name the datasets in whose place all that read them are given what they were given in production."""
    fed = {
        (task.pipeline, task.node, item.port): isinstance(item.source, FromProduction)
        for task in tasks
        if task.mode is Mode.DEEP_DIVE
        for item in task.inputs
    }
    found: dict[str | None, list[bool]] = {}
    for one in project.pipelines.values():
        for node in one.nodes:
            for port in node.inputs:
                is_fed = fed.get((one.name, node.name, port.name))
                found.setdefault(port.dataset, []).extend([] if is_fed is None else [is_fed])
    return frozenset(name for name, reads in found.items() if reads and all(reads))


def _shows_real(project: Project) -> bool:
    return any(one.public and one.real for one in project.datasets.values())


def _check_has_real(checked: Iterable[Task]) -> None:
    """See to it that a run on real data has some: nothing would be run, and nothing be wrong.

    Raises:
        UsageError: no dataset of the pipelines has any.
    """
    reasons = {task.blocked for task in checked}
    if not_run.NO_REAL_DATA in reasons and not reasons & {None, not_run.NOT_READ}:
        raise UsageError(
            what="no dataset of the pipelines to be run says where its real data are",
            advice="write `real: s3://bucket/prefix/` into those that come from outside, or name an execution"
            " of the pipeline: `--s3-execution-arn ARN`",
        )


def _share_of(whole: Plan, shard: tuple[int, int], assignment: Assignment | None) -> Plan:
    number, of = shard
    if assignment is None:
        return share.part(whole, share.by_name(whole.tasks, of=of), number=number, of=of)
    handed_over.check(assignment, whole, of)
    return share.part(whole, assignment.shares, number=number, of=of)


def _base_part(effect: Scope, tasks: tuple[Task, ...], head: Project) -> BasePart | None:
    scripts = {task.script for task in tasks if task.side is Side.BASE}
    if effect.base is None or effect.changes.base is None or not tasks:
        return None
    return BasePart(
        commit=effect.changes.base,
        closures=_needed(effect.base.closures, scripts | _generators(effect.base.project)),
        datasets=effect.base.project.with_stated(),
        gone=tuple(sorted(_names(effect.base.project) - _names(head))),
    )


def _names(project: Project) -> frozenset[str]:
    """Give the names of the steps, and of the nodes of other steps' names, that have a script."""
    steps = {name for name, step in project.steps.items() if step.script is not None}
    nodes = {
        f"{pipeline.name}/{node.name}"
        for pipeline in project.pipelines.values()
        for node in pipeline.nodes
        if node.name not in steps
    }
    return frozenset(steps | nodes)


def _needed(closures: Mapping[str, Closure], code: set[str | None]) -> Mapping[str, Closure]:
    """Leave out other scripts, and how files lead to one another: that has shown the reasons, and is large."""
    return {name: replace(found, chains={}) for name, found in closures.items() if name in code}


def _generators(project: Project) -> set[str | None]:
    origins = [dataset.origin for dataset in project.datasets.values()]
    return {origin.file for origin in origins if isinstance(origin, GeneratedBy)}


def _in_scenarios(project: Project, names: tuple[str, ...]) -> Project:
    """Have every step and every pipeline run in these scenarios instead of its own."""
    for name in names:
        if name not in project.scenarios:
            raise UsageError(
                what=f"there is no scenario `{name}`",
                facts=(f"there are {', '.join(sorted(project.scenarios))}",),
                advice=did_you_mean(name, project.scenarios),
            )
    return replace(
        project,
        steps={
            step.name: replace(
                step,
                settings=replace(step.settings, scenarios=names),
                tests=(),
                variations=(),
            )
            for step in project.steps.values()
        },
        pipelines={
            found.name: replace(found, scenarios=names) for found in project.pipelines.values()
        },
    )


def _steps(about: Scope) -> frozenset[str]:
    """Name the steps that are affected, alone or through their place in a pipeline."""
    of_nodes = {
        node.step
        for pipeline_name, found in about.project.pipelines.items()
        for node in found.nodes
        if f"{pipeline_name}/{node.name}" in about.selection.nodes
    }
    return frozenset({*about.selection.steps, *of_nodes})
