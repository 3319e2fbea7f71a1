"""What a deep dive does again of production, and how what comes out lies beside what production wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.comparison import PortComparison
from ci_scriptcheck.model.execution import execution_name
from ci_scriptcheck.model.plan import Purpose, Side, Task
from ci_scriptcheck.model.production import AHEAD, SLIGHT, BesideProduction
from ci_scriptcheck.report import data_difference, data_difference_table, drift, failure
from ci_scriptcheck.report.lines import base_name
from ci_scriptcheck.report.page import Detail, Ink, counted, listed, visible
from ci_scriptcheck.report.sides import Sides
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ci_scriptcheck.model.plan import Plan
    from ci_scriptcheck.model.production import Original
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.report.page import Page

MOST_NAMES = 8
MOST_LINES = 10
"""Of steps that are told before a run, and of ports that were not compared; `-v` shows all."""

_MARK = "prod  "
RULE = "SC502"
"""That an output is not what production wrote."""
SIDES = ("production", "here")

_Output = tuple[Task, BesideProduction]


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
            ("but for what `scriptcheck.yaml` says", original.kept),
            ("without what speaks of secrets", original.withheld),
        )
        if names
    ]
    parts += [
        f"without its input `{visible(port)}`: {visible(why)}"
        for port, why in sorted(original.not_given.items())
    ]
    parts += [
        f"with `{visible(port)}` as the step before it writes it ({visible(why)})"
        for port, why in sorted(original.written_here.items())
    ]
    parts += [
        f"`{visible(port)}` was written again after that had run, and is not what it was given"
        for port in original.written_again
    ]
    if parts or page.detail is Detail.VERBOSE:
        where = f"step `{visible(original.step)}` of {visible(name.pipeline)}, {visible(name.id)}"
        yield "; ".join([f"{visible(task.id)}: {where}", *parts])


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedOut:
    """Outputs of a run, by what is known of them beside production.

    Attributes:
        other: Those that differ.
        same: Those of which all rows and values are the same.
        sampled: Samples that lie alike.
        fed_otherwise: Those that lie alike as a whole, of inputs that may be others than production's.
        unknown: Those that were not compared, and why.
    """

    other: tuple[_Output, ...] = ()
    same: tuple[_Output, ...] = ()
    sampled: tuple[_Output, ...] = ()
    fed_otherwise: tuple[_Output, ...] = ()
    unknown: tuple[tuple[Task, BesideProduction, str], ...] = ()

    def alike(self) -> tuple[tuple[tuple[_Output, ...], tuple[str, str]], ...]:
        """Give those that do not differ, each kind with the words for one and for several."""
        return (
            (
                self.same,
                ("output is as production wrote it", "outputs are as production wrote them"),
            ),
            (
                self.sampled,
                ("sampled output lies as production's", "sampled outputs lie as production's"),
            ),
            (
                self.fed_otherwise,
                (
                    "output lies as production's as a whole, rows and metrics not compared",
                    "outputs lie as production's as a whole, rows and metrics not compared",
                ),
            ),
        )


def sorted_out(record: RunRecord) -> SortedOut | None:
    """Say of each output how it lies beside what production wrote; `None` where nothing was done again."""
    found = [
        (task, one)
        for task, result in verdict.with_tasks(record)
        for one in result.beside_production
    ]
    if not found:
        return None
    same = [pair for pair in found if not pair[1].differs]
    alike = [pair for pair in same if not _why_not(pair[1])]
    return SortedOut(
        other=tuple(pair for pair in found if pair[1].differs),
        same=tuple(pair for pair in alike if not pair[1].is_sample),
        sampled=tuple(pair for pair in alike if pair[1].is_sample and not pair[1].others),
        fed_otherwise=tuple(pair for pair in alike if pair[1].is_sample and pair[1].others),
        unknown=tuple((task, one, why) for task, one in same if (why := _why_not(one))),
    )


def beside(record: RunRecord, page: Page) -> str | None:
    """Write how outputs lie beside what production wrote: what differs, then what does not, then what nobody knows."""
    found = sorted_out(record)
    lines = [page.flow(visible(one), _MARK) for one in notes(record)]
    if found is None:
        return "\n".join(lines) or None
    parts = ["\n".join(_port(task, one, record, page)) for task, one in found.other]
    parts += [_alike(ones, words, page) for ones, words in found.alike()]
    parts += [_unknown(found.unknown, page), "\n".join(lines)]
    return "\n\n".join(filter(None, parts)) or None


def notes(record: RunRecord) -> Iterator[str]:
    """Say what is to be known of the inputs that steps were given."""
    yield from called_otherwise(record)
    yield from ahead(record)
    yield from unseen(record)


def called_otherwise(record: RunRecord) -> Iterator[str]:
    """Say of inputs that an execution calls otherwise that they hold the same, so that rows and metrics count."""
    for task, result in verdict.with_tasks(record):
        alike = {
            port: name for one in result.beside_production for port, name in one.alike.items()
        }
        for port, name in sorted(alike.items()):
            yield f"{task.id} `{port}` holds what production's step was given as `{name}`."


def ahead(record: RunRecord) -> Iterator[str]:
    """Say of steps that miss what production cannot have written yet when they can pass."""
    names = [
        task.id
        for task, result in verdict.with_tasks(record)
        if any((one.known or "").startswith(AHEAD) for one in result.findings)
        and not verdict.is_failure(task, result, record.plan)
    ]
    if names:
        yield (
            f"{listed(names, MOST_NAMES)} cannot pass on what production gave before production has run the"
            " change, so that does not count. A run without deep-dive shows the whole chain."
        )


def unseen(record: RunRecord) -> Iterator[str]:
    """Say which steps were given what production gave them, though what this branch writes there is something else."""
    results = {result.task: result for result in record.results}
    names = [
        f"{task.id} `{item.port}`"
        for task, _ in verdict.with_tasks(record)
        for item in task.inputs
        if item.here is not None and _is_other(results.get(item.here.task), item.here.port)
    ]
    if names:
        was = "was" if len(names) == 1 else "were"
        yield (
            f"What this comes to further down is not seen here: {listed(names, MOST_NAMES)} {was} given as"
            " production gave it, and not as this branch writes it. A run without deep-dive shows that."
        )


def _is_other(result: TaskResult | None, port: str) -> bool:
    """Say whether a port does not hold what base, or production, writes there."""
    if result is None:
        return False
    differing = {one.port for one in result.beside_production if one.differs}
    return port in result.differing or port in differing


def sentences(one: BesideProduction, record: RunRecord) -> Iterator[str]:
    """Say of an output that differs what is to be known of it."""
    name = base_name(record.plan)
    if one.is_as_base:
        yield f"{name} writes the same: not by this change"
    if one.is_base_as_production and not one.is_sample:
        yield f"{name} writes what production wrote: it is this change"
    elif one.is_base_as_production:
        yield f"What {name} writes of the same lies as production's does: it is this change"
    if one.is_sample:
        why = visible(one.why_sample)
        smaller = "" if one.others else ", and sums over groups are smaller"
        yield f"{why[0].upper()}{why[1:]}: rows and metrics are not compared{smaller}."
    if one.files:
        yield data_difference.in_short(*rows_of(one))
    yield from _innocent(one, name)


def _innocent(one: BesideProduction, base: str) -> Iterator[str]:
    """Say what may be all that differs, where something speaks for it: who reads it will look no further."""
    if one.is_slight:
        why = "" if one.is_base_as_production else ": rounding may be all that differs"
        yield f"No number differs by more than {SLIGHT:.2%}{why}.".replace("%", " %")
    elif one.may_be_chance:
        yield f"As a whole it lies as production's does, and {base}'s as well: chance may be all that differs."


def rows_of(one: BesideProduction) -> tuple[PortComparison, Sides]:
    """Give how rows and values differ, as comparisons are told."""
    return PortComparison(port=one.port, files=one.files), Sides(before="in production")


def _alike(
    alike: Sequence[tuple[Task, BesideProduction]], words: tuple[str, str], page: Page
) -> str:
    if not alike:
        return ""
    names = [f"{visible(task.id)} `{visible(one.port)}`" for task, one in alike]
    shown = listed(names, len(names) if page.detail is Detail.VERBOSE else MOST_NAMES)
    return page.flow(f"{counted(len(alike), *words)}: {shown}", _MARK)


def _unknown(unknown: Sequence[tuple[Task, BesideProduction, str]], page: Page) -> str:
    most = len(unknown) if page.detail is Detail.VERBOSE else MOST_LINES
    lines = [
        page.flow(
            f"{visible(task.id)} `{visible(one.port)}` is not compared: {visible(why)}", _MARK
        )
        for task, one, why in unknown[:most]
    ]
    if unknown[most:]:
        lines.append(f"and {len(unknown) - most:,} more that are not compared, shown with `-v`")
    return "\n".join(lines)


def _why_not(one: BesideProduction) -> str | None:
    if one.opaque and (one.why_not is None or one.is_sample):
        names = listed([f"`{name}`" for name in one.opaque], MOST_NAMES)
        verb = "has" if len(one.opaque) == 1 else "have"
        return f"{names} {verb} other bytes, which says nothing about a model"
    return one.why_not or next(iter(one.drift.unread), None)


def _port(task: Task, one: BesideProduction, record: RunRecord, page: Page) -> Iterator[str]:
    rule = f" ({RULE})"
    what = f"{visible(task.id)}, output `{visible(one.port)}` is not what production wrote{rule}"
    yield page.flow(what, _MARK).replace("prod", page.paint("prod", Ink.WARNING), 1)
    for sentence in sentences(one, record):
        yield page.flow(sentence, "      ")
    if one.files:
        content = data_difference_table.table_of(*rows_of(one))
        if content is not None:
            yield ""
            yield failure.table(content, page)
    yield from drift.told(one.drift, page, SIDES)
