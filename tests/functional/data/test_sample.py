"""What sample files show of their columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ci_scriptcheck.data import sample

if TYPE_CHECKING:
    from pathlib import Path


def seen(file: Path, kind: str = "csv") -> dict[str, sample.Seen]:
    _, columns = sample.look([file], kind)
    return {column.name: column for column in columns}


def written(folder: Path, text: str, name: str = "t.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_leading_zeros_stay_text(tmp_path: Path) -> None:
    column = seen(written(tmp_path, "zip,n\n01234,1\n12345,2\n"))["zip"]

    assert (column.type, column.letters, column.digits) == ("string", "", 5)


def test_a_type_that_changes_in_the_last_row_is_seen(tmp_path: Path) -> None:
    rows = "".join(f"{number},{number}\n" for number in range(50_000))

    columns = seen(written(tmp_path, f"late,n\n{rows}x7,1\n"))

    assert (columns["late"].type, columns["n"].type) == ("string", "int")


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["2024-01-31", "2024-02-29"], "date"),
        (["2024-01-31", "2024-02-30"], "string"),
        (["2024-01-31 10:00:00", "2024-01-31T10:00:00Z"], "datetime"),
        (["20240131", "20240201"], "int"),
        (["true", "False"], "bool"),
        (["1", "2.5"], "float"),
        (["1e5", "-.5"], "float"),
        (["1", "x"], "string"),
        (["12345678901234567890"], "float"),
    ],
)
def test_types_are_the_narrowest_that_all_cells_have(
    tmp_path: Path, cells: list[str], kind: str
) -> None:
    lines = "".join(f"{cell},1\n" for cell in cells)

    assert seen(written(tmp_path, f"x,n\n{lines}"))["x"].type == kind


def test_what_pandas_takes_for_no_value_is_none(tmp_path: Path) -> None:
    column = seen(written(tmp_path, "x,n\n1,1\nNA,1\n,1\n4,1\n"))["x"]

    assert (column.type, column.nulls, column.low, column.high) == ("int", 2, "1", "4")


def test_few_repeated_texts_are_named_and_rare_ones_are_not(tmp_path: Path) -> None:
    rows = "".join(f"{'ab'[number % 2]},name {number}\n" for number in range(60))

    columns = seen(written(tmp_path, f"few,many\n{rows}"))

    assert columns["few"].values == ("a", "b")
    assert (columns["many"].values, columns["many"].distinct) == ((), 60)


def test_names_that_sql_would_read_otherwise_do_no_harm(tmp_path: Path) -> None:
    columns = seen(written(tmp_path, '"a""; drop \'x",select\n1,2\n'))

    assert list(columns) == ["a\"; drop 'x", "select"]


def test_parquet_keeps_its_own_types_and_lists_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    table = {"code": ["01", "02"], "tags": [[1], [2]], "n": [1, 2], "ok": [True, False]}
    pq.write_table(pa.table(table), file)

    found = seen(file, "parquet")

    types = {name: column.type for name, column in found.items()}
    assert types == {"code": "string", "tags": "nested", "n": "int", "ok": "bool"}


def test_json_lines_keep_text_that_looks_like_a_number(tmp_path: Path) -> None:
    lines = "".join(f"{json.dumps({'zip': zip_, 'x': 1.5})}\n" for zip_ in ("01234", "9"))

    found = seen(written(tmp_path, lines, "t.jsonl"), "jsonl")

    assert (found["zip"].type, found["x"].type) == ("string", "float")


def test_several_files_are_looked_at_as_one_table(tmp_path: Path) -> None:
    files = [written(tmp_path, "x,n\n1,1\n", "a.csv"), written(tmp_path, "n,x\n1,y\n", "b.csv")]

    rows, columns = sample.look(files, "csv")

    assert rows == 2
    assert {column.name: column.type for column in columns} == {"x": "string", "n": "int"}


def test_what_is_no_table_is_refused_with_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    file.write_bytes(b"PAR1 and nothing else")

    with pytest.raises(sample.UnreadableError):
        sample.look([file], "parquet")
