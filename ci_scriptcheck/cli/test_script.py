"""`scriptcheck test-script`: one script alone, in each of its scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck import scope
from ci_scriptcheck.cli import checking, opening, options
from ci_scriptcheck.model.plan import Mode

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.cli.opening import ProjectFolder
    from ci_scriptcheck.model.project import Project


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Check the script, and give the exit code."""
    place = opening.place_of(opening.project_folder(given))
    project = opening.project_of(place)
    chosen = options.of_one(given, Mode.ISOLATION, steps_of(project, place, given.name))
    asked = options.search(given)
    if asked is not None:
        from ci_scriptcheck.cli import search

        return search.call(asked, place, project, chosen, console, environ)
    return checking.check(chosen, given, console, environ)


def steps_of(project: Project, place: ProjectFolder, name: str) -> tuple[str, ...]:
    """Find the step of this name, that of a node, or all that run the script at this path.

    Raises:
        UsageError: there is none.
    """
    if name in project.steps:
        return (name,)
    for pipeline in project.pipelines.values():
        for node in pipeline.nodes:
            if name == f"{pipeline.name}/{node.name}":
                return (node.step,)
    return scope.running(place.root, place.tree, project, name)
