"""Real data on their way along a pipeline: where rows are lost, where gaps appear, what becomes of columns.

A step's output is held against that input which shares most columns with it. Where none shares any, or few
of them in a fraction of the rows, the step has made something else, of which nothing is said but its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.comparison import Fate
from ci_scriptcheck.model.plan import Task
from ci_scriptcheck.model.port_profile import (
    FEW_VALUES,
    GAPS,
    ColumnProfile,
    PortProfile,
    TableProfile,
    joined,
)
from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.model.result import TaskResult
from ci_scriptcheck.model.run_record import RunRecord
from ci_scriptcheck.model.source import Copied, Fetched, Synthetic, Upstream
from ci_scriptcheck.values import dataclass, replace

SUMMED_UP = 0.1
"""Share of the rows that are left at most where an output with few of the columns sums others up."""

_Place = tuple[str, ...]
"""A task and its port; what was fetched has a word before, so that none is taken for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column at a stage, all tables of its port together.

    Attributes:
        rows: Of the tables that have it.
        profile: Its figures there.
    """

    rows: int
    profile: ColumnProfile

    @property
    def empty(self) -> float:
        """Give the share of the rows without a value."""
        return self.profile.nulls / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreGaps:
    """A column that is empty in more of the rows than before.

    Attributes:
        name: Of the column.
        before: Share of the rows without a value; 0 where there was no such column.
        here: The same now.
    """

    name: str
    before: float
    here: float

    @property
    def more(self) -> float:
        """Give by which share of the rows it is more."""
        return self.here - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What lies at one port of a pipeline.

    Attributes:
        node: Which wrote it; `None` where it was fetched.
        reader: Which was given it, where that is what production gave the same node.
        port: Of the node that wrote it, or was given it; of all else that was fetched the dataset.
        columns: By name.
        before: That which it was made of, as far as columns show; `None` where they do not.
        on_base: The columns that base writes there, each with the share of its rows without a value, which is
            `None` where nobody knows; `None` where base writes nothing there.
        notes: Why some of it was not looked into.
    """

    node: str | None
    port: str
    rows: int
    columns: Mapping[str, Column]
    reader: str | None = None
    before: Stage | None = None
    on_base: Mapping[str, float | None] | None = None
    notes: tuple[str, ...] = ()

    @property
    def lost(self) -> float | None:
        """Give the share of the rows that are lost on the way to it, less than 0 where there are more."""
        if self.before is None or not self.before.rows:
            return None
        return 1 - self.rows / self.before.rows

    @property
    def name(self) -> str:
        """Write it as `node.port`, as settings do, or as what goes into a node."""
        if self.reader is not None:
            return f"{self.port} → {self.reader}"
        return self.port if self.node is None else f"{self.node}.{self.port}"

    def new(self) -> tuple[str, ...]:
        """List the columns that what it was made of does not have."""
        known = {} if self.before is None else self.before.columns
        return tuple(name for name in self.columns if name not in known)

    def gone(self) -> tuple[str, ...]:
        """List the columns of what it was made of that it does not have."""
        known = {} if self.before is None else self.before.columns
        return tuple(name for name in known if name not in self.columns)

    def gaps(self) -> tuple[MoreGaps, ...]:
        """Give the columns with more gaps than before, the worst first."""
        return tuple(sorted(self._gaps(), key=lambda one: (-one.more, one.name)))

    def _gaps(self) -> Iterator[MoreGaps]:
        known = {} if self.before is None else self.before.columns
        for name, column in self.columns.items():
            before = known[name].empty if name in known else 0.0
            found = MoreGaps(name=name, before=before, here=column.empty)
            is_first = not before and column.empty
            if self.before is not None and (is_first or found.more >= GAPS):
                yield found

    def changed(self) -> Iterator[tuple[ColumnProfile, ColumnProfile]]:
        """Give the columns that are there before and here."""
        known = {} if self.before is None else self.before.columns
        for name, column in self.columns.items():
            if name in known:
                yield known[name].profile, column.profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The way of real data along a pipeline, or through one task.

    Attributes:
        base: What people call base.
        stages: Each after what it was made of.
    """

    name: str
    base: str
    stages: tuple[Stage, ...]

    @property
    def is_known(self) -> bool:
        """Say whether anything tells what becomes of the data: some output is held against an input."""
        return any(stage.before is not None for stage in self.stages)

    def worst(self) -> Stage | None:
        """Give where the greatest share of rows is lost; `None` where none is."""
        losing = [stage for stage in self.stages if (stage.lost or 0.0) > 0]
        return max(losing, key=lambda stage: stage.lost or 0.0, default=None)

    def worst_gaps(self) -> tuple[Stage, MoreGaps] | None:
        """Give the column with the largest share of new gaps, and where they appear."""
        found = [(stage, gaps[0]) for stage in self.stages if (gaps := stage.gaps())]
        return max(found, key=lambda one: one[1].more, default=None)

    def ways(self) -> tuple[tuple[str, tuple[tuple[Stage, Column], ...]], ...]:
        """Give each column that does not stay as it is, at the stages before and behind each turn."""
        found: dict[str, dict[str, tuple[Stage, Column]]] = {}
        for stage in self.stages:
            known = {} if stage.before is None else stage.before.columns
            for name, here in stage.columns.items():
                before = known.get(name)
                if stage.before is not None and before is not None and not _is_alike(before, here):
                    stops = found.setdefault(name, {})
                    stops.setdefault(stage.before.name, (stage.before, before))
                    stops[stage.name] = (stage, here)
        return tuple((name, tuple(stops.values())) for name, stops in sorted(found.items()))


def _is_alike(one: Column, other: Column) -> bool:
    """Say whether a column is as it was, as far as fewer rows can leave it so."""
    left, right = one.profile, other.profile
    has_few = max(left.distinct, right.distinct) <= FEW_VALUES
    return (
        left.is_of_type(right)
        and (left.type != right.type or (left.low, left.high) == (right.low, right.high))
        and round(one.empty, 3) == round(other.empty, 3)
        and (left.distinct == right.distinct or not has_few)
    )


def flows(record: RunRecord) -> tuple[Flow, ...]:
    """Give the ways of the real data of a run, by the names of pipelines."""
    ways: dict[str, list[Stage]] = {}
    known: dict[_Place, Stage] = {}
    results = {one.task: one for one in record.results}
    base = record.plan.changes.base_name or "base"
    for task, result in verdict.with_tasks(record):
        if not result.profiles:
            continue
        way = ways.setdefault(_way_of(task), [])
        given = dict(_given(task, result, known))
        written = {
            (task.id, stage.port): replace(
                stage, on_base=_on_base(result, results.get(task.beside or ""), stage)
            )
            for stage in _written(task, result, [*given.values()])
        }
        for place, stage in (given | written).items():
            if place not in known:
                known[place] = stage
                way.append(stage)
    return tuple(
        Flow(name=name, base=base, stages=tuple(way)) for name, way in sorted(ways.items()) if way
    )


def _way_of(task: Task) -> str:
    return task.pipeline or task.id


def _given(
    task: Task, result: TaskResult, known: Mapping[_Place, Stage]
) -> Iterator[tuple[_Place, Stage]]:
    """Give what lies at the inputs of a task, as far as it is real, or made of what is, and was looked into."""
    for item in task.inputs:
        place: _Place
        match item.source:
            case Upstream(task=other, port=port):
                # Of a task that failed there is none.
                place, found = (other, port), None
            case Fetched(dataset=dataset):
                place = ("fetched", _way_of(task), dataset)
                found = _looked_into(result, item.port, name=dataset, reader=None)
            case FromProduction():
                place = ("given", task.id, item.port)
                found = _looked_into(result, item.port, name=item.port, reader=task.node)
            case Synthetic() | Copied():
                continue
            case _:
                assert_never(item.source)
        stage = known.get(place, found)
        if stage is not None:
            yield place, stage


def _looked_into(result: TaskResult, port: str, *, name: str, reader: str | None) -> Stage | None:
    of_port = (one for one in result.profiles if one.port == port and one.is_input)
    profile = next(of_port, None)
    if profile is None or not profile.tables:
        return None
    return replace(_stage(None, name, profile), reader=reader)


def _written(task: Task, result: TaskResult, given: Sequence[Stage]) -> Iterator[Stage]:
    for profile in result.profiles:
        if profile.is_input or not profile.tables:
            continue
        stage = _stage(task.node, profile.port, profile)
        yield replace(stage, before=_origin(stage, given))


def _on_base(
    result: TaskResult, base: TaskResult | None, stage: Stage
) -> Mapping[str, float | None] | None:
    """Give the columns that base writes to a port, with their gaps: those of here, but for what is known to differ."""
    artefact = None if base is None else base.outputs.get(stage.port)
    if artefact is None or not artefact.columns:
        return None
    found: dict[str, float | None] = {
        name: stage.columns[name].empty if name in stage.columns else None
        for name in artefact.columns
    }
    if stage.port not in result.differing:
        return found
    compared = [one for one in result.comparisons if one.port == stage.port]
    if not compared or result.is_beside_script:
        return dict.fromkeys(found)
    for table in (file.table for one in compared for file in one.files if file.table is not None):
        for column in table.columns:
            if column.fate is Fate.CHANGED:
                # Of several tables with such a column, nobody knows how many rows there are in all.
                is_only = len(artefact.files) == 1
                share = column.nulls_before / max(table.rows_before, 1)
                found[column.name] = share if is_only else None
    return found


def _origin(stage: Stage, given: Sequence[Stage]) -> Stage | None:
    """Find what a port was made of: the input that shares most columns, of several the one with most rows."""
    sharing = [(len(stage.columns.keys() & one.columns.keys()), one.rows, one) for one in given]
    likely = [one for one in sharing if one[0]]
    if not likely:
        return None
    shared, rows, origin = max(likely, key=lambda one: one[:2])
    is_summary = shared < len(origin.columns) / 2 and stage.rows <= SUMMED_UP * rows
    return None if is_summary else origin


def _stage(node: str | None, port: str, profile: PortProfile) -> Stage:
    return Stage(
        node=node,
        port=port,
        rows=profile.rows or 0,
        columns=_columns(profile.tables),
        notes=tuple(f"`{one.name}` {one.note}" for one in profile.tables if one.note),
    )


def _columns(tables: Sequence[TableProfile]) -> Mapping[str, Column]:
    """Put the columns of several tables together, those of one name as one."""
    found: dict[str, Column] = {}
    for table in tables:
        for profile in table.columns:
            here = Column(rows=table.rows, profile=profile)
            known = found.get(profile.name)
            found[profile.name] = here if known is None else _together(known, here)
    return found


def _together(one: Column, other: Column) -> Column:
    # Which values are in both tables nobody knows; in a split of one table, most are.
    profile = replace(
        joined((one.profile, other.profile)),
        distinct=max(one.profile.distinct, other.profile.distinct),
        is_estimate=True,
    )
    return Column(rows=one.rows + other.rows, profile=profile)
