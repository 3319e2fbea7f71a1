"""How made data differ from real ones, and what would bring them nearer, in tables and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import made_and_real, verdict
from ci_scriptcheck.model.made_and_real import Aspect
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.model.rounding import Way
from ci_scriptcheck.model.suggested_bounds import outward
from ci_scriptcheck.report.figures import different, share, span
from ci_scriptcheck.report.page import counted
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.made_and_real import ColumnDifference, TableDifference
    from ci_scriptcheck.model.port_profile import ColumnProfile, PortProfile
    from ci_scriptcheck.model.run_record import RunRecord

MOST_COLUMNS = 60
MISSING = "missing"
LEAD = "A change that would bring them nearer, rounded from what was seen: read it, then paste it into `git apply`"
"""What stands before a change of the settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDifference:
    """How what is made for a dataset differs from what is really there.

    Attributes:
        table: The columns that differ; `None` where only other things do.
        suggestion: What would bring them nearer, as a change of the settings file.
        unsaid: What it has no room for, in sentences.
    """

    dataset: str
    table: Table | None
    suggestion: str
    unsaid: tuple[str, ...]


def sources(record: RunRecord) -> tuple[SourceDifference, ...]:
    """Give the datasets of which made data differ from the real ones that were fetched, each once."""
    found: dict[str, SourceDifference] = {}
    for _, result in verdict.with_tasks(record):
        for port in result.profiles:
            dataset = record.plan.datasets.get(port.dataset or "")
            if dataset is not None and dataset.name not in found and port.made:
                told = _source(dataset, port)
                if told.table or told.suggestion or told.unsaid:
                    found[dataset.name] = told
    return tuple(one for _, one in sorted(found.items()))


def _source(dataset: Dataset, port: PortProfile) -> SourceDifference:
    differing = made_and_real.differing(
        dataset.schema, port.made, port.tables, is_sample=port.is_sample
    )
    columns = [(table, column) for table in differing for column in table.columns]
    told = _as_it_is if dataset.public else _rounded
    rows = tuple(
        _row(table, told(column), f"{table.real.name}: " if len(differing) > 1 else "")
        for table, column in columns[:MOST_COLUMNS]
    )
    more = max(len(columns) - MOST_COLUMNS, 0)
    return SourceDifference(
        dataset=dataset.name,
        table=Table(columns=("column", "made", "real"), rows=rows, more=more) if rows else None,
        suggestion=port.suggestion,
        unsaid=port.unsaid,
    )


def _as_it_is(found: ColumnDifference) -> ColumnDifference:
    return found


def _rounded(found: ColumnDifference) -> ColumnDifference:
    """Round the range of what is made as that of private data is, so that both compare at a glance."""
    made = found.made
    if made is None or made.low is None or made.high is None:
        return found
    ends = outward(made.low, Way.DOWN), outward(made.high, Way.UP)
    return replace(found, made=replace(made, low=ends[0], high=ends[1]))


def _row(table: TableDifference, found: ColumnDifference, where: str) -> tuple[str, str, str]:
    sides = (found.made, table.made.rows), (found.real, table.real.rows)
    made, real = (
        MISSING if profile is None else ", ".join(_aspects(found, profile, rows))
        for profile, rows in sides
    )
    return f"{where}{found.name}", made, real


def _aspects(found: ColumnDifference, profile: ColumnProfile, rows: int) -> Iterator[str]:
    for aspect in found.aspects:
        match aspect:
            case Aspect.PRESENCE | Aspect.TYPE:
                yield profile.type or "no value"
            case Aspect.GAPS:
                yield f"{share(profile.nulls / max(rows, 1))} empty"
            case Aspect.RANGE:
                yield span(profile)
            case Aspect.VALUES:
                yield _values(profile)
            case Aspect.REPEATS | Aspect.VARIETY:
                filled = rows - profile.nulls
                yield f"{different(profile)} of {filled:,} different"


def _values(profile: ColumnProfile) -> str:
    """Say how the values of a category are not those that its schema lists."""
    parts = []
    if profile.strange:
        parts.append(f"{counted(profile.strange, 'value')} not listed")
    if profile.unseen:
        parts.append(f"{profile.unseen:,} listed in no row")
    return ", ".join(parts) or "as listed"
