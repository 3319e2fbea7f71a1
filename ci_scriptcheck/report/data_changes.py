"""What a change did to the data: where it begins, what it comes to, and what failed by it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.acceptance import is_acceptable
from ci_scriptcheck.model.comparison import PortComparison
from ci_scriptcheck.model.plan import Task
from ci_scriptcheck.model.result import ENDED_WELL, Level, Table
from ci_scriptcheck.model.scenario import REAL
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.report import (
    data_difference_table,
    intended,
    lines,
    moved_numbers,
    renamed,
    ways,
)
from ci_scriptcheck.report.moved_numbers import Moved
from ci_scriptcheck.report.page import listed, visible
from ci_scriptcheck.report.sides import Sides, of_commits, of_scripts
from ci_scriptcheck.report.why import cause, why_now
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ci_scriptcheck.model.comparison import FileComparison, TableComparison
    from ci_scriptcheck.model.result import Finding, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord

_SHARES = (0.0, 0.01, 0.1, 0.5)
_SHIFTS = (0.1, 0.25)
"""From where on a population stability index speaks of a small shift, and of a large one."""

_MOST_RENAMED = 3

Told = tuple[str, Table | None]
"""A sentence, and the table that it introduces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An output that is not what it is on base.

    Attributes:
        why: What of the change made it so, where it begins: a sentence, once for each task.
        way: From where that was passed on, in words.
        begins: Whether it was not passed on, but begins here.
        is_read: Whether another task reads it.
        moved: The numbers that moved.
        likewise: Tasks of the same step in which the same differs by other figures; of numbers that moved, by the same.
    """

    task: Task
    comparison: PortComparison
    sides: Sides
    why: str = ""
    way: str = ""
    begins: bool
    is_read: bool
    moved: Moved
    likewise: tuple[str, ...] = ()

    @property
    def is_beside_script(self) -> bool:
        """Say whether it is compared with what base's script makes of head's inputs."""
        return bool(self.sides.also)

    @property
    def is_told_by_numbers(self) -> bool:
        """Say whether the numbers that moved are all that there is to say."""
        return bool(self.moved.numbers) and self.moved.is_all

    def numbers_in_words(self) -> str:
        """Write the numbers that moved, what they are beside, and where they did so, too, in a line."""
        also = f"the same in {listed(list(self.likewise), 4)}" if self.likewise else ""
        return "; ".join(filter(None, (self.moved.in_words(), also, self.sides.also)))


def changes(record: RunRecord) -> tuple[Change, ...]:
    """Give the outputs that differ: those where it begins, then those to which it was passed on.

    Of the latter only those were compared that nobody reads further, and figures in JSON.
    """
    return (*_own(record), *_passed_on(record))


def figures(record: RunRecord) -> tuple[Change, ...]:
    """Give the changes by which numbers in JSON moved: what a reader wants to know first.

    An archive that holds no others than were told of already is not among them; of a step that moves the same alone
    and in its pipelines, one is, and names the others.
    """
    found: dict[object, Change] = {}
    told: set[tuple[str, str, str]] = set()
    for one in changes(record):
        numbers = set(one.moved.numbers)
        same = (one.task.step, one.comparison.port, one.sides, one.moved)
        if same in found and numbers:
            known = found[same]
            found[same] = replace(known, likewise=(*known.likewise, visible(one.task.id)))
        elif numbers - told or one.is_told_by_numbers:
            found[same] = one
            told |= numbers
    return tuple(found.values())


def beginnings(record: RunRecord) -> tuple[Change, ...]:
    """Give the changes that begin where they are, and of which numbers do not say all."""
    return _together(
        record, [one for one in changes(record) if one.begins and not one.is_told_by_numbers]
    )


def ends(record: RunRecord) -> tuple[Change, ...]:
    """Give the outputs that nobody reads and that differ by what was passed on to their task."""
    return _together(
        record,
        [
            one
            for one in changes(record)
            if not one.begins and not one.is_read and not one.is_told_by_numbers
        ],
    )


def same_at_the_end(record: RunRecord) -> str | None:
    """Say that what nobody reads further is as on base, where something differs before it.

    Said only of what both sides wrote byte for byte alike, and of all of it; base's tasks have to be there.
    """
    # Not by what is told: of a step that writes the same alone, only that is.
    began = {
        task.pipeline
        for task, result in verdict.with_tasks(record)
        if result.is_first_to_differ and any(one.files for one in result.comparisons)
    }
    ends = [
        (task, result)
        for task, result in verdict.with_tasks(record)
        if task.pipeline is not None and task.pipeline in began and task.ends and task.beside
    ]
    results = {result.task: result for result in record.results}
    if not ends or not all(_is_as_on_base(task, result, results) for task, result in ends):
        return None
    names = [f"`{visible(port)}` of {visible(task.id)}" for task, _ in ends for port in task.ends]
    return (
        f"What comes out at the end, {listed(names, 4)}, is as on {lines.base_name(record.plan)}."
    )


def _is_as_on_base(task: Task, result: TaskResult, results: Mapping[str, TaskResult]) -> bool:
    before = results.get(task.beside or "")
    if before is None or not {result.outcome, before.outcome} <= ENDED_WELL:
        return False
    return all(
        port in result.outputs
        and port in before.outputs
        and result.outputs[port].digest == before.outputs[port].digest
        for port in task.ends
    )


def inherited(record: RunRecord, task: Task) -> Iterator[Told]:
    """Tell which inputs of a failed task are not what they are on base, and which step began it."""
    results = {result.task: result for result in record.results}
    tasks = record.plan.by_id()
    if task.id not in results:
        return
    given = {one.port: one for one in results[task.id].given}
    for item in task.inputs:
        found = given.get(item.port)
        if found is None or not found.files or not isinstance(item.source, Upstream):
            continue
        supplier = tasks[item.source.task]
        way = ways.tasks_of(tasks, results, supplier)
        where = f"Input `{item.port}` is not what it is on {lines.base_name(record.plan)}"
        table = data_difference_table.table_of(found, _sides(record, None))
        names = ", and ".join(islice(renamed.sentences(found.files), _MOST_RENAMED))
        as_renamed = f", as {names}" if names else ""
        yield f"{where}{as_renamed}. {ways.back(way, results, task)}", table


def why_failed(record: RunRecord, task: Task, finding: Finding | None = None) -> tuple[str, ...]:
    """Say how the change reaches a failed task: by what its inputs are known to come from, if by that."""
    result = next((one for one in record.results if one.task == task.id), None)
    given = {one.port for one in result.given if one.files} if result is not None else set()
    if not given:
        return why_now(record.plan, task, finding)
    results = {result.task: result for result in record.results}
    tasks = record.plan.by_id()
    begun = {
        one.id: one
        for item in task.inputs
        if item.port in given and isinstance(item.source, Upstream)
        for one in ways.begun(ways.tasks_of(tasks, results, tasks[item.source.task]), results)
    }
    return why_now(record.plan, task, finding, begun_by=tuple(begun.values()))


def accepted(record: RunRecord, change: Change) -> Iterator[str]:
    """Say which findings about an output somebody has accepted, and why, and which only seem to be.

    Of an error that was accepted as another difference is told where it fails.
    """
    result = next(one for one in record.results if one.task == change.task.id)
    reasons: dict[str, list[str]] = {}
    for finding in result.findings:
        if finding.port != change.comparison.port or not is_acceptable(finding):
            continue
        lapsed = intended.lapsed(finding) if finding.severity is Level.WARNING else None
        said = visible(finding.known) if finding.known else lapsed
        if said:
            reasons.setdefault(said, []).append(finding.rule)
    for reason, rules in reasons.items():
        yield f"{listed(sorted(set(rules)))}: {reason}"


def _together(record: RunRecord, found: Iterable[Change]) -> tuple[Change, ...]:
    """Give the first of those that differ in the same way in several tasks of a step; it names the others.

    Where one of them was given real data, it is that one: what a change does to those is what was asked for.
    """
    alike: dict[str, list[Change]] = {}
    for one in found:
        kind = (
            one.task.step,
            one.comparison.port,
            one.way,
            [_kind(file) for file in one.comparison.files],
            list(accepted(record, one)),
        )
        alike.setdefault(repr(kind), []).append(one)
    told = (sorted(group, key=lambda one: one.task.scenario != REAL) for group in alike.values())
    return tuple(
        replace(first, likewise=tuple(visible(one.task.id) for one in others))
        for first, *others in told
    )


def _kind(file: FileComparison) -> object:
    """Give what differs in a file, and only roughly by how much."""
    columns = () if file.table is None else file.table.columns
    return (
        None if file.table is None else _size(file.table),
        file.path,
        file.fate,
        file.format_before,
        file.format_after,
        sorted(
            (
                *(one.name, one.fate, one.type_before or "", one.type_after or ""),
                _level(one.psi or 0.0, _SHIFTS),
            )
            for one in columns
        ),
        sorted(one.path for one in file.values),
        [_kind(member) for member in file.members],
    )


def _size(table: TableComparison) -> object:
    """Say how many rows came, went, changed, or lost a value, as one would call it: few, some, most."""
    empty = max((one.nulls_after - one.nulls_before for one in table.columns), default=0)
    parts = (
        (table.changed, table.paired),
        (table.gone, table.rows_before),
        (table.new, table.rows_after),
        (empty, table.rows_after),
    )
    return (table.is_reordered, *(_level(part / max(of, 1), _SHARES) for part, of in parts))


def _level(value: float, bounds: tuple[float, ...]) -> int:
    return sum(value > bound for bound in bounds)


def _own(record: RunRecord) -> Iterator[Change]:
    """Give the outputs that differ where all that was read was the same, in the plan's order.

    A step that writes the same alone and in its pipelines is told of once.
    """
    told: set[str] = set()
    for task, result in verdict.with_tasks(record):
        if result.is_first_to_differ:
            why = cause(record.plan, task)
            for comparison in result.comparisons:
                same = repr((task.step, comparison))
                if comparison.files and same not in told:
                    told.add(same)
                    yield Change(
                        task=task,
                        comparison=comparison,
                        sides=_sides(record, result),
                        why=why,
                        begins=True,
                        is_read=comparison.port not in task.ends,
                        moved=moved_numbers.moved(comparison),
                    )
                    why = ""


def _passed_on(record: RunRecord) -> Iterator[Change]:
    results = {result.task: result for result in record.results}
    tasks = record.plan.by_id()
    for task, result in verdict.with_tasks(record):
        if result.is_first_to_differ:
            continue
        for comparison in result.comparisons:
            if comparison.files:
                yield Change(
                    task=task,
                    comparison=comparison,
                    sides=_sides(record, result),
                    way=ways.onward(ways.tasks_of(tasks, results, task)[:-1], results, task),
                    begins=False,
                    is_read=comparison.port not in task.ends,
                    moved=moved_numbers.moved(comparison, is_passed_on=True),
                )


def _sides(record: RunRecord, result: TaskResult | None) -> Sides:
    base = lines.base_name(record.plan)
    is_beside_script = result is not None and result.is_beside_script
    return (of_scripts if is_beside_script else of_commits)(base)
