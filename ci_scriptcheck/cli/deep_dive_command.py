"""The command that looks at what production really did."""

from __future__ import annotations

from ci_scriptcheck.cli.command import Command, Group, Option

DEEP_DIVE = Command(
    name="deep-dive",
    place="compare_executions",
    section="Look",
    summary="What differs between two executions of a pipeline on SageMaker",
    title="Say what differs between two executions of a pipeline on SageMaker.",
    groups=(
        Group(
            title="What to compare",
            options=(
                Option(
                    name="compare",
                    word="EXECUTION...",
                    text="Two executions, the earlier first: their ARNs, or the name of a pipeline"
                    " for its newest that succeeded",
                    many=True,
                ),
            ),
        ),
        Group(
            title="What to write",
            options=(Option(name="json", text="Print JSON instead of text"),),
        ),
    ),
)
