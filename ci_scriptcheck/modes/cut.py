"""A plan cut into shares of about equal time, so that as little as possible is run on two machines.

What is connected by links, by a comparison with base or by being the same run stays together where
it can. No machine sees what another one writes: who gets a task gets all that it needs, too. So a
chain is never worth cutting, and what branches is cut between its ends.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.modes import equal_runs
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ci_scriptcheck.model.plan import Task

MOST = 256
"""Shares at most: GitHub makes no more jobs of one matrix."""

WORTH = 60.0
"""Seconds that a machine has to work to be worth its start.

A job on GitHub waits for a machine, checks out, installs scriptcheck and the scripts' libraries,
which takes about a minute, and it is billed by the minute begun. With less to do, machines would
start for longer than they work.
"""

LEAST = 0.05
"""Seconds that a run costs at least: its inputs are laid out, and its result is written."""

# How heavy a part may be: so much of what each machine would have if all had the same.
_OF_FAIR = (1.0, 0.75, 0.5, 0.35, 0.25, 0.15, 0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Who runs what.

    Attributes:
        shares: Each task of head → its share, counted from 1.
        seconds: What each share is expected to take, one task after the other.
        least: What all take together where nothing is run twice.
    """

    shares: Mapping[str, int]
    seconds: tuple[float, ...]
    least: float

    @property
    def longest(self) -> float:
        """Seconds of the longest share."""
        return max(self.seconds, default=0.0)

    @property
    def mean(self) -> float:
        """Seconds of a share on average."""
        return sum(self.seconds) / len(self.seconds) if self.seconds else 0.0

    @property
    def twice(self) -> float:
        """Seconds of what one machine does although another one does it as well."""
        return max(0.0, math.fsum(self.seconds) - self.least)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runs:
    """What is to be run, each that is the same once.

    Attributes:
        of_task: Task → the number of its run.
        seconds: What each takes.
        needs: What each waits for, well or not.
    """

    of_task: Mapping[str, int]
    seconds: Sequence[float]
    needs: Sequence[frozenset[int]]

    def weight(self, runs: Iterable[int]) -> float:
        """Give the seconds of some of them, added in an order that is always the same."""
        return math.fsum(self.seconds[run] for run in runs)

    def with_needs(self, run: int) -> frozenset[int]:
        """Give a run with all that it waits for, directly or not."""
        found = {run}
        waiting = [run]
        while waiting:
            more = self.needs[waiting.pop()] - found
            found |= more
            waiting += more
        return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Runs that stay together, with all that they need.

    Attributes:
        component: Which connected component they belong to.
    """

    component: int
    runs: frozenset[int]
    seconds: float


def cut(tasks: Sequence[Task], *, of: int, known: Iterable[str] = ()) -> Cut:
    """Cut a plan into so many shares, or into as many as it has parts.

    What branches is cut where that costs fewer seconds of machines than it saves: those that stand
    idle until the longest share ends against those that do what another one does as well.

    Args:
        tasks: Those of a plan, each after those it needs, with the seconds each will take.
        of: How many shares there may be.
        known: Tasks whose results are there already.
    """
    runs = _runs(tasks, frozenset(known))
    components = tuple(_components(runs))
    least = runs.weight(range(len(runs.seconds)))
    grains = [math.inf, *(share * least / of for share in _OF_FAIR)]
    tried = [
        _placed(tasks, runs, tuple(_parts(components, runs, heaviest)), of) for heaviest in grains
    ]
    # As many machines as there may be are at work or wait for the last one; and of those that are at
    # work, some do what others do. The first of equal ones is cut the least.
    return min(tried, key=lambda found: round(of * found.longest + found.twice, 6))


def worthwhile(tasks: Sequence[Task], *, workers: int, known: Iterable[str] = ()) -> int:
    """Say how many machines are worth their start; 0 where there is nothing to run.

    A machine of several workers is done no sooner than its longest chain, so a share that works
    for less than that, too, would only let workers stand idle.

    Args:
        tasks: As `cut` takes them.
        workers: How many tasks each machine runs at a time.
        known: As `cut` takes them.
    """
    if not tasks:
        return 0
    runs = _runs(tasks, frozenset(known))
    total = runs.weight(range(len(runs.seconds)))
    enough = workers * max(WORTH, _longest_chain(tasks, runs))
    return max(1, min(MOST, int(total / enough)))


def _runs(tasks: Sequence[Task], known: frozenset[str]) -> _Runs:
    same = equal_runs.same(tasks)
    numbers: dict[str, int] = {}
    seconds: list[float] = []
    needs: list[set[int]] = []
    of_task: dict[str, int] = {}
    for task in tasks:
        number = numbers.setdefault(same[task.id], len(numbers))
        if number == len(seconds):
            seconds.append(0.0)
            needs.append(set())
        of_task[task.id] = number
        if task.blocked is None:
            takes = LEAST if task.id in known else max(task.weight, LEAST)
            seconds[number] = max(seconds[number], takes)
    for task in tasks:
        own = of_task[task.id]
        needs[own] |= {of_task[name] for name in task.waits_for() if name in of_task} - {own}
    return _Runs(of_task=of_task, seconds=seconds, needs=[frozenset(of) for of in needs])


def _components(runs: _Runs) -> Iterator[tuple[int, ...]]:
    """Give the runs that are connected, in the plan's order."""
    beside: list[set[int]] = [set(needs) for needs in runs.needs]
    for run, needs in enumerate(runs.needs):
        for need in needs:
            beside[need].add(run)
    seen: set[int] = set()
    for first in range(len(beside)):
        if first not in seen:
            found = {first}
            waiting = [first]
            while waiting:
                more = beside[waiting.pop()] - found
                found |= more
                waiting += more
            seen |= found
            yield tuple(sorted(found))


