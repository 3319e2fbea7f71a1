"""What a run on real data shows beside its findings, for a terminal: what becomes of them, and how made ones differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.flow import flows
from ci_scriptcheck.report import failure, flow, full_size, made_and_real
from ci_scriptcheck.report.page import Detail, code_line, counted, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.report.made_and_real import SourceDifference
    from ci_scriptcheck.report.page import Page

MOST_NOTES = 10
MOST_LINES = 30
"""Of a change of the settings; `-v` shows all."""


def told(record: RunRecord, page: Page) -> str | None:
    """Write all of it; `None` where no real data were looked at."""
    parts = [*_along(record, page)]
    parts += _costs(record, page)
    # Where something failed, that is what is to be read; schemas are as they were on main.
    is_short = bool(verdict.failures(record)) and page.detail is not Detail.VERBOSE
    for one in made_and_real.sources(record):
        parts += [_in_a_line(one, page)] if is_short else _made(one, page)
    return "\n\n".join(parts) or None


def _along(record: RunRecord, page: Page) -> Iterator[str]:
    for one in flows(record):
        yield f"Real data along {visible(one.name)}:"
        is_all = page.detail is Detail.VERBOSE
        table = flow.stages(one) if is_all else flow.stages(one, failure.MOST_ROWS)
        yield failure.table(table, page)
        yield from _lines(flow.notes(one), page)
        turns = flow.turns(one) if page.detail is Detail.VERBOSE else None
        if turns is not None:
            yield "Columns that do not stay as they are:"
            yield failure.table(turns, page)


def _lines(texts: Iterable[str], page: Page) -> Iterator[str]:
    """Write sentences below each other, no more than a screen has room for beside all else."""
    told = [page.flow(visible(text), "  ") for text in texts]
    more = len(told) - MOST_NOTES
    if more > 0 and page.detail is not Detail.VERBOSE:
        told = [*told[:MOST_NOTES], f"  and {more:,} more, shown with `-v`"]
    if told:
        yield "\n".join(told)


def _costs(record: RunRecord, page: Page) -> Iterator[str]:
    for one in full_size.costs(record):
        yield f"What {visible(one.name)} costs on this sample, and on all of the data:"
        is_all = page.detail is Detail.VERBOSE
        yield failure.table(one.full if is_all else one.short, page)
        yield from _lines(one.notes, page)


def _in_a_line(found: SourceDifference, page: Page) -> str:
    name = visible(found.dataset)
    return page.flow(
        f"Data made for {name} are not like the real ones: `-v` shows how, and what would bring them nearer."
    )


def _made(found: SourceDifference, page: Page) -> Iterator[str]:
    name = found.dataset
    if found.table is not None:
        yield f"Data made for {visible(name)} are not like the real ones:"
        yield failure.table(found.table, page)
    if found.unsaid:
        yield from _lines((f"{name}: {text}" for text in found.unsaid), page)
    if found.suggestion:
        lines = found.suggestion.splitlines()
        if len(lines) > MOST_LINES and page.detail is not Detail.VERBOSE:
            rest = counted(len(lines), "line")
            yield page.flow(
                f"A change of the settings that would bring them nearer has {rest}: see `-v`, or the page."
            )
            return
        yield page.flow(f"{made_and_real.LEAD}:")
        # Not indented, so that it can be pasted.
        yield "\n".join(code_line(line) for line in lines)
