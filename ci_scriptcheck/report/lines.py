"""The first lines of a report, and the line of each task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import change, not_run, verdict
from ci_scriptcheck.model.plan import Mode
from ci_scriptcheck.model.result import BROKEN, Level, Outcome
from ci_scriptcheck.report import unsteady
from ci_scriptcheck.report.page import Ink, code_line, counted, seconds, shortened, visible

if TYPE_CHECKING:
    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.report.page import Page

NO_TIME = "------"
MOVING = Ink.QUIET
"""Colour of the lines that are drawn again and again."""

_STATUS_WIDTH = 9
_TIME_WIDTH = 9
_GAP = 4
_LEAST_REASON = 12

_INKS = {
    Outcome.PASSED: Ink.GOOD,
    Outcome.REUSED: Ink.QUIET,
    Outcome.NOT_RUN: Ink.WARNING,
}


def header(plan: Plan, workers: int | None, page: Page) -> str:
    """Say which version compares what with what."""
    parts = [page.paint(f"scriptcheck {plan.version}", Ink.STRONG), commits(plan.changes)]
    if plan.share is not None:
        parts.append(f"share {plan.share.number}/{plan.share.of}")
    if workers:
        parts.append(counted(workers, "worker"))
    return "   ".join(parts)


def commits(changes: change.ChangeSet) -> str:
    """Write what is compared, as `main@9c1e2f4 → 1f0c9ab`."""
    head = changes.head[:7] if changes.head else "nothing to compare with"
    same = _is_one_commit(changes)
    compared = f"{base(changes)} → {head}" if changes.base and not same else head
    shown = base(changes) if same else compared
    return f"{shown} + uncommitted" if changes.uncommitted else shown


def base(changes: change.ChangeSet) -> str:
    """Write what is compared with, as `main@9c1e2f4`."""
    short = (changes.base or "")[:7]
    return f"{visible(changes.base_name)}@{short}" if changes.base_name else short


def base_name(plan: Plan) -> str:
    """Give what people call the commit that is compared with."""
    return visible(plan.changes.base_name or "base")


def scope(plan: Plan) -> str:
    """Say how much was changed, how much of the project that affects, and what will run."""
    changed = counted(plan.counts.files_changed, "file") + " changed"
    if not plan.tasks:
        return _nothing(plan, changed)
    if plan.changes.unknown:
        start = f"{visible(plan.changes.unknown)}, so everything is checked"
    elif any(isinstance(task.reason, change.Asked) for task in plan.of_head()):
        steps = len({task.step for task in plan.tasks if isinstance(task.reason, change.Asked)})
        start = f"{steps} of {counted(plan.counts.steps, 'step')} asked for"
    else:
        start = (
            f"{changed}, {plan.counts.steps_affected:,} of"
            f" {counted(plan.counts.steps, 'step')} affected"
        )
    return f"{start}: {_amount(plan.of_head())}"


def _is_one_commit(changes: change.ChangeSet) -> bool:
    return changes.base is not None and changes.base == changes.head


def _nothing(plan: Plan, changed: str) -> str:
    if plan.others_test:
        return "nothing to check in this share; others have what was chosen"
    start = f"{changed}, none used by a step" if plan.counts.files_changed else "no file changed"
    # Without its modes, the same on real data would be another run.
    is_on_real = Mode.DEEP_DIVE in plan.modes
    modes = "".join(f" --mode {mode.value}" for mode in plan.modes) if is_on_real else ""
    hint = f"`scriptcheck run --all{modes}` checks every step"
    if _is_one_commit(plan.changes):
        # On the main branch, whose last commit is what there is to be asked about.
        hint += f", `scriptcheck run --base HEAD~1{modes}` what the last commit can break"
    return f"{start}: nothing to check; {hint}"


def _amount(tasks: tuple[Task, ...]) -> str:
    alone = sum(task.pipeline is None for task in tasks)
    chained = len(tasks) - alone
    pipelines = len({task.pipeline for task in tasks if task.pipeline is not None})
    parts = []
    if alone:
        parts.append(f"{counted(alone, 'task')} alone")
    if chained:
        number = f"{chained:,}" if parts else counted(chained, "task")
        parts.append(f"{number} in {counted(pipelines, 'pipeline')}")
    return ", ".join(parts)


def name_width(plan: Plan, page: Page) -> int:
    """Give the width of the column of names: the longest, as long as reasons keep some room."""
    names = [len(visible(task.id)) for task in plan.of_head()]
    longest = max(names, default=0)
    if page.width is None:
        return longest
    room = page.width - _STATUS_WIDTH - _TIME_WIDTH - 2 - _GAP - _LEAST_REASON
    return min(longest, max(room, 0))


def task_line(task: Task, result: TaskResult, plan: Plan, page: Page, column: int) -> str:
    """Write status, time, name and reason of a finished task.

    Args:
        task: The task.
        result: How it ended.
        plan: The plan it belongs to.
        page: What it is written on.
        column: Width of the names, by `name_width`.
    """
    failing = verdict.is_failure(task, result, plan)
    word = result.outcome.value.replace("_", " ")
    word = word.upper() if failing else word
    ink = Ink.BAD if failing else _INKS.get(result.outcome, Ink.WARNING)
    time = NO_TIME if result.seconds is None else seconds(result.seconds)
    if result.outcome is Outcome.REUSED:
        time = NO_TIME
    status = page.paint(f"{word:>{_STATUS_WIDTH}}", ink)
    named = _named(task, column, page, unsteady.mark(reason(task, result, plan), result))
    return f"{status}{time:>{_TIME_WIDTH}}  {named}"


def output_lines(result: TaskResult, page: Page) -> list[str]:
    """Write what the script printed last, for who wants to read it of every task."""
    bar = f"{'':{_STATUS_WIDTH + _TIME_WIDTH}}| "
    return [page.cut(f"{bar}{code_line(shortened(text))}".rstrip()) for text in result.log_tail]


def running_line(task: Task, elapsed: float, page: Page, column: int) -> str:
    """Write the line of a task that is still running; it is cut to the terminal."""
    named = _named(task, column, page, _in_words(task))
    return page.cut(f"{'running':>{_STATUS_WIDTH}}{seconds(elapsed):>{_TIME_WIDTH}}  {named}")


def is_cut_short(result: TaskResult) -> bool:
    """Say whether a task was left out when the run ended early; such tasks are counted only."""
    return result.outcome is Outcome.NOT_RUN and result.why_not in not_run.CUT_SHORT


def reason(task: Task, result: TaskResult, plan: Plan) -> str:
    """Say why the task was checked, or why not, or why its failure does not count."""
    if result.outcome is Outcome.NOT_RUN:
        return visible(result.why_not or "")
    if result.outcome in BROKEN and not verdict.is_failure(task, result, plan):
        return excuse(task, result, plan)
    return _in_words(task)


def excuse(task: Task, result: TaskResult, plan: Plan) -> str:
    """Say why a failure does not count."""
    errors = [finding for finding in result.findings if finding.severity is Level.ERROR]
    known = next((finding.known for finding in errors if finding.known), None)
    if known:
        return f"known: {visible(known)}"
    if any(finding.also_on_base for finding in errors):
        return f"also on {base_name(plan)}"
    return _in_words(task) or "only gives inputs"


def _in_words(task: Task) -> str:
    if isinstance(task.reason, change.Feeds):
        return ""
    return visible(change.in_words(task.reason))


def _named(task: Task, column: int, page: Page, why: str) -> str:
    name = visible(task.id)
    if not why:
        return name
    text = f"{name:<{column}}{' ' * _GAP}"
    if page.width is None:
        return text + why
    room = page.width - _STATUS_WIDTH - _TIME_WIDTH - 2 - len(text)
    if len(why) <= room:
        return text + why
    return text + why[: room - 1] + "…" if room >= _LEAST_REASON else name
