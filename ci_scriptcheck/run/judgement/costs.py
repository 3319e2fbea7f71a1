"""What a script costs beside what the same script costs on base. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.result import Finding
from ci_scriptcheck.model.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.project import Tolerance
    from ci_scriptcheck.model.result import TaskResult

LEAST_SECONDS = 1.0
"""More than base by which a script is slower: below, a machine that is busy does as much."""

LEAST_MEMORY = 100.0
"""More than base, in units of 1024² bytes: below, it hangs on what was imported before."""


def exceeded(here: TaskResult, base: TaskResult, tolerance: Tolerance) -> frozenset[str]:
    """Give the rules that two runs on the same inputs break."""
    found = set()
    if _is_more(here.seconds, base.seconds, tolerance.slower, LEAST_SECONDS):
        found.add("SC408")
    if _is_more(here.peak_memory_mb, base.peak_memory_mb, tolerance.memory, LEAST_MEMORY):
        found.add("SC409")
    return frozenset(found)


def findings(
    task: Task,
    runs: tuple[TaskResult, TaskResult],
    repeats: tuple[TaskResult, TaskResult],
    base_name: str = "base",
) -> Iterator[Finding]:
    """Tell what costs more than it may, in both of two runs of each side.

    Args:
        task: The task of head.
        runs: Of head and of base; the one of base may be of another day and machine.
        repeats: The same once more, here and now.
        base_name: What people call base.
    """
    tolerance = task.settings.tolerance
    rules = exceeded(*runs, tolerance) & exceeded(*repeats, tolerance)
    rules &= exceeded(runs[0], repeats[1], tolerance)
    here, base = repeats
    if "SC408" in rules:
        times = f"{here.seconds:.1f} s, and on {base_name} {base.seconds:.1f} s"
        yield _finding(task, "SC408", f"the script takes {times}, on the same inputs")
    if "SC409" in rules:
        memory = (
            f"{here.peak_memory_mb:,.0f} MiB, and on {base_name} {base.peak_memory_mb:,.0f} MiB"
        )
        yield _finding(task, "SC409", f"the script holds {memory}, on the same inputs")


def _is_more(here: float | None, base: float | None, times: float, least: float) -> bool:
    return here is not None and base is not None and here > times * base and here - base > least


def _finding(task: Task, rule: str, message: str) -> Finding:
    return Finding(
        rule=rule,
        severity=RULES[rule].level,
        message=message,
        subject=task.step,
        step=task.step,
        pipeline=task.pipeline,
        place=None if task.script is None else Place(file=task.script),
        advice=RULES[rule].cure,
    )
