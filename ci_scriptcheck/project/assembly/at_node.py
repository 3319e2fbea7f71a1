"""What is wrong at a node of a pipeline, with the place that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from ci_scriptcheck.model.result import Finding, Level

if TYPE_CHECKING:
    from ci_scriptcheck.project.declared import DeclaredNode, DeclaredPipeline


class Further(TypedDict, total=False):
    """Parts of a finding that not every one has."""

    port: str
    evidence: tuple[str, ...]
    advice: str | None


def at_node(
    rule: str,
    node: DeclaredNode,
    pipeline: DeclaredPipeline,
    message: str,
    *,
    subject: str,
    **further: Unpack[Further],
) -> Finding:
    """Make an error of it, at the node's line, or its pipeline's where it has none."""
    return Finding(
        rule=rule,
        severity=Level.ERROR,
        message=message,
        subject=subject,
        step=node.step,
        pipeline=pipeline.name,
        place=node.place or pipeline.place,
        **further,
    )
