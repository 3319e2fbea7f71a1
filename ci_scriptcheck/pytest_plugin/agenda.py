"""Which jobs may be started next, and which never will be: the pure part of the scheduler.

A job is a task as the scheduler sees it. Its id is what the workers call it.
"""

from __future__ import annotations

import heapq
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

IDLE = "scriptcheck-idle"
"""Id of what a worker holds while it has no next job; always the last item of a collection."""

ATTEMPTS = 2
"""How often a job is begun at most, where its worker dies."""


class JobEnded(StrEnum):
    """What the end of a job means for those that need it."""

    WELL = "well"
    BADLY = "badly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work.

    Attributes:
        needs: Jobs that have to end well before it.
        weight: Seconds it is expected to take.
    """

    id: str
    needs: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """A job that cannot be done any more.

    Attributes:
        cause: The job that ended badly, however far before it.
    """

    job: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How a run would go if every job took what is expected.

    Attributes:
        seconds: Wall time of the jobs.
        width: The most jobs that are at work at one time.
    """

    seconds: float
    width: int


class Agenda:
    """Hands out the jobs that are ready, the one with the longest way still behind it first.

    Each wanted job leaves it once: by `finish`, or as one of the blocked jobs that `finish` gives.
    """

    def __init__(
        self, jobs: Sequence[Job], *, wanted: Container[str], done: Container[str] = ()
    ) -> None:
        """Take the jobs in an order in which each comes after what it needs.

        Jobs that are neither wanted nor done are done along with the first that needs them, so
        that what they need has to come first all the same.
        """
        wanted_jobs = [job for job in jobs if job.id in wanted and job.id not in done]
        self._needs = _nearest(jobs, frozenset(job.id for job in wanted_jobs), done)
        self._path = _longest_paths(jobs, self._needs)
        self._rank = {job.id: rank for rank, job in enumerate(jobs)}
        self._followers: dict[str, list[str]] = {job.id: [] for job in wanted_jobs}
        for job, needs in self._needs.items():
            for need in needs:
                self._followers[need].append(job)
        self._missing = {job: set(needs) for job, needs in self._needs.items()}
        self._running: set[str] = set()
        self._begun: Counter[str] = Counter()
        self._ready: list[tuple[float, int, str]] = []
        for job, missing in self._missing.items():
            if not missing:
                self._put(job)

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left, running jobs included."""
        return not self._missing

    def left(self) -> tuple[str, ...]:
        """List the jobs that have not ended, running ones included, in their order."""
        return tuple(self._missing)

    def attempts(self, job: str) -> int:
        """Say how often a job has been begun."""
        return self._begun[job]

    def take(self) -> str | None:
        """Give the job to be begun next, or nothing while none is ready."""
        if not self._ready:
            return None
        job = heapq.heappop(self._ready)[2]
        self._running.add(job)
        self._begun[job] += 1
        return job

    def put_back(self, job: str) -> None:
        """Return a job that was taken and never begun."""
        self._begun[job] -= 1
        self._return(job)

    def retry(self, job: str) -> bool:
        """Return a job whose worker died; false where that was its last attempt."""
        if self._begun[job] >= ATTEMPTS:
            return False
        self._return(job)
        return True

    def finish(self, job: str, how: JobEnded) -> tuple[Blocked, ...]:
        """Count a running job as ended, and give what can never be done because of that."""
        self._running.remove(job)
        del self._missing[job]
        if how is JobEnded.BADLY:
            return self._block(job)
        for follower in self._followers[job]:
            missing = self._missing.get(follower)
            if missing is not None:
                missing.remove(job)
                if not missing:
                    self._put(follower)
        return ()

    def _block(self, cause: str) -> tuple[Blocked, ...]:
        found: set[str] = set()
        open_ends = [cause]
        while open_ends:
            for follower in self._followers[open_ends.pop()]:
                # One that another failure has blocked before is told only once.
                if follower in self._missing and follower not in found:
                    found.add(follower)
                    open_ends.append(follower)
        for job in found:
            del self._missing[job]
        return tuple(
            Blocked(job=job, cause=cause)
            for job in sorted(found, key=lambda found_job: self._rank[found_job])
        )

    def _return(self, job: str) -> None:
        self._running.remove(job)
        self._put(job)

    def _put(self, job: str) -> None:
        heapq.heappush(self._ready, (-self._path[job], self._rank[job], job))


def forecast(
    jobs: Sequence[Job],
    *,
    wanted: Container[str],
    done: Container[str] = (),
    workers: int | None = None,
) -> Forecast:
    """Play a run through with so many workers, or with as many as it could use."""
    agenda = Agenda(jobs, wanted=wanted, done=done)
    weights = {job.id: job.weight for job in jobs}
    running: list[tuple[float, str]] = []
    clock, width = 0.0, 0
    while True:
        while workers is None or len(running) < workers:
            job = agenda.take()
            if job is None:
                break
            heapq.heappush(running, (clock + weights[job], job))
        if not running:
            return Forecast(seconds=clock, width=width)
        width = max(width, len(running))
        clock, job = heapq.heappop(running)
        agenda.finish(job, JobEnded.WELL)


def _nearest(
    jobs: Iterable[Job], wanted: frozenset[str], done: Container[str]
) -> dict[str, frozenset[str]]:
    """Find for each wanted job the wanted ones that it needs, through those that are left out."""
    reach: dict[str, frozenset[str]] = {}
    nearest: dict[str, frozenset[str]] = {}
    for job in jobs:
        found = frozenset[str]().union(*(reach.get(need, frozenset()) for need in job.needs))
        if job.id in wanted:
            nearest[job.id] = found
            reach[job.id] = frozenset({job.id})
        else:
            reach[job.id] = frozenset() if job.id in done else found
    return nearest


def _longest_paths(jobs: Sequence[Job], nearest: dict[str, frozenset[str]]) -> dict[str, float]:
    """Sum up for each wanted job the expected seconds of the longest chain it begins."""
    weights = {job.id: job.weight for job in jobs}
    behind = dict.fromkeys(nearest, 0.0)
    paths: dict[str, float] = {}
    for job in reversed(nearest):
        paths[job] = behind[job] + weights[job]
        for need in nearest[job]:
            behind[need] = max(behind[need], paths[job])
    return paths