def _parts(components: Iterable[tuple[int, ...]], runs: _Runs, heaviest: float) -> Iterator[_Part]:
    """Cut what is heavier than `heaviest` seconds between its ends, as far as it has several."""
    for number, component in enumerate(components):
        seconds = runs.weight(component)
        if seconds <= heaviest:
            yield _Part(component=number, runs=frozenset(component), seconds=seconds)
        else:
            yield from _between_ends(number, component, runs, heaviest)


def _between_ends(
    number: int, component: tuple[int, ...], runs: _Runs, heaviest: float
) -> Iterator[_Part]:
    held: set[int] = set()
    seconds = 0.0
    for end in _ends(component, runs):
        whole = runs.with_needs(end)
        more = runs.weight(whole - held)
        if held and seconds + more > heaviest:
            yield _Part(component=number, runs=frozenset(held), seconds=runs.weight(held))
            held, more = set(), runs.weight(whole)
            seconds = 0.0
        held |= whole
        seconds += more
    if held:
        yield _Part(component=number, runs=frozenset(held), seconds=runs.weight(held))


def _ends(component: tuple[int, ...], runs: _Runs) -> Iterator[int]:
    """Give what nothing waits for, those next to each other that share what they need."""
    after: dict[int, list[int]] = {run: [] for run in component}
    for run in component:
        for need in sorted(runs.needs[run]):
            after[need].append(run)
    seen: set[int] = set()
    for first in component:
        waiting = [first] if not runs.needs[first] else []
        while waiting:
            run = waiting.pop()
            if run in seen:
                continue
            seen.add(run)
            if not after[run]:
                yield run
            waiting += reversed(after[run])


def _placed(tasks: Sequence[Task], runs: _Runs, parts: Sequence[_Part], of: int) -> Cut:
    """Give each part, the longest first, to the share that is done soonest with it."""
    held: list[set[int]] = [set() for _ in range(min(of, len(parts)))]
    seconds = [0.0 for _ in held]
    soonest = [(0.0, share) for share in range(len(held))]
    of_component: dict[int, set[int]] = {}
    for part in sorted(parts, key=lambda part: (-part.seconds, min(part.runs))):
        while soonest[0][0] != seconds[soonest[0][1]]:
            heapq.heappop(soonest)
        # Only where others of its component are can some of it be there already.
        kin = of_component.setdefault(part.component, set())
        candidates = {soonest[0][1], *kin}
        ends = {
            share: seconds[share] + runs.weight(part.runs - held[share]) for share in candidates
        }
        share = min(candidates, key=lambda share: (round(ends[share], 9), share))
        held[share] |= part.runs
        seconds[share] = ends[share]
        kin.add(share)
        heapq.heappush(soonest, (seconds[share], share))
    held = [of_one for of_one in held if of_one]
    first = {run: share for share in reversed(range(len(held))) for run in held[share]}
    return Cut(
        shares={
            task.id: first[runs.of_task[task.id]] + 1 for task in tasks if task.side is Side.HEAD
        },
        seconds=tuple(runs.weight(of_one) for of_one in held),
        least=runs.weight(range(len(runs.seconds))),
    )


def _longest_chain(tasks: Sequence[Task], runs: _Runs) -> float:
    done: dict[str, float] = {}
    for task in tasks:
        before = max((done[name] for name in task.waits_for() if name in done), default=0.0)
        done[task.id] = before + runs.seconds[runs.of_task[task.id]]
    return max(done.values(), default=0.0)
