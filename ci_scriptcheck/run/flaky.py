"""Flaky tasks: the same code, settings and data, and once they pass and once they fail.

Two runs count as the same where their content keys are equal and no file that both opened differs.
Whether a task is flaky is told beside how it ended, and changes nothing of what that counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.model.result import BROKEN, Outcome
from ci_scriptcheck.run.history import Ending
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.run.history import History


def marked(record: RunRecord, history: History) -> RunRecord:
    """Add to the results of a record what equal runs before came to, where that was otherwise."""
    earlier: dict[str, list[Ending]] = {}
    for learned in history.tasks.values():
        for ending in learned.endings:
            earlier.setdefault(ending.key, []).append(ending)
    tasks = record.plan.by_id()
    return replace(
        record,
        results=tuple(
            replace(result, flaky=told)
            if tasks[result.task].side is Side.HEAD
            and (told := outcomes(result, earlier.get(result.key or "", ())))
            else result
            for result in record.results
        ),
    )


def outcomes(result: TaskResult, earlier: Iterable[Ending]) -> tuple[Outcome, ...]:
    """Give how equal runs ended, the earliest first and this one last; empty where all ended alike."""
    own = Ending.of(result, is_good=result.is_usable)
    if own is None:
        return ()
    found = (*(ending.outcome for ending in earlier if own.is_same_run(ending)), own.outcome)
    is_flaky = Outcome.PASSED in found and not BROKEN.isdisjoint(found)
    return found if is_flaky else ()
