"""`scriptcheck test-script`: one script alone, in each of its scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.cli import checking, opening, options
from ci_scriptcheck.errors import UsageError, did_you_mean
from ci_scriptcheck.model.plan import Mode

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.cli.opening import Place
    from ci_scriptcheck.model.project import Project


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Check the script, and give the exit code."""
    place = opening.place_of(opening.folder_of(given))
    steps = steps_of(opening.project_of(place), place, given.name)
    chosen = options.of_one(given, Mode.ISOLATION, steps)
    return checking.check(chosen, given, console, environ)


def steps_of(project: Project, place: Place, name: str) -> tuple[str, ...]:
    """Find the step of this name, or all that run the script at this path.

    Raises:
        UsageError: there is none.
    """
    if name in project.steps:
        return (name,)
    paths = {Path(place.folder, name).as_posix()}
    called = Path(name).resolve()
    if called.is_relative_to(place.root):
        paths.add(called.relative_to(place.root).as_posix())
    found = tuple(step.name for step in project.steps.values() if step.script in paths)
    if not found:
        scripts = [step.script for step in project.steps.values() if step.script]
        raise UsageError(
            what=f"there is no step or script `{name}`",
            advice=did_you_mean(name, [*project.steps, *scripts]),
        )
    return found
