"""What a pipeline really did: an execution on SageMaker, its steps, and where each of their ports lies in S3."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from ci_scriptcheck.model.s3_place import S3Place
from ci_scriptcheck.values import dataclass, field

_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):sagemaker:(?P<region>[a-z0-9-]+):(?P<account>\d{12})"
    r":pipeline/(?P<pipeline>[^/\s]+)/execution/(?P<id>[^/\s]+)"
)
_PIPELINE = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionName:
    """The name that AWS gives to an execution, taken apart."""

    partition: str
    region: str
    account: str
    pipeline: str
    id: str

    @property
    def arn(self) -> str:
        """As AWS writes it."""
        return (
            f"arn:{self.partition}:sagemaker:{self.region}:{self.account}"
            f":pipeline/{self.pipeline}/execution/{self.id}"
        )


def execution_name(written: str) -> ExecutionName:
    """Read the ARN of an execution.

    Raises:
        ValueError: it is none.
    """
    found = _ARN.fullmatch(written)
    if found is None:
        raise ValueError("it is not `arn:aws:sagemaker:REGION:ACCOUNT:pipeline/NAME/execution/ID`")
    return ExecutionName(**found.groupdict())


def is_pipeline_name(written: str) -> bool:
    """Say whether SageMaker allows a pipeline to be called so."""
    return _PIPELINE.fullmatch(written) is not None


class Status(StrEnum):
    """How far an execution, or a step of it, has come; in the words that people use."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"
    RUNNING = "running"


class StepKind(StrEnum):
    """The kinds of steps that read and write data by a job of their own."""

    PROCESSING = "processing"
    TRAINING = "training"
    TRANSFORM = "transform"


class Listing(StrEnum):
    """What an input names in S3."""

    PREFIX = "prefix"
    """The data themselves."""
    MANIFEST = "manifest"
    """A file that lists objects by a prefix and what follows it."""
    AUGMENTED = "augmented manifest"
    """A file of JSON lines, in which attributes name objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionPort:
    """One input or output of a step, as its job had it.

    Attributes:
        place: Where it lies; `None` where that is nowhere in S3.
        why_not: What it is instead.
        path: Where it lay in the container.
        listing: What stands at the place; outputs are data in any case.
        is_continuous: Whether it was written while the job still ran, so that even a failed job left some.
        is_optional: Whether there is only something where the script wrote some.
    """

    name: str
    place: S3Place | None = None
    why_not: str | None = None
    path: str | None = None
    listing: Listing = Listing.PREFIX
    is_continuous: bool = False
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Instances:
    """The machines of a job.

    Attributes:
        gigabytes: Of the volume of each; `None` where nothing says.
    """

    type: str
    count: int = 1
    gigabytes: int | None = None

    def __str__(self) -> str:
        """Write their number and type, and how large their disks are."""
        disk = "" if self.gigabytes is None else f", {self.gigabytes} GB"
        return f"{self.count} \N{MULTIPLICATION SIGN} {self.type}{disk}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionStep:
    """A step of an execution, and the job that did its work.

    Attributes:
        name: In the pipeline; one of a loop has the number of its round behind it, as `train[2]`.
        job: Its ARN.
        inputs: Processing inputs, training channels, or the one of a transform.
        outputs: What failed or was stopped has written a part of them at most.
        environment: Variables of the container.
        arguments: Entry point and arguments.
        hyperparameters: Of training, as SageMaker holds them: each a text that is JSON as a rule.
        metrics: That SageMaker read from the log of a training job.
        seconds: From the begin of the job to its end; `None` where it has none.
        ended: When the job did: a moment in ISO 8601, in UTC.
        taken_from: ARN of the execution that really ran the job, where that is another one.
        attempts: How often it was tried.
    """

    name: str
    kind: StepKind
    status: Status
    job: str
    inputs: tuple[ExecutionPort, ...] = ()
    outputs: tuple[ExecutionPort, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    image: str | None = None
    instances: Instances | None = None
    seconds: float | None = None
    ended: str | None = None
    failure: str | None = None
    taken_from: str | None = None
    attempts: int = 1

    @property
    def is_partial(self) -> bool:
        """Say whether its outputs may be less than what it would have written."""
        return self.status is not Status.SUCCEEDED


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadStep:
    """A step of which no ports are known.

    Attributes:
        kind: What SageMaker calls it, such as `Condition` or `Lambda`; empty where it does not say.
        why: Why it was not read, as the end of a sentence that begins with its name.
    """

    name: str
    kind: str
    status: Status
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One execution of a pipeline.

    Attributes:
        began: Moment in ISO 8601, in UTC.
        seconds: From its begin to the last that was heard of it.
        steps: In the order in which they began.
    """

    name: ExecutionName
    status: Status
    began: str
    seconds: float
    steps: tuple[ExecutionStep, ...] = ()
    unread: tuple[UnreadStep, ...] = ()
    failure: str | None = None

    def step(self, name: str) -> ExecutionStep | None:
        """Give the step of this name."""
        return next((step for step in self.steps if step.name == name), None)
