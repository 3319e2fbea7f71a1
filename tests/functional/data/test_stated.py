"""Rows that a test states, as files; and the rows of files that a script wrote."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from ci_scriptcheck.data.reader import answer, comparing, synthesizing
from ci_scriptcheck.data.table_rows import UnreadableError, rows_of
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    GivenFile,
    Schema,
    Stated,
    TableFile,
)
from ci_scriptcheck.model.scenario import BUILT_IN
from ci_scriptcheck.model.step_test import ExpectedRows

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    Column(name="order_id", type=ColumnType.STRING, unique=True, pattern="o[0-9]{8}"),
    Column(name="amount", type=ColumnType.FLOAT, min=1, max=9, nulls=0.9),
    Column(name="placed_at", type=ColumnType.DATETIME),
    Column(name="big", type=ColumnType.BOOL, formula="amount > 50"),
)
ROWS: tuple[dict[str, Any], ...] = (
    {"order_id": "a", "amount": 51},
    {"order_id": "b", "amount": -1, "placed_at": "2024-02-29T10:00:00"},
    {"amount": None},
)


def made(folder: Path, tables: dict[str, Any], **given: Any) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "name": "prepare[refunds].orders",
        "schema": Schema(columns=COLUMNS),
        "files": (TableFile(name="orders.csv", format=Format.CSV),),
        "origin": Stated(tables=tables),
    }
    dataset = Dataset(**parts | given)
    request = synthesizing(
        dataset.name,
        node="prepare",
        datasets={dataset.name: dataset},
        scenario=BUILT_IN["standard"],
        seed=0,
        rows=1000,
        root=folder,
        folder=folder,
    )
    return answer(json.loads(json.dumps(request)))


def test_cells_that_are_left_out_are_drawn_and_computed_from_those_given(tmp_path: Path) -> None:
    made(tmp_path, {"": ROWS})

    table = pd.read_csv(tmp_path / "orders.csv")
    assert table["order_id"].tolist()[:2] == ["a", "b"]
    assert table["order_id"][2].startswith("o")
    assert table["amount"].fillna(0).tolist() == [51, -1, 0]
    assert table["big"].tolist()[:2] == [True, False]
    assert table["placed_at"][1] == "2024-02-29 10:00:00"


def test_stated_rows_are_the_same_in_every_run(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made(tmp_path / name, {"": ROWS})

    assert (tmp_path / "one/orders.csv").read_bytes() == (tmp_path / "two/orders.csv").read_bytes()


def test_no_rows_are_a_file_with_its_columns(tmp_path: Path) -> None:
    made(tmp_path, {"": ()})

    assert (tmp_path / "orders.csv").read_text().split() == ["order_id,amount,placed_at,big"]


def test_a_cell_may_break_the_schema(tmp_path: Path) -> None:
    made(tmp_path, {"": ({"order_id": "a", "amount": "many"},)})

    assert pd.read_csv(tmp_path / "orders.csv")["amount"].tolist() == ["many"]


def test_each_file_gets_its_own_rows_and_contents_stay(tmp_path: Path) -> None:
    files = (
        TableFile(name="train.parquet", format=Format.PARQUET, share=0.8),
        TableFile(name="test.jsonl", format=Format.JSONL, share=0.2),
        GivenFile(name="rules.json", text="{}\n"),
    )

    made(tmp_path, {"train.parquet": ROWS}, files=files)

    assert len(pd.read_parquet(tmp_path / "train.parquet")) == 3
    assert (tmp_path / "test.jsonl").read_text() == ""
    assert (tmp_path / "rules.json").read_text() == "{}\n"


def test_rows_without_a_schema_have_the_columns_that_they_name(tmp_path: Path) -> None:
    made(tmp_path, {"": ({"a": 1}, {"a": 2.5, "b": "x"})}, schema=Schema())

    assert (tmp_path / "orders.csv").read_text() == "a,b\n1.0,\n2.5,x\n"


def test_rows_are_read_back_from_every_format(tmp_path: Path) -> None:
    table = pd.DataFrame({"id": ["a", "b"], "n": [1, 2]})
    table.to_csv(tmp_path / "a.csv", index=False)
    table.to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    table.to_csv(tmp_path / "semicolon.csv", index=False, sep=";")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    table.to_parquet(tmp_path / "a.parquet")
    table.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    table.to_json(tmp_path / "records.json", orient="records")
    table.to_json(tmp_path / "columns.json")
    folder = tmp_path
    expected = ExpectedRows(rows=({"id": "b", "n": 2}, {"id": "a", "n": 1}))

    for path in sorted(folder.iterdir()):
        rows = rows_of(path, ["id", "n"])
        assert [str(row["n"]) for row in rows] == ["1", "2"], path.name
        alone = ExpectedRows(file=path.name, rows=expected.rows)
        (said,) = answer(comparing(folder, [alone]))["differences"]
        assert said["equal"] == 2, path.name


def test_all_tables_of_a_port_are_taken_together(tmp_path: Path) -> None:
    for name in ("part-0.csv", "part-1.csv"):
        (tmp_path / name).write_text(f"id\n{name}\n")
    (tmp_path / "report.json").write_text('{"rows": 2}')
    expected = ExpectedRows(rows=({"id": "part-1.csv"}, {"id": "part-0.csv"}))

    (said,) = answer(comparing(tmp_path, [expected]))["differences"]

    assert (said["equal"], said["rows"]) == (2, [])


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.json", "{", "cannot be read as json"),
        ("a.json", '["x"]', "holds something else than rows"),
        ("a.parquet", "PAR1", "cannot be read as parquet"),
        ("a.txt", "x", "no table"),
    ],
)
def test_what_is_no_table_is_told(tmp_path: Path, name: str, content: str, why: str) -> None:
    (tmp_path / name).write_text(content)

    with pytest.raises(UnreadableError, match=why):
        rows_of(tmp_path / name)


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.csv").symlink_to(tmp_path / "secret.csv")

    with pytest.raises(UnreadableError, match="is not there"):
        rows_of(tmp_path / "out" / "a.csv")
