"""Laws: a table equals itself in any order, one changed cell is found exactly, noise is set aside."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ci_scriptcheck.data.compare.comparison import compare
from ci_scriptcheck.data.compare.noise import without_noise
from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.model.comparison import FileComparison, TableComparison

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)
difficult = st.sampled_from(
    ["NA", "0017", 'say "so", they', "two\nlines", " x ", "", "nan", "1e5"]
)
CELLS: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.string(): texts | difficult,
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(),
    pa.bool_(): st.booleans(),
    pa.timestamp("us"): st.datetimes(),
    pa.list_(pa.int64()): st.lists(st.integers(0, 9), max_size=3),
}
FEW = settings(max_examples=15, deadline=None)


@st.composite
def tables(draw: st.DrawFn, kinds: tuple[pa.DataType, ...] = tuple(CELLS)) -> pa.Table:
    """Draw a table with a key `id` and one to four further columns."""
    rows = draw(st.integers(1, 8))
    drawn = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4))
    columns = {"id": pa.array(range(rows))}
    for number, kind in enumerate(drawn):
        cells = st.lists(st.none() | CELLS[kind], min_size=rows, max_size=rows)
        columns[f"c{number}"] = pa.array(draw(cells), kind)
    return pa.table(columns)


def differing(before: pa.Table, after: pa.Table, **keys: tuple[str, ...]) -> list[FileComparison]:
    with tempfile.TemporaryDirectory() as name:
        for side, table in (("base", before), ("head", after)):
            (Path(name) / side).mkdir()
            pq.write_table(table, Path(name) / side / "d.parquet")
            if not any(pa.types.is_list(kind) for kind in table.schema.types):
                pa_csv.write_csv(table, Path(name) / side / "d.csv")
        terms = CompareTerms(keys={"d.*": keys.get("key", ())})
        return list(compare(Path(name, "base"), Path(name, "head"), terms))


def table_of(found: list[FileComparison], path: str = "d.parquet") -> TableComparison:
    (table,) = [file.table for file in found if file.path == path]
    assert table is not None
    return table


@FEW
@given(tables())
def test_no_table_differs_from_itself(table: pa.Table) -> None:
    assert differing(table, table) == []
    assert differing(table, table, key=("id",)) == []


@FEW
@given(tables(), st.randoms(use_true_random=False))
def test_rows_that_are_shuffled_are_nothing_but_reordered(table: pa.Table, random: Any) -> None:
    order = list(range(table.num_rows))
    random.shuffle(order)
    assume(order != sorted(order))

    for file in differing(table, table.take(order), key=("id",)):
        assert file.table == TableComparison(
            rows_before=table.num_rows, rows_after=table.num_rows, is_reordered=True
        )


@FEW
@given(st.data())
def test_one_changed_cell_is_found_in_its_column_and_row(data: st.DataObject) -> None:
    table = data.draw(tables())
    name = data.draw(st.sampled_from(table.column_names[1:]))
    row = data.draw(st.integers(0, table.num_rows - 1))
    kind = table.schema.field(name).type
    cells = table[name].to_pylist()
    value = data.draw(st.none() | CELLS[kind])
    assume(not _mean_the_same(cells[row], value))
    cells[row] = value
    place = table.column_names.index(name)
    changed = table.set_column(place, name, pa.array(cells, kind))

    found = table_of(differing(table, changed, key=("id",)))

    assert (found.changed, found.gone, found.new) == (1, 0, 0)
    assert [(column.name, column.rows) for column in found.columns] == [(name, 1)]


@FEW
@given(tables(), st.integers(0, 7))
def test_a_row_that_is_left_out_is_gone(table: pa.Table, row: int) -> None:
    assume(row < table.num_rows)
    kept = [number for number in range(table.num_rows) if number != row]

    for key in ((), ("id",)):
        found = table_of(differing(table, table.take(pa.array(kept, pa.int64())), key=key))
        assert (found.changed, found.gone, found.new) == (0, 1, 0)


@FEW
@given(tables(kinds=(pa.int64(), pa.bool_())), st.integers(1, 5), st.integers(6, 9))
def test_a_column_of_chance_is_set_aside_and_a_changed_one_is_left(
    table: pa.Table, once: int, again: int
) -> None:
    rows = table.num_rows
    base, repeat, head = (
        table.append_column("chance", pa.array([value] * rows)).append_column(
            "real", pa.array([real] * rows)
        )
        for value, real in ((0, 1), (once, 1), (again, 2))
    )

    rest = without_noise(differing(base, head, key=("id",)), differing(base, repeat, key=("id",)))

    assert set(rest.noise) == {"d.parquet: chance", "d.csv: chance"}
    for path in ("d.parquet", "d.csv"):
        left = table_of(list(rest.files), path)
        assert [(column.name, column.rows) for column in left.columns] == [("real", rows)]
        assert left.changed == rows


def _mean_the_same(one: Any, other: Any) -> bool:
    """Say whether two cells mean the same: a value that is no number means none."""
    left, right = (
        None if isinstance(cell, float) and math.isnan(cell) else cell for cell in (one, other)
    )
    return bool(left == right)
