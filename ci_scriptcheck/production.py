"""Executions of the pipelines that a deep dive is about, and what their nodes did there.

Only descriptions are asked for here; data are fetched when the plan says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck import real_data
from ci_scriptcheck.errors import FixtureError
from ci_scriptcheck.fixtures import handed_on
from ci_scriptcheck.fixtures.handed_on import HandedOn
from ci_scriptcheck.model.executed import Executed, executed
from ci_scriptcheck.model.execution_choice import chosen, pipeline_of
from ci_scriptcheck.model.execution_match import matched
from ci_scriptcheck.model.fixture import FOLDER
from ci_scriptcheck.model.plan import Mode
from ci_scriptcheck.real_data import Asking
from ci_scriptcheck.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from ci_scriptcheck.fixtures.allowed import Allowed
    from ci_scriptcheck.model.execution import Execution
    from ci_scriptcheck.model.execution_choice import Choice
    from ci_scriptcheck.model.options import Options
    from ci_scriptcheck.model.project import Project
    from ci_scriptcheck.model.s3_place import S3Place
    from ci_scriptcheck.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What executions did of the pipelines of both sides, by their names."""

    head: Mapping[str, Executed] = field(default_factory=dict)
    base: Mapping[str, Executed] = field(default_factory=dict)


def of_scope(
    root: Path,
    about: Scope,
    options: Options,
    environ: Mapping[str, str],
    reached: Callable[[], Scope],
    mask: Callable[[str], object] | None = None,
) -> Beside:
    """Read what executions did, where pipelines are to be run on what production gave them.

    Args:
        root: The repository.
        about: What is affected, and of which project.
        options: What was asked for.
        environ: The variables of this process.
        reached: Finds what base has, where steps were chosen by name.
        mask: Told each secret before it is used, where the runner of a job reads what is printed.

    Raises:
        UsageError: an execution was named, and of which pipeline it is nobody can know.
        FixtureError: it cannot be read, or nothing of it may be.
    """
    if Mode.DEEP_DIVE not in options.modes:
        return Beside()
    pipelines = [
        pipeline.name
        for pipeline in about.project.pipelines.values()
        if any(f"{pipeline.name}/{node.name}" in about.selection.nodes for node in pipeline.nodes)
    ]
    if not chosen(about.project, pipelines, options) and not options.only_fetches:
        return Beside()
    there = about.base
    if there is None and about.changes.base is not None:
        there = reached().base
    base = None if there is None else there.project
    asking = Asking(
        root=root,
        head=about.project,
        base=base,
        environ=environ,
        base_is_named=options.base is not None,
        runs_code=not options.only_fetches,
        mask=mask,
    )
    return _of_pipelines(pipelines, options, asking)


def _of_pipelines(pipelines: Collection[str], options: Options, asking: Asking) -> Beside:
    choices = chosen(asking.head, pipelines, options)
    folder = asking.root / FOLDER
    if not asking.may_fetch:
        handed = handed_on.read(folder)
        if any(name not in handed.head and not one.is_guess for name, one in choices.items()):
            raise real_data.refusal(asking)
        return Beside(head=handed.head, base=handed.base)
    if not asking.is_reviewed:
        _check_named(choices, asking.base)
    found = _read_and_matched(choices, asking) if choices else Beside()
    if not asking.runs_code:
        handed_on.write(folder, HandedOn(head=found.head, base=found.base))
    return found


def _read_and_matched(choices: Mapping[str, Choice], asking: Asking) -> Beside:
    """Read the executions, and say what each did of the pipelines of both sides."""
    may = real_data.allowed_to(asking)
    read = _read(choices, may, asking)
    found = _executed(asking.head, read, may.places)
    for pipeline, one in found.items():
        _check(pipeline, one, may.places)
    there = {} if asking.base is None else _executed(asking.base, read, may.places)
    return Beside(head=found, base=there)


def _check_named(choices: Mapping[str, Choice], base: Project | None) -> None:
    """See to it that a change which nobody has looked at names no execution that its base does not.

    Raises:
        FixtureError: it does.
    """
    known = set() if base is None else set(base.aws.executions.values())
    for pipeline, choice in choices.items():
        if choice.name not in known:
            raise FixtureError(
                what=f"`{choice.name}` is none of the executions that may be read",
                facts=(
                    f"`executions` under `aws` names it for `{pipeline}`, and not in the settings of the base branch",
                ),
                advice="merge the settings first; from then on it is read",
            )


def _read(choices: Mapping[str, Choice], may: Allowed, asking: Asking) -> Mapping[str, Execution]:
    """Read the execution of each pipeline; where one was only guessed to be there, it may be missing."""
    from ci_scriptcheck.fixtures import sagemaker
    from ci_scriptcheck.fixtures.credentials import Job
    from ci_scriptcheck.run.process.surroundings import keep_to_ourselves

    for choice in choices.values():
        sagemaker.check(choice.name)
    keep_to_ourselves()
    aws = sagemaker.SageMaker(may, Job(environ=asking.environ, mask=asking.mask))
    found: dict[str, Execution] = {}
    read: dict[str, Execution] = {}
    first: FixtureError | None = None
    for pipeline, choice in choices.items():
        try:
            if choice.name not in read:
                read[choice.name] = aws.execution(choice.name)
            found[pipeline] = read[choice.name]
        except FixtureError as error:
            if not choice.is_guess:
                raise
            first = first or error
    if first is not None and not found:
        raise first
    return found


def _executed(
    project: Project, read: Mapping[str, Execution], readable: tuple[S3Place, ...]
) -> Mapping[str, Executed]:
    return {
        name: executed(
            matched(project.pipelines[name], project.steps, execution), execution, readable
        )
        for name, execution in read.items()
        if name in project.pipelines
    }


def _check(pipeline: str, found: Executed, readable: Collection[S3Place]) -> None:
    """See to it that an execution tells anything of a pipeline.

    Raises:
        FixtureError: none of its steps did the work of a node, or nothing of it may be read.
    """
    called = pipeline_of(found.execution)
    if not found.nodes:
        raise FixtureError(
            what=f"no step of the execution did the work of a node of `{pipeline}`",
            facts=(
                f"it is {found.execution}",
                *(f"`{node}`: {why}" for node, why in sorted(found.missing.items())[:3]),
            ),
            advice=f"is `{called}` the pipeline? If another one is, write"
            f" `executions: {{{pipeline}: NAME}}` under `aws`",
        )
    reasons = [why for node in found.nodes.values() for why in node.unread.values()]
    if reasons and not any(node.inputs for node in found.nodes.values()):
        may = ", ".join(str(one) for one in sorted(readable)[:5]) or "no place at all"
        raise FixtureError(
            what=f"nothing that the steps of `{called}` were given can be read",
            facts=(f"the settings allow {may}", reasons[0]),
            advice="name the places of the executions under `prefixes` in `aws`",
        )
