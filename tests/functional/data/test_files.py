"""Files of datasets, as they are written and as they are measured."""

from __future__ import annotations

import gzip
import json
import tarfile
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ci_scriptcheck.data import layout, tables
from ci_scriptcheck.data.reader import answer, laying_out, measuring, synthesizing
from ci_scriptcheck.data.rows import of_table
from ci_scriptcheck.data.unmakeable import UnmakeableError
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    CopiedFrom,
    Dataset,
    Entry,
    Format,
    GivenFile,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.scenario import BUILT_IN

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    Column(name="id", type=ColumnType.STRING, unique=True, pattern="[0-9]{8}"),
    Column(name="amount", type=ColumnType.FLOAT, nulls=0.1),
    Column(name="at", type=ColumnType.DATETIME),
    Column(name="day", type=ColumnType.DATE),
    Column(name="good", type=ColumnType.BOOL),
    Column(name="said", type=ColumnType.STRING, pattern='[a-c",\\n]{0,6}'),
)


def a_file(name: str, kind: str, share: float = 1.0) -> TableFile:
    return TableFile(name=name, format=Format(kind), share=share)


def a_dataset(*files: Entry, **given: Any) -> Dataset:
    parts: dict[str, Any] = {
        "name": "d",
        "schema": Schema(columns=COLUMNS, rows=100),
        "origin": Synthesized(),
    }
    return Dataset(files=files, **parts | given)


def make(folder: Path, dataset: Dataset, *others: Dataset, root: Path | None = None) -> list[str]:
    """Make a dataset as the reader process does, and list the names of its files."""
    datasets = {item.name: item for item in (dataset, *others)}
    said = answer(
        synthesizing(
            dataset.name,
            node="load",
            datasets=datasets,
            scenario=BUILT_IN["standard"],
            seed=0,
            rows=1000,
            root=root or folder,
            folder=folder,
        )
    )
    assert "unmakeable" not in said, said["unmakeable"]
    names: list[str] = json.loads(json.dumps(said))["files"]
    return names


def measured(folder: Path) -> dict[str, tuple[str, int | None, list[str]]]:
    said = json.loads(json.dumps(answer(measuring(folder))))
    return {
        name: (item["format"], item["rows"], item["columns"])
        for name, item in said["files"].items()
    }


def figures(path: Path) -> tuple[str, int | None, list[str]]:
    return measured(path)[path.name]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("d.csv", "csv"),
        ("d.tsv", "tsv"),
        ("d.parquet", "parquet"),
        ("d.jsonl", "jsonl"),
        ("d.json", "json"),
        ("deep/er/d.csv.gz", "csv"),
        ("it's.jsonl.gz", "jsonl"),
    ],
)
def test_what_is_made_in_a_format_is_measured_as_that(
    tmp_path: Path, name: str, kind: str
) -> None:
    make(tmp_path, a_dataset(a_file(name, kind)))

    assert measured(tmp_path) == {name: (kind, 100, [column.name for column in COLUMNS])}


def test_pandas_reads_back_what_was_made(tmp_path: Path) -> None:
    make(tmp_path, a_dataset(a_file("d.csv", "csv"), a_file("d.parquet", "parquet")))

    text = {"id": str, "said": str}
    comma = pd.read_csv(
        tmp_path / "d.csv",
        dtype=text,
        parse_dates=["at"],
        keep_default_na=False,
        na_values={"amount": ""},
    )
    parquet = pd.read_parquet(tmp_path / "d.parquet")
    assert comma["id"].tolist() == parquet["id"].tolist()
    assert comma["said"].tolist() == parquet["said"].tolist()
    assert comma["at"].tolist() == parquet["at"].tolist()
    assert comma["amount"].isna().tolist() == parquet["amount"].isna().tolist()
    assert comma["amount"].sum() == pytest.approx(parquet["amount"].sum())
    assert comma["good"].tolist() == parquet["good"].tolist()
    assert str(parquet["good"].dtype) == "bool"


