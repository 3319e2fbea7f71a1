"""The report of a search: the small table that breaks a script, or that none was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.report import failure
from ci_scriptcheck.report.page import Ink, counted, seconds, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.counterexample import Counterexample, Effort
    from ci_scriptcheck.report.page import Page


def found(example: Counterexample, effort: Effort, page: Page) -> str:
    """Write how a script fails, on which rows, and which of their cells it is."""
    step = visible(example.task.step)
    parts = [f"{page.paint('FAILED', Ink.BAD)}  {page.paint(step, Ink.STRONG)}"]
    parts += failure.seen(example.finding, page)
    parts += _tables(example, page)
    if example.blame:
        parts.append("\n".join(page.paragraph(visible(text), "  ") for text in example.blame))
    parts.append("\n".join(_commands(example, page)))
    parts.append(f"1 of {counted(effort.tables, 'table')} breaks `{step}`: {_effort(effort)}")
    return "\n\n".join(parts) + "\n"


def nothing(step: str, effort: Effort) -> str:
    """Say that no table that was tried breaks a script."""
    return (
        f"none of {counted(effort.tables, 'table')} breaks `{visible(step)}`: {_effort(effort)}\n"
    )


def progress(effort: Effort, *, is_found: bool) -> str:
    """Write the moving line of a search."""
    if is_found:
        return f"found, and made smaller: {counted(effort.runs, 'run')}, {effort.rate} a second"
    return f"{effort.tables:,} of {counted(effort.asked, 'table')}, {effort.rate} a second"


def _tables(example: Counterexample, page: Page) -> Iterator[str]:
    small = "" if example.is_final else " (it may be larger than needed: the search was ended)"
    for port, rows in example.tables.items():
        name = visible(port)
        if not rows.rows:
            columns = ", ".join(visible(column) for column in rows.columns)
            yield page.paragraph(f"`{name}` has no rows{small}, only its columns: {columns}", "  ")
        else:
            head = f"`{name}` holds {counted(len(rows.rows), 'row')}{small}:"
            yield f"{page.paragraph(head, '  ')}\n\n{failure.table(rows, page)}"


def _commands(example: Counterexample, page: Page) -> Iterator[str]:
    if example.finding.advice:
        yield failure.labelled("help", visible(example.finding.advice), page)
    yield failure.labelled("reproduce", visible(example.again), page)
    yield failure.labelled("keep", visible(f"{example.again} --save NAME"), page)
    yield failure.labelled("look", visible(example.run), page)


def _effort(effort: Effort) -> str:
    """Write what a search did, such as `512 runs in 20.1 s, 25 a second`."""
    return f"{counted(effort.runs, 'run')} in {seconds(effort.seconds)}, {effort.rate} a second"
