"""What a run amounts to, in a line: for a comment, the title of a check, and a notification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import change, verdict
from ci_scriptcheck.model.plan import Purpose
from ci_scriptcheck.report import escaping, mistake, summary
from ci_scriptcheck.report.page import counted, visible
from ci_scriptcheck.report.standing import Standing, standing
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.report.comment.story import Story

MOST = 200
"""Characters of a title; GitHub shows no more of one in a list."""

_WORST_FIRST = (
    Standing.FAILED,
    Standing.WAITING,
    Standing.EXCUSED,
    Standing.PASSED,
    Standing.REUSED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many steps are checked, and as what each counts by the worst of its tasks.

    Attributes:
        noun: What they are called: all that are checked are affected, unless somebody asked for more.
    """

    total: int
    failed: int
    waiting: int
    excused: int
    noun: str

    def share(self, number: int) -> str:
        """Write a number of the steps that are checked."""
        return f"{number:,} of {counted(self.total, self.noun)}"


def heading(story: Story) -> str:
    """Write the first line that is seen, with the mark that repeats what it says."""
    return f"### {_mark(story)} {escaping.prose(title(story), MOST)}"


def title(story: Story) -> str:
    """Say in one line of plain text what the run amounts to."""
    told = visible(_told(story))[:MOST]
    return f"{told[0].upper()}{told[1:]}"


def all_is_well(story: Story) -> bool:
    """Say whether all that was to be checked was checked, and nothing has to be told of it."""
    tally = _tally(story)
    found = [item for item in story.plan.findings if mistake.is_shown(item, story.plan)]
    rest = tally.waiting + tally.excused
    return story.exit_code == 0 and not rest and not found and bool(story.record.results)


def _told(story: Story) -> str:
    tally = _tally(story)
    wrong = mistake.does_fail(story.found, story.plan)
    parts = [counted(wrong, "error in the project", "errors in the project")] if wrong else []
    if tally.failed:
        share = _all(tally) if tally.failed == tally.total else tally.share(tally.failed)
        parts.append(f"{share} failed")
    interruption = summary.interruption(story.record)
    if interruption is not None:
        return "; ".join([interruption, *parts])
    if parts:
        return ", ".join(parts)
    if verdict.has_tested_nothing(story.record):
        return "nothing that was asked for was run"
    lost = story.record.missing
    if lost and not tally.waiting:
        return f"{len(lost)} of {len(lost) + len(story.record.shares)} shares left no record"
    return _nothing_failed(tally)


def _nothing_failed(tally: Tally) -> str:
    if not tally.total:
        return "nothing to check"
    if tally.waiting == tally.total:
        return f"none of {counted(tally.total, tally.noun)} was run"
    was = "was" if tally.waiting == 1 else "were"
    waiting = f"{tally.share(tally.waiting)} {was} not run" if tally.waiting else ""
    if tally.excused:
        failures = counted(tally.excused, "failure is", "failures are")
        return f"nothing new failed; {failures} not counted{f', and {waiting}' if waiting else ''}"
    if waiting:
        return f"nothing failed, but {waiting}"
    return f"{_all(tally)} passed"


def _all(tally: Tally) -> str:
    if tally.total == 1:
        return f"the only {tally.noun}"
    return f"both {tally.noun}s" if tally.total == 2 else f"all {counted(tally.total, tally.noun)}"


def _mark(story: Story) -> str:
    if story.failing or story.exit_code == 1:
        return "❌"
    if story.record.interrupted is not None:
        return "🛑"
    tally = _tally(story)
    if not story.record.results or not tally.total:
        return "⚪"
    return "⚠️" if tally.waiting or tally.excused else "✅"


def _tally(story: Story) -> Tally:
    plan = story.plan
    worst: dict[str, Standing] = {}
    for task, result in verdict.with_tasks(story.record):
        # A supplier is counted where it makes the run fail.
        if task.purpose is Purpose.CHECK or task.id in story.failing:
            found = [standing(task, result, plan), worst.get(task.step, Standing.REUSED)]
            worst[task.step] = min(found, key=_WORST_FIRST.index)
    stands = list(worst.values())
    is_asked = any(isinstance(task.reason, change.Asked | change.Unknown) for task in plan.tasks)
    is_all = is_asked or plan.changes.unknown is not None
    return Tally(
        total=len(stands),
        failed=stands.count(Standing.FAILED),
        waiting=stands.count(Standing.WAITING),
        excused=stands.count(Standing.EXCUSED),
        noun="step" if is_all else "affected step",
    )
