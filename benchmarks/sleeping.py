"""Tasks that sleep for their weight inside the worker: what is left to measure is the scheduler."""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from ci_scriptcheck.model.result import Outcome, TaskResult
from ci_scriptcheck.pytest_plugin.work import Work
from ci_scriptcheck.run import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ci_scriptcheck.model.contract import Json
    from ci_scriptcheck.pytest_plugin.course import Course
    from ci_scriptcheck.pytest_plugin.work import Pull


class NoHosts:
    """Stands where warm hosts would be."""

    addresses: Json = None

    def close(self) -> None:
        """Do nothing."""


@contextmanager
def no_hosts(_course: Course) -> Iterator[NoHosts]:
    """Start nothing."""
    yield NoHosts()


@contextmanager
def opened(run_directory: Path, _addresses: Json, _worker: str | None) -> Iterator[Pull]:
    """Give what sleeps for a task."""
    weights = {task.id: task.weight for task in record.read_plan(run_directory).tasks}
    yield partial(_sleep, run_directory, weights)


SLEEPING = Work(hosts=no_hosts, opened=f"{__name__}:opened")


def _sleep(run_directory: Path, weights: Mapping[str, float], task: str) -> TaskResult:
    started = time.monotonic()
    time.sleep(weights[task])
    seconds = time.monotonic() - started
    result = TaskResult(task=task, outcome=Outcome.PASSED, started=started, seconds=seconds)
    record.write_result(run_directory, result)
    return result
