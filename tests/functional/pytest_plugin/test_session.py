"""A plan is worked off by real pytest sessions, with and without workers."""

from __future__ import annotations

import gc
import os
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.plan import Input, Task
from ci_scriptcheck.model.result import Outcome, TaskResult
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.pytest_plugin.event import Event, OnFailure, TaskFinished, TaskStarted
from ci_scriptcheck.pytest_plugin.session import run_plan
from ci_scriptcheck.run import record
from tests.conftest import a_plan, a_task
from tests.functional.pytest_plugin.acting import ACTING

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.pytest_plugin.work import Work


def a_node(node: str, step: str, *needs: str) -> Task:
    inputs = tuple(
        Input(port=need, parameter=need, source=Upstream(task=f"p/{need}", port="out"))
        for need in needs
    )
    return a_task(node, pipeline="p", step=step, inputs=inputs)


class Run:
    """One call of `run_plan`, with what it told."""

    def __init__(self, folder: Path, *tasks: Task) -> None:
        self.folder = folder
        self.tasks = tuple(task.id for task in tasks)
        self.events: list[Event] = []
        record.write_plan(folder, a_plan(*tasks))

    def go(
        self,
        *,
        workers: int,
        on_failure: OnFailure = OnFailure.CONTINUE,
        work: Work = ACTING,
    ) -> Run:
        run_plan(
            self.folder,
            tasks=self.tasks,
            workers=workers,
            on_event=self.events.append,
            on_failure=on_failure,
            work=work,
        )
        return self

    def result(self, node: str) -> TaskResult:
        result = record.read_result(self.folder, f"p/{node}")
        assert result is not None
        return result

    def outcomes(self) -> dict[str, Outcome]:
        return {task.removeprefix("p/"): self.result(task[2:]).outcome for task in self.tasks}

    def attempts(self, node: str) -> int:
        begun = self.folder / "begun" / node
        return len(begun.read_text().splitlines()) if begun.exists() else 0


BRANCHES = (
    a_node("load", "passes"),
    a_node("left", "fails", "load"),
    a_node("right", "crashes", "load"),
    a_node("join", "passes", "left", "right"),
    a_node("alone", "passes", "load"),
)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_needs_a_broken_task_is_not_run(tmp_path: Path, workers: int) -> None:
    run = Run(tmp_path, *BRANCHES).go(workers=workers)

    assert run.outcomes() == {
        "load": Outcome.PASSED,
        "left": Outcome.FAILED,
        "right": Outcome.CRASHED,
        "join": Outcome.NOT_RUN,
        "alone": Outcome.PASSED,
    }
    assert run.result("join").why_not in {"needs left", "needs right"}


@pytest.mark.parametrize("workers", [1, 2])
def test_each_task_is_told_of_once(tmp_path: Path, workers: int) -> None:
    run = Run(tmp_path, *BRANCHES).go(workers=workers)

    finished = [event.result.task for event in run.events if isinstance(event, TaskFinished)]
    assert sorted(finished) == sorted(run.tasks)
    begun = {event.task for event in run.events if isinstance(event, TaskStarted)}
    assert begun >= set(run.tasks) - {"p/join"}


def test_tasks_of_one_rank_are_shared_by_the_workers(tmp_path: Path) -> None:
    run = Run(tmp_path, *(a_node(f"n{i}", "sleeps") for i in range(6))).go(workers=2)

    assert {event.worker for event in run.events} == {"gw0", "gw1"}


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_begins_after_a_failure_when_asked_to_stop(tmp_path: Path, workers: int) -> None:
    tasks = [a_node("bad", "fails"), *(a_node(f"n{i}", "sleeps") for i in range(8))]

    run = Run(tmp_path, *tasks).go(workers=workers, on_failure=OnFailure.STOP)

    assert run.result("n7").outcome is Outcome.NOT_RUN
    assert run.result("n7").why_not == "stopped after the first failure"


def test_a_worker_that_dies_costs_one_attempt(tmp_path: Path) -> None:
    tasks = [a_node("fragile", "dies_once"), *(a_node(f"n{i}", "sleeps") for i in range(4))]

    run = Run(tmp_path, *tasks).go(workers=2)

    assert set(run.outcomes().values()) == {Outcome.PASSED}
    assert run.result("fragile").attempts == 2


def test_a_task_whose_worker_dies_twice_is_reported_and_not_blamed(tmp_path: Path) -> None:
    tasks = [
        a_node("deadly", "dies"),
        a_node("after", "passes", "deadly"),
        *(a_node(f"n{i}", "sleeps") for i in range(4)),
    ]

    run = Run(tmp_path, *tasks).go(workers=2)

    assert run.attempts("deadly") == 2
    assert run.result("deadly").outcome is Outcome.CRASHED
    assert [finding.rule for finding in run.result("deadly").findings] == ["SC223"]
    assert run.result("after").why_not == "needs deadly"
    assert run.result("n3").outcome is Outcome.PASSED


