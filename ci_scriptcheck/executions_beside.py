"""Executions of the pipelines that a deep dive is about, and what their nodes did there.

Only descriptions are asked for here; data are fetched when the plan says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck import real_data, scope
from ci_scriptcheck.errors import FixtureError
from ci_scriptcheck.fixtures import executions_read
from ci_scriptcheck.fixtures.refused import Refusal
from ci_scriptcheck.model import wanted
from ci_scriptcheck.model.executed import Executed, executed
from ci_scriptcheck.model.execution_choice import chosen, pipeline_of
from ci_scriptcheck.model.execution_match import matched
from ci_scriptcheck.model.fixture import FOLDER
from ci_scriptcheck.model.plan import Mode
from ci_scriptcheck.real_data import Asking
from ci_scriptcheck.reviewed import is_reviewed
from ci_scriptcheck.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from ci_scriptcheck.fixtures.allowed import Allowed
    from ci_scriptcheck.fixtures.executions_read import ExecutionsRead
    from ci_scriptcheck.model.execution import Execution
    from ci_scriptcheck.model.execution_choice import Choice
    from ci_scriptcheck.model.options import Options
    from ci_scriptcheck.model.project import Project
    from ci_scriptcheck.model.s3_place import S3Place
    from ci_scriptcheck.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What executions did of the pipelines of both sides, by their names.

    Attributes:
        refused: Pipeline → why what its execution did is not known.
        divided: Place of an execution → into how many parts half of the budget is divided for it.
    """

    head: Mapping[str, Executed] = field(default_factory=dict)
    base: Mapping[str, Executed] = field(default_factory=dict)
    refused: Mapping[str, FixtureError] = field(default_factory=dict)
    divided: Mapping[str, int] = field(default_factory=dict)


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
    asking = Asking(
        root=root,
        head=about.project,
        base=scope.project_of_base(about, reached),
        environ=environ,
        base_is_named=options.base is not None,
        is_reviewed=is_reviewed(environ, root),
        runs_code=not options.only_fetches,
        mask=mask,
    )
    return _of_pipelines(pipelines, options, asking)


def _of_pipelines(pipelines: Collection[str], options: Options, asking: Asking) -> Beside:
    choices = chosen(asking.head, pipelines, options)
    folder = asking.root / FOLDER
    if not asking.may_fetch:
        return _as_handed_on(choices, executions_read.read(folder), asking)
    found = _read_and_matched(choices, asking) if choices else Beside()
    if not asking.runs_code:
        told = {name: Refusal.of(error) for name, error in found.refused.items()}
        known = executions_read.read(folder)
        known = replace(known, head=found.head, base=found.base, refused=told)
        executions_read.write(folder, known)
    named = len({*asking.head.aws.executions.values()})
    # Of what was asked for by name, that says how many there are.
    is_asked = options.executions or options.newest or not named
    executions = len({one.execution for one in found.head.values()}) if is_asked else named
    return replace(found, divided=wanted.divided((found.head, found.base), executions))


def _as_handed_on(choices: Mapping[str, Choice], read: ExecutionsRead, asking: Asking) -> Beside:
    """Give what another job has read; of a pipeline that it has not, say why."""
    missing = [name for name, one in choices.items() if name not in read.head and not one.is_guess]
    refused = {
        name: read.refused[name].handed_on() if name in read.refused else real_data.refusal(asking)
        for name in missing
    }
    return Beside(head=read.head, base=read.base, refused=refused)


def _read_and_matched(choices: Mapping[str, Choice], asking: Asking) -> Beside:
    """Read the executions, and say what each did of the pipelines of both sides."""
    from ci_scriptcheck.fixtures import sagemaker

    for choice in choices.values():
        sagemaker.check(choice.name)
    try:
        may = real_data.allowed_to(asking)
    except FixtureError as error:
        return Beside(refused=dict.fromkeys(choices, error))
    refused = {} if asking.is_reviewed else _unnamed(choices, asking.base)
    left = {name: one for name, one in choices.items() if name not in refused}
    read, more = _read(left, may, asking)
    refused |= more
    found = _executed(asking.head, read, may.places)
    for pipeline, one in found.items():
        untold = _untold(pipeline, one, may.places)
        if untold is not None:
            refused[pipeline] = untold
    there = {} if asking.base is None else _executed(asking.base, read, may.places)
    return Beside(head=_but(found, refused), base=_but(there, refused), refused=refused)


def _but(
    found: Mapping[str, Executed], refused: Mapping[str, FixtureError]
) -> Mapping[str, Executed]:
    return {name: one for name, one in found.items() if name not in refused}


def _unnamed(choices: Mapping[str, Choice], base: Project | None) -> dict[str, FixtureError]:
    """Refuse executions that a change which nobody has looked at names, and its base does not."""
    known = set() if base is None else set(base.aws.executions.values())
    return {
        pipeline: FixtureError(
            what=f"`{choice.name}` is none of the executions that may be read",
            facts=(
                f"`executions` under `aws` names it for `{pipeline}`, and not in the settings of the base branch",
            ),
            advice="merge the settings first; from then on it is read",
        )
        for pipeline, choice in choices.items()
        if choice.name not in known
    }


def _read(
    choices: Mapping[str, Choice], may: Allowed, asking: Asking
) -> tuple[Mapping[str, Execution], dict[str, FixtureError]]:
    """Read the execution of each pipeline; of those that cannot be read, say why.

    Where one was only guessed to be there, it may be missing, unless none at all is found.
    """
    from ci_scriptcheck.fixtures import sagemaker
    from ci_scriptcheck.fixtures.credentials import Job
    from ci_scriptcheck.fixtures.faults import PlaceError
    from ci_scriptcheck.run.process.surroundings import keep_to_ourselves

    keep_to_ourselves()
    aws = sagemaker.SageMaker(may, Job(environ=asking.environ, mask=asking.mask))
    found: dict[str, Execution] = {}
    read: dict[str, Execution | FixtureError] = {}
    refused: dict[str, FixtureError] = {}
    for pipeline, choice in choices.items():
        if choice.name not in read:
            try:
                read[choice.name] = aws.execution(choice.name)
            except PlaceError as error:
                read[choice.name] = error
            except FixtureError as error:
                # It is about no execution, so it would be the same for all others.
                others = [name for name in choices if name not in found]
                return found, dict.fromkeys(others, error) | refused
        one = read[choice.name]
        if isinstance(one, FixtureError):
            refused[pipeline] = one
        else:
            found[pipeline] = one
    if found or any(not choices[name].is_guess for name in refused):
        refused = {name: one for name, one in refused.items() if not choices[name].is_guess}
    return found, refused


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


def _untold(pipeline: str, found: Executed, readable: Collection[S3Place]) -> FixtureError | None:
    """Say why an execution tells nothing of a pipeline: no step did the work of a node, or nothing may be read."""
    called = pipeline_of(found.execution)
    if not found.nodes:
        return FixtureError(
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
        return FixtureError(
            what=f"nothing that the steps of `{called}` were given can be read",
            facts=(f"the settings allow {may}", reasons[0]),
            advice="name the places of the executions under `prefixes` in `aws`",
        )
    return None
