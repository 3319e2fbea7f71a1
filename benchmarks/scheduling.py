"""How close to the best possible a run comes: random pipelines of many short steps, two workers."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.sleeping import SLEEPING
from ci_scriptcheck import preparation, workflow
from ci_scriptcheck.model.change import Asked, ChangeSet
from ci_scriptcheck.model.options import Options
from ci_scriptcheck.model.plan import Counts, Input, Mode, Plan, Task
from ci_scriptcheck.model.project import Settings
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.pytest_plugin.event import TaskFinished, TaskStarted
from ci_scriptcheck.pytest_plugin.execution import execute
from ci_scriptcheck.pytest_plugin.session import run_plan
from ci_scriptcheck.run import record

if TYPE_CHECKING:
    from ci_scriptcheck.pytest_plugin.event import Event

NODES = 200
GRAPHS = 20
WORKERS = 2
SHORTEST, LONGEST = 0.05, 0.3
SCRIPT = """
import pathlib
import time


def main(input_paths, output_paths, environ_vars, job_args):
    read = [pathlib.Path(path, "n.csv").read_text() for path in input_paths.values()]
    time.sleep({seconds})
    pathlib.Path(output_paths["out"], "n.csv").write_text("n\\n" + "1\\n" * (1 + len(read)))
"""


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


def measured_with_scripts(graphs: int) -> list[Figure]:
    """Run so many pipelines of real scripts; the bound counts what each took with all around it."""
    return [_with_scripts(seed) for seed in range(graphs)]


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


def _with_scripts(seed: int) -> Figure:
    tasks = pipeline(seed)
    with tempfile.TemporaryDirectory() as folder:
        _write_project(Path(folder), tasks)
        options = Options(
            project=Path(folder), modes=(Mode.PIPELINE,), everything=True, workers=WORKERS
        )
        began: dict[str, float] = {}
        ended: dict[str, float] = {}

        def take_note(event: Event) -> None:
            match event:
                case TaskStarted(task=task):
                    began[task] = time.monotonic()
                case TaskFinished(result=result):
                    ended[result.task] = time.monotonic()

        execute(workflow.start(preparation.prepare(options, os.environ)), take_note)
    # What a task takes is all that its worker did for it, the script being a part.
    timed = [replace(task, weight=ended[task.id] - began[task.id]) for task in tasks]
    makespan = max(ended.values()) - min(began.values())
    return Figure(seed=seed, bound=_bound(timed), makespan=makespan)


def _write_project(folder: Path, tasks: list[Task]) -> None:
    (folder / "scripts").mkdir()
    # Some nodes are joined to nothing, which is a defect of pipelines that do something.
    lines = ["project: random", 'rules: {SC111: "off"}', "steps:"]
    for task in tasks:
        inputs = ", ".join(f"{item.port}: {{}}" for item in task.inputs)
        script = f"scripts/{task.node}.py"
        (folder / script).write_text(SCRIPT.format(seconds=task.weight))
        lines.append(
            f"  {task.node}: {{script: {script}, inputs: {{{inputs}}}, outputs: {{out: {{}}}}}}"
        )
    lines += ["pipelines:", "  random:", "    nodes:"]
    for task in tasks:
        links = ", ".join(
            f"{item.port}: {need.partition('/')[2]}.out"
            for item, need in zip(task.inputs, _needs(task), strict=True)
        )
        lines.append(f"      {task.node}: {{inputs: {{{links}}}}}")
    (folder / "scriptcheck.yaml").write_text("\n".join(lines) + "\n")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)  # noqa: S607  (git)


def _needs(task: Task) -> list[str]:
    return [item.source.task for item in task.inputs if isinstance(item.source, Upstream)]


def _bound(tasks: list[Task]) -> float:
    chains: dict[str, float] = {}
    for task in tasks:
        before = max((chains[need] for need in task.needs()), default=0.0)
        chains[task.id] = before + task.weight
    return max(*chains.values(), sum(task.weight for task in tasks) / WORKERS)
