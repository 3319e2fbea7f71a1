"""What the schema of a dataset has to allow for, so that a frozen sample fits it as real data do.

A sample has the gaps and the odd values of the real data, and other ids and moments on purpose. Where a bound cannot
hold for both it is taken away; all else is widened, so that what fitted still does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ci_scriptcheck.model.contract import Column, ColumnType, Json, Schema
from ci_scriptcheck.model.frozen import FrozenColumn, FrozenTable, How
from ci_scriptcheck.model.made_and_real import ends_of, number_of
from ci_scriptcheck.model.mismatch import Mismatch
from ci_scriptcheck.model.port_profile import ColumnProfile, TableProfile, joined
from ci_scriptcheck.model.rounding import Way
from ci_scriptcheck.model.schema_suggestion import ColumnChange, listed
from ci_scriptcheck.model.shares import rounded_up
from ci_scriptcheck.model.suggested_bounds import is_few, outward, rows_outside
from ci_scriptcheck.values import dataclass

_ELSEWHERE = {
    How.MOVED: "moments were moved",
    How.NUMBERED: "ids are others",
    How.JOINED: "ids are others",
}
"""What became of columns whose values lie elsewhere than the real ones, on purpose."""


def allowing(
    schema: Schema,
    table: FrozenTable,
    sample: TableProfile,
    real: TableProfile,
    mismatches: Sequence[Mismatch],
) -> tuple[tuple[ColumnChange, ...], tuple[str, ...]]:
    """Say what a schema should say so that a sample fits it, and in sentences what only a person can settle.

    Args:
        schema: Of the dataset, which copies the sample.
        table: How it was made.
        sample: What lies in it.
        real: What may be told of the real data, against which the schema is held in deep dives.
        mismatches: Where it does not fit.
    """
    columns = {column.name: column for column in schema.columns}
    made = {column.name: column for column in table.columns}
    changes: dict[str, dict[str, Json]] = {}
    left: list[str] = []
    for one in mismatches:
        column, frozen = columns.get(one.column or ""), made.get(one.column or "")
        profile = sample.column(one.column or "")
        keys: Mapping[str, Json] = {}
        if column is not None and frozen is not None and profile is not None:
            seen = _Seen(rows=real.rows, sample=profile, real=real.column(column.name))
            keys = _keys(one, column, frozen, seen)
        if keys:
            changes.setdefault(column.name if column else "", {}).update(keys)
        else:
            left.append(_sentence(one))
    found = tuple(ColumnChange(name=name, keys=keys) for name, keys in changes.items())
    return found, tuple(dict.fromkeys(left))


def reasons(
    changes: Sequence[ColumnChange], table: FrozenTable, mismatches: Sequence[Mismatch]
) -> Iterator[str]:
    """Say of each change why it is needed."""
    made = {column.name: column for column in table.columns}
    for change in changes:
        why = [_why(one, made[change.name]) for one in mismatches if one.column == change.name]
        yield f"`{change.name}`: {'; '.join(dict.fromkeys(why))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What lies in a column of the sample, and of the real table with so many rows."""

    rows: int
    sample: ColumnProfile
    real: ColumnProfile | None

    def share(self, rows: int) -> float:
        """Give a number of real rows as their share."""
        return rows / self.rows if self.rows else 0.0


def _keys(  # noqa: PLR0911  (an arm for each rule)
    one: Mismatch, column: Column, frozen: FrozenColumn, seen: _Seen
) -> Mapping[str, Json]:
    rows, of_rows = one.rows or 0, one.of_rows or 1
    profile, real = seen.sample, seen.real
    match one.rule:
        case "SC302" if profile.type in {kind.value for kind in ColumnType}:
            bounds = {key: None for key in ("min", "max") if getattr(column, key) is not None}
            return {"type": profile.type, **bounds}
        case "SC305":
            return {"nulls": rounded_up(max(rows / of_rows, frozen.nulls))}
        case "SC306" if frozen.how in _ELSEWHERE:
            return {key: None for key in ("min", "max") if getattr(column, key) is not None}
        case "SC306" if is_few(rows, of_rows):
            # As many may well be mistakes, of which a bound is to remind.
            outside = 0 if real is None else real.outside
            return {"outside": rounded_up(max(rows / of_rows, seen.share(outside)))}
        case "SC306":
            return _widened(column, seen)
        case "SC307" if profile.strange == len(profile.named):
            return listed(column, profile, of_rows)[0]
        case "SC308" if column.unique:
            return {"unique": False}
        case _:
            return {}


def _widened(column: Column, seen: _Seen) -> dict[str, Json]:
    profile = joined([one for one in (seen.sample, seen.real) if one is not None])
    ends, bounds = ends_of(profile), (number_of(column.min), number_of(column.max))
    if ends is None:
        return {}
    found: dict[str, Json] = {}
    if bounds[0] is not None and ends[0] < bounds[0]:
        found["min"] = outward(profile.low, Way.DOWN)
    if bounds[1] is not None and ends[1] > bounds[1]:
        found["max"] = outward(profile.high, Way.UP)
    outside = seen.share(0 if seen.real is None else rows_outside(seen.real, found))
    return found | ({"outside": rounded_up(outside)} if outside > column.outside else {})


def _why(one: Mismatch, frozen: FrozenColumn) -> str:
    if one.rule == "SC306" and frozen.how in _ELSEWHERE:
        return f"its {_ELSEWHERE[frozen.how]} on purpose, so it has no bounds any more"
    return _found(one)


def _sentence(one: Mismatch) -> str:
    match one.rule:
        case "SC301" if one.column is not None:
            return f"there is no column `{one.column}`"
        case "SC304":
            return f"there is no file {one.expected}"
        case "SC312":
            return f"`{one.column}` is a further column, and the schema is closed"
        case "SC313":
            return f"`{one.column}` does not hold: `{one.expected}`"
        case _:
            about = f"`{one.column}`: " if one.column is not None else ""
            return f"{about}{_found(one)}"


def _found(one: Mismatch) -> str:
    rows = ""
    if one.rows is not None and one.of_rows and one.rule != "SC305":
        rows = f" in {one.rows:,} of {one.of_rows:,} rows"
    return f"{one.found}{rows}, where {one.expected} is expected"
