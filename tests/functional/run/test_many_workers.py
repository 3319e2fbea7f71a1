"""Several processes pull from one plan: each task runs once, whatever the order, kills included."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci_scriptcheck.model.result import TaskResult
from ci_scriptcheck.run import engine, record
from tests.functional.run.bench import COPY, Bench

SLOW = f"""
import os, pathlib, time
{COPY.replace("def main", "def copied")}
def main(input_paths, output_paths, environ_vars, job_args):
    with open(pathlib.Path(__file__).parent / "ran.txt", "a") as ran:
        ran.write(pathlib.Path(__file__).stem + "\\n")
    time.sleep(0.05)
    copied(input_paths, output_paths, environ_vars, job_args)
"""
WORKER = """
import sys
from pathlib import Path
from ci_scriptcheck.run import engine, record
from tests.functional.run.bench import Bench
bench = Bench(Path(sys.argv[1]), runs=int(sys.argv[2]))
bench.tasks = list(record.read_plan(Path(sys.argv[1])).tasks)
context = bench.again()
print("go", flush=True)
for task in sys.argv[3:]:
    engine.pull(context, task)
"""
ROOT = Path(__file__).parents[3]


def a_diamond(folder: Path) -> Bench:
    bench = Bench(folder, runs=1)
    bench.step("load", code=SLOW)
    bench.step("left", "load", code=SLOW)
    bench.step("right", "load", code=SLOW)
    bench.step("join", "left", "right", code=SLOW)
    record.write_plan(folder, bench.plan())
    return bench


def worker(bench: Bench, *tasks: str) -> subprocess.Popen[bytes]:
    names = [f"flow/{task}" for task in tasks]
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(bench.root), str(bench.runs), *names],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )


def finished(started: subprocess.Popen[bytes]) -> None:
    started.communicate(timeout=60)
    assert started.returncode == 0


def test_workers_that_pull_the_same_tasks_run_each_once(tmp_path: Path) -> None:
    bench = a_diamond(tmp_path)

    for started in [worker(bench, "join"), worker(bench, "right", "join"), worker(bench, "join")]:
        finished(started)

    ran = (tmp_path / "scripts" / "ran.txt").read_text().split()
    assert sorted(ran) == ["join", "left", "load", "right"]
    assert engine.pull(bench.again(), "flow/join").outcome == "passed"


def test_killed_workers_cost_an_attempt_and_nothing_else(tmp_path: Path) -> None:
    draw = random.Random(3)  # noqa: S311  (moments, no secrets)
    expected = None
    for number in range(12):
        bench = a_diamond(tmp_path)
        bench.runs = number + 1
        # Other code each time, so that there is something to run.
        for path in (tmp_path / "scripts").glob("*.py"):
            path.write_text(f"{SLOW}\n# {number}\n")
        started = worker(bench, "join")
        assert started.stdout is not None
        started.stdout.readline()
        time.sleep(draw.uniform(0.0, 0.25))
        started.send_signal(signal.SIGKILL)
        started.wait()
        started.stdout.close()

        result = engine.pull(bench.again(), "flow/join")

        assert result.outcome in {"passed", "reused"}
        outputs = {port: made.digest for port, made in result.outputs.items()}
        expected = expected or outputs
        assert outputs == expected


def test_a_task_whose_worker_died_twice_is_not_started_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path, runs=1)
    bench.step("deadly", code="import os\ndef main(*_): os.kill(os.getppid(), 0) or os._exit(9)\n")
    record.write_plan(tmp_path, bench.plan())
    for _ in range(2):
        started = worker(bench, "deadly")
        started.communicate(timeout=60)
        assert started.returncode == 9

    result = engine.pull(bench.again(), "flow/deadly")

    assert (result.outcome, result.attempts) == ("crashed", 2)
    assert [finding.rule for finding in result.findings] == ["SC223"]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[list[int]], list[str], list[int]]:
    """Draw what feeds each task, what each does, and an order of pulls."""
    size = draw(st.integers(1, 8))
    feeds = [
        sorted(draw(st.sets(st.integers(0, number - 1), max_size=3))) if number else []
        for number in range(size)
    ]
    kinds = draw(
        st.lists(st.sampled_from(["good", "good", "bad", "blocked"]), min_size=size, max_size=size)
    )
    return feeds, kinds, draw(st.permutations(range(size)))


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(graph=graphs())
def test_any_order_of_pulls_gives_the_same_results(
    tmp_path_factory: pytest.TempPathFactory, graph: tuple[list[list[int]], list[str], list[int]]
) -> None:
    feeds, kinds, order = graph
    told = []
    for sequence in (range(len(feeds)), order):
        bench = Bench(tmp_path_factory.mktemp("order"))
        for number, (sources, kind) in enumerate(zip(feeds, kinds, strict=True)):
            code = COPY if kind == "good" else "def main(*_): raise ValueError('no')"
            bench.step(
                f"s{number}",
                *(f"s{source}" for source in sources),
                code=f"{code}\n# {number}\n",
                blocked="not here" if kind == "blocked" else None,
            )
        context = bench.run()
        for number in sequence:
            engine.pull(context, f"flow/s{number}")
        told.append([said(engine.pull(context, task.id)) for task in bench.tasks])
        assert len(bench.ran) == len(set(bench.ran))
    assert told[0] == told[1]
    for number, (sources, kind) in enumerate(zip(feeds, kinds, strict=True)):
        expected = "failed" if kind == "bad" else "passed"
        if kind == "blocked" or any(told[0][source][0] != "passed" for source in sources):
            expected = "not_run"
        assert told[0][number][0] == expected


def said(result: TaskResult) -> tuple[str, str | None, str]:
    outputs = {port: made.digest for port, made in result.outputs.items()}
    return result.outcome.value, result.why_not, json.dumps(outputs)
