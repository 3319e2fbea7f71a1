"""What a deep dive does again of production, and how what comes out lies beside what production wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.comparison import PortComparison
from ci_scriptcheck.model.execution import execution_name
from ci_scriptcheck.model.plan import Purpose, Side
from ci_scriptcheck.report import data_difference, drift, failure
from ci_scriptcheck.report.data_difference import Sides
from ci_scriptcheck.report.lines import base_name
from ci_scriptcheck.report.page import Detail, Ink, counted, listed, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.plan import Plan, RunRecord, Task
    from ci_scriptcheck.model.production import BesideProduction, Original
    from ci_scriptcheck.report.page import Page

MOST_NAMES = 8
MOST_LINES = 10
"""Of steps that are told before a run, and of ports that were not compared; `-v` shows all."""

_SIDES = ("production", "here")
_SAMPLED = (
    "Its data were samples: rows and metrics are not compared, and sums over groups are smaller."
)


def told(plan: Plan, page: Page) -> list[str]:
    """Say before a run which execution its tasks do again, and with whose settings."""
    known = [(task, task.original) for task in plan.tasks if task.side is Side.HEAD]
    checked = [
        (task, one)
        for task, one in known
        if one is not None and task.purpose is Purpose.CHECK and task.blocked is None
    ]
    lines = [line for task, one in checked for line in _settings(task, one, page)]
    most = len(lines) if page.detail is Detail.VERBOSE else MOST_LINES
    more = [f"and {len(lines) - most:,} more such lines, shown with `-v`"] if lines[most:] else []
    return [page.flow(line, "as    ") for line in (*lines[:most], *more)]


def _settings(task: Task, original: Original, page: Page) -> Iterator[str]:
    if original.step is None:
        why = visible(original.why_not or "no step of the execution is it")
        yield f"{visible(task.id)}: {why}; it is given what other steps write"
        return
    name = execution_name(original.execution)
    parts = [
        f"{words}: {listed([visible(one) for one in names], MOST_NAMES)}"
        for words, names in (
            ("with its", original.taken),
            ("but for what `scriptcheck.yaml` says:", original.kept),
            ("without what speaks of secrets:", original.withheld),
        )
        if names
    ]
    parts = [part.replace("::", ":") for part in parts]
    if parts or page.detail is Detail.VERBOSE:
        where = f"step `{visible(original.step)}` of {visible(name.pipeline)}, {visible(name.id)}"
        yield "; ".join([f"{visible(task.id)}: {where}", *parts])


def beside(record: RunRecord, page: Page) -> str | None:
    """Write how outputs lie beside what production wrote: what differs, then what does not, then what nobody knows."""
    found = [
        (task, one)
        for task, result in verdict.with_tasks(record)
        for one in result.beside_production
    ]
    if not found:
        return None
    other = [(task, one) for task, one in found if one.differs]
    unknown = [(task, one) for task, one in found if _why_not(one) and not one.differs]
    alike = [(task, one) for task, one in found if not one.differs and not _why_not(one)]
    parts = ["\n".join(_port(task, one, record, page)) for task, one in other]
    if alike:
        names = [f"{visible(task.id)} `{visible(one.port)}`" for task, one in alike]
        words = counted(len(alike), "output is", "outputs are")
        shown = listed(names, len(names) if page.detail is Detail.VERBOSE else MOST_NAMES)
        parts.append(
            page.flow(
                f"{words} as production wrote them: {shown}".replace(
                    "is as production wrote them", "is as production wrote it"
                ),
                "prod  ",
            )
        )
    most = len(unknown) if page.detail is Detail.VERBOSE else MOST_LINES
    lines = [
        page.flow(
            f"{visible(task.id)} `{visible(one.port)}` is not compared: {visible(_why_not(one) or '')}",
            "prod  ",
        )
        for task, one in unknown[:most]
    ]
    if unknown[most:]:
        lines.append(f"and {len(unknown) - most:,} more that are not compared, shown with `-v`")
    if lines:
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _why_not(one: BesideProduction) -> str | None:
    return one.why_not or next(iter(one.drift.unread), None)


def _port(task: Task, one: BesideProduction, record: RunRecord, page: Page) -> Iterator[str]:
    head = page.flow(
        f"{visible(task.id)}, output `{visible(one.port)}` is not what production wrote", "prod  "
    )
    yield head.replace("prod", page.paint("prod", Ink.WARNING), 1)
    if one.is_as_base:
        yield page.flow(f"{base_name(record.plan)} writes the same: not by this change", "      ")
    if one.is_sample:
        yield page.flow(_SAMPLED, "      ")
    if one.files:
        sides = Sides(before="in production")
        compared = PortComparison(port=one.port, files=one.files)
        yield page.flow(data_difference.in_short(compared, sides), "      ")
        content = data_difference.table_of(compared, sides)
        if content is not None:
            yield ""
            yield failure.table(content, page)
    yield from drift.told(one.drift, page, _SIDES)
