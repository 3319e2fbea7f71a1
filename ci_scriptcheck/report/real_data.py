"""What a run on real data shows beside its findings, for a terminal: what becomes of them, and how made ones differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.flow import flows
from ci_scriptcheck.report import failure, flow, full_size, made_and_real
from ci_scriptcheck.report.page import Detail, code_line, counted, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.plan import RunRecord
    from ci_scriptcheck.report.made_and_real import SourceDifference
    from ci_scriptcheck.report.page import Page

MOST_LINES = 30
"""Of a change of the settings; `-v` shows all."""


def told(record: RunRecord, page: Page) -> str | None:
    """Write all of it; `None` where no real data were looked at."""
    parts = [*_along(record, page)]
    parts += _costs(record, page)
    for one in made_and_real.sources(record):
        parts += _made(one, page)
    return "\n\n".join(parts) or None


def _along(record: RunRecord, page: Page) -> Iterator[str]:
    for one in flows(record):
        yield f"Real data along {visible(one.name)}:"
        yield failure.table(flow.stages(one), page)
        lines = [page.flow(visible(text), "  ") for text in flow.notes(one)]
        if lines:
            yield "\n".join(lines)
        turns = flow.turns(one) if page.detail is Detail.VERBOSE else None
        if turns is not None:
            yield "Columns that do not stay as they are:"
            yield failure.table(turns, page)


def _costs(record: RunRecord, page: Page) -> Iterator[str]:
    for one in full_size.costs(record):
        yield f"What {visible(one.name)} costs on this sample, and on all of the data:"
        is_all = page.detail is Detail.VERBOSE
        yield failure.table(one.full if is_all else one.short, page)
        lines = [page.flow(visible(text), "  ") for text in one.notes]
        if lines:
            yield "\n".join(lines)


def _made(found: SourceDifference, page: Page) -> Iterator[str]:
    name = visible(found.dataset)
    if found.table is not None:
        yield f"Data made for {name} are not like the real ones:"
        yield failure.table(found.table, page)
    if found.unsaid:
        lines = [page.flow(f"{name}: {visible(text)}", "  ") for text in found.unsaid]
        yield "\n".join(lines)
    if found.suggestion:
        lines = found.suggestion.splitlines()
        if len(lines) > MOST_LINES and page.detail is not Detail.VERBOSE:
            rest = counted(len(lines), "line")
            yield f"A change of the settings that would make them alike has {rest}: see `-v`, or the page."
            return
        yield f"{made_and_real.LEAD}:"
        # Not indented, so that it can be pasted.
        yield "\n".join(code_line(line) for line in lines)
