"""`scriptcheck deep-dive --compare`: what differs between two executions of a pipeline on SageMaker."""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ci_scriptcheck import real_data
from ci_scriptcheck.change.git.repository import repository_root
from ci_scriptcheck.cli import fetching, opening
from ci_scriptcheck.data.compare.terms import DriftTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.errors import ChangeError, FixtureError, UsageError
from ci_scriptcheck.fixtures import looking, sagemaker
from ci_scriptcheck.fixtures.allowed import Allowed
from ci_scriptcheck.fixtures.credentials import Job
from ci_scriptcheck.fixtures.sagemaker import SageMaker
from ci_scriptcheck.github import actions
from ci_scriptcheck.model import execution_comparison, execution_match
from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.execution_comparison import Found, PortPair
from ci_scriptcheck.model.execution_match import Said
from ci_scriptcheck.model.fixture import FOLDER
from ci_scriptcheck.model.project import Project
from ci_scriptcheck.project.paths import FILE_NAME
from ci_scriptcheck.report import executions as report
from ci_scriptcheck.reviewed import is_reviewed
from ci_scriptcheck.run import own_folders, reading
from ci_scriptcheck.run.privacy import drifts, written_down
from ci_scriptcheck.run.privacy.words import words_of
from ci_scriptcheck.run.process.surroundings import keep_to_ourselves
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping, Sequence

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.data.asking import AskReader
    from ci_scriptcheck.fixtures.bringing import Means
    from ci_scriptcheck.fixtures.looking import Looked
    from ci_scriptcheck.model.s3_place import S3Place


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """Where we are.

    Attributes:
        root: The repository; `None` outside of one.
        tracked: Files of the project's folder that git knows, relative to the repository.
        project: Whose settings say what is public; without anything where there are none.
        allowed: As whom, and what may be read.
    """

    root: Path | None
    project: Project
    allowed: Allowed
    job: Job
    tracked: tuple[str, ...] = ()


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Compare, and end with 1 where something differs, as `diff` does.

    Raises:
        UsageError: two executions were not named.
        FixtureError: AWS does not let us read them.
    """
    names = given.compare or []
    if len(names) != 2:
        raise UsageError(
            what="`deep-dive` compares two executions",
            facts=(f"{len(names)} given",),
            advice="`scriptcheck deep-dive --compare BEFORE AFTER`, each an ARN or the name of a pipeline",
        )
    for name in names:
        sagemaker.check(name)
    here = _here(given, console, environ)
    aws = SageMaker(here.allowed, here.job)
    before, after = (aws.execution(name) for name in names)
    pairs = execution_comparison.pairs(before, after)
    session = aws.session(here.allowed.settings.region or after.name.region)
    with _means(here, session, console) as means:
        found = _found(pairs, here, means, execution_match.said(here.project, after))
    comparison = execution_comparison.compared(before, after, found)
    if given.json:
        console.tell(json.dumps(to_json(comparison), indent=2) + "\n")
    else:
        console.tell(report.render(comparison, console.out_page))
    return 1 if comparison.others else 0


def _here(given: Namespace, console: Console, environ: Mapping[str, str]) -> _Here:
    keep_to_ourselves()
    folder = opening.project_folder(given)
    if not is_reviewed(environ, folder):
        raise FixtureError(
            what="`--compare` reads AWS itself, which a job may not that runs code nobody has looked at",
            facts=("such code could take the data, and the right to ask for more",),
            advice="compare on your machine, or in a job of the default branch",
        )
    # Elsewhere than before a runner, the line that has a secret hidden would tell it; a result may be led into a file.
    is_job = environ.get("GITHUB_ACTIONS") == "true"
    mask = (lambda secret: console.mention(actions.mask(secret))) if is_job else None
    job = Job(environ=environ, mask=mask)
    if not (folder / FILE_NAME).is_file():
        project = Project(name="")
        return _Here(root=_root(folder), project=project, allowed=_own(project), job=job)
    place = opening.place_of(folder)
    own_folders.check(place.root, place.tracked, environ=environ, output=None)
    project = opening.project_of(place)
    inside = f"{place.folder}/" if place.folder else ""
    return _Here(
        root=place.root,
        project=project,
        allowed=_own(project),
        job=job,
        tracked=tuple(path for path in place.tracked if path.startswith(inside)),
    )


def _root(folder: Path) -> Path | None:
    try:
        return repository_root(folder)
    except ChangeError:
        return None


def _own(project: Project) -> Allowed:
    return Allowed(settings=project.aws, places=project.readable())


@contextmanager
def _means(here: _Here, session: Any, console: Console) -> Iterator[Means]:  # noqa: ANN401  (boto3's)
    """Give what fetching takes; outside of a repository nothing is kept."""
    with tempfile.TemporaryDirectory(prefix="scriptcheck-") as aside:
        folder = Path(aside) if here.root is None else here.root / FOLDER
        settings = here.allowed.settings
        with (
            fetching.shown(console) as report,
            real_data.means(here.root, folder, settings, lambda: session, report) as means,
        ):
            yield means


def _found(
    pairs: Sequence[PortPair], here: _Here, means: Means, said: Mapping[tuple[str, str], Said]
) -> dict[execution_comparison.Key, Found]:
    sample = here.allowed.settings.sample
    keys = [pair.key for pair in pairs if pair.key is not None]
    places = looking.look(
        [place for key in keys for place in key],
        here.allowed.places,
        means,
        None if sample == "all" else sample,
    )
    words = {
        pair.key: said.get((pair.step, pair.after.name), Said())
        for pair in pairs
        if pair.key is not None
    }
    found = {key: _of_pair(key, one, places, means.ask) for key, one in words.items()}
    private = {
        key: one.drift
        for key, one in found.items()
        if not words[key].is_public and not one.drift.is_empty
    }
    if not private:
        return found
    categories = {key: words[key].categories for key in private}
    told = drifts.withheld(private, categories, _written_down(here))
    return found | {key: replace(found[key], drift=drift) for key, drift in told.items()}


def _written_down(here: _Here) -> frozenset[str]:
    """Give the words of the project's code, its settings, and names of its files, in which names of its data may stand."""
    datasets = here.project.datasets
    stated = words_of([json.dumps(to_json(datasets)), *here.tracked])
    if here.root is None:
        return stated
    files = [path for path in here.tracked if PurePosixPath(path).suffix in written_down.ENDINGS]
    return stated | written_down.words(here.root, files, datasets.values())


def _of_pair(
    key: execution_comparison.Key, words: Said, places: Mapping[S3Place, Looked], ask: AskReader
) -> Found:
    before, after = places[key[0]], places[key[1]]
    found = Found(
        before=before.contents, after=after.contents, why_not=before.why_not or after.why_not
    )
    if before.folder is None or after.folder is None:
        return found
    terms = DriftTerms(
        evidence=Evidence.VALUES if words.is_public else Evidence.AGGREGATES,
        ways=words.ways,
        is_sample=before.is_part or after.is_part,
    )
    return replace(found, drift=reading.drift(ask, before.folder, after.folder, terms))
