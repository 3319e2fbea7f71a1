"""What is told of flaky tasks: how equal runs ended, beside what this one came to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.report.page import counted, listed, visible

if TYPE_CHECKING:
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.report.page import Page


def mark(why: str, result: TaskResult) -> str:
    """Add to the reason of a task that it is flaky."""
    if not result.flaky:
        return why
    return f"{why}; flaky" if why else "flaky"


def sentence(result: TaskResult) -> str | None:
    """Say how equal runs ended; `None` where all ended alike."""
    if not result.flaky:
        return None
    numbers = Counter(outcome.value.replace("_", " ") for outcome in result.flaky)
    ended = listed([f"{word} {_times(number)}" for word, number in sorted(numbers.items())])
    return f"with the same code and data it {ended}"


def lines(record: RunRecord, page: Page) -> list[str]:
    """Write a line for each flaky task, whether it passed this time or not."""
    return [
        page.flow(f"{visible(task.id)}: {sentence(result)}", "flaky  ")
        for task, result in verdict.with_tasks(record)
        if result.flaky
    ]


def _times(number: int) -> str:
    return "once" if number == 1 else counted(number, "time")
