"""What a run on real data shows beside its findings, for a terminal: what becomes of them along a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.flow import flows
from ci_scriptcheck.report import failure, flow
from ci_scriptcheck.report.page import Detail, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.plan import RunRecord
    from ci_scriptcheck.report.page import Page


def told(record: RunRecord, page: Page) -> str | None:
    """Write all of it; `None` where no real data were looked at."""
    return "\n\n".join(_along(record, page)) or None


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
