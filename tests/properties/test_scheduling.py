"""Random graphs with random failures and killed workers end exactly as predicted.

The workers here are models of pytest-xdist's: each runs an item only when it holds the next one,
and its events arrive in any order among those of other workers.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ci_scriptcheck.pytest_plugin.agenda import ATTEMPTS, IDLE, Agenda, Blocked, Job, JobEnded
from ci_scriptcheck.pytest_plugin.scheduler import Gateway, LongestPathScheduling

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random


class Fate(StrEnum):
    """What happens to a job when it is run."""

    PASSES = "passes"
    FAILS = "fails"
    KILLS = "kills"


@dataclass(frozen=True)
class Graph:
    """Jobs in an order that respects their needs, with what will happen to each."""

    jobs: tuple[Job, ...]
    fates: Mapping[str, Fate]

    def predicted(self) -> dict[str, str]:
        """Say how each job has to end: well, badly, or not at all."""
        ends: dict[str, str] = {}
        for job in self.jobs:
            if any(ends[need] != "well" for need in job.needs):
                ends[job.id] = "blocked"
            else:
                ends[job.id] = "well" if self.fates[job.id] is Fate.PASSES else "badly"
        return ends


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    size = draw(st.integers(1, 12))
    jobs = []
    for number in range(size):
        before = [f"j{earlier}" for earlier in range(number)]
        needs = draw(st.lists(st.sampled_from(before), max_size=3, unique=True)) if before else []
        weight = draw(st.sampled_from([0.1, 1.0, 5.0]))
        jobs.append(Job(id=f"j{number}", needs=tuple(needs), weight=weight))
    fate = st.sampled_from([Fate.PASSES, Fate.PASSES, Fate.PASSES, Fate.FAILS, Fate.KILLS])
    return Graph(jobs=tuple(jobs), fates={job.id: draw(fate) for job in jobs})


@dataclass
class ModelGateway:
    id: str


@dataclass(eq=False)
class ModelWorker:
    """Behaves as xdist's worker does, one step at a time."""

    gateway: Gateway
    shutting_down: bool = False
    is_collected: bool = False
    is_dead: bool = False
    inbox: deque[int] = field(default_factory=deque)
    running: int | None = None

    def send_runtest_some(self, indices: Sequence[int]) -> None:
        if self.is_dead:
            raise OSError("cannot send (already closed?)")
        self.inbox.extend(indices)

    def may_begin(self) -> bool:
        return self.running is None and len(self.inbox) >= 2


class World:
    """A controller with its scheduler and workers, all steps of which are drawn."""

    def __init__(self, graph: Graph, *, workers: int, random: Random, kills: int) -> None:
        self.graph = graph
        self.random = random
        self.kills = kills
        self.ends: dict[str, str] = {}
        self.begins: Counter[str] = Counter()
        self.collection = [*(job.id for job in graph.jobs), "tests/a.py::one", IDLE]
        self.scheduler = LongestPathScheduling(self, workers=workers)
        self.made = 0
        self.workers: list[ModelWorker] = []
        for _ in range(workers):
            self.start_worker()

    # The witness.

    def agenda(self, collected: Sequence[str]) -> Agenda:
        return Agenda(self.graph.jobs, wanted=set(collected))

    def sent(self, item: str, worker: str) -> None:
        assert all(self.ends.get(need) == "well" for need in self.job(item).needs), worker

    def begun(self, item: str) -> int:
        return self.begins[item]

    def ended(self, item: str) -> JobEnded:
        passes = self.graph.fates[item] is Fate.PASSES
        return self.tell(item, JobEnded.WELL if passes else JobEnded.BADLY)

    def lost(self, item: str, attempts: int, worker: str) -> JobEnded:
        assert attempts == ATTEMPTS, worker
        return self.tell(item, JobEnded.BADLY)

    def blocked(self, blocked: Blocked) -> None:
        assert self.ends[blocked.cause] == "badly"
        assert blocked.job not in self.ends
        self.ends[blocked.job] = "blocked"

    def collected(self, items: int) -> None:
        assert items == len(self.graph.jobs) + 1

    def collected_otherwise(self, worker: str, difference: str) -> None:
        raise AssertionError(worker + difference)

    # What happens.

    def run(self) -> None:
        for _ in range(10_000):
            if self.scheduler.tests_finished:
                return
            able = [worker for worker in self.workers if self.is_able(worker)]
            assert able, "everybody waits for everybody"
            self.step(self.random.choice(able))
        raise AssertionError("the run does not end")

    def is_able(self, worker: ModelWorker) -> bool:
        busy = worker.running is not None or worker.may_begin()
        return worker.is_dead or not worker.is_collected or busy

    def step(self, worker: ModelWorker) -> None:
        if worker.is_dead:
            self.workers.remove(worker)
            self.scheduler.remove_node(worker)
            self.start_worker()
        elif not worker.is_collected:
            worker.is_collected = True
            self.scheduler.add_node_collection(worker, self.collection)
            self.scheduler.schedule()
        elif self.is_killed(worker):
            # The controller learns of it later, and may send to it until then.
            worker.is_dead = True
        elif worker.running is None:
            worker.running = worker.inbox.popleft()
            self.begins[self.collection[worker.running]] += 1
        else:
            done, worker.running = worker.running, None
            self.scheduler.mark_test_complete(worker, done)

    def is_killed(self, worker: ModelWorker) -> bool:
        item = None if worker.running is None else self.collection[worker.running]
        if item is not None and self.graph.fates.get(item) is Fate.KILLS:
            return True
        # From outside at most once in a task, as the second time would be its end.
        if item is not None and self.begins[item] >= ATTEMPTS:
            return False
        if self.kills and self.random.random() < 0.3:
            self.kills -= 1
            return True
        return False

    def start_worker(self) -> None:
        worker = ModelWorker(ModelGateway(f"gw{self.made}"))
        self.made += 1
        self.workers.append(worker)
        self.scheduler.add_node(worker)

    def tell(self, item: str, how: JobEnded) -> JobEnded:
        assert item not in self.ends
        self.ends[item] = how.value
        return how

    def job(self, name: str) -> Job:
        return next(job for job in self.graph.jobs if job.id == name)


@settings(deadline=None)
@given(
    graph=graphs(), workers=st.integers(1, 4), random=st.randoms(), kills=st.sampled_from([0, 3])
)
def test_every_task_ends_as_its_graph_predicts(
    graph: Graph, workers: int, random: Random, kills: int
) -> None:
    world = World(graph, workers=workers, random=random, kills=kills)

    world.run()

    assert world.ends == graph.predicted()


@settings(deadline=None)
@given(graph=graphs(), random=st.randoms())
def test_nothing_is_begun_more_often_than_allowed(graph: Graph, random: Random) -> None:
    world = World(graph, workers=2, random=random, kills=5)

    world.run()

    begun = {job.id: world.begins[job.id] for job in graph.jobs}
    assert max(begun.values()) <= ATTEMPTS
    assert {name for name, times in begun.items() if times == 0} == {
        name for name, end in graph.predicted().items() if end == "blocked"
    }
