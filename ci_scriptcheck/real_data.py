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
from ci_scriptcheck.errors import FixtureError, WithheldError
from ci_scriptcheck.fixtures import identity_token, withheld
from ci_scriptcheck.fixtures.progress import Progress
from ci_scriptcheck.model import not_run
from ci_scriptcheck.model.fixture import FOLDER, LOCK, Fixture, folder_of
from ci_scriptcheck.model.project import Project
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.model.s3_place import s3_place
from ci_scriptcheck.model.scenario import REAL
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ci_scriptcheck.fixtures.allowed import Allowed
    from ci_scriptcheck.fixtures.choosing import Wanted
    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.plan import Plan

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
        runs_code: Whether code of the project runs in this job, too.
        report: Told how far fetching is.
        mask: Told each secret before it is used, where the runner of a job reads what is printed.
    """

    root: Path
    head: Project
    base: Project | None
    environ: Mapping[str, str]
    runs_code: bool = True
    report: Callable[[Progress], None] = lambda _: None
    mask: Callable[[str], object] | None = None


def supplied(plan: Plan, asking: Asking) -> Plan:
    """Give a plan with the real data that it needs, which lie in the repository then.

    Raises:
        FixtureError: they cannot be had, may not be read, or are too much.
    """
    names = plan.wanted()
    if not names:
        return plan
    from ci_scriptcheck.fixtures import allowed, lock

    reviewed = is_reviewed(asking.environ, asking.root)
    if asking.runs_code and not reviewed and identity_token.is_of_a_fork(asking.environ):
        raise withheld.of_forks()
    may = allowed.allowed(asking.head, asking.base, is_reviewed=reviewed)
    known = {**({} if plan.base is None else plan.base.datasets), **plan.datasets}
    wanted = [_wanted(known[name], may) for name in names]
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
        if asking.runs_code and not reviewed:
            raise withheld.told(asking.root / FOLDER)
        found = dict(_fetched(wanted, may, locked, asking))
        lock.write(file, {**lock.read(file), **found}.values())
    return replace(plan, fixtures=dict(sorted(found.items())))


def without(plan: Plan, error: FixtureError) -> Plan:
    """Give a plan whose tasks on real data are not run, and that says why.

    What they would have shown is missing, so the run fails; but not where they are not meant to have any.
    """
    is_meant = isinstance(error, WithheldError)
    finding = Finding(
        rule="SC505",
        severity=Level.WARNING if is_meant else Level.ERROR,
        message=error.what,
        place=error.where,
        evidence=error.facts,
        advice=error.advice,
    )
    tasks = (
        replace(task, blocked=task.blocked or not_run.NOT_READ) if task.scenario == REAL else task
        for task in plan.tasks
    )
    return replace(plan, tasks=tuple(tasks), findings=(*plan.findings, finding))


def _fit(found: Iterable[Fixture]) -> bool:
    """Say whether datasets that are sampled by the same column keep the same share of its values."""
    kept: dict[str, set[int | None]] = {}
    for one in found:
        if one.sampling.by is not None:
            kept.setdefault(one.sampling.by, set()).add(one.sampling.keep)
    return all(len(shares) == 1 for shares in kept.values())


def is_reviewed(environ: Mapping[str, str], root: Path) -> bool:
    """Say whether what lies here is what somebody has looked at, or that somebody's own.

    So it is on machines of people, whose credentials are theirs, too; and of jobs, in those that are about
    the default branch. Any other job may hold code that takes what it can read, and settings that
    name what it would like to.
    """
    if not (environ.get("CI") or environ.get("GITHUB_ACTIONS")):
        return True
    event = event_of(environ, root)
    return (
        event is not None
        and event.name in REVIEWED
        and event.branch is not None
        and event.branch == event.default_branch
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
    """Say whether just this was fetched before, and lies here with all its files as they were."""
    from ci_scriptcheck.fixtures.cache import Cache

    asked = (
        fixture.place,
        fixture.sampling.most_bytes,
        fixture.sampling.by,
        fixture.sampling.seed,
    )
    if asked != (wanted.place, wanted.most_bytes, wanted.by, SEED):
        return False
    return Cache(root / FOLDER).holds(fixture)


def _fetched(
    wanted: Sequence[Wanted],
    may: Allowed,
    locked: Mapping[str, Fixture],
    asking: Asking,
) -> Mapping[str, Fixture]:
    from ci_scriptcheck.fixtures import clients, credentials, refusals
    from ci_scriptcheck.fixtures.bodies import Link
    from ci_scriptcheck.fixtures.bringing import Means
    from ci_scriptcheck.fixtures.cache import Cache
    from ci_scriptcheck.fixtures.fetching import fetch
    from ci_scriptcheck.fixtures.policies import Access
    from ci_scriptcheck.run import own_reader
    from ci_scriptcheck.run.process.surroundings import keep_to_ourselves

    keep_to_ourselves()
    cache = Cache(asking.root / FOLDER)
    cache.cut.mkdir(parents=True, exist_ok=True)
    # First, as it does not wait: its libraries are imported while we become a role, and list.
    with own_reader.reading(asking.root, writable=(cache.cut,), timeout=_CUTTING) as ask:
        session = credentials.opened(
            may.settings,
            Access(places=tuple(sorted({one.place for one in wanted}))),
            credentials.Job(environ=asking.environ, mask=asking.mask),
        )
        client = clients.s3(session, may.settings)
        means = Means(
            link=Link(client=client, told=refusals.told, report=asking.report),
            cache=cache,
            ask=lambda request: ask(dict(request)),
            seed=SEED,
            budget=may.settings.budget,
        )
        return {one.fixture.dataset: one.fixture for one in fetch(wanted, means, locked=locked)}
