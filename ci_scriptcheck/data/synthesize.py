"""Data from a schema: a table that satisfies it, and the files it lies in.

Everything is drawn from the names of project seed, dataset, node and column. Columns that another
dataset refers to are drawn without the node, so that rows find their partners across nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from ci_scriptcheck import repository_file
from ci_scriptcheck.data import distinct, draw, formula, layout, numbering, tables, uniques
from ci_scriptcheck.data.rows import PIECE, Rows
from ci_scriptcheck.data.uniques import Uniques
from ci_scriptcheck.data.unmakeable import UnmakeableError
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    CopiedFrom,
    Dataset,
    Synthesized,
    TableFile,
    parted,
)
from ci_scriptcheck.model.defect import Defect
from ci_scriptcheck.model.scenario import Condition, Scenario

if TYPE_CHECKING:
    import numpy as np

    from ci_scriptcheck.data.draw import Span
    from ci_scriptcheck.model.contract import Json

MOST_CELLS = 100_000_000
"""Of one table that is made: a gigabyte or more, and minutes."""

_ROWS_FOR_ONE_DUPLICATE = 100
_EVERYWHERE = ""
"""Stands for the node where all nodes draw the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """How a table is made for a node.

    Attributes:
        count: Rows that it has in the end.
        piece: Rows that are made at a time.
        uniques: The columns without duplicates.
    """

    dataset: Dataset
    columns: tuple[Column, ...]
    node: str
    count: int
    piece: int = PIECE
    uniques: tuple[Uniques, ...] = ()


