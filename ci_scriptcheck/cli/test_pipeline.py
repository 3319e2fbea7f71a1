"""`scriptcheck test-pipeline`: one pipeline from end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.cli import checking, opening, options
from ci_scriptcheck.errors import UsageError, did_you_mean
from ci_scriptcheck.model.plan import Mode

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ci_scriptcheck.cli.console import Console


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Check the pipeline, and give the exit code."""
    project = opening.project_of(opening.place_of(opening.project_folder(given)))
    if given.name not in project.pipelines:
        raise UsageError(
            what=f"there is no pipeline `{given.name}`",
            advice=did_you_mean(given.name, project.pipelines),
        )
    nodes = project.pipelines[given.name].nodes
    # Node by node: a pipeline's name may be the beginning of another's.
    selectors = tuple(f"{given.name}/{node.name}" for node in nodes)
    chosen = options.of_one(given, Mode.PIPELINE, selectors)
    return checking.check(chosen, given, console, environ)
