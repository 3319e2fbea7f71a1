"""The side of pytest that runs the items: a worker, or the one process of a run without workers."""

from __future__ import annotations

import pickle
import pkgutil
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.errors import ScriptcheckError
from ci_scriptcheck.pytest_plugin.items import IdleItem, TaskItem

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.pytest_plugin.course import Course
    from ci_scriptcheck.pytest_plugin.work import Brief, OpenWork, Pull

FAULT = "scriptcheck_fault"
"""Attribute of a report: the pickled error for which the run cannot go on."""


class Workbench:
    """Makes the items of all courses, and runs them."""

    def __init__(self, brief: Brief, *, worker: str | None) -> None:
        """Take the courses of a brief; `worker` is `None` where the run has none."""
        self.courses = brief.courses
        self._open_work: OpenWork = pkgutil.resolve_name(brief.opened)
        self._addresses = brief.addresses
        self._worker = worker
        self._resources = ExitStack()
        self._pulls: dict[Path, Pull] = {}

    def items(self, course: Course, parent: pytest.Collector) -> list[TaskItem]:
        """Make the items of a course, in the plan's order."""
        return [
            TaskItem.from_parent(
                parent,
                name=task.id,
                nodeid=course.item(task.id),
                plan=course.plan,
                task=task,
                pull=partial(self._pull, course),
            )
            for task in course.plan.tasks
            if task.id in course.tasks
        ]

    def _pull(self, course: Course, task: str) -> TaskResult:
        # Opened by the first task, as a session may only collect.
        if course.run_directory not in self._pulls:
            self._pulls[course.run_directory] = self._resources.enter_context(
                self._open_work(
                    course.run_directory,
                    self._addresses[str(course.run_directory)],
                    self._worker,
                )
            )
        return self._pulls[course.run_directory](task)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Add the idle item; earlier, `--lf` and the like would drop it."""
        if self._worker is not None:
            session.items.append(IdleItem.below(session))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> bool | None:
        """Leave the idle item alone, but for the end: it then is the last that can clean up."""
        if not isinstance(item, IdleItem):
            return None
        if nextitem is None:
            item.session._setupstate.teardown_exact(None)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep an error of ours whole on its way to the controller."""
        report = yield
        error = None if call.excinfo is None else call.excinfo.value
        if isinstance(item, TaskItem) and isinstance(error, ScriptcheckError):
            report.longrepr = "\n".join(filter(None, [str(error), *error.facts, error.advice]))
            setattr(report, FAULT, pickle.dumps(error))
        return report

    def pytest_sessionfinish(self) -> None:
        """Close what the items used."""
        self._resources.close()


class WholePlan:
    """Collects the items of the courses and nothing else."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        """Stand in for pytest's own collection, which looks for files."""
        bench = self._workbench
        session.items = [item for course in bench.courses for item in bench.items(course, session)]
        session.testscollected = len(session.items)
        session.config.hook.pytest_collection_finish(session=session)
        return True
