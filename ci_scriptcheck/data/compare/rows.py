"""Rows of two tables paired: by key, by content, or by their places.

All works on the relations `before` and `after`, in whose columns equal cells are equal values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare.terms import ROUNDING
from ci_scriptcheck.data.compare.words import batches
from ci_scriptcheck.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    import duckdb

SIDES = ("before", "after")
_MOST_CELLS = 30_000_000
"""Of one side that lie in memory while rows are paired."""
_MOST_TOGETHER = 200
_MOST_SUMMED = 1_000
_CHUNK = 100_000


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


def order(connection: duckdb.DuckDBPyConnection, side: str, cells: Sequence[str]) -> str:
    """Give a digest of the rows in their order."""
    digest = hashlib.sha256()
    answer = connection.execute(f"select {_hash(cells)} as h from {side}")  # noqa: S608  (ours)
    while chunk := answer.fetchmany(_CHUNK):
        for (number,) in chunk:
            digest.update(int(number).to_bytes(8, "little"))
    return digest.hexdigest()


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
    rounded: Container[str],
    rows: int,
) -> Paired:
    """Pair rows of the same key, which is unique on both sides.

    Args:
        connection: That knows both relations.
        key: Columns of the key.
        cells: The others.
        rounded: Those of them that are numbers with a fraction.
        rows: Of the larger side.
    """
    most = min(_MOST_TOGETHER, max(_MOST_CELLS // max(rows, 1) - len(key), 1))
    groups = list(batches(cells, most))
    on = " and ".join(f"b.{cell} is not distinct from a.{cell}" for cell in key)
    if len(groups) <= 1:
        return _joined(connection, key, cells, f"full join {{after}} a on {on}", rounded)
    whole = _joined(connection, key, [_hash(cells)], f"full join {{after}} a on {on}")
    counts: dict[str, int] = dict.fromkeys(cells, 0)
    for group in batches(_suspects(connection, key, cells), most):
        join = f"full join {{after}} a on {on}"
        counts |= _joined(connection, key, group, join, rounded).by_cell
    changed = whole.changed if any(counts.values()) else 0
    return Paired(changed=changed, gone=whole.gone, new=whole.new, by_cell=counts)


def by_place(
    connection: duckdb.DuckDBPyConnection,
    cells: Sequence[str],
    rounded: Container[str],
    rows: int,
) -> Paired:
    """Pair the first row with the first, and so on, of two sides with as many rows."""
    if not rows:
        return Paired(changed=0, gone=0, new=0)
    groups = list(batches(cells, _MOST_TOGETHER))
    if len(groups) <= 1:
        return _joined(connection, (), cells, "positional join {after} a", rounded)
    counts: dict[str, int] = {}
    for group in groups:
        counts |= _joined(connection, (), group, "positional join {after} a", rounded).by_cell
    whole = _joined(connection, (), [_hash(cells)], "positional join {after} a")
    changed = whole.changed if any(counts.values()) else 0
    return Paired(changed=changed, gone=0, new=0, by_cell=counts)


def by_content(connection: duckdb.DuckDBPyConnection, cells: Sequence[str]) -> Paired:
    """Pair each row with an equal one, of which there may be several."""
    row = _hash(cells)
    before = f"select {row} as h, 1 as n from before"  # noqa: S608  (ours)
    after = f"select {row} as h, -1 as n from after"  # noqa: S608  (ours)
    sums = f"select h, sum(n) as n from ({before} union all {after}) group by h"  # noqa: S608  (ours)
    query = f"select coalesce(sum(n) filter (n > 0), 0), coalesce(-sum(n) filter (n < 0), 0) from ({sums})"  # noqa: S608  (ours)
    gone, new = connection.execute(query).fetchone() or (0, 0)
    return Paired(changed=0, gone=int(gone), new=int(new))


def _suspects(
    connection: duckdb.DuckDBPyConnection, key: Sequence[str], cells: Iterable[str]
) -> list[str]:
    """Give the columns that differ in some pair, which is quicker told than in how many."""
    found: list[str] = []
    for batch in batches(cells, _MOST_SUMMED):
        answers = []
        for side, other in (SIDES, SIDES[::-1]):
            listed = ", ".join(
                f"sum(hash({', '.join(f's.{one}' for one in (*key, cell))}))" for cell in batch
            )
            on = " and ".join(f"s.{cell} is not distinct from o.{cell}" for cell in key)
            query = f"select {listed} from {side} s semi join {other} o on {on}"  # noqa: S608  (ours)
            answers.append(connection.execute(query).fetchone() or ())
        found += [cell for cell, a, b in zip(batch, *answers, strict=True) if a != b]
    return found


def _differs(name: str, *, is_rounded: bool) -> str:
    """Write the test whether a pair differs; numbers with a fraction do so beyond rounding only."""
    test = f"b.{name} is distinct from a.{name}"
    if not is_rounded:
        return f"({test})"
    before, after = f"b.{name}::double", f"a.{name}::double"
    room = f"{ROUNDING} * least(abs({before}), abs({after}))"
    is_close = (
        f"isfinite({before}) and isfinite({after}) and abs({before} - {after}) <= {room}"
        f" and not ({before} = trunc({before}) and {after} = trunc({after}))"
    )
    return f"({test} and not coalesce({is_close}, false))"


def _joined(
    connection: duckdb.DuckDBPyConnection,
    key: Sequence[str],
    cells: Sequence[str],
    join: str,
    rounded: Container[str] = (),
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
    differ = [
        _differs(name, is_rounded=cell in rounded) for cell, name in zip(cells, names, strict=True)
    ]
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
