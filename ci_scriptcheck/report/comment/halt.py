"""Why nothing, or not everything, could be checked, as a comment tells it: place, line, facts, help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.report.comment import findings
from ci_scriptcheck.report.summary import MOST_WHAT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.stopped import Stopped
    from ci_scriptcheck.report.comment.sheet import Sheet
    from ci_scriptcheck.report.comment.story import Story

MOST_FACTS = 20
FEWEST_FACTS = 3


def told(story: Story, sheet: Sheet) -> list[str]:
    """Write what stands below the headline; nothing where the run came to its end."""
    stopped = story.record.stopped
    return [] if stopped is None else list(_parts(stopped, sheet))


def _parts(stopped: Stopped, sheet: Sheet) -> Iterator[str]:
    if len(stopped.what) > MOST_WHAT:
        yield sheet.prose(stopped.what)
    if stopped.where:
        yield sheet.place(stopped.where)
    if stopped.excerpt and sheet.room.has_excerpts:
        yield findings.code(stopped.where, stopped.excerpt, stopped.what)
    yield sheet.evidence(stopped.facts[: MOST_FACTS if sheet.room.sections else FEWEST_FACTS])
    if stopped.advice:
        yield f"**Help:** {sheet.prose(stopped.advice)}"
