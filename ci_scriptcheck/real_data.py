"""The real data that a plan needs, fetched and laid out before anything of the project runs.

What was fetched is written down. So a later run is given the same bytes, asks nobody for them while they
lie here, and needs no credentials then: base and head, today and tomorrow, read the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import FixtureError, WithheldError
from ci_scriptcheck.fixtures import identity_token, withheld
from ci_scriptcheck.fixtures.progress import Progress
from ci_scriptcheck.model import not_run
from ci_scriptcheck.model import wanted as wanted_places
from ci_scriptcheck.model.fixture import FOLDER, LISTED, LOCK, Fixture, folder_of
from ci_scriptcheck.model.project import Project
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.model.s3_place import s3_place
from ci_scriptcheck.model.scenario import REAL
from ci_scriptcheck.modes import had
from ci_scriptcheck.reviewed import is_base_reviewed, is_reviewed
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks for real data, and how.

    Attributes:
        root: The repository.
        head: The project as it is checked.
        base: The same where it is compared with; `None` where there is none.
        environ: The variables of this process.
        base_is_named: Whether who called us named the base, and not the settings in front of us.
        runs_code: Whether code of the project runs in this job, too.
        report: Told how far fetching is.
        mask: Told each secret before it is used, where the runner of a job reads what is printed.
    """

    root: Path
    head: Project
    base: Project | None
    environ: Mapping[str, str]
    base_is_named: bool = False
    runs_code: bool = True
    report: Callable[[Progress], None] = lambda _: None
    mask: Callable[[str], object] | None = None

    @property
    def is_reviewed(self) -> bool:
        """Whether somebody has looked at what lies here."""
        return is_reviewed(self.environ, self.root)

    @property
    def may_fetch(self) -> bool:
        """Whether AWS may be asked: code that nobody has looked at could take the data, and the right to ask for more."""
        return self.is_reviewed or not self.runs_code


def supplied(plan: Plan, asking: Asking) -> Plan:
    """Give a plan with the real data that it needs, which lie in the repository then.

    Raises:
        FixtureError: they cannot be had, may not be read, or are too much.
    """
    names, of_production = plan.wanted(), wanted_places.of_production(plan)
    if not names and not of_production:
        return plan
    may = allowed_to(asking)
    known = {**({} if plan.base is None else plan.base.datasets), **plan.datasets}
    wanted = [_wanted(known[name], may) for name in names]
    wanted += [_produced(place, names, known, may) for place, names in of_production.items()]
    wanted = _within(wanted, of_production, may.settings.budget)
    written = of_production.keys() - wanted_places.given(plan)
    found, gone = _had(wanted, may, asking, may_fail=of_production.keys(), apart=written)
    return had.without(replace(plan, fixtures=dict(sorted(found.items()))), gone)


def of_datasets(datasets: Iterable[Dataset], asking: Asking) -> Mapping[str, Fixture]:
    """Give the real data of datasets, by name, which lie in the repository then.

    Raises:
        FixtureError: they cannot be had, may not be read, or are too much.
    """
    may = allowed_to(asking)
    wanted = [_wanted(one, may) for one in datasets]
    found, _ = _had(wanted, may, asking, may_fail=frozenset(), apart=frozenset())
    return found


def _had(
    wanted: Sequence[Wanted],
    may: Allowed,
    asking: Asking,
    *,
    may_fail: Collection[str],
    apart: Collection[str],
) -> tuple[Mapping[str, Fixture], Mapping[str, str]]:
    """Give what is wanted, from here where it is; and of what may fail, why it cannot be had."""
    from ci_scriptcheck.fixtures import allowed, handed_on, lock

    folder = asking.root / FOLDER
    allowed.check([one.place for one in wanted], may)
    locked = lock.read(folder / LOCK)
    found = {one.dataset: locked[one.dataset] for one in wanted if one.dataset in locked}
    if not asking.may_fetch:
        gone = handed_on.read(folder).gone
        return _as_handed_on(wanted, found, gone, asking), gone
    gone = {}
    # All or none: what is sampled by the same values has to keep the same of them.
    is_here = len(found) == len(wanted) and all(
        _is_here(one, found[one.dataset], asking.root) for one in wanted
    )
    if is_here and _fit(found.values()):
        for one in found.values():
            # What nobody uses for a week is removed.
            os.utime(asking.root / folder_of(one))
    else:
        found, gone = _fetched(wanted, may, locked, asking, may_fail=may_fail, apart=apart)
        kept = _still_here(lock.read(folder / LOCK), asking.root)
        lock.write(folder / LOCK, {**kept, **found}.values())
    if not asking.runs_code:
        handed_on.write(folder, replace(handed_on.read(folder), gone=gone))
    return found, gone


def allowed_to(asking: Asking) -> Allowed:
    """Say what may be read, and as whom.

    Raises:
        FixtureError: nobody has said so in settings that somebody else has looked at.
    """
    from ci_scriptcheck.fixtures import allowed

    if not asking.is_reviewed and not is_base_reviewed(
        asking.environ, asking.root, is_named=asking.base_is_named
    ):
        raise FixtureError(
            what="real data are read for the default branch, and for pull requests into it, alone",
            facts=(
                "what may be read, the settings of the base say, and of other branches nobody has looked at them",
            ),
            advice="leave `deep-dive` out here; run it where this is to be merged into the default branch",
        )
    return allowed.allowed(asking.head, asking.base, is_reviewed=asking.is_reviewed)


