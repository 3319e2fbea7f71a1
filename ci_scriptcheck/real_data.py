"""The real data that a plan needs, fetched and laid out before anything of the project runs.

What was fetched is written down. So a later run is given the same bytes, asks nobody for them while they
lie here, and needs no credentials then: base and head, today and tomorrow, read the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change.git.github_event import event_of
from ci_scriptcheck.errors import FixtureError
from ci_scriptcheck.fixtures.progress import Progress
from ci_scriptcheck.model.fixture import FOLDER, Fixture, folder_of
from ci_scriptcheck.model.project import Project
from ci_scriptcheck.model.s3_place import s3_place
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ci_scriptcheck.fixtures.allowed import Allowed
    from ci_scriptcheck.fixtures.choosing import Wanted
    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.plan import Plan

LOCK = "lock.json"
"""File that says what was fetched."""

SEED = 0
"""Of samples: which rows are taken must not hang on what a change affects."""

_CUTTING = 600.0
"""Seconds that the limited reader may take for one object: two gigabytes by key took 42."""

REVIEWED = frozenset({"push", "schedule", "workflow_dispatch"})
"""Events whose code somebody has looked at, where they are about the default branch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks for real data, and how.

    Attributes:
        root: The repository.
        head: The project as it is checked.
        base: The same where it is compared with; `None` where there is none.
        environ: The variables of this process.
        report: Told how far fetching is.
    """

    root: Path
    head: Project
    base: Project | None
    environ: Mapping[str, str]
    report: Callable[[Progress], None] = lambda _: None


def supplied(plan: Plan, asking: Asking) -> Plan:
    """Give a plan with the real data that it needs, which lie in the repository then.

    Raises:
        FixtureError: they cannot be had, may not be read, or are too much.
    """
    names = plan.wanted()
    if not names:
        return plan
    known = {**({} if plan.base is None else plan.base.datasets), **plan.datasets}
    return replace(plan, fixtures=had([known[name] for name in names], asking))


def had(datasets: Sequence[Dataset], asking: Asking) -> Mapping[str, Fixture]:
    """Give the real data of datasets, by name, which lie in the repository then.

    Raises:
        FixtureError: they cannot be had, may not be read, or are too much.
    """
    _check_job(asking)
    from ci_scriptcheck.fixtures import allowed, lock

    may = allowed.allowed(asking.head, asking.base, asking.environ)
    wanted = [_wanted(one, may) for one in datasets]
    allowed.check([one.place for one in wanted], may)
    file = asking.root / FOLDER / LOCK
    locked = lock.read(file)
    found = {one.dataset: locked[one.dataset] for one in wanted if one.dataset in locked}
    # All or none: what is sampled by the same values has to keep the same of them.
    is_here = len(found) == len(wanted) and all(
        _is_here(one, found[one.dataset], asking.root) for one in wanted
    )
    if is_here and _fit(found.values()):
        for one in found.values():
            # What nobody uses for a week is removed.
            os.utime(asking.root / folder_of(one))
    else:
        found = dict(_fetched(wanted, may, locked, asking))
        lock.write(file, {**lock.read(file), **found}.values())
    return dict(sorted(found.items()))


def _fit(found: Iterable[Fixture]) -> bool:
    """Say whether datasets that are sampled by the same column keep the same share of its values."""
    kept: dict[str, set[int | None]] = {}
    for one in found:
        if one.sampling.by is not None:
            kept.setdefault(one.sampling.by, set()).add(one.sampling.keep)
    return all(len(shares) == 1 for shares in kept.values())


def _check_job(asking: Asking) -> None:
    """See to it that no job gets real data whose code nobody has looked at: it could take them, and the right to ask for more.

    Raises:
        FixtureError: this is such a job.
    """
    is_job = asking.environ.get("CI") or asking.environ.get("GITHUB_ACTIONS")
    event = event_of(asking.environ, asking.root)
    is_reviewed = (
        event is not None
        and event.name in REVIEWED
        and event.branch is not None
        and event.branch == event.default_branch
    )
    if is_job and not is_reviewed:
        raise FixtureError(
            what="this job may run code that nobody has looked at, so it gets no real data",
            facts=("deep dives run on machines of people, and in Actions for the default branch",),
            advice="leave `--mode deep-dive` out here, and run it after the merge",
        )


def _wanted(dataset: Dataset, may: Allowed) -> Wanted:
    from ci_scriptcheck.fixtures.choosing import Wanted

    size = dataset.sample if dataset.sample is not None else may.settings.sample
    return Wanted(
        dataset=dataset.name,
        place=s3_place(dataset.real or ""),
        most_bytes=None if size == "all" else size,
        by=dataset.sample_by,
    )


def _is_here(wanted: Wanted, fixture: Fixture, root: Path) -> bool:
    """Say whether just this was fetched before, and lies here with all its files."""
    asked = (
        fixture.place,
        fixture.sampling.most_bytes,
        fixture.sampling.by,
        fixture.sampling.seed,
    )
    if asked != (wanted.place, wanted.most_bytes, wanted.by, SEED):
        return False
    folder = root / folder_of(fixture)
    files = (path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
    return found == {one.name: one.size for one in fixture.taken}


def _fetched(
    wanted: Sequence[Wanted],
    may: Allowed,
    locked: Mapping[str, Fixture],
    asking: Asking,
) -> Mapping[str, Fixture]:
    from ci_scriptcheck.fixtures import clients, credentials, refusals
    from ci_scriptcheck.fixtures.bringing import Means
    from ci_scriptcheck.fixtures.cache import Cache
    from ci_scriptcheck.fixtures.fetching import fetch
    from ci_scriptcheck.fixtures.policies import Access
    from ci_scriptcheck.fixtures.transfer import Link
    from ci_scriptcheck.run import own_reader
    from ci_scriptcheck.run.process.surroundings import keep_to_ourselves

    keep_to_ourselves()
    session = credentials.opened(
        may.settings,
        Access(places=tuple(sorted({one.place for one in wanted}))),
        credentials.Job(environ=asking.environ),
    )
    cache = Cache(asking.root / FOLDER)
    cache.cut.mkdir(parents=True, exist_ok=True)
    link = Link(client=clients.s3(session, may.settings), told=refusals.told, report=asking.report)
    with own_reader.reading(asking.root, writable=(cache.cut,), timeout=_CUTTING) as ask:
        means = Means(
            link=link,
            cache=cache,
            ask=lambda request: ask(dict(request)),
            seed=SEED,
            budget=may.settings.budget,
        )
        return {one.fixture.dataset: one.fixture for one in fetch(wanted, means, locked=locked)}
