"""How close to the best possible a run comes: random pipelines of many short steps, two workers."""

from __future__ import annotations

import random
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sleeping import SLEEPING
from ci_scriptcheck.model.change import Asked, ChangeSet
from ci_scriptcheck.model.plan import Counts, Input, Mode, Plan, Task, Upstream
from ci_scriptcheck.model.project import Settings
from ci_scriptcheck.pytest_plugin.session import run_plan
from ci_scriptcheck.run import record

NODES = 200
GRAPHS = 20
WORKERS = 2
SHORTEST, LONGEST = 0.05, 0.3


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One pipeline.

    Attributes:
        bound: Seconds that no schedule can beat: the longest chain, or the work shared evenly.
        makespan: Seconds from the first task's beginning to the last one's end.
    """

    seed: int
    bound: float
    makespan: float

    @property
    def ratio(self) -> float:
        """How much longer it took than the bound."""
        return self.makespan / self.bound


def measured(graphs: int) -> list[Figure]:
    """Run so many pipelines."""
    return [_measured(seed) for seed in range(graphs)]


def summary(figures: list[Figure]) -> dict[str, float]:
    """Give median and worst ratio."""
    ratios = [figure.ratio for figure in figures]
    return {"median": round(statistics.median(ratios), 3), "worst": round(max(ratios), 3)}


def pipeline(seed: int) -> list[Task]:
    """Draw a pipeline: each node reads up to three others, near ones in some, far ones in others."""
    chance = random.Random(seed)  # noqa: S311  (repeatable)
    reach = chance.choice([3, 10, 40])
    tasks: list[Task] = []
    for number in range(NODES):
        before = range(max(0, number - reach), number)
        needs = chance.sample(before, k=min(chance.randint(0, 3), len(before)))
        seconds = SHORTEST + (LONGEST - SHORTEST) * chance.random() ** 2
        tasks.append(_task(number, needs, seconds))
    return tasks


def _task(number: int, needs: list[int], seconds: float) -> Task:
    name = f"n{number}"
    return Task(
        id=f"random/{name}",
        mode=Mode.PIPELINE,
        step=name,
        node=name,
        pipeline="random",
        reason=Asked(),
        settings=Settings(),
        weight=seconds,
        inputs=tuple(
            Input(
                port=f"in{need}",
                parameter=f"in{need}",
                source=Upstream(task=f"random/n{need}", port="out"),
            )
            for need in needs
        ),
    )


def _measured(seed: int) -> Figure:
    tasks = pipeline(seed)
    plan = Plan(
        version="",
        project="random",
        modes=(Mode.PIPELINE,),
        changes=ChangeSet(base=None, head=None),
        counts=Counts(),
        tasks=tuple(tasks),
    )
    with tempfile.TemporaryDirectory() as folder:
        run_directory = Path(folder)
        record.write_plan(run_directory, plan)
        run_plan(
            run_directory,
            tasks=tuple(task.id for task in tasks),
            workers=WORKERS,
            on_event=lambda _: None,
            work=SLEEPING,
        )
        results = [record.read_result(run_directory, task.id) for task in tasks]
    spans = [(found.started, found.started + (found.seconds or 0)) for found in results if found]
    makespan = max(end for _, end in spans) - min(start for start, _ in spans)
    return Figure(seed=seed, bound=_bound(tasks), makespan=makespan)


def _bound(tasks: list[Task]) -> float:
    chains: dict[str, float] = {}
    for task in tasks:
        before = max((chains[need] for need in task.needs()), default=0.0)
        chains[task.id] = before + task.weight
    return max(*chains.values(), sum(task.weight for task in tasks) / WORKERS)
