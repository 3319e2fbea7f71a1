"""The steps of `action.yml` by which real data come to a job that runs: one job fetches, another one opens.

Neither runs code of the project; they are given the key that seals what passes between them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

from ci_scriptcheck.change.dependencies.requirements import pins_of
from ci_scriptcheck.change.git.repository import change_set, repository_root
from ci_scriptcheck.cli import arguments, fetch_fixtures, opening
from ci_scriptcheck.cli.commands import COMMANDS
from ci_scriptcheck.errors import FixtureError, ScriptcheckError, UsageError, WithheldError
from ci_scriptcheck.fixtures import identity_token, refused
from ci_scriptcheck.github import actions
from ci_scriptcheck.model.annotation import Annotation, Weight
from ci_scriptcheck.reviewed import is_reviewed
from ci_scriptcheck.run.process.surroundings import keep_to_ourselves

if TYPE_CHECKING:
    from ci_scriptcheck.cli.action_inputs import Inputs
    from ci_scriptcheck.cli.console import Console


def fetch(inputs: Inputs, console: Console) -> int:
    """Get the real data that a deep dive needs, and seal them for the jobs that run.

    That a fork gets none is no failure of this job.

    Raises:
        UsageError: code of the repository has run in this job.
        FixtureError: the data cannot be had, may not be read, or are too much.
    """
    keep_to_ourselves()
    if inputs.ran.exists():
        raise UsageError(
            what="an earlier use of the action in this job has run code of the repository, so this one fetches"
            " no real data",
            facts=("that code may have replaced the program that would ask for them",),
            advice="fetch them in a job of their own, which those that run name in their `needs:`",
        )
    inputs.fixtures.mkdir(parents=True, exist_ok=True)
    outputs = {"fixtures": inputs.fixtures.name, "fixtures-path": str(inputs.fixtures)}
    for name, value in outputs.items():
        actions.write_output(os.environ, name, value)
    words = [f"--project={inputs.project}", f"--seal={inputs.fixtures}"]
    words += [f"--base={inputs.base}"] if inputs.base else []
    given = arguments.parse(COMMANDS["fetch-fixtures"], [*words, *inputs.steps])
    try:
        return fetch_fixtures.call(given, console, os.environ)
    except WithheldError as error:
        note = Annotation(weight=Weight.NOTICE, title="no real data", message=f"{error.what}.")
        console.tell(actions.command(note))
        return 0


def open_fetched(inputs: Inputs, console: Console) -> int:
    """Lay out the real data that another job has sealed; where that is not possible, the check says so."""
    if not inputs.fixtures.is_dir():
        return 0
    words = [f"--project={inputs.project}", f"--open={inputs.fixtures}"]
    given = arguments.parse(COMMANDS["fetch-fixtures"], words)
    # What is wrong with settings and folders, the check is about to tell.
    with contextlib.suppress(ScriptcheckError):
        changed = _changed_requirements(inputs)
        if changed is not None:
            fetch_fixtures.keep_refusal(inputs.project, refused.of_libraries(changed))
            # What the scripts need is installed as where there are no real data.
            shutil.rmtree(inputs.fixtures.parent)
            return 0
        try:
            fetch_fixtures.call(given, console, os.environ)
        except FixtureError as error:
            fetch_fixtures.keep_refusal(inputs.project, error)
    return 0


def _changed_requirements(inputs: Inputs) -> str | None:
    """Name a file that changed and says what will be installed, or how; `None` where nobody has to look at it any more."""
    root = repository_root(inputs.project)
    if is_reviewed(os.environ, root):
        return None
    place = opening.place_of(inputs.project)
    project = opening.project_of(place)
    places = [(inputs.workspace / file).resolve() for file in inputs.requirements]
    named = [one.relative_to(root).as_posix() for one in places if one.is_relative_to(root)]
    changes = change_set(
        root, base=inputs.base, environ=os.environ, default_base=project.base, is_exact=False
    )
    asked = {*pins_of(place.tree, named).files, *named}
    found = sorted(asked & changes.touched())
    return found[0] if found else None


def open_to_code(inputs: Inputs) -> str:
    """Write the warning that code which nobody has looked at runs where identity tokens are given out."""
    if not identity_token.is_offered(os.environ):
        return ""
    if is_reviewed(os.environ, repository_root(inputs.project)):
        return ""
    return actions.command(
        Annotation(
            weight=Weight.WARNING,
            title="this job may ask for identity tokens",
            message="It runs code that nobody has looked at, which may ask for them, too. Take `id-token: write`"
            " out of its permissions, and fetch real data in a job of their own.",
        )
    )