def test_equal_requests_give_equal_bytes(tmp_path: Path) -> None:
    dataset = a_dataset(
        a_file("a.csv", "csv"), a_file("b.parquet", "parquet"), a_file("c.json.gz", "json")
    )
    names = make(tmp_path / "one", dataset)
    make(tmp_path / "two", dataset)

    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_pattern_is_split_into_parts_that_hold_every_row_once(tmp_path: Path) -> None:
    names = make(tmp_path, a_dataset(a_file("part-*.csv", "csv")))

    parts = [pd.read_csv(tmp_path / name, dtype=str) for name in names]
    assert names == ["part-00000.csv", "part-00001.csv"]
    assert [len(part) for part in parts] == [50, 50]
    assert pd.concat(parts)["id"].nunique() == 100


def test_shares_split_the_rows_without_overlap(tmp_path: Path) -> None:
    make(
        tmp_path,
        a_dataset(
            a_file("train/t.csv", "csv", 0.7),
            a_file("val/v.csv", "csv", 0.15),
            a_file("test/t.csv", "csv", 0.15),
        ),
    )

    rows = {name: item[1] for name, item in measured(tmp_path).items()}
    assert rows == {"train/t.csv": 70, "val/v.csv": 15, "test/t.csv": 15}
    tables = [pd.read_csv(path, dtype=str) for path in tmp_path.rglob("*.csv")]
    assert pd.concat(tables)["id"].nunique() == 100


def test_files_that_each_hold_all_rows_are_equal(tmp_path: Path) -> None:
    make(tmp_path, a_dataset(a_file("a.csv", "csv"), a_file("b.csv", "csv")))

    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_given_contents_lie_beside_tables_or_alone(tmp_path: Path) -> None:
    note = GivenFile(name="code/note.txt", text="so it is: äö\n")

    names = make(tmp_path / "both", a_dataset(note, a_file("d.csv", "csv")))
    alone = make(tmp_path / "alone", a_dataset(note, schema=Schema()))

    assert names == ["code/note.txt", "d.csv"]
    assert alone == ["code/note.txt"]
    assert (tmp_path / "alone/code/note.txt").read_text(encoding="utf-8") == "so it is: äö\n"


def test_text_files_hold_a_line_for_each_row(tmp_path: Path) -> None:
    ids = Schema(columns=COLUMNS[:1], rows=3)
    make(tmp_path, a_dataset(a_file("ids.txt", "text"), schema=ids))

    lines = (tmp_path / "ids.txt").read_text(encoding="utf-8").splitlines()
    assert [len(line) for line in lines] == [8, 8, 8]


def test_no_rows_are_files_with_a_header(tmp_path: Path) -> None:
    table = pa.table({"a": pa.array([], pa.string())})
    files = [a_file("a.csv", "csv"), a_file("a.json", "json"), a_file("a.jsonl", "jsonl")]

    layout.write(of_table(table), files, tmp_path)

    assert measured(tmp_path) == {
        "a.csv": ("csv", 0, ["a"]),
        "a.json": ("json", None, []),
        "a.jsonl": ("jsonl", 0, []),
    }


@pytest.mark.parametrize("name", ["../out.csv", "/out.csv", "a/../../out.csv", ""])
def test_a_file_never_leaves_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnmakeableError, match="outside"):
        layout.write(None, [GivenFile(name=name, text="")], tmp_path / "in")

    assert list(tmp_path.rglob("*.csv")) == []


def test_rows_without_a_format_are_refused(tmp_path: Path) -> None:
    said = answer(
        synthesizing(
            "d",
            node="load",
            datasets={"d": a_dataset(a_file("model.bin", "any"))},
            scenario=BUILT_IN["standard"],
            seed=0,
            rows=10,
            root=tmp_path,
            folder=tmp_path,
        )
    )

    assert said == {"unmakeable": "no rows can be written to `model.bin`: its format is `any`"}


