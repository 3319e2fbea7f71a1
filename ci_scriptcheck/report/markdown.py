"""The report of a run as GitHub shows it: comment on a pull request, summary of a job, and of a check.

Each text fits the limit that GitHub sets; what there is no room for is left out in a fixed order: the
other steps, long tables, lines of code, graphs, tables, and what stands beside the failures. The
headline, a line for each failure and the command that repeats it go last, and only by being counted.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model.comment_stamp import Stamp, written
from ci_scriptcheck.report import escaping, mistake, withheld
from ci_scriptcheck.report.comment import (
    asides,
    beside_production,
    failures,
    findings,
    halt,
    headline,
    picture,
)
from ci_scriptcheck.report.comment.sheet import Room, sheet
from ci_scriptcheck.report.comment.story import story
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.report.links import Links

COMMENT_CHARACTERS = 65_536
"""The longest body of a comment."""

CHECK_BYTES = 65_535
"""The longest summary of a check run, in UTF-8."""

JOB_BYTES = 1024 * 1024
"""The largest summary of a step, in UTF-8; of a larger one nothing is shown."""

_LESS: tuple[dict[str, Any], ...] = (
    {"rows": 10, "flows": 0},
    {"has_excerpts": False},
    {"graphs": 0},
    {"rows": 0, "differences": 5, "asides": 5},
    {"differences": 0, "asides": 0},
    {"sections": 0},
)
"""What is taken away behind the table of the other steps, in this order."""

_COMMENT = Room()
_JOB = Room(sections=50, steps=1_000, rows=100, differences=60, asides=60, graphs=6, flows=6)


def comment(record: RunRecord, links: Links) -> str:
    """Write the comment on a pull request, with the lines by which it is found again."""
    stamp = Stamp(
        run=links.run, attempt=links.attempt, head=links.head or record.plan.changes.head
    )
    hidden = f"{marker(record.plan.project)}\n{written(stamp)}\n"
    return hidden + _fitting(record, links, _COMMENT, COMMENT_CHARACTERS - len(hidden), len)


def job_summary(record: RunRecord, links: Links) -> str:
    """Write the summary that stands on the page of the run of a workflow."""
    return _fitting(record, links, _JOB, JOB_BYTES, _bytes)


def check_summary(record: RunRecord, links: Links) -> str:
    """Write the summary of a check run; `title` is what stands above it."""
    return _fitting(record, links, _COMMENT, CHECK_BYTES, _bytes)


def title(record: RunRecord) -> str:
    """Say in one line of plain text what the run amounts to."""
    return headline.title(story(record))


def has_news(record: RunRecord) -> bool:
    """Say whether a run is worth a comment where there is none yet: something was checked, found or lost, or could not be."""
    plan = record.plan
    found = any(mistake.is_shown(item, plan) for item in plan.findings)
    return found or bool(plan.of_head() or record.missing or record.stopped)


def marker(project: str) -> str:
    """Give the hidden first line of a project's comment; it holds nothing that could end it."""
    return f"<!-- scriptcheck:{escaping.hidden_name(project)} -->"


def _fitting(
    record: RunRecord, links: Links, room: Room, limit: int, length: Callable[[str], int]
) -> str:
    """Write as much as fits, and leave out in the order in which it can be missed."""
    write = _writer(record, links, room)
    rooms = _ever_smaller(room)
    for smaller in rooms:
        text = write(smaller)
        if length(text) <= limit:
            return text
    most = len(record.results) + len(record.plan.findings)
    fewest = rooms[-1]
    # What fits for some number fits for each below; the first for which it does not is one more.
    number = bisect.bisect_left(
        range(1, most + 1),
        1,
        key=lambda lines: length(write(replace(fewest, lines=lines))) > limit,
    )
    return write(replace(fewest, lines=number))


def _ever_smaller(room: Room) -> list[Room]:
    """List rooms, each with less than the one before."""
    rooms = [room, replace(room, steps=0)]
    for less in _LESS:
        rooms.append(replace(rooms[-1], **less))
    return rooms


def _writer(record: RunRecord, links: Links, room: Room) -> Callable[[Room], str]:
    """Give what writes a record in any length; what is the same in all of them is written once."""
    told = story(record)
    widest = sheet(record.plan, links, room)
    lines = failures.first_lines(told, widest)
    is_bare = record.stopped is not None and not record.results
    scope = "" if is_bare else asides.scope(record.plan, widest)
    opening = [headline.heading(told), scope]
    drawings = picture.drawings(record)
    is_quiet = headline.all_is_well(told)

    def write(smaller: Room) -> str:
        page = sheet(record.plan, links, smaller)
        parts = [
            *opening,
            *halt.told(told, page),
            failures.opening(lines, page),
            *drawings[: smaller.graphs],
            *findings.of_project(told, page),
            *failures.sections(told, lines, page),
            *asides.not_run(told, page),
            *asides.data(told, page, failures.tables(told, page)),
            *beside_production.told(told, page),
            *asides.real_data(told, page),
            *asides.not_compared(told, page),
            *asides.not_counted(told, page),
            *asides.warnings(told, page),
            *([] if is_quiet else asides.others(told, page)),
        ]
        parts += [page.prose(withheld.why(parts) or ""), asides.footer(told, page)]
        return "\n\n".join(part for part in parts if part) + "\n"

    return write


def _bytes(text: str) -> int:
    return len(text.encode())
