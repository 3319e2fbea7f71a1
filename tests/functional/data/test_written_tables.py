"""How two tables are written whose cells are the same: what readers go by is told in a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pytest

from tests.functional.data.comparing import differing

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.comparison import FileComparison


def note(found: FileComparison | None) -> str | None:
    """Give what is told of two tables whose rows are the same."""
    assert found is not None
    assert found.table is None
    return found.note


def a_table(kind: pa.DataType, *values: int) -> pa.Table:
    return pa.table({"a": pa.array(values or (1, 2), kind)})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (pa.int64(), pa.int8()),
        (pa.uint16(), pa.int16()),
        (pa.float64(), pa.float32()),
        (pa.timestamp("us", "Europe/Berlin"), pa.timestamp("us", "Asia/Tokyo")),
    ],
    ids=str,
)
def test_a_type_that_is_called_the_same_in_schemas_and_computes_otherwise_is_told(
    tmp_path: Path, before: pa.DataType, after: pa.DataType
) -> None:
    found = differing(tmp_path, "d.parquet", a_table(before), a_table(after))

    assert note(found) == f"`a` is {before} on base and {after} on head"


def test_metadata_that_a_script_wrote_are_told_by_their_names(tmp_path: Path) -> None:
    before = a_table(pa.int64())
    field = pa.field("a", pa.int64(), metadata={"scale": "2"})
    after = before.cast(pa.schema([field], metadata={"unit": "cents"}))

    found = differing(tmp_path, "d.parquet", before, after)

    assert note(found) == "its metadata are not the same: `scale` of `a`, `unit`"


def test_what_libraries_write_of_themselves_is_no_difference(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    by_pandas = pa.Table.from_pandas(frame)
    other = by_pandas.replace_schema_metadata({"pandas": "of another version"})

    assert differing(tmp_path, "d.parquet", by_pandas, other) is None
    assert differing(tmp_path, "d.parquet", by_pandas, a_table(pa.int64())) is None


def test_of_many_columns_of_other_types_the_first_are_told(tmp_path: Path) -> None:
    before, after = (
        pa.table({f"c{number}": pa.array([1], kind) for number in range(8)})
        for kind in (pa.int64(), pa.int32())
    )

    told = note(differing(tmp_path, "d.parquet", before, after)) or ""

    assert told.startswith("`c0` is int64 on base and int32 on head; `c1`")
    assert told.endswith("; and 3 more")


@pytest.mark.parametrize(
    ("name", "row"), [("d.csv", "at\n{0}\n{0}\n"), ("d.jsonl", '{{"at": "{0}"}}\n')]
)
def test_moments_in_text_with_a_time_zone_on_one_side_are_told(
    tmp_path: Path, name: str, row: str
) -> None:
    at = "2026-01-01 00:00:00"

    found = differing(tmp_path, name, row.format(at), row.format(f"{at}+00:00"))

    assert note(found) == "`at` has a time zone on head only"


def test_all_that_differs_in_how_a_table_is_written_is_told(tmp_path: Path) -> None:
    before, after = "a,b\n1,2\n", "b;a\n2;1\n"

    assert note(differing(tmp_path, "d.csv", before, after.encode("utf-8-sig"))) == (
        "its columns stand in another order; begins with a byte order mark on head only;"
        " its cells are parted by ',' on base and by ';' on head"
    )


def test_how_a_table_is_written_is_told_where_its_rows_differ(tmp_path: Path) -> None:
    found = differing(tmp_path, "d.parquet", a_table(pa.int64(), 1, 2), a_table(pa.int8(), 1, 3))

    assert found is not None
    assert found.table is not None
    assert found.note == "`a` is int64 on base and int8 on head"
