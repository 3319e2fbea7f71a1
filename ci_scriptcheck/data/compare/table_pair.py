"""Two tables compared: columns, rows, and how the values of the columns that differ lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare import (
    matching,
    profile,
    renamed,
    rows,
    telling,
    unique_key,
    written,
)
from ci_scriptcheck.model.comparison import ColumnComparison, Fate, TableComparison
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from ci_scriptcheck.data.compare.matching import Match
    from ci_scriptcheck.data.compare.opening import Side
    from ci_scriptcheck.data.compare.rows import Paired
    from ci_scriptcheck.data.compare.terms import CompareTerms

SHIFTED = 0.1
"""Population stability index from which a column is told though no pair of rows shows it."""
_MOST_KEPT = 2_000_000
"""Cells of a side up to which it lies in memory, and is not read for every query."""
_MANY = 0.05
"""Share of rows that have to come or go for the values of a column to shift so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How two tables differ.

    Attributes:
        table: `None` where their rows are the same in the same order.
        note: What else differs in how they are written.
    """

    table: TableComparison | None
    note: str | None = None


def compared(
    connection: duckdb.DuckDBPyConnection,
    sides: tuple[Side, Side],
    key: tuple[str, ...],
    terms: CompareTerms,
) -> Found:
    """Compare two tables.

    Args:
        connection: In which both are opened.
        sides: Base and head.
        key: Columns that tell rows apart; none where none are known.
        terms: What may be told, and by how much numbers may differ.

    Raises:
        duckdb.Error: there is more to look at than the limits allow.
    """
    comparing = _Comparing(connection, sides, key, terms)
    note = written.note(connection, sides, comparing.matches)
    if comparing.is_same_schema and comparing.has_same_sums():
        if comparing.has_same_order():
            return Found(table=None, note=note)
        if comparing.has_same_rows():
            return Found(table=comparing.table(is_reordered=True), note=note)
    found = comparing.differing()
    is_rounding = not (found.changed or found.gone or found.new or found.columns)
    return Found(table=None if is_rounding else found, note=note)


class _Comparing:
    """Holds two tables as relations in which equal cells are equal values."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        sides: tuple[Side, Side],
        key: tuple[str, ...],
        terms: CompareTerms,
    ) -> None:
        self._connection = connection
        self._sides = sides
        self._key = key
        self._evidence = terms.evidence
        self.matches = matching.matched(connection, *sides)
        self._cells = [match.cell for match in self.matches]
        self._rounded = {
            match.cell: terms.rounding
            for match in self.matches
            if match.meant == "float"
            and not any(one.sql.startswith("DECIMAL") for one in (match.before, match.after))
        }
        selects = matching.selected(self.matches)
        for name, side in zip(rows.SIDES, sides, strict=True):
            cells = side.rows * len(self.matches)
            kind = "table" if cells <= _MOST_KEPT else "view"
            query = f"create temp {kind} {name} as select {selects[name]} from {side.relation}"  # noqa: S608  (written here)
            connection.execute(query)

    @property
    def is_same_schema(self) -> bool:
        """Say whether the same columns of the same types are on both sides."""
        names = [set(side.columns) for side in self._sides]
        return names[0] == names[1] and not any(
            match.has_new_type or match.has_new_zone for match in self.matches
        )

    @property
    def _counts(self) -> tuple[int, int]:
        return self._sides[0].rows, self._sides[1].rows

    def has_same_sums(self) -> bool:
        """Say whether there are as many rows on both sides, whose hashes have the same sum."""
        if self._sides[0].rows != self._sides[1].rows:
            return False
        known = [match.cell for match in self.matches if match.name in self._key]
        # One column is summed up sooner than all, and settles it where rows came or went.
        for cells in (known or self._cells[:1], self._cells):
            before, after = (rows.sums(self._connection, side, cells) for side in rows.SIDES)
            if before != after:
                return False
        return True

    def has_same_order(self) -> bool:
        """Say whether the rows of two sides with as many are the same one by one."""
        return rows.are_in_order(self._connection, self._cells, self._sides[0].rows)

    def has_same_rows(self) -> bool:
        """Say whether the same rows are on both sides, in whatever order."""
        return rows.are_the_same(self._connection, self._cells, self._sides[0].rows)

    def table(self, *, is_reordered: bool = False) -> TableComparison:
        """Give what is known before any row is paired."""
        before, after = (side.rows for side in self._sides)
        return TableComparison(rows_before=before, rows_after=after, is_reordered=is_reordered)

    def differing(self) -> TableComparison:
        """Pair the rows, and tell what differs."""
        why = self._why_no_key()
        key = self._key if why is None else ()
        paired = self._paired(key)
        if key and all(self._counts) and (paired.gone, paired.new) == self._counts:
            # A key that is made anew in each run would hide every other column.
            why, key = f"no row has the same {self._shown_key()} on both sides", ()
            paired = self._paired(key)
        found = self._unique() if not key else None
        is_key_found = False
        if found is not None:
            by_key = self._paired((found.name,))
            is_key_found = unique_key.explains_more(by_key, paired)
            if is_key_found:
                key, paired = (found.name,), by_key
        columns = [*self._columns(paired, key), *self._one_sided()]
        return TableComparison(
            rows_before=self._sides[0].rows,
            rows_after=self._sides[1].rows,
            key=key,
            is_key_found=is_key_found,
            why_no_key=why,
            changed=paired.changed,
            gone=paired.gone,
            new=paired.new,
            columns=tuple(sorted(columns, key=badness)),
        )

    def _one_sided(self) -> Iterator[ColumnComparison]:
        names = renamed.found(self._connection, *self._sides)
        for column in one_sided(*self._sides):
            yield replace(column, called_now=names.get(column.name))

    def _unique(self) -> Match | None:
        return unique_key.found(self._connection, self.matches, self._counts)

    def _why_no_key(self) -> str | None:
        shown = self._shown_key()
        for name, side in zip(("base", "head"), self._sides, strict=True):
            for column in self._key:
                if column not in side.columns:
                    return f"it has no column `{column}` on {name}"
        cells = self._cells_of(self._key)
        for name, relation in zip(("base", "head"), rows.SIDES, strict=True):
            if cells and not rows.is_unique(self._connection, relation, cells):
                return f"{shown} {'is' if len(cells) == 1 else 'are'} not unique on {name}"
        return None

    def _shown_key(self) -> str:
        return ", ".join(f"`{name}`" for name in self._key)

    def _cells_of(self, names: Sequence[str]) -> list[str]:
        cells = {match.name: match.cell for match in self.matches}
        return [cells[name] for name in names]

    def _paired(self, key: tuple[str, ...]) -> Paired:
        before, after = self._counts
        if key:
            cells = self._cells_of(key)
            others = [cell for cell in self._cells if cell not in cells]
            return rows.by_key(self._connection, cells, others, self._rounded, max(before, after))
        if not self._cells:
            return rows.Paired(changed=0, gone=before, new=after)
        found = rows.by_content(self._connection, self._cells, max(before, after))
        if before == after and found.gone:
            placed = rows.by_place(self._connection, self._cells, self._rounded, before)
            return placed if placed.changed <= found.gone else found
        return found

    def _columns(self, paired: Paired, key: tuple[str, ...]) -> Iterator[ColumnComparison]:
        """Tell the columns of both sides that differ."""
        if paired.by_cell or not (paired.gone or paired.new):
            differing = {cell for cell, count in paired.by_cell.items() if count}
        else:
            differing = set(rows.differing_cells(self._connection, self._cells))
        declared = {
            match.cell for match in self.matches if match.has_new_type or match.has_new_zone
        }
        counts = self._counts
        is_shift_possible = key and paired.gone + paired.new > _MANY * max(*counts, 1)
        looked_at = [
            match
            for match in self.matches
            if match.cell in differing | declared or (is_shift_possible and match.name not in key)
        ]
        found = profile.profiles(self._connection, looked_at, counts)
        for match in looked_at:
            one = found[match.cell]
            if match.cell in differing | declared or (one.psi or 0.0) >= SHIFTED:
                count = paired.by_cell.get(match.cell)
                yield telling.column(
                    match,
                    one,
                    rows=count,
                    evidence=self._evidence,
                    one_sided=(paired.gone, paired.new),
                )


def one_sided(before: Side, after: Side) -> Iterator[ColumnComparison]:
    """Tell the columns that only one side has."""
    for name, column in before.columns.items():
        if name not in after.columns:
            yield ColumnComparison(name=name, fate=Fate.GONE, type_before=column.word or "string")
    for name, column in after.columns.items():
        if name not in before.columns:
            yield ColumnComparison(name=name, fate=Fate.NEW, type_after=column.word or "string")


def badness(column: ColumnComparison) -> tuple[object, ...]:
    """Order columns: gone ones first, then new types, rows that differ, shifts, and new ones last."""
    fates = {Fate.GONE: 0, Fate.CHANGED: 1, Fate.NEW: 2}
    return (
        fates[column.fate],
        column.type_before == column.type_after,
        -(column.rows or 0),
        -(column.psi or 0.0),
        column.name,
    )
