"""What `doctor --aws` looks at: whether real data can be read, and if not, what to change.

Nothing of the project is run and no interpreter is started: the job may ask for identity tokens.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ci_scriptcheck.change.git.remote import address
from ci_scriptcheck.cli import opening, own_libraries
from ci_scriptcheck.cli.examination import Health, Observation, of_libraries, trouble
from ci_scriptcheck.errors import FixtureError, ScriptcheckError
from ci_scriptcheck.fixtures import clients, credentials, identity_token, policies, trial
from ci_scriptcheck.fixtures.allowed import Allowed
from ci_scriptcheck.fixtures.credentials import Job
from ci_scriptcheck.fixtures.policies import Access
from ci_scriptcheck.fixtures.sagemaker import SageMaker
from ci_scriptcheck.fixtures.subjects import Repository, repository, subjects
from ci_scriptcheck.model.executed import executed
from ci_scriptcheck.model.execution import execution_name
from ci_scriptcheck.model.execution_match import matched
from ci_scriptcheck.model.fixture import LISTED
from ci_scriptcheck.model.s3_place import s3_place
from ci_scriptcheck.report.page import counted, listed
from ci_scriptcheck.reviewed import is_reviewed
from ci_scriptcheck.run.process.surroundings import keep_to_ourselves
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from ci_scriptcheck.fixtures.identity_token import IdentityToken
    from ci_scriptcheck.fixtures.trial import Tried
    from ci_scriptcheck.model.executed import Executed
    from ci_scriptcheck.model.project import Pipeline, Project
    from ci_scriptcheck.model.s3_place import S3Place

NO_ROLE = "arn:aws:iam::ACCOUNT:role/scriptcheck"
"""Stands where the settings name no role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the policies are made of.

    Attributes:
        branch: The one that pull requests ask to be merged into.
        subject: Of the job that asks, where it is one.
        keys: ARNs of keys that objects are encrypted by; `*` where not every place was read.
    """

    role: str
    access: Access
    repository: Repository
    branch: str
    issuer: str = policies.ISSUER
    subject: str | None = None
    keys: tuple[str, ...] = ("*",)


def examine(folder: Path, environ: Mapping[str, str]) -> Iterator[Observation | str]:
    """Look at token, role and places, each observation as it is made; the policies come last, as a text."""
    keep_to_ourselves()
    yield from of_libraries(own_libraries.lacking())
    try:
        place = opening.place_of(folder)
        project = opening.project_of(place)
    except ScriptcheckError as error:
        yield trouble("settings", error)
        return
    yield _places(project)
    found = Found(
        role=project.aws.role or NO_ROLE,
        access=Access(places=project.readable(), executions=True),
        repository=repository(environ, address(place.root)),
        branch=project.base or environ.get("GITHUB_BASE_REF") or "main",
    )
    job = Job(environ=environ)
    if credentials.is_by_token(project.aws, environ):
        token, seen = _token(found.role, job)
        yield seen
        if token is None:
            yield policies_text(found)
            return
        issuer = token.issuer.removeprefix("https://")
        found = replace(found, subject=token.subject, issuer=issuer)
    session, who, seen = _session(project, found.access, job)
    yield seen
    if session is not None:
        if found.role == NO_ROLE:
            found = replace(found, role=NO_ROLE.replace("ACCOUNT", who.split(":")[4]))
        client = clients.s3(session, project.aws, connections=1)
        tried = []
        for one, datasets in _to_try(project).items():
            tried.append(trial.tried(client, one))
            yield of_place(tried[-1], datasets)
        found = replace(found, keys=_keys(tried))
        yield from _executions(project, job, place.root, client)
    yield policies_text(found)


def _executions(
    project: Project,
    job: Job,
    root: Path,
    client: Any,  # noqa: ANN401  (boto3's)
) -> Iterator[Observation]:
    """Look up what the settings say of executions, and bring it beside the pipelines."""
    if project.aws.executions and not is_reviewed(job.environ, root):
        # A pull request may name executions that nobody meant to be looked up.
        yield Observation(about="executions", text="looked up on the default branch alone")
        return
    may = Allowed(settings=project.aws, places=project.readable())
    aws = SageMaker(may, job)
    for name, wanted in project.aws.executions.items():
        pipeline = project.pipelines[name]
        try:
            execution = aws.execution(wanted)
        except FixtureError as error:
            yield trouble("executions", error)
            continue
        matching = matched(pipeline, project.steps, execution)
        found = executed(matching, execution, may.places)
        yield of_execution(pipeline, found, _not_there(client, found))


def _not_there(client: Any, found: Executed) -> Mapping[str, str]:  # noqa: ANN401  (boto3's)
    """Try each place that the steps of an execution were given; where nothing can be read, a rule may have removed it."""
    parts = {part for one in found.nodes.values() for port in one.inputs.values() for part in port}
    # What a manifest names is known when that has been read.
    names = sorted({one.fixture for one in parts if not one.fixture.startswith(LISTED)})
    seen = {name: trial.tried(client, s3_place(name)) for name in names}
    return {
        name: f"nothing lies at {name}" if one.wrong is None else one.wrong.what
        for name, one in seen.items()
        if one.wrong is not None or not one.objects
    }


def of_execution(
    pipeline: Pipeline, found: Executed, not_there: Mapping[str, str] = MappingProxyType({})
) -> Observation:
    """Tell which nodes of a pipeline have a step in an execution, and what they were given that cannot be read.

    Args:
        pipeline: Of the project.
        found: What an execution of it did.
        not_there: Place → why nothing of what lay there can be read.
    """
    name = execution_name(found.execution)
    facts = [f"`{node}`: {why}" for node, why in found.missing.items()]
    facts += [
        f"`{node}`, input `{port}`: {one.unread[port]}"
        for node, one in found.nodes.items()
        for port in (item.name for item in pipeline.node(node).inputs)
        if port in one.unread and port not in one.inputs
    ]
    facts += [
        f"`{node}`, input `{port}`: {not_there[part.fixture]}"
        for node, one in found.nodes.items()
        for port, parts in one.inputs.items()
        for part in parts
        if part.fixture in not_there
    ]
    return Observation(
        about="executions",
        text=f"{len(found.nodes)} of {counted(len(pipeline.nodes), 'node')} of `{pipeline.name}` have a step in"
        f" {name.id} of {name.pipeline}",
        health=Health.DOUBTFUL if facts else Health.GOOD,
        facts=tuple(facts),
        advice="call steps and ports alike, or let these be run on what others write"
        if facts
        else None,
    )


def of_place(tried: Tried, datasets: Sequence[str] = ()) -> Observation:
    """Tell what came of trying a place.

    Args:
        tried: What came of it.
        datasets: Those whose `real` it is: where nothing lies there, no run reads them.
    """
    if tried.wrong is not None:
        return trouble("real data", tried.wrong)
    number = counted(tried.objects, "object") + (" or more" if tried.more else "")
    if not tried.objects:
        return Observation(
            about="real data",
            text=f"nothing lies at {tried.place}, which can be listed",
            health=Health.BAD if datasets else Health.DOUBTFUL,
            advice=f"correct `real` of {listed([f'`{name}`' for name in datasets])}"
            if datasets
            else "correct `prefixes` under `aws`",
        )
    facts = [] if tried.key is None else [f"encrypted by {tried.key}, which opens"]
    if tried.archived:
        facts.append(f"{tried.archived:,} of them are archived, and are refused until restored")
    return Observation(
        about="real data",
        text=f"{tried.place} can be listed and read: {number}",
        health=Health.DOUBTFUL if tried.archived else Health.GOOD,
        facts=tuple(facts),
    )


def _to_try(project: Project) -> Mapping[S3Place, list[str]]:
    """Give all places that may be read, each with the datasets that name it: `prefixes` may hold those, and more."""
    named: dict[S3Place, list[str]] = {place: [] for place in project.readable()}
    for name, dataset in project.datasets.items():
        if dataset.real:
            named.setdefault(s3_place(dataset.real), []).append(name)
    return named


def policies_text(found: Found) -> str:
    """Write both policies, and what to know about them."""
    wanted = subjects(found.repository, found.branch, found.subject)
    trust = policies.trust_policy(found.role, wanted, issuer=found.issuer)
    permissions = policies.permission_policy(found.access, found.role, found.keys)
    parts = [
        f"Trust policy, which says who may become {found.role}:",
        trust,
        *_about_trust(found),
        "Permission policy, which says what it may do:",
        permissions,
        *_about_permissions(found),
    ]
    return "\n" + "\n\n".join(parts) + "\n"


def _about_trust(found: Found) -> Iterator[str]:
    yield (
        "It names pull requests, the branch that they are merged into, and its merge queue: take out\n"
        "what is not to read real data. Whoever may push a branch can be such a pull request; an\n"
        f"environment with reviewers is narrower: `repo:{found.repository.owner}/"
        f"{found.repository.name}:environment:NAME`."
    )
    if not found.repository.is_numbered:
        owner, name = found.repository.owner, found.repository.name
        yield (
            "Repositories made, renamed or transferred after 15 July 2026 have the second form. Their\n"
            f"numbers: `gh api repos/{owner}/{name} --jq '.owner.id, .id'`. For older ones, take it out."
        )
    if found.role == NO_ROLE:
        yield "ACCOUNT is the number of the AWS account."


def _about_permissions(found: Found) -> Iterator[str]:
    if found.keys == ("*",):
        yield (
            "`Decrypt` is needed where objects are encrypted by keys of KMS: name the keys, whose own\n"
            "policies must allow it, too. Otherwise take it out."
        )
    elif found.keys:
        yield "The policies of these keys must allow the role `kms:Decrypt`, too."
    yield "`Executions` is needed where real data are found by executions of SageMaker's pipelines."


def _places(project: Project) -> Observation:
    found = project.readable()
    if found:
        said = counted(len(found), "place")
        return Observation(about="settings", text=f"{said} in S3 may be read, and nothing else")
    return Observation(
        about="settings",
        text="no place in S3 may be read",
        health=Health.BAD,
        facts=("no dataset has `real`, and `aws` has no `prefixes`",),
        advice="let a dataset say where its real data are: `real: s3://bucket/folder/`",
    )


def _token(role: str, job: Job) -> tuple[IdentityToken | None, Observation]:
    if not identity_token.is_offered(job.environ):
        return None, trouble("token", identity_token.missing(job.environ))
    try:
        token = identity_token.request_token(job.environ, policies.audience(role))
    except FixtureError as error:
        return None, trouble("token", error)
    text = f"this job is `{token.subject}` to `{token.audience}`"
    return token, Observation(about="token", text=text)


def _session(project: Project, access: Access, job: Job) -> tuple[Any | None, str, Observation]:
    """Open a session; whether it really is one is known when AWS has said who we are."""
    try:
        session = credentials.opened(project.aws, access, job)
        who = trial.identity(clients.sts(session))
    except FixtureError as error:
        return None, "", trouble("credentials", error)
    facts: tuple[str, ...] = ()
    if project.aws.role and not credentials.is_by_token(project.aws, job.environ):
        facts = (f"{project.aws.role} is for jobs in Actions, and was not tried",)
    return session, who, Observation(about="credentials", text=f"of {who}", facts=facts)


def _keys(tried: list[Tried]) -> tuple[str, ...]:
    if any(one.wrong or not one.readable for one in tried):
        return ("*",)
    return tuple(sorted({one.key for one in tried if one.key}))
