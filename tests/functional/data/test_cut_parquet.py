"""A few row groups of a Parquet file make a smaller one, with nothing read of the others."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ci_scriptcheck.data import reader
from ci_scriptcheck.data.cutting import requests
from ci_scriptcheck.model.fixture import Keyed, RowGroups, Way

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ci_scriptcheck.fixtures.part_file import Range

ROWS = 40_000
TABLE = pa.table(
    {
        "customer_id": np.arange(ROWS) // 10,
        "amount": np.random.default_rng(1).normal(size=ROWS),
        "country": pa.array(["de", "fr", None, "it"] * (ROWS // 4)).dictionary_encode(),
        "items": [[one, one + 1] for one in range(ROWS)],
        "at": pa.array(
            [datetime.datetime(2024, 1, 1)]  # noqa: DTZ001  (as tables have them)
            * ROWS,
            pa.timestamp("ns"),
        ),
    }
).replace_schema_metadata({"pandas": "kept"})


def a_file(folder: Path, **given: Any) -> Path:
    path = folder / "a.parquet"
    pq.write_table(TABLE, path, **{"row_group_size": 1_000} | given)
    return path


def laid_open(path: Path, column: str | None = None) -> dict[str, Any]:
    size = path.stat().st_size
    return reader.answer(requests.laying_open(path, ((0, size),), column))


def columns_of(path: Path, number: int) -> list[tuple[int, int, int]]:
    whole = ((0, path.stat().st_size),)
    (found,) = reader.answer(requests.laying_out_columns(path, whole, [number]))["chunks"]
    return list(found)


def with_holes(path: Path, present: Sequence[Range]) -> tuple[Range, ...]:
    """Keep only some bytes of a file, and its end with the footer; give what is left."""
    content = path.read_bytes()
    footer = len(content) - max(int.from_bytes(content[-8:-4], "little") + 8, 65_536)
    ranges = (*present, (footer, len(content)))
    holed = bytearray(len(content))
    for start, end in ranges:
        holed[start:end] = content[start:end]
    path.write_bytes(holed)
    return ranges


def cut(path: Path, present: Sequence[Range], way: Way) -> tuple[Path, dict[str, Any]]:
    target = path.with_name("cut.parquet")
    request = requests.cutting(path, present, target, kind="parquet", way=way, name="a")
    return target, reader.answer(request)


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({}, id="as pyarrow writes it"),
        pytest.param({"use_dictionary": False, "compression": "zstd"}, id="zstd, no dictionaries"),
        pytest.param({"compression": "none", "data_page_version": "2.0"}, id="plain, pages of v2"),
        pytest.param({"use_deprecated_int96_timestamps": True}, id="as Spark writes moments"),
        pytest.param({"write_page_index": True, "write_page_checksum": True}, id="with an index"),
    ],
)
def test_row_groups_are_taken_with_only_their_bytes_and_the_footer(
    tmp_path: Path, form: dict[str, Any]
) -> None:
    path = a_file(tmp_path, **form)
    whole = pq.read_table(path)
    groups = laid_open(path)
    present = with_holes(path, [groups["spans"][number] for number in (0, 4)])

    target, answer = cut(path, present, RowGroups(numbers=(0, 4)))

    expected = pa.concat_tables([whole.slice(0, 1_000), whole.slice(4_000, 1_000)])
    found = pq.read_table(target)
    assert found.to_pylist() == expected.to_pylist()
    assert found.schema.equals(whole.schema, check_metadata=True)
    assert answer == {"rows": 2_000}
    physical = [column.physical_type for column in pq.ParquetFile(path).schema]
    assert [column.physical_type for column in pq.ParquetFile(target).schema] == physical


def test_nothing_is_read_where_nothing_was_fetched(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    groups = laid_open(path)
    start, end = groups["spans"][4]
    present = with_holes(path, [(start, end - 100)])

    _, answer = cut(path, present, RowGroups(numbers=(4,)))

    assert answer == {"missing": end - 100}


def test_the_first_rows_of_a_large_row_group_need_few_of_its_bytes(tmp_path: Path) -> None:
    path = a_file(tmp_path, row_group_size=ROWS, data_page_size=1_000, use_dictionary=False)
    present = [(start, min(end, start + 70_000)) for start, _, end in columns_of(path, 0)]
    assert sum(end - start for start, end in present) < path.stat().st_size / 2
    present = [*with_holes(path, present)]

    target, answer = cut(path, present, RowGroups(numbers=(0,), first_rows=500))

    assert pq.read_table(target).to_pylist() == TABLE.slice(0, 500).to_pylist()
    assert answer == {"rows": 500}


def test_kept_keys_are_counted_with_only_the_keys_bytes(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    groups = laid_open(path, "customer_id")
    present = with_holes(path, groups["keys"])

    request = requests.counting_kept(path, present, "customer_id", 20, name="a")
    counted = reader.answer(request)["kept"]

    assert len(counted) == 40
    assert 200 < sum(counted) < 1_600
    assert all(count % 10 == 0 for count in counted)


def test_rows_by_key_need_only_the_row_groups_in_which_some_are_kept(tmp_path: Path) -> None:
    path = a_file(tmp_path, row_group_size=200)
    groups = laid_open(path, "customer_id")
    whole = ((0, path.stat().st_size),)
    counted = reader.answer(requests.counting_kept(path, whole, "customer_id", 10, name="a"))[
        "kept"
    ]
    needed = [span for span, rows in zip(groups["spans"], counted, strict=True) if rows]
    keys = groups["keys"]
    present = with_holes(path, [*keys, *needed])
    assert len(needed) < len(groups["spans"]) / 2

    target, answer = cut(path, present, Keyed(column="customer_id", keep=10))

    found = pq.read_table(target)
    assert found.num_rows == answer["rows"] == sum(counted)
    kept = set(found["customer_id"].to_pylist())
    assert found.to_pylist() == [row for row in TABLE.to_pylist() if row["customer_id"] in kept]


def test_a_file_without_rows_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(TABLE.slice(0, 0), path)

    target, answer = cut(path, ((0, path.stat().st_size),), Keyed(column="customer_id", keep=10))

    assert answer == {"rows": 0}
    assert pq.read_table(target).schema.names == TABLE.schema.names


@pytest.mark.parametrize("offset", [400, 4_000])
def test_a_damaged_footer_is_no_layout(tmp_path: Path, offset: int) -> None:
    path = a_file(tmp_path)
    content = bytearray(path.read_bytes())
    content[-8 - offset : -8] = bytes(offset)
    path.write_bytes(content)

    answer = reader.answer(requests.laying_open(path, ((0, len(content)),), None))

    assert set(answer) == {"uncut"}


def test_a_footer_that_names_bytes_behind_the_end_is_refused(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    content = path.read_bytes()
    footer = int.from_bytes(content[-8:-4], "little") + 8
    # The footer of a large file behind the first bytes of it.
    path.write_bytes(content[:100] + content[-footer:])

    answer = reader.answer(requests.laying_open(path, ((0, path.stat().st_size),), None))

    assert answer == {"uncut": "its footer names bytes that it does not have"}


def test_a_key_that_is_not_there_names_the_nearest_column(tmp_path: Path) -> None:
    path = a_file(tmp_path)

    answer = reader.answer(requests.laying_open(path, ((0, path.stat().st_size),), "custmer_id"))

    assert answer == {"uncut": "it has no column `custmer_id`; did you mean `customer_id`?"}
