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

from ci_scriptcheck.data import damage, draw, formula, layout, tables
from ci_scriptcheck.data.draw import UnmakeableError
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

    from ci_scriptcheck.model.contract import Json

_ROWS_FOR_ONE_DUPLICATE = 100
_EVERYWHERE = ""
"""Stands for the node where all nodes draw the same."""


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
        table = self.table(name, node=node) if made else None
        if table is not None and self.defect is not None:
            table = damage.of_table(table, self.defect)
        return layout.write(table, dataset.files, folder, self.defect)

    def table(self, name: str, *, node: str) -> pa.Table:
        """Make the rows of a dataset for a node.

        Raises:
            UnmakeableError: its schema allows no such rows.
        """
        dataset = self.datasets[name]
        columns = self._columns(dataset)
        if not columns:
            raise UnmakeableError(f"dataset `{name}` has no columns to make rows from")
        table = self._values(dataset, columns, node=node)
        place = self._place(dataset, None, node)
        table = formula.apply(table, columns, seed=f"{self.seed}/{name}/{place}")
        if self._has_edges and not any(column.unique for column in columns):
            table = table if dataset.schema.key else _with_duplicates(table)
        return self._with_nulls(dataset, table, columns, node=node)

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
        self, dataset: Dataset, column: str, node: str, purpose: str
    ) -> np.random.Generator:
        place = self._place(dataset, column, node)
        return draw.generator(self.seed, dataset.name, place, column, purpose)

    def _values(self, dataset: Dataset, columns: tuple[Column, ...], *, node: str) -> pa.Table:
        drawn, rows = self._different(dataset, columns, node=node)
        for column in columns:
            if column.name not in drawn:
                drawn[column.name] = self._cells(dataset, column, rows, node=node)
        return pa.table({column.name: drawn[column.name] for column in columns})

    def _different(
        self, dataset: Dataset, columns: tuple[Column, ...], *, node: str
    ) -> tuple[dict[str, pa.Array], int]:
        """Draw the columns without duplicates; they say how many rows there can be."""
        wanted = self._rows(dataset)
        drawn: dict[str, pa.Array] = {}
        together = _drawn_together(dataset, columns)
        if together:
            drawn |= self._key(dataset, together, wanted, node=node)
        for column in columns:
            if column.unique and column.name not in drawn:
                drawn[column.name] = self._cells(dataset, column, wanted, node=node)
        possible = min((len(cells) for cells in drawn.values()), default=wanted)
        if possible < wanted:
            self._complain(dataset, drawn, wanted)
        return {name: cells.slice(0, possible) for name, cells in drawn.items()}, possible

    def _complain(self, dataset: Dataset, drawn: Mapping[str, pa.Array], rows: int) -> None:
        """Refuse where the schema itself asks for more rows than can differ; else make fewer."""
        if dataset.schema.rows != rows:
            return
        few = min(drawn, key=lambda name: len(drawn[name]))
        raise UnmakeableError(
            f"dataset `{dataset.name}` wants {rows:,} rows, but `{few}` allows only"
            f" {len(drawn[few]):,} that differ"
        )

    def _cells(self, dataset: Dataset, column: Column, rows: int, *, node: str) -> pa.Array:
        rng = self._generator(dataset, column.name, node, "values")
        return self._drawn(column, rows, rng)

    def _drawn(self, column: Column, rows: int, rng: np.random.Generator) -> pa.Array:
        if column.references is None:
            cells = draw.edge_cells if self._has_edges else draw.cells
            return cells(column, rows, rng)
        pool = self._pool(column.references)
        if rows and not len(pool):
            raise UnmakeableError(f"`{column.references}` has no values to refer to")
        if column.unique:
            return pool.take(pa.array(rng.permutation(len(pool))[:rows]))
        return pool.take(pa.array(rng.integers(max(len(pool), 1), size=rows)))

    def _key(
        self, dataset: Dataset, columns: tuple[Column, ...], rows: int, *, node: str
    ) -> dict[str, pa.Array]:
        """Draw the columns of a key together, until no two rows have the same."""
        numbers = [self._generator(dataset, item.name, node, "values") for item in columns]

        def drawn(count: int) -> pa.Table:
            pairs = zip(columns, numbers, strict=True)
            return pa.table({item.name: self._drawn(item, count, rng) for item, rng in pairs})

        found = draw.distinct_rows(drawn, rows)
        return {name: found[name].combine_chunks() for name in found.column_names}

    def _with_nulls(
        self, dataset: Dataset, table: pa.Table, columns: tuple[Column, ...], *, node: str
    ) -> pa.Table:
        cells = {
            column.name: draw.with_nulls(
                table[column.name].combine_chunks(),
                self._missing(column, table.num_rows),
                self._generator(dataset, column.name, node, "nulls"),
            )
            for column in columns
        }
        return pa.table(cells)

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
        drawn, rows = self._different(dataset, self._columns(dataset), node=_EVERYWHERE)
        if wanted.name in drawn:
            cells = drawn[wanted.name]
        else:
            cells = self._cells(dataset, wanted, rows, node=_EVERYWHERE)
        rng = self._generator(dataset, wanted.name, _EVERYWHERE, "nulls")
        return draw.with_nulls(cells, self._missing(wanted, len(cells)), rng)


def _drawn_together(dataset: Dataset, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Give the columns of a key, where only together they tell rows apart."""
    key = [column for column in columns if column.name in dataset.schema.key]
    alone = len(key) < 2 or any(column.unique for column in key)
    return () if alone else tuple(column for column in key if column.formula is None)


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
