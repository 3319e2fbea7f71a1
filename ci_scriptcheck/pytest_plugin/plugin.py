"""Entry point of the pytest plugin: declares the options and imports nothing heavy.

pytest imports this module at every start in an environment that has scriptcheck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

HANDED_OVER = "scriptcheck"
"""Key of what a worker gets from its controller."""


def pytest_configure(config: pytest.Config) -> None:
    """Make a worker one of ours, where its controller says so."""
    workerinput = getattr(config, "workerinput", {})
    if HANDED_OVER in workerinput:
        from ci_scriptcheck.pytest_plugin import worker  # late, as it is heavy

        worker.begin(config, workerinput[HANDED_OVER], name=workerinput["workerid"])
