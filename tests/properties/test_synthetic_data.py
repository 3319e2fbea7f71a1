"""Law: data made from any schema satisfies it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ci_scriptcheck.data.synthesize import Maker
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.scenario import BUILT_IN

if TYPE_CHECKING:
    import pyarrow as pa

PATTERNS = ["[a-z]{3,9}", r"[A-Z]\d{6}", r"\w+@(a|b)\.de", "[0-9a-f]{8}-[0-9a-f]{4}", "x*y+z?"]


@st.composite
def columns(draw: st.DrawFn, name: str) -> Column:
    kind = draw(st.sampled_from(ColumnType))
    given_: dict[str, Any] = {"nulls": draw(st.floats(0, 1))}
    match kind:
        case ColumnType.INT:
            low = draw(st.integers(-(10**12), 10**12))
            given_ |= {"min": low, "max": low + draw(st.integers(0, 10**9))}
        case ColumnType.FLOAT:
            least = draw(st.floats(-1e9, 1e9))
            given_ |= {"min": least, "max": least + draw(st.floats(0, 1e6))}
        case ColumnType.DATE:
            first = draw(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
            last = first + timedelta(days=draw(st.integers(0, 5000)))
            given_ |= {"min": first.isoformat(), "max": last.isoformat()}
        case ColumnType.DATETIME:
            start = draw(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001  (cells without a time zone)
            end = start + timedelta(seconds=draw(st.integers(1, 10**8)))
            given_ |= {"min": start.isoformat(), "max": end.isoformat()}
        case ColumnType.CATEGORY:
            given_ |= {"values": draw(some_values())}
        case ColumnType.STRING:
            given_ |= {"pattern": draw(st.none() | st.sampled_from(PATTERNS))}
        case _:
            pass
    return Column(name=name, type=kind, **given_)


def some_values() -> st.SearchStrategy[tuple[Any, ...]]:
    texts = st.lists(st.text(max_size=5), min_size=1, max_size=6, unique=True)
    numbers = st.lists(st.integers(-9, 9), min_size=1, max_size=6, unique=True)
    return (texts | numbers).map(tuple)


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    made = [draw(columns(f"c{number}")) for number in range(draw(st.integers(1, 5)))]
    key = tuple(draw(st.lists(st.sampled_from([c.name for c in made]), unique=True, max_size=3)))
    return Dataset(
        name="d",
        schema=Schema(columns=tuple(made), key=key),
        files=(TableFile(name="d.csv", format=Format.CSV),),
        origin=Synthesized(),
    )


@settings(max_examples=150, deadline=None)
@given(
    dataset=datasets(),
    rows=st.integers(0, 300),
    seed=st.integers(0, 9),
    scenario=st.sampled_from(["standard", "edge_cases"]),
)
def test_data_made_from_a_schema_satisfies_it(
    dataset: Dataset, rows: int, seed: int, scenario: str
) -> None:
    maker = Maker(
        datasets={"d": dataset},
        scenario=BUILT_IN[scenario],
        seed=seed,
        rows=rows,
        root=Path("nowhere"),
    )

    table = maker.table("d", node="n")

    assert table.column_names == [column.name for column in dataset.schema.columns]
    assert table.num_rows == rows or (dataset.schema.key and table.num_rows < rows)
    for column in dataset.schema.columns:
        assert_satisfies(table[column.name], column)
    keys = [tuple(row.values()) for row in table.select(dataset.schema.key).to_pylist()]
    assert not dataset.schema.key or len(set(keys)) == len(keys)
    assert not any(None in row for row in keys)


def assert_satisfies(cells: pa.ChunkedArray, column: Column) -> None:
    assert cells.null_count <= column.nulls * len(cells) + 1e-9
    present = [cell for cell in cells.to_pylist() if cell is not None]
    if column.values:
        assert set(present) <= set(column.values)
    if column.pattern is not None:
        assert all(re.fullmatch(column.pattern, text) for text in present)
    if column.min is not None:
        least, most = as_cell(column, column.min), as_cell(column, column.max)
        assert all(least <= cell <= most for cell in present)


def as_cell(column: Column, bound: Any) -> Any:
    match column.type:
        case ColumnType.DATE:
            return date.fromisoformat(bound)
        case ColumnType.DATETIME:
            return datetime.fromisoformat(bound)
        case _:
            return bound