DIES_AT_ITS_START = """
import os, pathlib, sys
mark = pathlib.Path({mark!r})
if "readline" in " ".join(sys.orig_argv) and not mark.exists():
    mark.touch()
    os._exit(9)
"""


# execnet drops the process that it has just started, and nobody else knows it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_worker_that_dies_while_it_starts_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "died"
    (tmp_path / "site").mkdir()
    code = DIES_AT_ITS_START.format(mark=str(mark))
    (tmp_path / "site" / "sitecustomize.py").write_text(code)
    paths = [str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))

    run = Run(tmp_path, *(a_node(f"n{i}", "passes") for i in range(4))).go(workers=2)

    assert mark.exists()
    assert set(run.outcomes().values()) == {Outcome.PASSED}
    del run
    gc.collect()  # here, so that no other test is told of that process


def test_tasks_that_no_worker_lives_to_begin_are_reported_and_not_blamed(tmp_path: Path) -> None:
    run = Run(tmp_path, *(a_node(f"n{i}", "passes") for i in range(4)))
    leaving = replace(ACTING, opened="tests.functional.pytest_plugin.leaving:opened")

    run.go(workers=2, work=leaving)

    assert set(run.outcomes().values()) == {Outcome.CRASHED}
    assert [finding.rule for finding in run.result("n3").findings] == ["SC223"]
    assert run.result("n3").attempts == 0
    # Nothing has begun, and each task is told of once.
    assert sorted(
        event.result.task for event in run.events if isinstance(event, TaskFinished)
    ) == ["p/n0", "p/n1", "p/n2", "p/n3"]
    assert len(run.events) == len(run.tasks)


def test_a_crash_counts_as_a_failure_when_asked_to_stop(tmp_path: Path) -> None:
    tasks = [a_node("deadly", "dies"), *(a_node(f"n{i}", "sleeps") for i in range(12))]

    run = Run(tmp_path, *tasks).go(workers=2, on_failure=OnFailure.STOP)

    assert run.result("deadly").outcome is Outcome.CRASHED
    assert run.result("n11").outcome is Outcome.NOT_RUN


@pytest.mark.parametrize("seed", range(4))
def test_a_random_graph_with_random_faults_ends_as_predicted(tmp_path: Path, seed: int) -> None:
    random = Random(seed)  # noqa: S311  (repeatable)
    tasks: list[Task] = []
    for number in range(16):
        step = random.choice(["passes"] * 6 + ["fails", "crashes", "dies", "dies_once"])
        before = [task.node for task in tasks]
        tasks.append(a_node(f"n{number}", step, *random.sample(before, k=min(number, 2))))

    run = Run(tmp_path, *tasks).go(workers=2)

    assert run.outcomes() == predicted(tasks)
    finished = [event.result.task for event in run.events if isinstance(event, TaskFinished)]
    assert sorted(finished) == sorted(run.tasks)


def predicted(tasks: list[Task]) -> dict[str, Outcome]:
    ends = {"fails": Outcome.FAILED, "crashes": Outcome.CRASHED, "dies": Outcome.CRASHED}
    outcomes: dict[str, Outcome] = {}
    for task in tasks:
        needs = [outcomes[need.removeprefix("p/")] for need in task.needs()]
        blocked = any(outcome is not Outcome.PASSED for outcome in needs)
        own = ends.get(task.step, Outcome.PASSED)
        outcomes[task.node] = Outcome.NOT_RUN if blocked else own
    return outcomes


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_the_setup_keeps_all_its_parts(tmp_path: Path, workers: int) -> None:
    tasks = [a_node("bad", "refuses"), *(a_node(f"n{i}", "passes") for i in range(3))]

    with pytest.raises(UsageError, match="no interpreter") as caught:
        Run(tmp_path, *tasks).go(workers=workers)

    assert caught.value.facts == ("a fact",)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_of_our_own_is_raised(tmp_path: Path, workers: int) -> None:
    tasks = [a_node("bad", "breaks"), *(a_node(f"n{i}", "passes") for i in range(3))]

    with pytest.raises(RuntimeError, match="our own fault"):
        Run(tmp_path, *tasks).go(workers=workers)


def test_the_users_own_pytest_settings_do_not_reach_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")

    run = Run(tmp_path, a_node("one", "passes")).go(workers=1)

    assert run.result("one").outcome is Outcome.PASSED
