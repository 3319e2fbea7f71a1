"""The tables of a port as wholes: what each column holds, as figures that may leave the machine.

Of private data a figure stands for ten rows at least, and is rounded. Least and greatest value of a column are
each the value of one row, and of some column of a person who is known by that: so a range goes from the tenth
row to the tenth last, and two significant digits are left of its ends, outward; of moments the month. Texts are
counted and never named, but those of a category of the schema that ten rows hold.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from ci_scriptcheck.data.compare import file_families, matching, port_drift, stacked, words
from ci_scriptcheck.data.compare.matching import MOMENTS, NUMBERS
from ci_scriptcheck.data.validate import cells
from ci_scriptcheck.data.validate.cells import JSON, TEXT
from ci_scriptcheck.data.validate.scan import UnreadableError
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model import rounding
from ci_scriptcheck.model.contract import Column, ColumnType
from ci_scriptcheck.model.port_profile import ColumnProfile, TableProfile
from ci_scriptcheck.model.rounding import Outward, Way
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

    from ci_scriptcheck.data.compare.matching import Match
    from ci_scriptcheck.data.compare.opening import Side
    from ci_scriptcheck.data.compare.terms import ProfileTerms
    from ci_scriptcheck.model.contract import Scalar

SHOWN_FROM = 10
"""Rows of private data that a figure has to stand for."""
MOST_TABLES = 20
MOST_FILES = 200
"""Of one table."""
MOST_COLUMNS = 200
MOST_NAMED = 20
"""Values of a category that are named."""
MOST_VALUES = 100
"""Different values up to which a column is a category indeed, and none of them says whose row it is."""

_TOGETHER = 25
_MOST_KEPT = 2_000_000
"""Cells up to which they lie in memory, and are not read for every query."""
_COUNTED = 100_000
"""Rows up to which different values are counted, and not estimated."""
_MOST_SORTED = 20_000_000
"""Rows of which a median is told."""
_MOST_GROUPED = 10_000_000
"""Rows up to which it is told how many have the key of another."""
_WIDEST = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Counted(NamedTuple):
    """What was counted of one column; moments are microseconds since 1970."""

    filled: int
    distinct: int
    low: float | None = None
    median: float | None = None
    high: float | None = None


def profiled(place: Path, terms: ProfileTerms) -> tuple[TableProfile, ...]:
    """Look at the tables of a folder, or at one file.

    Args:
        place: Absolute; it may be missing.
        terms: What is known of them, and what may be told.
    """
    found = port_drift.files_at(place)
    made: list[TableProfile] = []
    for name, (_, names) in file_families.families((), found).items():
        paths = tuple(found[one] for one in names)
        if len(made) == MOST_TABLES:
            break
        if port_drift.kind_of(paths) in port_drift.TABLES:
            made.append(replace(_table(paths, terms), name=name, files=len(paths)))
    return tuple(made)


def _table(paths: Sequence[Path], terms: ProfileTerms) -> TableProfile:
    """Look at the files of one table; whatever goes wrong is told of it alone."""
    import duckdb

    from ci_scriptcheck.data.compare import opening

    filled = [path for path in paths if path.stat().st_size]
    looked = filled[:MOST_FILES]
    note = f"{MOST_FILES:,} of its files were looked at" if len(filled) > MOST_FILES else None
    try:
        with (
            tempfile.TemporaryDirectory() as scratch,
            opening.connected([str(path) for path in looked], scratch) as connection,
        ):
            return replace(_looked(connection, looked, terms), note=note)
    except UnreadableError as error:
        return TableProfile(name="", note=str(error))
    except duckdb.OutOfMemoryException:
        return TableProfile(name="", note="more than can be looked at in memory")
    # Libraries on hostile bytes: what they raise is no closed set, and says the same to us.
    except Exception as error:  # noqa: BLE001
        return TableProfile(name="", note=f"cannot be read: {type(error).__name__}")


def _looked(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], terms: ProfileTerms
) -> TableProfile:
    side = stacked.stacked(connection, paths, "files")
    matches = matching.matched(connection, side, side)
    declared = {column.name: column for column in terms.schema.columns}
    columns: list[ColumnProfile] = []
    for batch in words.batches(matches[:MOST_COLUMNS], _TOGETHER):
        _laid_out(connection, side, batch)
        counted = _counted(connection, batch, side.rows, terms.evidence)
        found = [_column(match, counted[match.cell], side.rows, terms.evidence) for match in batch]
        found = _with_outside(connection, batch, found, terms, side.rows)
        columns += [
            _with_categories(connection, match, profile, declared.get(match.name), terms.evidence)
            for match, profile in zip(batch, found, strict=True)
        ]
    return TableProfile(
        name="",
        rows=side.rows,
        columns=tuple(columns),
        more_columns=max(len(matches) - MOST_COLUMNS, 0),
        repeated=_repeated(connection, side, matches, terms.schema.key),
    )


def _laid_out(connection: duckdb.DuckDBPyConnection, side: Side, batch: tuple[Match, ...]) -> None:
    """Make the relation `cells` that figures are taken of; in memory, unless that would take too much."""
    kind = "table" if side.rows * len(batch) <= _MOST_KEPT else "view"
    for old in ("table", "view"):
        connection.execute(f"drop {old} if exists cells_{old}")
    select = matching.selected(batch)["before"]
    connection.execute(f"create temp {kind} cells_{kind} as select {select} from {side.relation}")  # noqa: S608  (written here)
    connection.execute(f"create or replace temp view cells as from cells_{kind}")


def _counted(
    connection: duckdb.DuckDBPyConnection,
    batch: Sequence[Match],
    rows: int,
    evidence: Evidence,
) -> Mapping[str, _Counted]:
    distinct = "count(distinct {0})" if rows <= _COUNTED else "approx_count_distinct({0})"
    most = 1 if evidence is Evidence.VALUES else SHOWN_FROM
    inner, outer, widths = [], [], []
    for match in batch:
        inner.append(match.cell)
        parts = [f"count({match.cell})", distinct.format(match.cell)]
        if match.meant in NUMBERS | MOMENTS:
            number = f"m{match.cell}"
            inner.append(f"{_finite(match)} as {number}")
            median = f"quantile_disc({number}, 0.5)" if rows <= _MOST_SORTED else "null"
            parts += [f"min({number}, {most})[{most}]", median, f"max({number}, {most})[{most}]"]
        outer += parts
        widths.append(len(parts))
    query = f"select {', '.join(outer)} from (select {', '.join(inner)} from cells)"  # noqa: S608  (ours)
    answer = iter(connection.execute(query).fetchone() or ())
    return {
        match.cell: _Counted(*[next(answer) for _ in range(width)])
        for match, width in zip(batch, widths, strict=True)
    }


def _finite(match: Match) -> str:
    """Write a value as a number that has a place in an order, and none where it is infinite."""
    if match.meant in MOMENTS:
        return f"case when isfinite({match.cell}) then epoch_us({match.cell}) end"
    if match.meant == "int":
        return match.cell
    return f"case when isfinite({match.cell}::double) then {match.cell}::double end"


def _column(match: Match, found: _Counted, rows: int, evidence: Evidence) -> ColumnProfile:
    low, median, high = _range(match, found, evidence)
    return ColumnProfile(
        name=match.name,
        type=match.before.word,
        is_told=match.before.family in {TEXT, JSON},
        nulls=rows - found.filled,
        distinct=min(found.distinct, found.filled),
        is_estimate=rows > _COUNTED,
        low=low,
        median=median,
        high=high,
    )


def _range(match: Match, found: _Counted, evidence: Evidence) -> tuple[Scalar, Scalar, Scalar]:
    is_open = evidence is Evidence.VALUES
    if found.low is None or found.high is None:
        return None, None, None
    if not is_open and found.filled < 2 * SHOWN_FROM:
        return None, None, None
    if match.meant in MOMENTS:
        ends = (
            _moment(found.low, Way.DOWN, match, is_open=is_open),
            _moment(found.high, Way.UP, match, is_open=is_open),
        )
        return (ends[0], None, ends[1]) if None not in ends else (None, None, None)
    if is_open:
        return found.low, found.median, found.high
    return (
        rounding.number(found.low, Way.DOWN),
        None if found.median is None else rounding.number(found.median, Way.NEAREST),
        rounding.number(found.high, Way.UP),
    )


def _moment(microseconds: float, way: Outward, match: Match, *, is_open: bool) -> str | None:
    try:
        moment = _EPOCH + timedelta(microseconds=int(microseconds))
    except OverflowError:
        return None
    if not is_open:
        return rounding.day(moment.date(), way)
    if match.meant == "date":
        return moment.date().isoformat()
    return moment.replace(tzinfo=None).isoformat(" ")


def _with_outside(
    connection: duckdb.DuckDBPyConnection,
    batch: Sequence[Match],
    profiles: Sequence[ColumnProfile],
    terms: ProfileTerms,
    rows: int,
) -> list[ColumnProfile]:
    """Count the rows outside of what is told of a range, and outside of the bounds of its schema.

    They are counted as they are where data are held against a schema. Of many rows not all are read once more: up to
    nine lie beyond each end of a range that is told of private data.
    """
    declared = {column.name: column for column in terms.schema.columns}
    asked: list[str] = []
    for match, profile in zip(batch, profiles, strict=True):
        bounds = declared.get(match.name)
        is_bounded = bounds is not None and (bounds.min, bounds.max) != (None, None)
        told = _as_bounds(match, profile) if rows <= _COUNTED else None
        asked += _sides(match, told) + _sides(match, bounds if is_bounded else None)
    if set(asked) == {"false"}:
        counts: Sequence[int] = [0] * len(asked)
    else:
        listed = ", ".join(f"count(*) filter (where {one})" for one in asked)
        counts = connection.execute(f"select {listed} from cells").fetchone() or ()  # noqa: S608  (ours)
    most = 0 if terms.evidence is Evidence.VALUES else SHOWN_FROM - 1
    found = []
    for place, profile in enumerate(profiles):
        below, above, too_low, too_high = counts[4 * place : 4 * place + 4]
        if rows > _COUNTED and profile.low is not None:
            below = above = most
        found.append(
            replace(
                profile,
                beyond=below + above,
                below=below,
                outside=too_low + too_high,
                too_low=too_low,
            )
        )
    return found


def _as_bounds(match: Match, profile: ColumnProfile) -> Column | None:
    """Give what is told of a range as if it were the bounds of a schema."""
    if profile.low is None:
        return None
    kind = ColumnType(match.meant)
    return Column(name=match.name, type=kind, min=profile.low, max=profile.high)


def _sides(match: Match, bounds: Column | None) -> list[str]:
    """Give the conditions in which a cell lies below the bounds of a column, and above them."""
    if bounds is None:
        return ["false", "false"]
    sides = replace(bounds, max=None), replace(bounds, min=None)
    return [_condition(match, side) for side in sides]


def _condition(match: Match, column: Column) -> str:
    """Give the condition in which a cell lies outside of the bounds of a column of its own type."""
    if match.meant not in NUMBERS | MOMENTS:
        return "false"
    meant = replace(column, type=ColumnType(match.meant), values=())
    value = match.cell
    if match.meant in MOMENTS:
        # As there, a moment with a time zone is looked at as UTC.
        value = f"case when isfinite({value}) then make_timestamp(epoch_us({value})) end"
    return cells.outside(meant, f"({value})", match.before.family) or "false"


def _with_categories(
    connection: duckdb.DuckDBPyConnection,
    match: Match,
    profile: ColumnProfile,
    declared: Column | None,
    evidence: Evidence,
) -> ColumnProfile:
    """Hold a category against the values that its schema lists."""
    if declared is None or not declared.values or declared.type is not ColumnType.CATEGORY:
        return profile
    query = (
        f"select {match.cell}::varchar, count(*) from cells where {match.cell} is not null"  # noqa: S608  (ours)
        f" group by 1 order by 2 desc, 1 limit {_COUNTED}"
    )
    counts = dict(connection.execute(query).fetchall())
    listed = {_plain(str(value)) for value in declared.values if value is not None}
    strange = {name: rows for name, rows in counts.items() if _plain(name) not in listed}
    held = {_plain(name) for name in counts}
    least = 1 if evidence is Evidence.VALUES else SHOWN_FROM
    is_category = evidence is Evidence.VALUES or len(counts) <= MOST_VALUES
    named = [name for name, rows in strange.items() if rows >= least and len(name) <= _WIDEST]
    return replace(
        profile,
        strange=len(strange),
        strange_rows=sum(strange.values()),
        named=tuple(named[:MOST_NAMED]) if is_category else (),
        unseen=len(listed - held),
    )


def _plain(text: str) -> str:
    """Write a value so that it is the same text in a schema and in any file: `1.0` is 1, `True` true."""
    try:
        number = float(text)
    except ValueError:
        return text.lower() if text.lower() in {"true", "false"} else text
    return str(int(number)) if number.is_integer() else str(number)


def _repeated(
    connection: duckdb.DuckDBPyConnection,
    side: Side,
    matches: Sequence[Match],
    key: Sequence[str],
) -> int | None:
    by_name: dict[str, Any] = {match.name: match.left for match in matches}
    if not key or any(name not in by_name for name in key) or side.rows > _MOST_GROUPED:
        return None
    cells = ", ".join(by_name[name] for name in key)
    query = (
        f"select coalesce(sum(n), 0) from (select count(*) as n from {side.relation}"  # noqa: S608  (written here)
        f" group by {cells} having count(*) > 1)"
    )
    found = connection.execute(query).fetchone() or (0,)
    return int(found[0])
