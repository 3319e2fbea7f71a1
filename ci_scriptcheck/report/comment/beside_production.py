"""What a comment tells of outputs beside what production wrote: what differs with its tables, the rest in a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.report import (
    data_difference_table,
    drift,
    escaping,
    production,
)
from ci_scriptcheck.report.comment.sheet import fold
from ci_scriptcheck.report.page import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.production import BesideProduction
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.report.comment.sheet import Sheet
    from ci_scriptcheck.report.comment.story import Story

MOST_NAMES = 8
_TITLE = "#### Beside what production wrote"


def told(story: Story, sheet: Sheet) -> list[str]:
    """Write how outputs lie beside what production wrote; nothing where no task did again what that did."""
    found = production.sorted_out(story.record)
    record = story.record
    notes = [sheet.prose(one) for one in production.notes(record)]
    if found is None:
        return [_TITLE, *notes] if notes else []
    most = sheet.room.differences
    parts = [_differing(task, one, story.record, sheet) for task, one in found.other[:most]]
    more = len(found.other) - len(parts)
    if more:
        parts.append(f"{counted(more, 'more output')} differ{'s' * (more == 1)}.")
    parts += [_alike(ones, words) for ones, words in found.alike() if ones]
    shown = [
        f"- {escaping.name(task.id)}, output {escaping.name(one.port)}: {sheet.prose(why)}"
        for task, one, why in found.unknown[: sheet.room.asides]
    ]
    if found.unknown:
        title = f"{counted(len(found.unknown), 'output')} not compared with production"
        rest = len(found.unknown) - len(shown)
        lines = [*shown, *([f"- and {rest:,} more"] if rest else [])]
        parts.append(fold(title, "\n".join(lines)) if shown else f"{title}.")
    return [_TITLE, *parts, *notes]


def _differing(task: Task, one: BesideProduction, record: RunRecord, sheet: Sheet) -> str:
    head = f"**{escaping.name(task.id)}**, output {escaping.name(one.port)}, is not what production wrote"
    said = sheet.evidence(production.sentences(one, record))
    return "\n\n".join(filter(None, (head, said, *_tables(one, sheet))))


def _tables(one: BesideProduction, sheet: Sheet) -> Iterator[str]:
    if one.files:
        content = data_difference_table.table_of(*production.rows_of(one))
        if content is not None:
            yield sheet.comparison(content)
    yield sheet.evidence(drift.sentences(one.drift))
    for table in one.drift.tables:
        if table.columns:
            yield sheet.prose(drift.in_short(table))
            yield sheet.comparison(drift.columns_of(table, production.SIDES))
    if one.drift.numbers:
        yield sheet.comparison(drift.numbers_of(one.drift, production.SIDES))


def _alike(alike: Sequence[tuple[Task, BesideProduction]], words: tuple[str, str]) -> str:
    names = [f"{escaping.name(task.id)} {escaping.name(one.port)}" for task, one in alike]
    return f"{counted(len(alike), *words)}: {listed(names, MOST_NAMES)}."
