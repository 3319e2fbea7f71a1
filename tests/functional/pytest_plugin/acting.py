"""An engine that acts as each task is told to, so that sessions can be tested without scripts.

What a task does is the text of its `step`: see `_ACTS`. It is imported by workers.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.result import BROKEN, Outcome, TaskResult
from ci_scriptcheck.pytest_plugin.work import Work
from ci_scriptcheck.run import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ci_scriptcheck.model.contract import Json
    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.pytest_plugin.course import Course
    from ci_scriptcheck.pytest_plugin.work import Pull


class NoHosts:
    """Stands where warm hosts would be; it leaves a file when it is closed."""

    def __init__(self, run_directory: Path) -> None:
        self._run_directory = run_directory

    @property
    def addresses(self) -> Json:
        return {"socket": "none"}

    def close(self) -> None:
        (self._run_directory / "closed").touch()


@contextmanager
def no_hosts(course: Course) -> Iterator[NoHosts]:
    yield NoHosts(course.run_directory)


@contextmanager
def opened(run_directory: Path, addresses: Json, worker: str | None) -> Iterator[Pull]:
    assert addresses == {"socket": "none"}
    plan = record.read_plan(run_directory)
    yield partial(_pull, run_directory, plan, worker)


ACTING = Work(hosts=no_hosts, opened=f"{__name__}:opened")


def _pull(run_directory: Path, plan: Plan, worker: str | None, task_id: str) -> TaskResult:
    found = record.read_result(run_directory, task_id)
    if found is not None:
        return found
    task = plan.by_id()[task_id]
    result = _blocked(run_directory, plan, worker, task) or _act(run_directory, task)
    record.write_result(run_directory, result)
    return result


def _blocked(run_directory: Path, plan: Plan, worker: str | None, task: Task) -> TaskResult | None:
    for need in task.needs():
        if _pull(run_directory, plan, worker, need).outcome in BROKEN | {Outcome.NOT_RUN}:
            cause = plan.by_id()[need].node
            return TaskResult(task=task.id, outcome=Outcome.NOT_RUN, why_not=f"needs {cause}")
    return None


def _act(run_directory: Path, task: Task) -> TaskResult:
    begun = run_directory / "begun" / task.node
    begun.parent.mkdir(exist_ok=True)
    with begun.open("a") as times:
        times.write("begun\n")
    outcome = _ACTS[task.step](begun)
    attempts = len(begun.read_text().splitlines())
    return TaskResult(task=task.id, outcome=outcome, attempts=attempts)


def _ends(outcome: Outcome) -> Callable[[Path], Outcome]:
    return lambda _begun: outcome


def _sleeps(seconds: float) -> Callable[[Path], Outcome]:
    def act(_begun: Path) -> Outcome:
        time.sleep(seconds)
        return Outcome.PASSED

    return act


def _dies(_begun: Path) -> Outcome:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _dies_once(begun: Path) -> Outcome:
    return Outcome.PASSED if len(begun.read_text().splitlines()) > 1 else _dies(begun)


def _refuses(_begun: Path) -> Outcome:
    raise UsageError(what="there is no interpreter at `.venv/bin/python`", facts=("a fact",))


def _breaks(_begun: Path) -> Outcome:
    raise ZeroDivisionError("our own fault")


_ACTS: dict[str, Callable[[Path], Outcome]] = {
    "passes": _ends(Outcome.PASSED),
    "fails": _ends(Outcome.FAILED),
    "crashes": _ends(Outcome.CRASHED),
    "sleeps": _sleeps(0.2),
    "hangs": _sleeps(600),
    "dies": _dies,
    "dies_once": _dies_once,
    "refuses": _refuses,
    "breaks": _breaks,
}
