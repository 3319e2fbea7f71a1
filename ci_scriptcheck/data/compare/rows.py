"""Rows of two tables paired: by key, by content, or by their places.

All works on the relations `before` and `after`, in whose columns equal cells are equal values. Hashes
only ever say that something differs: who knows them can make up rows with the same, and the same sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare.words import batches
from ci_scriptcheck.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

SIDES = ("before", "after")
_MOST_CELLS = 30_000_000
"""Of one side that lie in memory while rows are paired."""
_MOST_GROUPED = 10_000_000
"""Of one side by which rows are grouped at once."""
_MOST_TOGETHER = 200
_MOST_SUMMED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """What pairing the rows has shown.

    Attributes:
        changed: Pairs that differ.
        gone: Rows of base without a partner.
        new: Rows of head without a partner.
        by_cell: Column of the relations → in how many pairs it differs; empty where rows are only
            paired with equal ones.
    """

    changed: int
    gone: int
    new: int
    by_cell: Mapping[str, int] = field(default_factory=dict)


def sums(
    connection: duckdb.DuckDBPyConnection, side: str, cells: Sequence[str]
) -> tuple[int, int | None]:
    """Count the rows of a side, and sum up their hashes, which is the same in any order."""
    query = f"select count(*), sum({_hash(cells)}) from {side}"  # noqa: S608  (ours)
    found = connection.execute(query).fetchone() or (0, None)
    return int(found[0]), found[1]


def are_in_order(connection: duckdb.DuckDBPyConnection, cells: Sequence[str], rows: int) -> bool:
    """Say whether two sides with so many rows have the same ones in the same order."""
    for group in batches(cells, _at_once(rows)):
        names = [f"x{number}" for number in range(len(group))]
        columns = ", ".join(f"{cell} as {name}" for cell, name in zip(group, names, strict=True))
        before, after = (f"(select {columns} from {side})" for side in SIDES)  # noqa: S608  (ours)
        differ = " or ".join(f"b.{name} is distinct from a.{name}" for name in names)
        query = f"select 1 from {before} b positional join {after} a where {differ} limit 1"  # noqa: S608  (ours)
        if connection.execute(query).fetchone() is not None:
            return False
    return True


def differing_cells(connection: duckdb.DuckDBPyConnection, cells: Iterable[str]) -> frozenset[str]:
    """Give the columns that do not hold the same values on both sides, in whatever order."""
    found: set[str] = set()
    for batch in batches(cells, _MOST_SUMMED):
        listed = ", ".join(f"sum(hash({cell}))" for cell in batch)
        before, after = (
            connection.execute(f"select {listed} from {side}").fetchone() or ()  # noqa: S608  (ours)
            for side in SIDES
        )
        found |= {cell for cell, a, b in zip(batch, before, after, strict=True) if a != b}
    return frozenset(found)


def is_unique(connection: duckdb.DuckDBPyConnection, side: str, key: Sequence[str]) -> bool:
    """Say whether no two rows of a side have the same key; one without values is a key, too."""
    query = f"select 1 from {side} group by {', '.join(key)} having count(*) > 1 limit 1"  # noqa: S608  (ours)
    return connection.execute(query).fetchone() is None


def by_key(
    connection: duckdb.DuckDBPyConnection,
    key: Sequence[str],
    cells: Sequence[str],
    rounded: Mapping[str, float],
    rows: int,
) -> Paired:
    """Pair rows of the same key, which is unique on both sides.

    Args:
        connection: That knows both relations.
        key: Columns of the key.
        cells: The others.
        rounded: Those of them that are numbers with a fraction → by which share of themselves they may differ.
        rows: Of the larger side.
    """
    groups = list(batches(cells, max(_at_once(rows) - len(key), 1)))
    on = " and ".join(f"b.{cell} is not distinct from a.{cell}" for cell in key)
    if len(groups) <= 1:
        return _joined(connection, key, cells, f"full join {{after}} a on {on}", rounded)
    whole = _joined(connection, key, [_hash(cells)], f"full join {{after}} a on {on}")
    counts: dict[str, int] = dict.fromkeys(cells, 0)
    for group in groups:
        join = f"full join {{after}} a on {on}"
        counts |= _joined(connection, key, group, join, rounded).by_cell
    return Paired(changed=_changed(whole, counts), gone=whole.gone, new=whole.new, by_cell=counts)


def _at_once(rows: int) -> int:
    """Say how many columns may be looked at together, of which one side lies in memory."""
    return min(_MOST_TOGETHER, max(_MOST_CELLS // max(rows, 1), 1))


def _changed(whole: Paired, counts: Mapping[str, int]) -> int:
    """Say how many pairs differ, of which the hashes of rows tell no fewer than the columns do."""
    most = max(counts.values())
    return max(whole.changed, most) if most else 0


def by_place(
    connection: duckdb.DuckDBPyConnection,
    cells: Sequence[str],
    rounded: Mapping[str, float],
    rows: int,
) -> Paired:
    """Pair the first row with the first, and so on, of two sides with as many rows."""
    if not rows:
        return Paired(changed=0, gone=0, new=0)
    groups = list(batches(cells, _at_once(rows)))
    if len(groups) <= 1:
        return _joined(connection, (), cells, "positional join {after} a", rounded)
    counts: dict[str, int] = {}
    for group in groups:
        counts |= _joined(connection, (), group, "positional join {after} a", rounded).by_cell
    whole = _joined(connection, (), [_hash(cells)], "positional join {after} a")
    return Paired(changed=_changed(whole, counts), gone=0, new=0, by_cell=counts)


def by_content(connection: duckdb.DuckDBPyConnection, cells: Sequence[str], rows: int) -> Paired:
    """Pair each row with an equal one, of which there may be several; `rows` are those of the larger side."""
    found = _paired_by(connection, f"{_hash(cells)} as h")
    if found.gone or found.new:
        return found
    if are_in_order(connection, cells, rows) or are_the_same(connection, cells, rows):
        return found
    return _paired_by(connection, ", ".join(cells))


def are_the_same(connection: duckdb.DuckDBPyConnection, cells: Sequence[str], rows: int) -> bool:
    """Say whether two sides with as many rows have the same ones, in whatever order.

    Some columns are looked at at a time, beside the hash of the whole row: where that stands for the same
    cells wherever it stands, it stands for one row.
    """
    for side in SIDES:
        hashes = f"select {_hash(cells)} as h from {side}"  # noqa: S608  (ours)
        connection.execute(f"create or replace temp table {side}_hash as {hashes}")
    for group in batches(cells, max(_MOST_GROUPED // max(rows, 1), 1)):
        lists = [f"(select {', '.join(group)} from {side})" for side in SIDES]  # noqa: S608  (ours)
        before, after = (
            f"{side}_hash positional join {columns}"
            for side, columns in zip(SIDES, lists, strict=True)
        )
        both = _counted_by("*", before, after)
        query = f"select count(*) filter (n <> 0), count(*), count(distinct h) from ({both})"  # noqa: S608  (ours)
        different, groups, known = connection.execute(query).fetchone() or (1, 0, 0)
        if different or groups != known:
            return False
    return True


def _paired_by(connection: duckdb.DuckDBPyConnection, told_by: str) -> Paired:
    """Pair rows that are the same by a list of expressions, which holds all that they are told apart by."""
    more, fewer = "sum(n) filter (n > 0)", "-sum(n) filter (n < 0)"
    query = f"select coalesce({more}, 0), coalesce({fewer}, 0) from ({_counted_by(told_by)})"  # noqa: S608  (ours)
    gone, new = connection.execute(query).fetchone() or (0, 0)
    return Paired(changed=0, gone=int(gone), new=int(new))


def _counted_by(told_by: str, before: str = "before", after: str = "after") -> str:
    """Write how often rows are there on base beyond those on head, by a list of expressions."""
    here = f"select {told_by}, 1 as times from {before}"  # noqa: S608  (ours)
    there = f"select {told_by}, -1 as times from {after}"  # noqa: S608  (ours)
    return (
        f"select * exclude (times), sum(times) as n from ({here} union all {there}) group by all"  # noqa: S608  (ours)
    )


def _differs(name: str, share: float | None) -> str:
    """Write the test whether a pair differs; numbers with a fraction do so by more than a share of themselves only."""
    test = f"b.{name} is distinct from a.{name}"
    if share is None:
        return f"({test})"
    before, after = f"b.{name}::double", f"a.{name}::double"
    room = f"{share} * least(abs({before}), abs({after}))"
    is_close = (
        f"isfinite({before}) and isfinite({after}) and abs({before} - {after}) <= {room}"
        f" and not ({before} = trunc({before}) and {after} = trunc({after}))"
    )
    # `and` would work out the second part for all pairs.
    return f"case when {test} then not coalesce({is_close}, false) else false end"


def _joined(
    connection: duckdb.DuckDBPyConnection,
    key: Sequence[str],
    cells: Sequence[str],
    join: str,
    rounded: Mapping[str, float] = MappingProxyType({}),
) -> Paired:
    """Count what differs between the pairs of a join, whose condition speaks of `b` and `a`."""
    names = [f"x{number}" for number in range(len(cells))]
    columns = ", ".join(
        [*key, *(f"{cell} as {name}" for cell, name in zip(cells, names, strict=True))]
    )
    before, after = (
        f"(select true as there, {columns} from {side})"  # noqa: S608  (ours)
        for side in SIDES
    )
    differ = [_differs(name, rounded.get(cell)) for cell, name in zip(cells, names, strict=True)]
    both = "b.there and a.there"
    counted = [
        f"count(*) filter ({both} and ({' or '.join(differ) or 'false'}))",
        "count(*) filter (a.there is null)",
        "count(*) filter (b.there is null)",
        *(f"count(*) filter ({both} and {test})" for test in differ),
    ]
    query = f"select {', '.join(counted)} from {before} b {join.format(after=after)}"  # noqa: S608  (ours)
    changed, gone, new, *each = connection.execute(query).fetchone() or ()
    counts = dict(zip(cells, each, strict=True))
    return Paired(changed=changed, gone=gone, new=new, by_cell=counts)


def _hash(cells: Sequence[str]) -> str:
    """Write a hash over columns; a function takes only so many arguments."""
    groups = [f"hash({', '.join(group)})" for group in batches(cells, _MOST_TOGETHER)]
    return groups[0] if len(groups) == 1 else f"hash({', '.join(groups) or '0'})"
