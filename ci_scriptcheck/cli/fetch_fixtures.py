"""`scriptcheck fetch-fixtures`: get the real data that a run needs, and nothing else.

Nothing of the project is run, and no program that it names: a job may do this that has the right to ask for
identity tokens, and whose commit nobody has looked at. Sealed, what it got passes to the job that runs.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck import preparation
from ci_scriptcheck.change.git.repository import repository_root
from ci_scriptcheck.cli import fetching, opening
from ci_scriptcheck.errors import FixtureError, ScriptcheckError, UsageError
from ci_scriptcheck.fixtures import identity_token, refused, sealed
from ci_scriptcheck.fixtures.cache import Cache
from ci_scriptcheck.fixtures.progress import sized
from ci_scriptcheck.github import actions
from ci_scriptcheck.model.fixture import FOLDER
from ci_scriptcheck.model.options import Options
from ci_scriptcheck.model.plan import Mode
from ci_scriptcheck.report import mistake
from ci_scriptcheck.report.page import Detail, visible
from ci_scriptcheck.run import own_folders

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Collection, Mapping

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.model.fixture import Fixture


RUN = "GITHUB_RUN_ID"
"""Variable that names the run of which a job is a part."""


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Fetch, or lay out what another job has fetched; gives the exit code.

    Raises:
        FixtureError: the data cannot be had, may not be read, or are too much.
    """
    if given.new_key:
        console.tell(f"{sealed.new_key()}\n")
        return 0
    if given.open and (given.seal or given.steps or given.base or given.all):
        raise UsageError(
            what="`--open` takes what was fetched, and contradicts what says what to fetch",
            advice="leave the other options and the steps out",
        )
    if given.open:
        return _open(given, console, environ)
    try:
        if identity_token.is_of_a_fork(environ):
            raise refused.of_forks()
        # What will be fetched has to be sealed: better to know it before.
        key = sealed.check_key(environ.get(sealed.VARIABLE)) if given.seal else None
        prepared = _fetched(given, console, environ)
        for error in prepared.beside.refused.values():
            console.mention(mistake.error(error, console.err_page) + "\n")
    except ScriptcheckError as error:
        if given.seal:
            error.facts = (*error.facts, _kept(Path(given.seal), error))
        raise
    _tell(prepared.plan.fixtures.values(), console)
    if key is not None:
        cache, target = Cache(prepared.root / FOLDER), Path(given.seal)
        found = prepared.plan.fixtures.values()
        size = sealed.seal(cache, found, key, target, run=environ.get(RUN), now=time.time())
        _say(f"sealed in `{target}`, {sized(size)}", console)
    return 0


def _kept(target: Path, error: ScriptcheckError) -> str:
    """Keep for the job that runs scripts why there is nothing for it, and say so."""
    try:
        refused.write(sealed.made_folder(target) / refused.NAME, error)
    except OSError as fault:
        return f"the job that runs scripts will not know why, as `{target}` cannot be written: {fault.strerror}"
    return f"told the job that runs scripts by `{target / refused.NAME}`"


def keep_refusal(project: Path, error: FixtureError) -> None:
    """Keep for the run why it has no real data.

    Raises:
        OSError: it cannot be written.
    """
    cache = Cache(repository_root(project) / FOLDER)
    with cache.held():
        refused.write(cache.folder / refused.NAME, error)


def _fetched(
    given: Namespace, console: Console, environ: Mapping[str, str]
) -> preparation.Prepared:
    if given.all and given.steps:
        raise UsageError(
            what="`--all` and named steps contradict each other", advice="leave one of them out"
        )
    asked = Options(
        project=opening.project_folder(given),
        modes=(Mode.DEEP_DIVE,),
        base=given.base,
        everything=given.all,
        selectors=tuple(given.steps),
        compare=True,
        only_fetches=True,
    )
    # Elsewhere than before a runner, the line that has a secret hidden would tell it.
    is_job = environ.get("GITHUB_ACTIONS") == "true"
    mask = (lambda secret: console.mention(actions.mask(secret))) if is_job else None
    prepared = preparation.prepare(asked, environ, mask)
    return fetching.supplied(prepared, console, environ, mask)


def _open(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Lay out what another job has fetched; or why it has not, which the run then tells without failing here."""
    place = opening.place_of(opening.project_folder(given))
    own_folders.check(place.root, place.tracked, environ=environ, output=None)
    cache = Cache(place.root / FOLDER)
    refusal = refused.read(Path(given.open))
    if refusal is not None:
        keep_refusal(place.root, refusal)
        console.mention(mistake.error(refusal, console.err_page) + "\n")
        return 0
    key = sealed.check_key(environ.get(sealed.VARIABLE))
    found = sealed.open_sealed(Path(given.open), key, cache, run=environ.get(RUN))
    _tell(found.fixtures.values(), console)
    when = f"{datetime.fromtimestamp(found.at, UTC):%Y-%m-%d %H:%M} UTC"
    _say(f"opened from `{given.open}`, where they were sealed on {when}", console)
    return 0


def _say(line: str, console: Console) -> None:
    if console.out_page.detail is not Detail.QUIET:
        console.tell(f"{visible(line)}\n")


def _tell(found: Collection[Fixture], console: Console) -> None:
    if console.out_page.detail is not Detail.QUIET:
        nothing = "Nothing that is affected reads real data.\n"
        console.tell(fetching.lines(found, console.out_page) if found else nothing)
