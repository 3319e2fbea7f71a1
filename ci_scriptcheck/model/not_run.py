"""Why tasks are not run, in words: every sentence that can stand behind `not run`, in one place.

Each is said of a task, whose name stands before it. What the settings say under `skip` is said as
it is written there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

INTERRUPTED = "interrupted"
"""The run was ended by a signal; not shared between runs, as the next one has another reason."""

AFTER_FAILURE = "stopped after the first failure"
NOT_REACHED = "not reached"

CUT_SHORT = frozenset({INTERRUPTED, AFTER_FAILURE, NOT_REACHED})
"""The run ended early, and what is said is about the run and not about the task."""

UNKNOWN = "no reason is known"
NO_SCRIPT = "has no script"
NO_REAL_DATA = "no dataset of its pipeline says under `real` where its real data are"

NOT_READ = "its real data were not read"

_NEEDS = "needs "


def absent(script: str) -> str:
    """Say that a contract names a script that is not there."""
    return f"{script} does not exist"


def not_installed(modules: Iterable[str]) -> str:
    """Say which of the modules that a step needs its interpreter lacks."""
    return f"{_NEEDS}{', '.join(modules)}, not installed here"


def unfed(ports: Iterable[str]) -> str:
    """Say which required ports have neither a supplier nor a dataset."""
    return f"nothing feeds {', '.join(f'`{port}`' for port in ports)}"


def not_given(port: str, why: str) -> str:
    """Say why what production gave to a port cannot be had."""
    return f"input `{port}`: {why}"


def unchanged_by(scenario: str) -> str:
    """Say that a scenario would show nothing, as it changes made data only."""
    return f"no input is made, so `{scenario}` would change nothing"


def unbreakable(scenario: str) -> str:
    """Say that no defect can be put into what a task is given."""
    return f"no made input has columns or a format to break, so `{scenario}` would change nothing"


def refused_by(supplier: str) -> str:
    """Say that a supplier rightly refused bad data, so that there is nothing to read."""
    return f"{supplier} refused the data of this scenario"


def circle(tasks: Iterable[str]) -> str:
    """Say that tasks wait for each other."""
    return f"waits for itself: {' → '.join(tasks)}"


def stranger(supplier: str) -> str:
    """Say that what a task reads from does not exist."""
    return f"{_NEEDS}{supplier}, which is no node of a pipeline"


def needs(supplier: str) -> str:
    """Say that a supplier failed."""
    return f"{_NEEDS}{supplier}"


def needs_what_was_not_run(supplier: str, why: str) -> str:
    """Say that a supplier was not run either, and why."""
    return f"{_NEEDS}{supplier}, not run: {why}"


def share_missing(number: int, of: int) -> str:
    """Say that the machine that was to run a task has left nothing."""
    return f"share {number}/{of} has left no record"


def is_need(why: str) -> bool:
    """Say whether a reason is that something else is missing."""
    return why.startswith(_NEEDS)
