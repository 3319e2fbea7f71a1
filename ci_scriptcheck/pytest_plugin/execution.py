"""Runs what a started run has left to do: the hosts begin, and pytest works the plan off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.pytest_plugin.event import OnFailure

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.pytest_plugin.event import Event
    from ci_scriptcheck.run.process.hosts import Hosts
    from ci_scriptcheck.workflow import Started


def execute(
    started: Started, on_event: Callable[[Event], None], *, begun: Hosts | None = None
) -> None:
    """Run every task that has no result yet; nothing is started where there is none.

    Args:
        started: What is to be run.
        on_event: Told of each task's beginning and end.
        begun: Hosts of which one has begun before the plan was known.

    Raises:
        ScriptcheckError: the run cannot go on.
        KeyboardInterrupt: it was interrupted; what has finished has its result.
    """
    prepared = started.prepared
    left = tuple(task.id for task in prepared.plan.tasks if task.id not in started.ready)
    if not left:
        return
    # What starts processes is only imported where something is to be run.
    from ci_scriptcheck.pytest_plugin.session import run_plan
    from ci_scriptcheck.pytest_plugin.work import scripts

    run_plan(
        started.run_directory,
        tasks=left,
        workers=prepared.workers,
        on_event=on_event,
        work=scripts(begun),
        on_failure=OnFailure.STOP if prepared.options.fail_fast else OnFailure.CONTINUE,
    )
