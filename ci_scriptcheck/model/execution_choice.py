"""Of which execution the inputs of a pipeline are to be: what was asked for, what the settings say, or its own name. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from ci_scriptcheck.errors import UsageError, did_you_mean
from ci_scriptcheck.model.execution import execution_name
from ci_scriptcheck.model.execution_match import plain
from ci_scriptcheck.model.options import Options
from ci_scriptcheck.model.project import Pipeline, Project
from ci_scriptcheck.values import dataclass

_IS_ID = re.compile(r"(?=.*[0-9])[a-z0-9]{12}")
_UNLIKE = re.compile(r"[^a-zA-Z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An execution that is wanted.

    Attributes:
        name: Its ARN, or the name of a pipeline on SageMaker for its newest that succeeded.
        is_guess: Whether nobody has said so, and there may be none.
    """

    name: str
    is_guess: bool = False


def chosen(project: Project, pipelines: Collection[str], options: Options) -> Mapping[str, Choice]:
    """Say for which pipelines which execution is wanted, in the order of their names.

    Of those that are asked for, their name says of which pipeline they are. Otherwise the settings name them; and
    where they do not, a pipeline without real data of its own may be looked up by its name.

    Args:
        project: That has the pipelines.
        pipelines: Those that are to be run.
        options: What was asked for.

    Raises:
        UsageError: an execution was asked for, and of which pipeline it is nobody can know.
    """
    if options.executions:
        return dict(sorted(_asked(project, pipelines, options.executions).items()))
    found = {
        name: Choice(name=one) for name, one in project.aws.executions.items() if name in pipelines
    }
    if options.newest:
        for name in pipelines:
            own = _UNLIKE.sub("-", name).strip("-")
            if own and name not in found and not _has_real(project, project.pipelines[name]):
                found[name] = Choice(name=own, is_guess=True)
    return dict(sorted(found.items()))


def is_like_an_id(name: str) -> bool:
    """Say whether a name looks as SageMaker makes the ids of executions; a pipeline can be called so, too."""
    return _IS_ID.fullmatch(name) is not None


def pipeline_of(execution: str) -> str:
    """Give the name of the pipeline of an execution that somebody named.

    Raises:
        UsageError: it is the ARN of something else.
    """
    if not execution.startswith("arn:"):
        return execution
    try:
        return execution_name(execution).pipeline
    except ValueError as error:
        raise UsageError(what=f"`{execution}` names no execution", facts=(str(error),)) from None


def _asked(
    project: Project, pipelines: Collection[str], executions: tuple[str, ...]
) -> dict[str, Choice]:
    found: dict[str, Choice] = {}
    for one in executions:
        owner = _owner(project, pipelines, one)
        if owner in found:
            raise UsageError(
                what=f"two executions of `{owner}` were named",
                facts=(found[owner].name, one),
                advice="name one, or compare them: `scriptcheck deep-dive --compare BEFORE AFTER`",
            )
        found[owner] = Choice(name=one)
    return found


def _owner(project: Project, pipelines: Collection[str], execution: str) -> str:
    """Say of which pipeline an execution is: as the settings say, by its name, or as there is but one."""
    called = pipeline_of(execution)
    said = project.aws.executions
    owners = [name for name, one in said.items() if pipeline_of(one) == called]
    alike = [name for name in pipelines if plain(name) == plain(called)]
    fitting = [name for name in owners if name in pipelines] or alike
    # One that the settings call otherwise is not this one.
    fitting = fitting or [name for name in pipelines if name not in said]
    if len(fitting) == 1:
        return fitting[0]
    listed = sorted(pipelines)
    if not listed:
        raise UsageError(
            what=f"`{called}` is an execution of no pipeline that is to be run",
            advice=did_you_mean(called, project.pipelines),
        )
    if len(listed) == 1:
        raise _called_otherwise(listed[0], pipeline_of(said[listed[0]]), execution)
    raise UsageError(
        what=f"of which pipeline `{called}` is an execution is not known",
        facts=(f"to be run are {', '.join(f'`{name}`' for name in listed[:5])}",),
        advice=f"write `executions: {{{listed[0]}: {called}}}` under `aws`, or name one pipeline",
    )


def _called_otherwise(pipeline: str, said: str, execution: str) -> UsageError:
    """Say that the only pipeline that is to be run is another one on SageMaker than was named: often by a slip."""
    called = pipeline_of(execution)
    is_arn = execution != called
    what = f"`{called}` is not what `{pipeline}` is called on SageMaker"
    facts = (f"`executions` under `aws` say that it is `{said}`",)
    if is_arn:
        advice = f"write `executions: {{{pipeline}: {called}}}` under `aws` if it is this one"
    elif is_like_an_id(called):
        advice = (
            f"the id of an execution is not enough, its ARN is: `aws sagemaker list-pipeline-executions"
            f" --pipeline-name {said}` lists them"
        )
    else:
        advice = did_you_mean(called, [said]) or (
            f"name `{said}`, for its newest execution that succeeded, or give the ARN of one"
        )
    return UsageError(what=what, facts=facts, advice=advice)


def _has_real(project: Project, pipeline: Pipeline) -> bool:
    datasets = (
        project.datasets.get(port.dataset or "")
        for node in pipeline.nodes
        for port in node.inputs
        if port.external
    )
    return any(one is not None and one.real is not None for one in datasets)
