"""Laws: files hold what was made, every scenario's data satisfy the schema, columns are independent.

The oracle is plain Python over rows, and shares nothing with what makes the data.
"""

from __future__ import annotations

import csv
import json
import re
import tempfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_scriptcheck.data import layout
from ci_scriptcheck.data.rows import PIECE, Rows, of_table
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
from ci_scriptcheck.model.scenario import BUILT_IN, Scenario
from tests.properties.test_synthetic_data import assert_satisfies, datasets

if TYPE_CHECKING:
    from collections.abc import Callable

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)
difficult = st.sampled_from(
    ["NA", "=1+1", 'say "so", they', "two\nlines", " padded ", "0017", "a\tb"]
)
CELLS: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.string(): texts | difficult,
    pa.int64(): st.integers(-(2**53), 2**53),
    pa.float64(): st.floats(allow_nan=False, allow_infinity=False),
    pa.bool_(): st.booleans(),
    pa.date32(): st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    pa.timestamp("us"): st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001  (cells without a time zone)
}


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    kinds = draw(st.lists(st.sampled_from(list(CELLS)), min_size=1, max_size=4))
    rows = draw(st.integers(1, 8))
    cells = [
        draw(st.lists(st.none() | CELLS[kind], min_size=rows, max_size=rows)) for kind in kinds
    ]
    return pa.table(
        {
            f"c{number}": pa.array(column, kind)
            for number, (column, kind) in enumerate(zip(cells, kinds, strict=True))
        }
    )


def written(table: pa.Table, kind: Format, folder: Path) -> Path:
    """Write a table in pieces of three rows."""
    rows = Rows(count=table.num_rows, piece=3, make=lambda low, high: table.slice(low, high - low))
    (name,) = layout.write(rows, [TableFile(name=f"a.{kind.value}", format=kind)], folder)
    return folder / name


def from_json(cell: Any, kind: pa.DataType) -> Any:
    if cell is None or kind not in {pa.date32(), pa.timestamp("us")}:
        return cell
    return (date if kind == pa.date32() else datetime).fromisoformat(cell)


def is_same(cell: Any, text: str, kind: pa.DataType) -> bool:
    """Say whether a cell was written as this text of a CSV file."""
    if cell is None:
        return text == ""
    read: dict[pa.DataType, Callable[[str], Any]] = {
        pa.int64(): int,
        pa.float64(): float,
        pa.bool_(): lambda found: {"true": True, "false": False}[found],
        pa.date32(): date.fromisoformat,
        pa.timestamp("us"): datetime.fromisoformat,
    }
    return bool(read.get(kind, str)(text) == cell)


@settings(max_examples=60, deadline=None)
@given(table=tables())
def test_parquet_holds_what_was_made(table: pa.Table) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert pq.read_table(written(table, Format.PARQUET, Path(folder))).equals(table)


@settings(max_examples=60, deadline=None)
@given(table=tables(), kind=st.sampled_from([Format.CSV, Format.TSV]))
def test_lines_of_cells_hold_what_was_made(table: pa.Table, kind: Format) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(table, kind, Path(folder))
        with path.open(encoding="utf-8", newline="") as file:
            head, *lines = csv.reader(file, delimiter="," if kind is Format.CSV else "\t")
    rows = [list(row.values()) for row in table.to_pylist()]
    # A line of one cell without a value is empty.
    lines = [line or [""] for line in lines]

    assert head == table.column_names
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert all(map(is_same, row, line, table.schema.types))


@settings(max_examples=60, deadline=None)
@given(table=tables(), kind=st.sampled_from([Format.JSON, Format.JSONL]))
def test_json_holds_what_was_made(table: pa.Table, kind: Format) -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = written(table, kind, Path(folder)).read_text(encoding="utf-8")
    found = json.loads(text) if kind is Format.JSON else [*map(json.loads, text.split("\n")[:-1])]

    kinds = dict(zip(table.column_names, table.schema.types, strict=True))
    read = [{name: from_json(cell, kinds[name]) for name, cell in row.items()} for row in found]
    assert read == table.to_pylist()


