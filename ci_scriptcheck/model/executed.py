"""A pipeline as an execution of it ran: what each of its nodes was given, told and wrote. Pure.

Only what may be read is among it; for all else there is the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ci_scriptcheck.model.contract import Json
from ci_scriptcheck.model.execution import Execution, ExecutionStep, Listing, StepKind
from ci_scriptcheck.model.execution_match import MatchedNode, Matching, Part, PortSide
from ci_scriptcheck.model.execution_settings import named, speaks_of_login
from ci_scriptcheck.model.fixture import LISTED
from ci_scriptcheck.model.platform_variables import is_platform_variable
from ci_scriptcheck.model.production import FixturePart, Original
from ci_scriptcheck.model.project import Settings, Step
from ci_scriptcheck.model.s3_place import S3Place
from ci_scriptcheck.model.secret_names import speaks_of_secret
from ci_scriptcheck.values import dataclass, field, replace

SETTINGS_FILE = "scriptcheck.yaml"
"""What a person says there about a node holds for real data, too; what a contract has by default does not."""

_CODE = "code"
"""As an input of a job is called that holds its script."""

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutedNode:
    """What a node of a pipeline was given by an execution.

    Attributes:
        execution: ARN of the execution that ran the step, which is an earlier one where it was cached.
        ended: When its job had ended, in ISO 8601 and UTC.
        inputs: Port → where what it was given lies.
        outputs: Port → where what it wrote lies.
        unread: Input port → why what it was given cannot be had.
        unmatched: Those of them that no input of the step is known to be; production may have had nothing there.
        spare: Inputs of its job that no input of the step is known to be, by their names → where they lie; but for its code.
        uncompared: Output port → why what it wrote cannot be looked at.
        environment: Variables of its job.
        arguments: Of its job by their names, as a script knows them; hyperparameters among them.
    """

    execution: str
    step: str
    ended: str | None = None
    inputs: Mapping[str, tuple[FixturePart, ...]] = field(default_factory=dict)
    outputs: Mapping[str, tuple[FixturePart, ...]] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()
    spare: Mapping[str, FixturePart] = field(default_factory=dict)
    uncompared: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """A pipeline beside an execution of it.

    Attributes:
        execution: Its ARN.
        missing: Node → why no step of the execution is known to have done its work.
    """

    execution: str
    nodes: Mapping[str, ExecutedNode] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


def executed(matching: Matching, execution: Execution, readable: Iterable[S3Place]) -> Executed:
    """Say what each node was given and wrote, as far as it may be read.

    Args:
        matching: The pipeline's nodes beside the steps of the execution.
        execution: That it is beside.
        readable: Nothing outside of these places is read.
    """
    places = tuple(readable)
    nodes: dict[str, ExecutedNode] = {}
    for name, found in matching.nodes.items():
        step = found.step
        inputs, unread = _had(found.inputs, places)
        outputs, uncompared = _had(found.outputs, places)
        if step.is_partial:
            why = (
                f"step `{step.name}` {step.status.value} there, so what it wrote is a part at most"
            )
            uncompared |= dict.fromkeys(outputs, why)
            outputs = {}
        unmatched = _unmatched(matching, name, "input")
        unread |= unmatched
        uncompared |= _unmatched(matching, name, "output")
        nodes[name] = ExecutedNode(
            execution=step.taken_from or execution.name.arn,
            step=step.name,
            ended=step.ended,
            inputs=inputs,
            outputs=outputs,
            unread=unread,
            unmatched=tuple(sorted(unmatched)),
            spare=_spare(found, places),
            uncompared=uncompared,
            environment=step.environment,
            arguments=_arguments(step),
        )
    return Executed(
        execution=execution.name.arn,
        nodes=nodes,
        missing={
            one.node: one.why
            for one in matching.unmatched
            if one.node is not None and one.port is None
        },
    )


def done_again(settings: Settings, step: Step, node: ExecutedNode) -> tuple[Settings, Original]:
    """Give a node's settings with the variables and arguments that production gave, and say which those are.

    What `scriptcheck.yaml` says holds before them, and they before what a contract or the code has by default.
    Only variables that the contract or the script speaks of are taken, and never a secret.

    Args:
        settings: Of the node in the project.
        step: Of the node.
        node: What production did.
    """
    known = {*step.variables, *step.declared, *settings.env}
    given: dict[str, str] = {
        f"env.{name}": value
        for name, value in node.environment.items()
        if name in known and not is_platform_variable(name)
    }
    given |= {f"args.{name}": value for name, value in node.arguments.items()}
    env: dict[str, str] = dict(settings.env)
    args: dict[str, Json] = dict(settings.args)
    taken, kept, withheld = [], [], []
    for key, value in sorted(given.items()):
        part, _, name = key.partition(".")
        mine = env.get(name) if part == "env" else args.get(name)
        made = value if part == "env" else _typed(value, mine)
        if speaks_of_secret(name) or speaks_of_login(value):
            withheld.append(name)
        elif _is_said(settings, key):
            kept.extend([name] if mine != made else [])
        else:
            taken.append(name)
            if part == "env":
                env[name] = value
            else:
                args[name] = made
    original = Original(
        execution=node.execution,
        step=node.step,
        ended=node.ended,
        taken=tuple(taken),
        kept=tuple(kept),
        withheld=tuple(withheld),
        uncompared=node.uncompared,
    )
    laid = replace(settings, env=dict(sorted(env.items())), args=dict(sorted(args.items())))
    return laid, original


def _unmatched(matching: Matching, node: str, side: PortSide) -> dict[str, str]:
    return {
        one.port: one.why
        for one in matching.unmatched
        if one.node == node and one.side == side and one.port is not None
    }


def _spare(found: MatchedNode, readable: tuple[S3Place, ...]) -> dict[str, FixturePart]:
    taken = {part.port.name for parts in found.inputs.values() for part in parts}
    left = [port for port in found.step.inputs if port.name not in {*taken, _CODE}]
    return {
        port.name: FixturePart(fixture=_fixture(Part(port=port)))
        for port in sorted(left, key=lambda one: one.name)
        if _why_not(Part(port=port), readable) is None
    }


def _is_said(settings: Settings, key: str) -> bool:
    place = settings.origins.get(key)
    return place is not None and place.file.rpartition("/")[2] == SETTINGS_FILE


def _had(
    ports: Mapping[str, tuple[Part, ...]], readable: tuple[S3Place, ...]
) -> tuple[dict[str, tuple[FixturePart, ...]], dict[str, str]]:
    """Give where what fills each port lies; of those that cannot be had, why."""
    found: dict[str, tuple[FixturePart, ...]] = {}
    wrong: dict[str, str] = {}
    for name, parts in ports.items():
        why = next((why for one in parts if (why := _why_not(one, readable))), None)
        if why is not None:
            wrong[name] = why
            continue
        found[name] = tuple(
            FixturePart(fixture=_fixture(one), inside=one.inside.strip("/")) for one in parts
        )
    return found, wrong


def _why_not(part: Part, readable: tuple[S3Place, ...]) -> str | None:
    port = part.port
    if port.place is None:
        return f"in production, it is {port.why_not or 'no data in S3'}"
    if port.listing is Listing.AUGMENTED:
        return "in production, lines of an augmented manifest are its data"
    if _leads_out(part.inside) or _leads_out(part.below):
        return f"in production, it lies at {port.path}, which is no plain path"
    place = _place(part)
    if place is None or not any(one.holds(place) for one in readable):
        return f"{place} lies in none of the places that may be read; add it to `prefixes` under `aws`"
    return None


def _leads_out(folder: str) -> bool:
    """Say whether the path of a folder names what is not below it; whoever made the execution wrote it."""
    parts = folder.strip("/").split("/") if folder else []
    return any(part in {"", ".", ".."} or "\\" in part or not part.isprintable() for part in parts)


def _fixture(part: Part) -> str:
    is_manifest = part.port.listing is Listing.MANIFEST
    return f"{LISTED if is_manifest else ''}{_place(part)}"


def _place(part: Part) -> S3Place | None:
    place = part.port.place
    if place is None or not part.below:
        return place
    folder = place.prefix if not place.prefix or place.prefix.endswith("/") else f"{place.prefix}/"
    return replace(place, prefix=f"{folder}{part.below.strip('/')}")


def _arguments(step: ExecutionStep) -> Mapping[str, str]:
    """Give arguments as `job_args` has them: `--job-type training` as `job_type`."""
    written: Mapping[str, str] = named(step.arguments)
    if step.kind is StepKind.TRAINING:
        written = {**written, **{f"--{name}": one for name, one in step.hyperparameters.items()}}
    return {
        name.lstrip("-").replace("-", "_"): value.strip('"')
        for name, value in written.items()
        if name.startswith("--") and not name.startswith("--sagemaker_")
    }


def _typed(value: str, like: Json) -> Json:
    """Read an argument as its default is; where there is none, a number is one.

    Whoever calls a script by a function has given it what `argparse` would have made of the word.
    """
    if isinstance(like, bool):
        return value.lower() in {"true", "1", "yes", ""}
    if isinstance(like, str) or not _NUMBER.fullmatch(value):
        return value
    return int(value) if value.lstrip("-").isdecimal() else float(value)
