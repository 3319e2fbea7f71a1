"""Works off a plan with pytest in this process, and with workers where they are of use."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.model import not_run
from ci_scriptcheck.pytest_plugin.course import Course
from ci_scriptcheck.pytest_plugin.event import OnFailure
from ci_scriptcheck.pytest_plugin.work import SCRIPTS, Brief, Work
from ci_scriptcheck.run import record
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ci_scriptcheck.pytest_plugin.controller import Controller
    from ci_scriptcheck.pytest_plugin.event import Event

_CONFIGURATION = Path(__file__).with_name("run.ini")
_PLUGIN = "ci_scriptcheck.pytest_plugin.plugin"
_UNUSED_PLUGINS = (
    "assertion",
    "cacheprovider",
    "capture",
    "debugging",
    "doctest",
    "faulthandler",
    "junitxml",
    "legacypath",
    "logging",
    "monkeypatch",
    "pastebin",
    "python",
    "recwarn",
    "setuponly",
    "setupplan",
    "stepwise",
    "subtests",
    "terminal",
    "threadexception",
    "tmpdir",
    "unittest",
    "unraisableexception",
    "warnings",
)
_FOREIGN = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DEBUG", "PYTEST_THEME")
_FEW = 2
_START = 1.0
"""Seconds until workers have begun; where they would save less, they are not started."""


def run_plan(
    run_directory: Path,
    *,
    tasks: tuple[str, ...],
    workers: int,
    on_event: Callable[[Event], None],
    on_failure: OnFailure = OnFailure.CONTINUE,
    work: Work = SCRIPTS,
) -> None:
    """Run these tasks of `plan.json`; afterwards each has a result in the run directory.

    Tasks of the plan that are not among them have to be done already.

    Args:
        run_directory: Where the plan is and the results go.
        tasks: Ids of the tasks.
        workers: At most so many; fewer where the plan has no use for them.
        on_event: Told of each task's beginning and end, in this process.
        on_failure: Whether to begin other tasks after one has failed.
        work: How tasks are run.

    Raises:
        ScriptcheckError: the run cannot go on.
        KeyboardInterrupt: what a signal's handler raised, after everything has been ended.
    """
    course = Course(
        plan=record.read_plan(run_directory), run_directory=run_directory, tasks=frozenset(tasks)
    )
    with work.hosts(course) as hosts:
        brief = Brief(
            courses=(course,),
            opened=work.opened,
            addresses={str(run_directory): hosts.addresses},
        )
        workers = useful_workers(course, workers)
        controller = _worked_off(
            brief, workers, on_failure, on_event=on_event, on_interrupt=hosts.close
        )
        if workers and isinstance(controller.fault, (EOFError, OSError)):
            # xdist does not survive a worker that dies while it is being started.
            brief = replace(brief, courses=(controller.rest(course, on_failure),))
            controller = _worked_off(
                brief, 0, on_failure, on_event=on_event, on_interrupt=hosts.close
            )
    _conclude(controller, on_failure)


def useful_workers(course: Course, most: int) -> int:
    """Say how many workers to start; none where this process does as well alone."""
    useful = min(most, course.forecast().width)
    if useful < 2 or len(course.tasks) <= _FEW:
        return 0
    saved = course.forecast(workers=1).seconds - course.forecast(workers=useful).seconds
    return useful if saved > _START else 0


def _worked_off(
    brief: Brief,
    workers: int,
    on_failure: OnFailure,
    *,
    on_event: Callable[[Event], None],
    on_interrupt: Callable[[], None],
) -> Controller:
    """Run pytest once, and give what has seen how it went."""
    # pytest takes a moment to be imported, and the hosts start meanwhile.
    import pytest

    from ci_scriptcheck.pytest_plugin.controller import Controller
    from ci_scriptcheck.pytest_plugin.workbench import WholePlan, Workbench

    controller = Controller(brief, on_event=on_event, on_interrupt=on_interrupt)
    plugins: list[object] = [controller]
    if not workers:
        bench = Workbench(brief, worker=None)
        plugins += [bench, WholePlan(bench)]
    with _own_environment():
        try:
            pytest.main(_arguments(brief, workers, on_failure), plugins=plugins)
        except KeyboardInterrupt as interruption:  # while pytest began or ended
            controller.interrupted(interruption)
        finally:
            controller.let_go()
    return controller


def _conclude(controller: Controller, on_failure: OnFailure) -> None:
    """Leave no task without a result, and raise what has to be raised."""
    if controller.fault is not None:
        raise controller.fault
    if controller.interruption is not None:
        controller.leave_out_the_rest(not_run.INTERRUPTED)
        raise controller.interruption
    if on_failure is OnFailure.STOP:
        controller.leave_out_the_rest(not_run.AFTER_FAILURE)
    else:
        controller.give_up_the_rest()  # not run, and nobody knows why: that is no success


def _arguments(brief: Brief, workers: int, on_failure: OnFailure) -> list[str]:
    (course,) = brief.courses
    arguments = ["-c", str(_CONFIGURATION), f"--rootdir={course.run_directory}", "--noconftest"]
    arguments += [f"-pno:{name}" for name in _UNUSED_PLUGINS]
    if on_failure is OnFailure.STOP:
        arguments.append("-x")
    if workers:
        # A task may take two workers with it, and a worker may die between two tasks.
        restarts = 2 * len(course.tasks) + workers
        arguments += ["-pxdist.plugin", f"-p{_PLUGIN}"]
        arguments += [f"-n{workers}", f"--max-worker-restart={restarts}"]
    return arguments


@contextmanager
def _own_environment() -> Iterator[None]:
    """Keep out what a user has set for other sessions; workers inherit it."""
    before = dict(os.environ)
    for name in _FOREIGN:
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # Else a worker would look for modules in the folder that we are in first: a pull request's.
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
