"""`scriptcheck deep-dive`: all steps of pipelines on real data, or two executions side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.cli import checking, opening, options
from ci_scriptcheck.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ci_scriptcheck.cli.console import Console


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Run or compare, and give the exit code.

    Raises:
        UsageError: there is no such pipeline, or what was asked for contradicts itself.
    """
    if given.compare is not None:
        _check_alone(given)
        from ci_scriptcheck.cli import compare_executions

        return compare_executions.call(given, console, environ)
    project = opening.project_of(opening.place_of(opening.project_folder(given)))
    if not project.pipelines:
        raise UsageError(
            what=f"project `{project.name}` has no pipelines, which a deep dive is about",
            advice="write them under `pipelines:`; without any, `scriptcheck deep-dive --compare BEFORE AFTER`"
            " says what differs between two executions",
        )
    for name in given.pipelines:
        if name not in project.pipelines:
            raise UsageError(
                what=f"there is no pipeline `{name}`",
                advice=did_you_mean(name, project.pipelines),
            )
    # Node by node: a pipeline's name may be the beginning of another's.
    selectors = tuple(
        f"{name}/{node.name}" for name in given.pipelines for node in project.pipelines[name].nodes
    )
    return checking.check(options.of_deep_dive(given, selectors), given, console, environ)


def _check_alone(given: Namespace) -> None:
    if given.pipelines or given.s3_execution_arn:
        other = "a pipeline" if given.pipelines else "`--s3-execution-arn`"
        raise UsageError(
            what=f"`--compare` runs nothing, so {other} beside it says nothing",
            advice="leave one of them out",
        )