@pytest.mark.parametrize("name", ["shops.csv", "shops.parquet", "shops.jsonl"])
def test_a_reference_draws_from_a_file_of_the_repository(tmp_path: Path, name: str) -> None:
    shops = pd.DataFrame({"shop": ["007", "008"], "town": ["Ulm", "Bonn"]})
    (tmp_path / "shops").mkdir()
    match name.rpartition(".")[2]:
        case "csv":
            shops.to_csv(tmp_path / "shops" / name, index=False)
        case "parquet":
            shops.to_parquet(tmp_path / "shops" / name)
        case _:
            shops.to_json(tmp_path / "shops" / name, orient="records", lines=True)
    copied = a_dataset(
        name="shops",
        origin=CopiedFrom(path="shops"),
        schema=Schema(columns=(Column(name="shop", type=ColumnType.STRING),)),
    )
    sales = a_dataset(
        a_file("sales.csv", "csv"),
        name="sales",
        schema=Schema(
            columns=(Column(name="shop", type=ColumnType.STRING, references="shops.shop"),)
        ),
    )

    make(tmp_path / "out", sales, copied, root=tmp_path)

    assert set(pd.read_csv(tmp_path / "out/sales.csv", dtype=str)["shop"]) == {"007", "008"}


def test_what_a_generator_gave_is_laid_out_as_its_dataset_says(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": range(10)})
    frame.to_parquet(tmp_path / "content.parquet")
    dataset = a_dataset(a_file("x.csv", "csv", 0.8), a_file("y.jsonl", "jsonl", 0.2))

    said = answer(
        laying_out(dataset, content=tmp_path / "content.parquet", folder=tmp_path / "out")
    )

    assert said == {"files": ["x.csv", "y.jsonl"]}
    assert measured(tmp_path / "out") == {
        "x.csv": ("csv", 8, ["a"]),
        "y.jsonl": ("jsonl", 2, ["a"]),
    }


def test_text_of_a_generator_is_the_only_file(tmp_path: Path) -> None:
    (tmp_path / "content.txt").write_text("hello", encoding="utf-8")
    one, two = a_file("greeting.txt", "text"), a_file("other.txt", "text")

    said = answer(laying_out(a_dataset(one), content=tmp_path / "content.txt", folder=tmp_path))
    refused = answer(
        laying_out(a_dataset(one, two), content=tmp_path / "content.txt", folder=tmp_path)
    )

    assert said == {"files": ["greeting.txt"]}
    assert (tmp_path / "greeting.txt").read_text(encoding="utf-8") == "hello"
    assert "several" in refused["unmakeable"]


@pytest.mark.parametrize(
    ("text", "rows", "columns"),
    [
        ("a,b\n1,2\n3,4\n", 2, ["a", "b"]),
        ("a,b\n1,2\n3,4", 2, ["a", "b"]),
        ("a,b\r\n1,2\r\n", 1, ["a", "b"]),
        ('a,b\n"one\ntwo",2\n', 1, ["a", "b"]),
        ('a,b\n5" pipe,2\n6" pipe,3\n', 2, ["a", "b"]),
        ('"a,x",b\n1,2\n\n\n3,4\n', 2, ["a,x", "b"]),
        ("a;b\n1,5;2\n", 1, ["a", "b"]),
        ("\ufeffa,b\n1,2\n", 1, ["a", "b"]),
        (",a\n0,1\n", 1, ["", "a"]),
        ("a\n", 0, ["a"]),
        ("", 0, []),
        ("1.5,2\n3,4\n", 2, []),
        ("0,1\n5.5,2\n", 1, ["0", "1"]),
        ("ä,ß\nx,y\n", 1, ["ä", "ß"]),
    ],
)
def test_rows_and_columns_of_csv(tmp_path: Path, text: str, rows: int, columns: list[str]) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(text.encode())

    assert figures(path) == ("csv", rows, columns)


def test_records_are_counted_across_the_pieces_in_which_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("number,square\n" + "".join(f"{n},{n * n}\n" for n in range(300_000)))

    assert figures(path) == ("csv", 300_000, ["number", "square"])


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("m.json", b'{"auc": 0.9}', ("json", None, [])),
        ("m.json", b'[{"a": 1}, {"b": 2}]', ("json", 2, ["a", "b"])),
        ("m.json", b"[1, 2]", ("json", None, [])),
        ("m.json", b"[]", ("json", None, [])),
        ("m.json", b'{"a": {"0": 1, "1": 2}, "b": {"0": 1, "1": 2}}', ("json", 2, ["a", "b"])),
        ("m.json", b'{"train": {"auc": 0.9}, "test": {"auc": 0.8}}', ("json", None, [])),
        ("m.json", b"{broken", ("json", None, [])),
        ("m.json", b"[" * 100_000, ("json", None, [])),
        ("m.jsonl", b'{"a": 1}\n\n{"b": 2}\n', ("jsonl", 2, ["a", "b"])),
        ("m.jsonl", b"{broken\n", ("jsonl", None, [])),
        ("readme.md", b"# Hello", ("text", None, [])),
        ("model.bin", b"\x00\x01\x02", ("binary", None, [])),
        ("model.pkl", b"\x80\x04\x95abc", ("pickle", None, [])),
        ("d.parquet", b"PAR1 and then nothing", ("parquet", None, [])),
        ("d.csv", b"PK\x03\x04 a workbook", ("zip", None, [])),
        ("model.tar.gz", gzip.compress(b"anything", mtime=0), ("gzip", None, [])),
        ("d.csv.gz", b"\x1f\x8b broken", ("csv", None, [])),
        ("part-00000", b"a,b\n1,2\n3,4\n", ("csv", 2, ["a", "b"])),
        ("part-00000", b'{"a": 1}\n{"a": 2}\n', ("jsonl", 2, ["a"])),
        ("_SUCCESS", b"", ("text", None, [])),
    ],
)
def test_formats_are_told_from_content(
    tmp_path: Path, name: str, content: bytes, found: tuple[str, int | None, list[str]]
) -> None:
    (tmp_path / name).write_bytes(content)

    assert measured(tmp_path) == {name: found}


