"""How tasks are run, as a session is told it; and what it tells its workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ci_scriptcheck.model.contract import Json
from ci_scriptcheck.model.result import TaskResult
from ci_scriptcheck.pytest_plugin.course import Course
from ci_scriptcheck.run import record
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.run.process.hosts import Hosts

Pull = Callable[[str], TaskResult]
"""Gives the result of a task, by its id: found, or run now."""


class RunningHosts(Protocol):
    """The warm processes in which scripts run."""

    @property
    def addresses(self) -> Json:
        """What a worker needs to find them."""
        ...

    def close(self) -> None:
        """End them and every script they run, at once; again does nothing."""
        ...


class OpenWork(Protocol):
    """Makes ready, in a worker, what runs the tasks of one run directory."""

    def __call__(
        self, run_directory: Path, addresses: Json, worker: str | None
    ) -> AbstractContextManager[Pull]:
        """Give the function that runs a task, for as long as the context is open.

        Args:
            run_directory: Where plan and results lie.
            addresses: What the hosts gave as theirs.
            worker: Name of the worker; `None` where the run has none.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How tasks are run.

    Attributes:
        hosts: Starts the hosts that a course needs, without waiting for them.
        opened: `module:function` of an `OpenWork`, called in each worker.
    """

    hosts: Callable[[Course], AbstractContextManager[RunningHosts]]
    opened: str


def scripts(begun: Hosts | None = None) -> Work:
    """Run tasks as what they are, scripts in warm hosts; one of them may have begun already."""

    def hosts(course: Course) -> AbstractContextManager[RunningHosts]:
        # What starts processes is imported only where something is to be run.
        from ci_scriptcheck.run.service import Service

        return Service(course.plan, course.run_directory, course.tasks, begun=begun)

    return Work(hosts=hosts, opened="ci_scriptcheck.run.worker_hosts:opened")


SCRIPTS = scripts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a worker is told: the courses it works off, and how.

    Attributes:
        opened: As in `Work`.
        addresses: Run directory → the addresses of its hosts.
    """

    courses: tuple[Course, ...]
    opened: str
    addresses: Mapping[str, Json]


def to_worker(brief: Brief) -> dict[str, Json]:
    """Write a brief with what a channel can carry; the plans stay in their run directories."""
    return {
        "opened": brief.opened,
        "addresses": brief.addresses,
        "courses": tuple(
            {
                "run_directory": str(course.run_directory),
                "tasks": tuple(sorted(course.tasks)),
                "ready": tuple(sorted(course.ready)),
                "prefix": course.prefix,
            }
            for course in brief.courses
        ),
    }


def from_controller(data: Any) -> Brief:  # noqa: ANN401  (from a channel)
    """Read what `to_worker` wrote, and the plans."""
    return Brief(
        courses=tuple(_course(item) for item in data["courses"]),
        opened=data["opened"],
        addresses=data["addresses"],
    )


def _course(data: Any) -> Course:  # noqa: ANN401  (from a channel)
    run_directory = Path(data["run_directory"])
    return Course(
        plan=record.read_plan(run_directory),
        run_directory=run_directory,
        tasks=frozenset(data["tasks"]),
        ready=frozenset(data["ready"]),
        prefix=data["prefix"],
    )