@dataclass(slots=True, kw_only=True)
class Maker:
    """What is asked for, and the columns that were drawn for others meanwhile.

    Attributes:
        datasets: All that may be referred to, by name.
        seed: The project's.
        rows: For schemas that do not say how many.
        root: The repository, where copied datasets lie.
        defect: What is to be wrong with files that are written.
    """

    datasets: Mapping[str, Dataset]
    scenario: Scenario
    seed: int
    rows: int
    root: Path
    defect: Defect | None = None
    _pools: dict[tuple[str, str], pa.Array] = field(default_factory=dict)
    _asked: list[str] = field(default_factory=list)

    def write(self, name: str, *, node: str, folder: Path) -> tuple[str, ...]:
        """Make a dataset for a node, and list the names of its files.

        Raises:
            UnmakeableError: its schema allows no such data.
        """
        dataset = self.datasets[name]
        made = any(isinstance(entry, TableFile) for entry in dataset.files)
        found = self.rows_of(name, node=node) if made else None
        return layout.write(found, dataset.files, folder, self.defect)

    def table(self, name: str, *, node: str) -> pa.Table:
        """Make all rows of a dataset for a node at once.

        Raises:
            UnmakeableError: its schema allows no such rows.
        """
        return self.rows_of(name, node=node).table()

    def rows_of(self, name: str, *, node: str) -> Rows:
        """Say how the rows of a dataset are made for a node, piece by piece.

        Raises:
            UnmakeableError: its schema allows no such rows.
        """
        dataset = self.datasets[name]
        columns = self._columns(dataset)
        if not columns:
            raise UnmakeableError(f"dataset `{name}` has no columns to make rows from")
        drawing = self._drawing(dataset, columns, node=node)
        return Rows(
            count=drawing.count,
            piece=drawing.piece,
            make=lambda low, high: self._piece(drawing, draw.Span(low, high, drawing.count)),
        )

    def _piece(self, drawing: _Drawing, span: Span) -> pa.Table:
        dataset, columns = drawing.dataset, drawing.columns
        drawn = {
            name: cells
            for unique in drawing.uniques
            for name, cells in unique.at(span.start, span.stop).items()
        }
        for column in columns:
            if column.name not in drawn:
                drawn[column.name] = self._cells(drawing, column, span)
        table = pa.table({column.name: drawn[column.name] for column in columns})
        place = self._place(dataset, None, drawing.node)
        part = f"/{span.start}" if span.start else ""
        seed = f"{self.seed}/{dataset.name}/{place}{part}"
        table = formula.apply(table, columns, seed=seed)
        if self._has_edges and not any(column.unique for column in columns):
            table = table if dataset.schema.key else _with_duplicates(table)
        return pa.table(
            {
                column.name: self._with_nulls(drawing, column, _whole(table[column.name]), span)
                for column in columns
            }
        )

    def _columns(self, dataset: Dataset) -> tuple[Column, ...]:
        """Give the columns as this scenario has them; those of a key are never null."""
        key = dataset.schema.key
        changed = (_overridden(column, self.scenario) for column in dataset.schema.columns)
        return tuple(
            replace(column, nulls=0.0, unique=column.unique or len(key) == 1)
            if column.name in key
            else column
            for column in changed
        )

    @property
    def _has_edges(self) -> bool:
        return self.scenario.condition is Condition.EDGE_CASES

    def _missing(self, column: Column, rows: int) -> int:
        count = draw.most_nulls if self._has_edges else draw.usual_nulls
        return count(column.nulls, rows)

    def _rows(self, dataset: Dataset) -> int:
        own = dataset.schema.rows
        if self.scenario.condition is Condition.LARGE_VOLUME:
            return max(own or 0, self.scenario.rows or 0)
        if self.scenario.rows is not None:
            return self.scenario.rows
        return self.rows if own is None else own

    def _place(self, dataset: Dataset, column: str | None, node: str) -> str:
        """Say whose draw a column is: the node's own, or the same for all nodes."""
        references = [
            item.referred for other in self.datasets.values() for item in other.schema.columns
        ]
        referred = {found[1] for found in references if found and found[0] == dataset.name}
        key = dataset.schema.key
        together = len(key) > 1 and not referred.isdisjoint(key)
        computed = any(
            item.formula is not None for item in dataset.schema.columns if item.name in referred
        )
        return _EVERYWHERE if column in referred or together or computed else node

    def _generator(
        self, drawing: _Drawing, column: str, purpose: str, start: int = 0
    ) -> np.random.Generator:
        name = drawing.dataset.name
        place = self._place(drawing.dataset, column, drawing.node)
        part = (start,) if start else ()
        return draw.generator(self.seed, name, place, column, purpose, *part)

    def _drawing(self, dataset: Dataset, columns: tuple[Column, ...], *, node: str) -> _Drawing:
        """Decide how the columns without duplicates are made; they say how many rows there can be."""
        wanted = self._rows(dataset)
        if wanted * len(columns) > MOST_CELLS:
            raise UnmakeableError(
                f"dataset `{dataset.name}` wants {wanted:,} rows of {len(columns):,} columns,"
                f" and at most {MOST_CELLS:,} cells are made"
            )
        drawing = _Drawing(dataset=dataset, columns=columns, node=node, count=wanted)
        together = uniques.drawn_together(dataset, columns)
        found = [self._key(drawing, together)] if together else []
        keyed = {column.name for column in together}
        found += [
            self._unique(drawing, column)
            for column in columns
            if column.unique and column.name not in keyed
        ]
        few = min(found, key=lambda one: one.size, default=None)
        if few is None or few.size >= wanted:
            return replace(drawing, uniques=tuple(found), piece=self._most(columns, wanted))
        if dataset.schema.rows == wanted:
            # The schema itself asks for more rows than can differ; elsewhere, fewer are made.
            raise UnmakeableError(
                f"dataset `{dataset.name}` wants {wanted:,} rows, but `{few.name}` allows only"
                f" {few.size:,} that differ"
            )
        piece = self._most(columns, few.size)
        return replace(drawing, uniques=tuple(found), count=few.size, piece=piece)

    def _most(self, columns: tuple[Column, ...], count: int) -> int:
        """Say how many rows are made at a time; some tables have to be there as a whole."""
        whole = self._has_edges or not all(formula.is_of_row(column) for column in columns)
        return max(count, PIECE) if whole else PIECE

    def _cells(self, drawing: _Drawing, column: Column, span: Span) -> pa.Array:
        rng = self._generator(drawing, column.name, "values", span.start)
        return self._drawn(column, span, rng)

    def _drawn(self, column: Column, span: Span, rng: np.random.Generator) -> pa.Array:
        pool = self._values_referred(column, span.total)
        if pool is not None:
            return pool.take(pa.array(rng.integers(max(len(pool), 1), size=span.count)))
        if self._has_edges:
            return draw.edge_cells(column, span.count, rng)
        return draw.cells(column, span, rng)

    def _unique(self, drawing: _Drawing, column: Column) -> Uniques:
        rng = self._generator(drawing, column.name, "values")
        pool = self._values_referred(column, drawing.count)
        if self._has_edges and pool is None:
            return uniques.held({column.name: draw.edge_cells(column, drawing.count, rng)})
        numbered = numbering.of_column(column, drawing.count, pool)
        if numbered is not None:
            return uniques.numbered(column.name, numbered, rng)
        return uniques.held({column.name: draw.different(column, drawing.count, rng)})

    def _key(self, drawing: _Drawing, columns: tuple[Column, ...]) -> Uniques:
        """Draw the columns of a key together, so that no two rows have the same."""
        numbers = [self._generator(drawing, item.name, "values") for item in columns]
        numbered = None if self._has_edges else self._numbered_together(drawing, columns)
        if numbered is not None:
            return uniques.numbered(columns[0].name, numbered, numbers[0])

        def drawn(count: int) -> pa.Table:
            pairs = zip(columns, numbers, strict=True)
            span = draw.all_of(count)
            return pa.table({item.name: self._drawn(item, span, rng) for item, rng in pairs})

        found = distinct.rows(drawn, drawing.count)
        return uniques.held({name: found[name].combine_chunks() for name in found.column_names})

    def _numbered_together(
        self, drawing: _Drawing, columns: tuple[Column, ...]
    ) -> numbering.Numbered | None:
        parts = []
        for column in columns:
            pool = self._values_referred(column, drawing.count)
            part = numbering.of_column(column, drawing.count, pool)
            if part is None:
                return None
            parts.append(part)
        return numbering.together(parts)

    def _with_nulls(
        self, drawing: _Drawing, column: Column, cells: pa.Array, span: Span
    ) -> pa.Array:
        low, high = span.allotted(self._missing(column, span.total))
        rng = self._generator(drawing, column.name, "nulls", span.start)
        return draw.with_nulls(cells, high - low, rng)

    def _values_referred(self, column: Column, count: int) -> pa.Array | None:
        """Give the values that a column repeats, `None` where it has its own."""
        if column.references is None:
            return None
        pool = self._pool(column.references)
        if count and not len(pool):
            raise UnmakeableError(f"`{column.references}` has no values to refer to")
        return pool

    def _pool(self, reference: str) -> pa.Array:
        """Give the different values of `dataset.column`, as every node finds them."""
        name, column = parted(reference)
        if (name, column) not in self._pools:
            if reference in self._asked:
                circle = " -> ".join([*self._asked, reference])
                raise UnmakeableError(f"columns refer to each other in a circle: {circle}")
            self._asked.append(reference)
            values = self._referred(name, column)
            self._asked.pop()
            self._pools[name, column] = values.drop_null().unique()
        return self._pools[name, column]

    def _referred(self, name: str, column: str) -> pa.Array:
        dataset = self.datasets.get(name)
        wanted = next(
            (item for item in (self._columns(dataset) if dataset else ()) if item.name == column),
            None,
        )
        if dataset is None or wanted is None:
            raise UnmakeableError(f"`{name}.{column}` is referred to, and there is no such column")
        match dataset.origin:
            case CopiedFrom(path=path):
                if not repository_file.is_inside(str(self.root), str(self.root / path)):
                    raise UnmakeableError(f"`{path}` is a link that leads out of the repository")
                return tables.column(self.root / path, column).cast(draw.arrow_type(wanted))
            case Synthesized():
                return self._own(dataset, wanted)
            case _:
                raise UnmakeableError(
                    f"`{name}.{column}` is referred to, but its values are only known once"
                    f" `{name}` was made"
                )

    def _own(self, dataset: Dataset, wanted: Column) -> pa.Array:
        if wanted.formula is not None:
            return self.table(dataset.name, node=_EVERYWHERE)[wanted.name].combine_chunks()
        # Not the whole table: one of its other columns may refer to this one.
        drawing = self._drawing(dataset, self._columns(dataset), node=_EVERYWHERE)
        pieces = []
        for start in range(0, max(drawing.count, 1), drawing.piece):
            stop = min(start + drawing.piece, drawing.count)
            span = draw.Span(start, stop, drawing.count)
            unique = next((one for one in drawing.uniques if wanted.name in one.names), None)
            if unique is not None:
                cells = unique.at(start, stop)[wanted.name]
            else:
                cells = self._cells(drawing, wanted, span)
            pieces.append(self._with_nulls(drawing, wanted, cells, span))
        return pa.concat_arrays(pieces)


def _whole(cells: pa.ChunkedArray) -> pa.Array:
    """Give cells in one array; those that are in one already are not copied."""
    return cells.chunk(0) if cells.num_chunks == 1 else cells.combine_chunks()


def _with_duplicates(table: pa.Table) -> pa.Table:
    """Put some rows there twice, in a table of as many rows."""
    twice = table.num_rows // _ROWS_FOR_ONE_DUPLICATE
    return pa.concat_tables([table.slice(0, table.num_rows - twice), table.slice(0, twice)])


def _overridden(column: Column, scenario: Scenario) -> Column:
    keys: Mapping[str, Json] = scenario.columns.get(column.name, {})
    changed = dict(keys)
    if "type" in changed:
        changed["type"] = ColumnType(str(changed["type"]))
    known = {name: value for name, value in changed.items() if value is not None}
    dropped = [name for name, value in changed.items() if value is None]
    plain = Column(name=column.name, type=column.type)
    reset = {name: getattr(plain, name) for name in dropped}
    return replace(column, **(reset | known))
