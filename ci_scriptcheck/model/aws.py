"""What the settings say about AWS: as whom real data are read, which, and how much of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.s3_place import S3Place
from ci_scriptcheck.values import dataclass, field

SampleSize = int | Literal["all"]
"""Bytes of a dataset's real data that are about enough; `all` takes them whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSettings:
    """As whom, where and how much.

    Attributes:
        role: ARN of the role that a job in Actions assumes with its identity token; elsewhere
            credentials come as boto3 finds them.
        region: `None` leaves it to the environment.
        prefixes: Nothing else is ever read; empty means the places that datasets name as `real`.
        budget: Bytes that all of a run fetches.
        sample: Of each dataset that does not say otherwise.
        executions: Pipeline → what its executions are found by, for deep dives: the name of the pipeline on SageMaker,
            or the ARN of one of them.
        requester_pays: Whether our side pays for requests to buckets whose owners do not.
    """

    role: str | None = None
    region: str | None = None
    prefixes: tuple[S3Place, ...] = ()
    budget: int = 1_000_000_000
    sample: SampleSize = 20_000_000
    requester_pays: bool = False
    executions: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, Place] = field(default_factory=dict, compare=False)
    """Name of a setting → where its value stands; built-in defaults are missing."""
