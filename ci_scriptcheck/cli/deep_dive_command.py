"""The command that looks at what production really did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.cli.command import Argument, Command, Group, Option

if TYPE_CHECKING:
    from collections.abc import Sequence

EXECUTION = Option(
    name="s3-execution-arn",
    word="EXECUTION",
    text="Deep dive on the inputs of this execution (ARN or name)",
    repeated=True,
)
_EXECUTION = Option(
    name="s3-execution-arn",
    word="EXECUTION",
    text="Give each step what this execution gave it: an ARN, or the name of a SageMaker pipeline for its"
    " newest that succeeded; may be repeated",
    default="`executions` under `aws`, or its own name",
    repeated=True,
)
COMPARE = Option(
    name="compare",
    word="EXECUTION...",
    text="Run nothing, and say what differs between two executions, the earlier first: their ARNs, or the"
    " name of a pipeline for its newest that succeeded",
    many=True,
)


def deep_dive(base: Sequence[Option], how: Sequence[Option], write: Sequence[Option]) -> Command:
    """Describe the command, with the options that it shares with others.

    Args:
        base: About what is compared with.
        how: About how scripts are run.
        write: About what is written.
    """
    return Command(
        name="deep-dive",
        section="Look",
        summary="A pipeline on real data from S3, or two executions of it compared",
        title="Run all steps of pipelines on real data from S3, or compare two executions.",
        arguments=(
            Argument(key="pipelines", word="PIPELINE", text="Only these; without one, all"),
        ),
        groups=(
            Group(title="What to look at", options=(_EXECUTION, COMPARE, *base)),
            Group(title="How to run", options=tuple(how)),
            Group(title="What to write", options=tuple(write)),
        ),
    )
