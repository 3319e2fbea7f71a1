"""Good data with one defect put in, and nothing else changed."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ci_scriptcheck.data import layout
from ci_scriptcheck.data.rows import of_table
from ci_scriptcheck.model.contract import Format, GivenFile, TableFile
from ci_scriptcheck.model.defect import Defect, DefectKind

if TYPE_CHECKING:
    from pathlib import Path

TABLE = pa.table({"id": ["a", "b", "c", "d"], "amount": [1.5, 2.5, 3.5, 4.5], "n": [1, 2, 3, 4]})


def written(folder: Path, name: str, what: DefectKind, table: pa.Table = TABLE) -> Path:
    kind = Format(name.split(".")[1])
    defect = Defect(what=what, file=name)
    layout.write(of_table(table), [TableFile(name=name, format=kind)], folder, defect)
    return folder / name


@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_a_truncated_table_of_lines_ends_inside_a_row(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, f"a.{kind}", DefectKind.TRUNCATED)

    lines = path.read_text().splitlines()
    mark = "," if kind == "csv" else "\t"
    assert 1 < len(lines) < 5
    assert lines[-1].count(mark) == 1
    assert not path.read_bytes().endswith(b"\n")


def test_a_truncated_table_without_rows_has_half_a_head(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", DefectKind.TRUNCATED, TABLE.slice(0, 0))

    assert path.read_text() == "id,amount"


@pytest.mark.parametrize("what", [DefectKind.TRUNCATED, DefectKind.BROKEN_BYTES])
def test_broken_parquet_cannot_be_read(tmp_path: Path, what: DefectKind) -> None:
    path = written(tmp_path, "a.parquet", what)

    with pytest.raises((OSError, pa.ArrowInvalid)):
        pq.read_table(path)


@pytest.mark.parametrize("what", [DefectKind.TRUNCATED, DefectKind.BROKEN_BYTES])
def test_broken_json_cannot_be_read(tmp_path: Path, what: DefectKind) -> None:
    path = written(tmp_path, "a.json", what)

    with pytest.raises(ValueError):  # noqa: PT011  (bytes that are no text, or text that is no JSON)
        json.loads(path.read_bytes())


@pytest.mark.parametrize("what", [DefectKind.TRUNCATED, DefectKind.BROKEN_BYTES])
def test_broken_json_lines_cannot_be_read(tmp_path: Path, what: DefectKind) -> None:
    path = written(tmp_path, "a.jsonl", what)

    with pytest.raises(ValueError):  # noqa: PT011  (bytes that are no text, or text that is no JSON)
        [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("what", [DefectKind.TRUNCATED, DefectKind.BROKEN_BYTES])
def test_a_broken_packed_file_cannot_be_unpacked(tmp_path: Path, what: DefectKind) -> None:
    path = written(tmp_path, "a.csv.gz", what)

    with pytest.raises((EOFError, OSError, zlib.error)):
        gzip.decompress(path.read_bytes())


def test_an_empty_file_has_no_bytes_and_its_neighbours_are_whole(tmp_path: Path) -> None:
    files: list[TableFile | GivenFile] = [
        TableFile(name="train.csv", format=Format.CSV, share=0.5),
        TableFile(name="test.csv", format=Format.CSV, share=0.5),
        GivenFile(name="rules.json", text="{}"),
    ]

    layout.write(of_table(TABLE), files, tmp_path, Defect(what=DefectKind.EMPTY, file="train.csv"))

    assert (tmp_path / "train.csv").read_bytes() == b""
    assert len(pd.read_csv(tmp_path / "test.csv")) == 2
    assert (tmp_path / "rules.json").read_text() == "{}"