@settings(max_examples=40, deadline=None)
@given(lines=st.lists(texts, min_size=1, max_size=8))
def test_text_holds_a_line_for_each_row(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = written(pa.table({"line": lines}), Format.TEXT, Path(folder)).read_text("utf-8")

    assert text == "".join(f"{line}\n" for line in lines)


def made(dataset: Dataset, scenario: Scenario, *, rows: int = 50, seed: int = 0) -> pa.Table:
    maker = Maker(
        datasets={dataset.name: dataset},
        scenario=scenario,
        seed=seed,
        rows=rows,
        root=Path("nowhere"),
    )
    return maker.table(dataset.name, node="n")


@settings(max_examples=60, deadline=None)
@given(dataset=datasets(), name=st.sampled_from(["edge_cases", "one_row", "no_rows", "standard"]))
def test_data_of_every_scenario_satisfy_the_schema(dataset: Dataset, name: str) -> None:
    table = made(dataset, BUILT_IN[name])

    wanted = {"one_row": 1, "no_rows": 0}.get(name, 50)
    assert table.num_rows == wanted or (dataset.schema.key and table.num_rows < wanted)
    for column in dataset.schema.columns:
        assert_satisfies(table[column.name], column)


@settings(max_examples=60, deadline=None)
@given(dataset=datasets(), name=st.sampled_from(["edge_cases", "standard"]))
def test_another_column_leaves_the_cells_of_the_others_as_they_were(
    dataset: Dataset, name: str
) -> None:
    schema = dataset.schema
    more = (Column(name="new", type=ColumnType.INT, nulls=0.5), *schema.columns)
    wider = replace(dataset, schema=replace(schema, columns=more))

    before, after = made(dataset, BUILT_IN[name]), made(wider, BUILT_IN[name])

    assert after.drop_columns(["new"]).equals(before)


@settings(max_examples=40, deadline=None)
@given(dataset=datasets(), name=st.sampled_from(["edge_cases", "standard"]))
def test_another_column_leaves_the_bytes_of_the_others_as_they_were(
    dataset: Dataset, name: str
) -> None:
    schema = dataset.schema
    more = (*schema.columns, Column(name="new", type=ColumnType.INT))
    wider = replace(dataset, schema=replace(schema, columns=more))
    found = []
    for one in (dataset, wider):
        with tempfile.TemporaryDirectory() as folder:
            rows = of_table(made(one, BUILT_IN[name]))
            (file,) = layout.write(
                rows, [TableFile(name="a.jsonl", format=Format.JSONL)], Path(folder)
            )
            found.append(Path(folder, file).read_bytes())
    before, after = found

    # Ends of lines and quotation marks inside texts are written otherwise.
    assert re.sub(rb',"new":-?[0-9]+}\n', b"}\n", after) == before


@settings(max_examples=3, deadline=None)
@given(dataset=datasets())
def test_a_large_volume_satisfies_the_schema(dataset: Dataset) -> None:
    table = made(dataset, BUILT_IN["large_volume"])

    assert table.num_rows == 100_000 or (dataset.schema.key and table.num_rows < 100_000)
    for column in dataset.schema.columns:
        assert_satisfies(table[column.name], column)


@settings(max_examples=60, deadline=None)
@given(
    people=st.integers(1, 40),
    rows=st.integers(0, 200),
    least=st.integers(-50, 50),
    name=st.sampled_from(["standard", "edge_cases", "one_row", "no_rows"]),
)
def test_keys_formulas_and_references_hold_in_every_scenario(
    people: int, rows: int, least: int, name: str
) -> None:
    known = Dataset(
        name="people",
        schema=Schema(
            columns=(Column(name="id", type=ColumnType.STRING, unique=True, pattern="p[0-9]{5}"),),
            rows=people,
        ),
        files=(),
        origin=Synthesized(),
    )
    orders = Dataset(
        name="orders",
        schema=Schema(
            columns=(
                Column(name="number", type=ColumnType.INT, unique=True, min=least),
                Column(name="who", type=ColumnType.STRING, references="people.id"),
                Column(name="amount", type=ColumnType.INT, min=least, max=least + 9),
                Column(name="twice", type=ColumnType.INT, formula="2 * amount"),
            ),
            rows=rows,
        ),
        files=(),
        origin=Synthesized(),
    )
    maker = Maker(
        datasets={"people": known, "orders": orders},
        scenario=BUILT_IN[name],
        seed=0,
        rows=rows,
        root=Path("nowhere"),
    )

    ids = maker.table("people", node="n")["id"].to_pylist()
    table = maker.table("orders", node="n")

    numbers = table["number"].to_pylist()
    assert len(set(numbers)) == len(numbers)
    assert set(table["who"].to_pylist()) <= set(ids)
    assert table["twice"].to_pylist() == [2 * one for one in table["amount"].to_pylist()]


LONG = Dataset(
    name="long",
    schema=Schema(
        columns=(
            Column(name="id", type=ColumnType.STRING, pattern="o[0-9]{6}", unique=True),
            Column(name="free", type=ColumnType.STRING, pattern="[a-z]+-?[0-9]{5,7}", unique=True),
            Column(name="shop", type=ColumnType.CATEGORY, values=tuple("abcdefg")),
            Column(name="day", type=ColumnType.DATE, min="2024-01-01", max="2043-12-31"),
            Column(name="till", type=ColumnType.INT, min=1, max=20),
            Column(name="real", type=ColumnType.FLOAT, min=0, max=1, unique=True),
            Column(name="gap", type=ColumnType.INT, nulls=0.3),
            Column(name="twice", type=ColumnType.INT, formula="2 * till"),
            Column(name="place", type=ColumnType.INT, formula="row_number() over ()"),
        ),
        key=("shop", "day", "till"),
        rows=PIECE + 17,
    ),
    files=(),
    origin=Synthesized(),
)


@pytest.mark.parametrize("leave_out", [(), ("place",)])
def test_a_table_of_several_pieces_satisfies_its_schema(leave_out: tuple[str, ...]) -> None:
    columns = tuple(one for one in LONG.schema.columns if one.name not in leave_out)
    dataset = replace(LONG, schema=replace(LONG.schema, columns=columns))

    table = made(dataset, BUILT_IN["standard"])

    assert table.num_rows == LONG.schema.rows
    for name in ("id", "free", "real"):
        assert len(set(table[name].to_pylist())) == table.num_rows
    keys = zip(*(table[name].to_pylist() for name in LONG.schema.key), strict=True)
    assert len(set(keys)) == table.num_rows
    assert table["gap"].null_count == int(0.3 * table.num_rows) // 2
    assert table["twice"].to_pylist() == [2 * till for till in table["till"].to_pylist()]
    if not leave_out:
        assert table["place"].to_pylist() == list(range(1, table.num_rows + 1))
    for column in columns:
        assert_satisfies(table[column.name], column)


def test_a_column_is_the_same_whether_others_need_the_whole_table() -> None:
    columns = tuple(one for one in LONG.schema.columns if one.name in {"id", "till"})
    few = replace(LONG, schema=Schema(columns=columns, rows=LONG.schema.rows))

    assert made(few, BUILT_IN["standard"])["id"].equals(made(LONG, BUILT_IN["standard"])["id"])


def test_a_file_is_the_same_however_it_was_cut() -> None:
    table = pa.table({"a": list(range(100)), "b": [f"t{number}" for number in range(100)]})
    files = [
        TableFile(name="a-*.csv", format=Format.CSV, share=0.7),
        TableFile(name="b.jsonl", format=Format.JSONL, share=0.6),
    ]
    found = []
    for rows in (
        of_table(table),
        Rows(count=100, piece=7, make=lambda low, high: table.slice(low, high - low)),
    ):
        with tempfile.TemporaryDirectory() as folder:
            names = layout.write(rows, files, Path(folder))
            found.append({name: Path(folder, name).read_bytes() for name in names})

    assert found[0] == found[1]
