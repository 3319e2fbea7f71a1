"""One record for each project, of those that the jobs of a run have left.

Those of shares are merged. One share never stands for all: what is to be run by one that has left no
record does not pass. What is wrong with the records of one project keeps those of others from nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import PublishError, UsageError
from ci_scriptcheck.model.run_record import RunRecord
from ci_scriptcheck.run import merging
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping


_MOST_FOLDERS = 8
_LONGEST = 300
"""Characters of a fact: it may quote the records, which may hold what a stranger likes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the records come to.

    Attributes:
        records: One for each project.
        problems: Why there is none of others.
    """

    records: tuple[RunRecord, ...] = ()
    problems: tuple[PublishError, ...] = ()


def gathered(found: Mapping[str, RunRecord]) -> Gathered:
    """Give one record for each project, of records by the places where they were found."""
    projects: dict[str, dict[str, RunRecord]] = {}
    for place, record in found.items():
        projects.setdefault(record.plan.project, {})[place] = record
    records, problems = [], []
    for project, several in projects.items():
        try:
            records.append(_one(project, several))
        except PublishError as problem:
            problems.append(problem)
    return Gathered(records=tuple(records), problems=tuple(problems))


def _one(project: str, several: Mapping[str, RunRecord]) -> RunRecord:
    several = _of_the_last_attempt(several)
    first, *more = several.values()
    if not more and first.plan.share is None:
        return first
    shares = {place: one for place, one in several.items() if one.plan.share is not None}
    # Another job may have merged these shares as well; they themselves are what counts.
    others = [place for place, one in several.items() if place not in shares and not one.shares]
    if shares and not others:
        return _merged(project, shares)
    _refuse_namesakes(project, several)
    of_them = f", {len(shares)} of them of shares" if shares else ""
    raise PublishError(
        what=f"there are {len(several)} records of project {_named(project)}{of_them},"
        " and it has one comment",
        facts=(f"they are {_shortened(', '.join(several))}",),
        advice="let each project be checked by one job, or by the shares of one plan",
    )


def _of_the_last_attempt(several: Mapping[str, RunRecord]) -> Mapping[str, RunRecord]:
    """Leave out what another attempt of the job that plans has made void: GitHub keeps what each attempt has left."""
    attempts = [one.plan.share.attempt for one in several.values() if one.plan.share]
    halted = {
        place: one
        for place, one in several.items()
        if one.plan.share is None and one.stopped is not None and not one.results
    }
    if not attempts or not halted:
        return several
    place, last = max(halted.items(), key=lambda item: _attempt(item[1]))
    if _attempt(last) > max(attempts):
        return {place: last}
    return {place: one for place, one in several.items() if place not in halted}


def _attempt(record: RunRecord) -> int:
    return record.stopped.attempt if record.stopped else 0


def _refuse_namesakes(project: str, several: Mapping[str, RunRecord]) -> None:
    """Say so where it is two projects that have one name, and not one project that was checked twice."""
    folders = sorted({one.plan.folder for one in several.values()})
    if len(folders) > 1:
        shown = ", ".join(f"`{_shortened(folder) or '.'}`" for folder in folders[:_MOST_FOLDERS])
        raise PublishError(
            what=f"{len(folders)} projects are called {_named(project)}, and each needs a comment of its own",
            facts=(f"they lie in {shown}",),
            advice="give them names of their own: `project:` in each `scriptcheck.yaml`",
        )


def _merged(project: str, shares: Mapping[str, RunRecord]) -> RunRecord:
    try:
        # There is no run directory of all: what a report says of one is that of a share.
        return merging.merged(shares, next(iter(shares.values())).run).record
    except UsageError as error:
        raise PublishError(
            what=f"the shares of project {_named(project)} cannot be put together:"
            f" {_shortened(error.what)}",
            facts=tuple(map(_shortened, error.facts)),
            advice=error.advice,
        ) from None


def _named(project: str) -> str:
    return f"`{_shortened(project)}`"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
