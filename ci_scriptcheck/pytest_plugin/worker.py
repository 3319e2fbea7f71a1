"""What a worker of a session does with the brief it gets."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.pytest_plugin import work
from ci_scriptcheck.pytest_plugin.workbench import WholePlan, Workbench

if TYPE_CHECKING:
    import pytest


def begin(config: pytest.Config, data: Any, *, name: str) -> None:  # noqa: ANN401  (from a channel)
    """Make the items of the brief part of this worker's session."""
    bench = Workbench(work.from_controller(data), worker=name)
    if all(course.prefix for course in bench.courses):
        from ci_scriptcheck.pytest_plugin import projects

        projects.join(config, bench)
        return
    # Ctrl-C reaches all processes of a terminal; the controller alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    config.pluginmanager.register(bench, "scriptcheck-workbench")
    config.pluginmanager.register(WholePlan(bench), "scriptcheck-collection")