def refusal(asking: Asking) -> FixtureError:
    """Say why a job that may not ask for real data has none."""
    if identity_token.is_of_a_fork(asking.environ):
        return withheld.of_forks()
    return withheld.told(asking.root / FOLDER)


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
        replace(task, blocked=not_run.NOT_READ)
        if task.scenario == REAL and task.blocked in {None, not_run.NO_REAL_DATA}
        else task
        for task in plan.tasks
    )
    return replace(plan, tasks=tuple(tasks), findings=(*plan.findings, finding))


def _as_handed_on(
    wanted: Iterable[Wanted],
    found: Mapping[str, Fixture],
    gone: Mapping[str, str],
    asking: Asking,
) -> Mapping[str, Fixture]:
    """Give what another job has fetched, which may have planned more, and so asked for less of each.

    Raises:
        FixtureError: it is not here.
    """
    from ci_scriptcheck.fixtures.cache import Cache

    cache = Cache(asking.root / FOLDER)
    for one in wanted:
        fixture = found.get(one.dataset)
        is_here = fixture is not None and fixture.place == one.place and cache.holds(fixture)
        if not is_here and one.dataset not in gone:
            raise refusal(asking)
    return {name: one for name, one in found.items() if name not in gone}


def _fit(found: Iterable[Fixture]) -> bool:
    """Say whether datasets that are sampled by the same column keep the same share of its values."""
    kept: dict[str, set[int | None]] = {}
    for one in found:
        if one.sampling.by is not None:
            kept.setdefault(one.sampling.by, set()).add(one.sampling.keep)
    return all(len(shares) == 1 for shares in kept.values())


def _wanted(dataset: Dataset, may: Allowed) -> Wanted:
    from ci_scriptcheck.fixtures.choosing import Wanted

    size = dataset.sample if dataset.sample is not None else may.settings.sample
    return Wanted(
        dataset=dataset.name,
        place=s3_place(dataset.real or ""),
        most_bytes=None if size == "all" else size,
        by=dataset.sample_by,
    )


def _produced(
    place: str, names: Iterable[str], known: Mapping[str, Dataset], may: Allowed
) -> Wanted:
    """Say how much is wanted of what an execution read or wrote: as the datasets say that describe it."""
    from ci_scriptcheck.fixtures.choosing import Wanted

    datasets = [known[name] for name in names if name in known]
    asked = [one.sample for one in datasets if one.sample is not None] or [may.settings.sample]
    sizes = [size for size in asked if size != "all"]
    return Wanted(
        dataset=place,
        place=s3_place(place.removeprefix(LISTED)),
        most_bytes=min(sizes) if sizes else None,
        by=next((one.sample_by for one in datasets if one.sample_by is not None), None),
    )


def _within(wanted: list[Wanted], produced: Collection[str], budget: int) -> list[Wanted]:
    """Ask for a smaller part of each place of an execution rather than be refused: there are many of them.

    A sample may take more than was wanted, as its smallest pieces are whole; so half of the budget is divided.
    """
    if not produced:
        return wanted
    share = max(1, budget // 2 // len(wanted))
    return [
        replace(one, most_bytes=min(share, one.most_bytes or share))
        if one.dataset in produced
        else one
        for one in wanted
    ]


def _still_here(locked: Mapping[str, Fixture], root: Path) -> Mapping[str, Fixture]:
    """Forget what was fetched of executions and is gone: each week has others."""
    return {
        name: one
        for name, one in locked.items()
        if "s3://" not in name or (root / folder_of(one)).is_dir()
    }


def _is_here(wanted: Wanted, fixture: Fixture, root: Path) -> bool:
    """Say whether just this was fetched before, and lies here with all its files as they were."""
    from ci_scriptcheck.fixtures.cache import Cache

    asked = (
        fixture.place,
        fixture.sampling.most_bytes,
        fixture.sampling.by,
        fixture.sampling.seed,
    )
    return asked == (wanted.place, wanted.most_bytes, wanted.by, SEED) and Cache(
        root / FOLDER
    ).holds(fixture)


def _fetched(
    wanted: Sequence[Wanted],
    may: Allowed,
    locked: Mapping[str, Fixture],
    asking: Asking,
    *,
    may_fail: Collection[str],
    apart: Collection[str],
) -> tuple[dict[str, Fixture], dict[str, str]]:
    """Fetch what is wanted; of executions, what cannot be had is told with the reason.

    Raises:
        FixtureError: something else cannot be had, or nothing can.
    """
    from ci_scriptcheck.fixtures import clients, credentials, manifests, one_by_one, refusals
    from ci_scriptcheck.fixtures.bodies import Link
    from ci_scriptcheck.fixtures.bringing import Means
    from ci_scriptcheck.fixtures.cache import Cache
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
        link = Link(
            client=clients.s3(session, may.settings), told=refusals.told, report=asking.report
        )
        listed, gone = manifests.resolved(wanted, link, may.places)
        means = Means(
            link=link,
            cache=cache,
            ask=lambda request: ask(dict(request)),
            seed=SEED,
            budget=may.settings.budget,
        )
        found, others = one_by_one.fetch(listed, means, locked, may_fail=may_fail, apart=apart)
    return found, gone | others
