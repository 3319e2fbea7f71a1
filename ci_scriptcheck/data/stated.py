"""Rows as a test states them, as the files of its dataset; cells that it leaves out are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from ci_scriptcheck.data import draw, formula, layout
from ci_scriptcheck.data.rows import of_table
from ci_scriptcheck.data.synthesize import Maker
from ci_scriptcheck.data.unmakeable import UnmakeableError
from ci_scriptcheck.model.contract import GivenFile, Scalar, Stated, Synthesized, TableFile
from ci_scriptcheck.model.scenario import STANDARD, Scenario
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ci_scriptcheck.model.contract import Column, Dataset


def write(maker: Maker, name: str, *, node: str, folder: Path) -> tuple[str, ...]:
    """Write the files of a dataset whose rows are stated, and list their names, sorted.

    Raises:
        UnmakeableError: cells that are left out cannot be drawn, or a file has no format for rows.
    """
    dataset = maker.datasets[name]
    origin = dataset.origin
    assert isinstance(origin, Stated)  # noqa: S101  (the caller has looked; for mypy)
    if "" in origin.tables:
        table = _table(maker, dataset, origin.tables[""], node)
        return layout.write(of_table(table), dataset.files, folder)
    given = [entry for entry in dataset.files if isinstance(entry, GivenFile)]
    written = list(layout.write(None, given, folder))
    for entry in dataset.files:
        if isinstance(entry, TableFile):
            # A file that is not spoken of is there, and has no rows.
            rows = origin.tables.get(entry.name, ())
            if rows or dataset.schema.columns:
                table = _table(maker, dataset, rows, node)
                written += layout.write(of_table(table), (replace(entry, share=1.0),), folder)
    return tuple(sorted(written))


def _table(
    maker: Maker, dataset: Dataset, rows: Sequence[Mapping[str, Scalar]], node: str
) -> pa.Table:
    columns = dataset.schema.columns
    drawn = _drawn(maker, dataset, len(rows), node)
    # Formulas see no cell that its column would not allow; they could not be computed.
    fitting = [
        {name: cell for name, cell in row.items() if _fits(cell, name, columns)} for row in rows
    ]
    table = _laid_over(drawn, fitting if drawn is not None else rows, columns)
    computed = formula.apply(table, columns, seed=f"{maker.seed}/{dataset.name}/{node}")
    return _laid_over(computed, rows, columns)


def _drawn(maker: Maker, dataset: Dataset, count: int, node: str) -> pa.Table | None:
    """Draw whole rows, none of their cells null and none computed yet."""
    if not dataset.schema.columns:
        return None
    plain = tuple(replace(column, nulls=0.0, formula=None) for column in dataset.schema.columns)
    schema = replace(dataset.schema, columns=plain, rows=None)
    made = Maker(
        datasets={
            **maker.datasets,
            dataset.name: replace(dataset, schema=schema, origin=Synthesized()),
        },
        scenario=Scenario(name=STANDARD, rows=count),
        seed=maker.seed,
        rows=count,
        root=maker.root,
    ).table(dataset.name, node=node)
    if made.num_rows < count:
        raise UnmakeableError(
            f"`{dataset.name}` states {count:,} rows, and its schema allows only"
            f" {made.num_rows:,} that differ"
        )
    return made


def _laid_over(
    table: pa.Table | None, rows: Sequence[Mapping[str, Scalar]], columns: Sequence[Column]
) -> pa.Table:
    known = {column.name: column for column in columns}
    names = dict.fromkeys([*known, *(name for row in rows for name in row)])
    cells = {}
    for name in names:
        below = table[name].to_pylist() if table is not None and name in table.column_names else []
        below += [None] * (len(rows) - len(below))
        wanted = draw.arrow_type(known[name]) if name in known else None
        given = [row.get(name, cell) for row, cell in zip(rows, below, strict=True)]
        is_given = [name in row for row in rows]
        cells[name] = _array(given, is_given, wanted)
    if not cells:
        raise UnmakeableError(
            "there are rows to be made, and nothing says which columns they have"
        )
    return pa.table(cells)


def _fits(cell: Scalar, name: str, columns: Sequence[Column]) -> bool:
    wanted = next((draw.arrow_type(column) for column in columns if column.name == name), None)
    try:
        _cast(cell, wanted)
    except (pa.ArrowException, TypeError, ValueError):
        return False
    return True


def _cast(cell: object, wanted: pa.DataType | None) -> object:
    """Hold a cell as its column has it: dates and times are written as text."""
    if isinstance(cell, str) and wanted is not None:
        return pa.scalar(cell, pa.string()).cast(wanted).as_py()
    return cell if wanted is None else pa.scalar(cell, wanted).as_py()


def _array(
    values: Sequence[object], is_given: Sequence[bool], wanted: pa.DataType | None
) -> pa.Array:
    """Hold cells as their column has them; a test may state what the column would not allow."""
    try:
        cells = [
            _cast(value, wanted) if is_stated else value
            for value, is_stated in zip(values, is_given, strict=True)
        ]
        return pa.array(cells, wanted)
    except (pa.ArrowException, TypeError, ValueError):
        pass
    try:
        return pa.array(values)
    except (pa.ArrowException, TypeError, ValueError):
        return pa.array([None if value is None else str(value) for value in values], pa.string())
