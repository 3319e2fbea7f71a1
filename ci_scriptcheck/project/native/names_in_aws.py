"""Places, roles and regions as they are written in the settings."""

from __future__ import annotations

import re

from ci_scriptcheck.model.execution import execution_name, is_pipeline_name
from ci_scriptcheck.model.s3_place import s3_place

ROLE_PATTERN = r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$"
EXECUTION_PATTERN = r"^(arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:pipeline/[^/\s]+/execution/[^/\s]+|[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255})$"
REGION_PATTERN = r"^[a-z]{2}(-[a-z]+)+-[0-9]+$"


def uri(written: str) -> str:
    """Give a place in S3 as it is written.

    Raises:
        ValueError: it is none.
    """
    try:
        s3_place(written)
    except ValueError as error:
        raise ValueError(f"must be a place such as `s3://bucket/folder/`: {error}") from None
    return written


def role(written: str) -> str:
    """Give the ARN of a role as it is written.

    Raises:
        ValueError: it is none.
    """
    if not re.fullmatch(ROLE_PATTERN, written):
        raise ValueError("must be a role's ARN, such as `arn:aws:iam::123456789012:role/NAME`")
    return written


def region(written: str) -> str:
    """Give a region as it is written.

    Raises:
        ValueError: it is none.
    """
    if not re.fullmatch(REGION_PATTERN, written):
        raise ValueError("must be a region such as `eu-west-1`")
    return written


def execution(written: str) -> str:
    """Give what executions of a pipeline are found by, as it is written.

    Raises:
        ValueError: it is neither the name of a pipeline nor the ARN of an execution.
    """
    try:
        known = is_pipeline_name(written) or bool(execution_name(written))
    except ValueError:
        known = False
    if not known:
        raise ValueError("must be the name of a pipeline on SageMaker, or the ARN of an execution")
    return written