def test_the_index_that_pandas_hides_in_parquet_is_no_column(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2]}, index=[5, 9])
    frame.to_parquet(tmp_path / "d.parquet")

    assert figures(tmp_path / "d.parquet") == ("parquet", 2, ["a"])


def test_a_parquet_file_that_was_cut_short_is_only_that(tmp_path: Path) -> None:
    path = tmp_path / "d.parquet"
    pq.write_table(pa.table({"a": range(1000)}), path)
    path.write_bytes(path.read_bytes()[:-20])

    assert figures(path) == ("parquet", None, [])


def test_archives_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a\n1\n")
    with tarfile.open(tmp_path / "model.tar", "w") as archive:
        archive.add(tmp_path / "d.csv", "d.csv")

    assert figures(tmp_path / "model.tar") == ("tar", None, [])


def test_links_are_not_followed_and_what_is_not_there_is_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "loop").symlink_to(folder)

    assert measured(folder) == {}
    assert measured(tmp_path / "nowhere") == {}


def test_a_bomb_is_given_up_and_keeps_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "d.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 2_500_000))

    whole = tables.measure(path)["d.csv.gz"]
    limited = tables.measure(path, most_bytes=9_000_000)["d.csv.gz"]

    assert (whole.rows, whole.columns) == (2_500_000, ("a", "b"))
    assert (limited.rows, limited.columns) == (None, ("a", "b"))


@pytest.mark.parametrize("name", ["content.csv", "content.txt"])
def test_a_link_in_place_of_what_a_generator_gave_is_not_followed(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "secret").write_text("a\n1\n")
    (tmp_path / name).symlink_to(tmp_path / "secret")
    files = [TableFile(name="rows.csv", format=Format.CSV)]

    with pytest.raises(UnmakeableError, match="is no file"):
        layout.lay_out(tmp_path / name, files, tmp_path)

    assert not (tmp_path / "rows.csv").exists()


def test_a_table_of_more_cells_than_are_made_is_refused_at_once(tmp_path: Path) -> None:
    one = TableFile(name="rows.csv", format=Format.CSV)

    with pytest.raises(AssertionError, match="at most 100,000,000 cells are made"):
        make(tmp_path, a_dataset(one, schema=Schema(columns=COLUMNS, rows=1_000_000_000)))
