"""Entry point of the pytest plugin: declares the options and imports nothing heavy.

pytest imports this module at every start in an environment that has scriptcheck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.pytest_plugin.handover import HANDED_OVER

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of `pytest --scriptcheck`."""
    group = parser.getgroup("scriptcheck", "pipeline scripts that a change can break")
    group.addoption(
        "--scriptcheck",
        action="store_true",
        help="run the scripts that this branch affects, a test for each task",
    )
    group.addoption(
        "--scriptcheck-mode",
        action="append",
        choices=("isolation", "pipeline", "deep-dive"),
        help="may be repeated; default: isolation and pipeline",
    )
    group.addoption("--scriptcheck-base", metavar="COMMIT", help="compare with this commit")
    group.addoption(
        "--scriptcheck-all", action="store_true", help="every step, whatever has changed"
    )
    group.addoption(
        "--scriptcheck-no-compare",
        action="store_true",
        help="do not run base beside head to tell how data differ",
    )
    group.addoption(
        "--scriptcheck-run-directory", metavar="DIR", help="where results and record go"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Take part in a session that asks for it, and in a worker whose controller does."""
    workerinput = getattr(config, "workerinput", None)
    if workerinput is None:
        if config.getoption("scriptcheck"):
            _begin(config)
    elif HANDED_OVER in workerinput:
        from ci_scriptcheck.pytest_plugin import worker

        worker.begin(config, workerinput[HANDED_OVER], name=workerinput["workerid"])


def _begin(config: pytest.Config) -> None:
    import pytest

    from ci_scriptcheck.errors import ScriptcheckError
    from ci_scriptcheck.pytest_plugin.projects import Projects

    try:
        projects = Projects(config)
        projects.begin()
    except ScriptcheckError as error:
        told = [str(error), *error.facts, f"help: {error.advice}" if error.advice else ""]
        raise pytest.UsageError("\n  ".join(filter(None, told))) from None
    config.pluginmanager.register(projects, "scriptcheck-projects")
