"""Executions of the pipelines that a deep dive is about: which belongs to which, and what their nodes did there.

Only descriptions are asked for here; data are fetched when the plan says which.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck import real_data
from ci_scriptcheck.errors import FixtureError, UsageError, did_you_mean
from ci_scriptcheck.fixtures import handed_on
from ci_scriptcheck.fixtures.handed_on import HandedOn
from ci_scriptcheck.model.executed import Executed, executed
from ci_scriptcheck.model.execution import execution_name
from ci_scriptcheck.model.execution_match import matched
from ci_scriptcheck.model.fixture import FOLDER

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ci_scriptcheck.model.options import Options
    from ci_scriptcheck.model.project import Pipeline, Project
    from ci_scriptcheck.model.s3_place import S3Place
    from ci_scriptcheck.real_data import Asking

_UNLIKE = re.compile(r"[^a-z0-9]+")


def of_pipelines(
    pipelines: Collection[str], options: Options, asking: Asking
) -> Mapping[str, Executed]:
    """Read the executions that pipelines are run beside; those that have none are left out.

    Args:
        pipelines: Those that are to be run.
        options: What was asked for.
        asking: Who asks.

    Raises:
        UsageError: an execution was named, and of which pipeline it is nobody can know.
        FixtureError: it cannot be read, or nothing of it may be.
    """
    names = wanted(asking.head, pipelines, options)
    folder = asking.root / FOLDER
    if not asking.may_fetch:
        handed = handed_on.read(folder).executions
        if names.keys() - handed.keys():
            raise real_data.refusal(asking)
        return {name: handed[name] for name in names}
    if not asking.is_reviewed:
        _check_named(names, asking.base)
    found = _read(names, asking) if names else {}
    if not asking.runs_code:
        handed_on.write(folder, HandedOn(executions=found))
    return found


def _check_named(names: Mapping[str, str], base: Project | None) -> None:
    """See to it that a change which nobody has looked at names no execution that its base does not.

    Raises:
        FixtureError: it does.
    """
    known = set() if base is None else set(base.aws.executions.values())
    for pipeline, name in names.items():
        if name not in known:
            raise FixtureError(
                what=f"`{name}` is none of the executions that may be read",
                facts=(
                    f"`executions` under `aws` names it for `{pipeline}`, and not in the settings of the base branch",
                ),
                advice="merge the settings first; from then on it is read",
            )


def _read(names: Mapping[str, str], asking: Asking) -> Mapping[str, Executed]:
    """Read the executions of these pipelines."""
    from ci_scriptcheck.fixtures import allowed, sagemaker
    from ci_scriptcheck.fixtures.credentials import Job
    from ci_scriptcheck.run.process.surroundings import keep_to_ourselves

    for name in names.values():
        sagemaker.check(name)
    may = allowed.allowed(asking.head, asking.base, is_reviewed=asking.is_reviewed)
    keep_to_ourselves()
    aws = sagemaker.SageMaker(may, Job(environ=asking.environ))
    read = {name: aws.execution(name) for name in sorted(set(names.values()))}
    found = {
        pipeline: executed(
            matched(asking.head.pipelines[pipeline], asking.head.steps, read[name]),
            read[name],
            may.places,
        )
        for pipeline, name in names.items()
    }
    for pipeline, one in found.items():
        _check(asking.head.pipelines[pipeline], one, may.places)
    return found


def wanted(project: Project, pipelines: Collection[str], options: Options) -> dict[str, str]:
    """Say for which pipelines which execution is wanted: an ARN, or a name for its newest that succeeded.

    Of those that are asked for, the ARN says of which pipeline they are. Otherwise the settings name them; and
    where they do not, a pipeline that has no real data at its roots may be looked up by its own name.

    Raises:
        UsageError: an execution was asked for, and of which pipeline it is nobody can know.
    """
    said = {name: one for name, one in project.aws.executions.items() if name in pipelines}
    if options.executions:
        asked = {_owner(project, pipelines, one): one for one in options.executions}
        return dict(sorted(asked.items()))
    if options.newest:
        for name in pipelines:
            if name not in said and not _has_real(project, project.pipelines[name]):
                said[name] = name
    return dict(sorted(said.items()))


def _owner(project: Project, pipelines: Collection[str], execution: str) -> str:
    """Say of which pipeline an execution is: as the settings say, by its name, or as there is but one."""
    called = _pipeline_of(execution)
    for name, one in project.aws.executions.items():
        if name in pipelines and _pipeline_of(one) == called:
            return name
    alike = [name for name in pipelines if _plain(name) == _plain(called)]
    found = alike or list(pipelines)
    if len(found) == 1:
        return found[0]
    listed = sorted(pipelines)
    raise UsageError(
        what=f"of which pipeline `{called}` is an execution is not known",
        facts=(f"to be run are {', '.join(f'`{name}`' for name in listed[:5])}",)
        if listed
        else ("no pipeline is to be run",),
        advice=f"write `executions: {{{listed[0]}: {called}}}` under `aws`, or name one pipeline"
        if listed
        else did_you_mean(called, project.pipelines),
    )


def _pipeline_of(execution: str) -> str:
    if not execution.startswith("arn:"):
        return execution
    try:
        return execution_name(execution).pipeline
    except ValueError as error:
        raise UsageError(what=f"`{execution}` names no execution", facts=(str(error),)) from None


def _plain(name: str) -> str:
    return _UNLIKE.sub("", name.lower())


def _has_real(project: Project, pipeline: Pipeline) -> bool:
    datasets = (
        project.datasets.get(port.dataset or "")
        for node in pipeline.nodes
        for port in node.inputs
        if port.external
    )
    return any(one is not None and one.real is not None for one in datasets)


def _check(pipeline: Pipeline, found: Executed, readable: Collection[S3Place]) -> None:
    """See to it that an execution tells anything of a pipeline.

    Raises:
        FixtureError: none of its steps did the work of a node, or nothing of it may be read.
    """
    called = _pipeline_of(found.execution)
    if not found.nodes:
        raise FixtureError(
            what=f"no step of the execution did the work of a node of `{pipeline.name}`",
            facts=(
                f"it is {found.execution}",
                *(f"`{node}`: {why}" for node, why in sorted(found.missing.items())[:3]),
            ),
            advice=f"is `{called}` the pipeline? If another one is, write `executions: {{{pipeline.name}: NAME}}` under `aws`",
        )
    reasons = [why for node in found.nodes.values() for why in node.unread.values()]
    if reasons and not any(node.inputs for node in found.nodes.values()):
        may = ", ".join(str(one) for one in sorted(readable)[:5]) or "no place at all"
        raise FixtureError(
            what=f"nothing that the steps of `{called}` were given can be read",
            facts=(f"the settings allow {may}", reasons[0]),
            advice="name the places of the executions under `prefixes` in `aws`",
        )
