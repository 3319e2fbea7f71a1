"""Files held against schemas, as the reader process does it."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ci_scriptcheck.data.reader import answer, validating
from ci_scriptcheck.data.validate.terms import Evidence, Terms
from ci_scriptcheck.model.codec import from_json
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    GivenFile,
    Said,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.mismatch import Mismatch
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ("csv", "tsv", "parquet", "jsonl", "json")


def a_column(name: str, kind: str, **given: Any) -> Column:
    return Column(name=name, type=ColumnType(kind), **given)


COLUMNS = (
    a_column("id", "string", unique=True, pattern="o[0-9]{3}"),
    a_column("count", "int", min=0, max=10),
    a_column("share", "float", min=0, max=1, nulls=0.25),
    a_column("good", "bool"),
    a_column("at", "datetime", min="2024-01-01", max="2024-12-31"),
    a_column("band", "category", values=("low", "high")),
)
ROWS: dict[str, list[Any]] = {
    "id": ["o001", "o002", "o003", "o004"],
    "count": [0, 1, 5, 10],
    "share": [0.0, 0.5, None, 1.0],
    "good": [True, False, True, True],
    "at": ["2024-01-01T00:00:00", "2024-05-06T10:30:00", "2024-12-31T23:59:59", "2024-02-29"],
    "band": ["low", "high", "low", "low"],
}


def a_dataset(*files: str, columns: tuple[Column, ...] = COLUMNS, **given: Any) -> Dataset:
    entries = tuple(TableFile(name=name, format=Format(name.rpartition(".")[2])) for name in files)
    schema = Schema(columns=columns, **given)
    return Dataset(name="d", schema=schema, files=entries, origin=Synthesized())


def write(path: Path, **changed: list[Any]) -> Path:
    """Write the rows, some columns changed, in the format of the name."""
    frame = pd.DataFrame({**ROWS, **changed})
    path.parent.mkdir(parents=True, exist_ok=True)
    match path.suffix:
        case ".csv":
            frame.to_csv(path, index=False)
        case ".tsv":
            frame.to_csv(path, index=False, sep="\t")
        case ".jsonl":
            frame.to_json(path, orient="records", lines=True)
        case ".json":
            frame.to_json(path, orient="records")
        case _:
            if "at" not in changed:
                frame["at"] = pd.to_datetime(frame["at"], format="ISO8601")
            frame.to_parquet(path)
    return path


def found(folder: Path, dataset: Dataset, **terms: Any) -> list[Mismatch]:
    said = answer(validating(folder, dataset, Terms(**terms)))
    return [from_json(Mismatch, item) for item in json.loads(json.dumps(said))["mismatches"]]


def told(folder: Path, dataset: Dataset, **terms: Any) -> list[tuple[str, str | None, int | None]]:
    return [(one.rule, one.column, one.rows) for one in found(folder, dataset, **terms)]


@pytest.mark.parametrize("kind", FORMATS)
def test_rows_within_their_schema_fit_in_every_format(tmp_path: Path, kind: str) -> None:
    write(tmp_path / f"d.{kind}")

    assert found(tmp_path, a_dataset(f"d.{kind}", closed=True, key=("id",))) == []


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("column", "cells", "rule", "rows"),
    [
        ("id", ["o001", "o001", "o003", "o004"], "SC308", 1),
        ("id", ["o001", "p2", "o003", "o4"], "SC310", 2),
        ("count", [0, 1, 5, 11], "SC306", 1),
        ("count", [0, 1, 2.5, 3], "SC302", 1),
        ("share", [0.0, 1.5, -1, None], "SC306", 2),
        ("share", [0.5, None, None, None], "SC305", 3),
        ("band", ["low", "Low", "mid", "high"], "SC307", 2),
    ],
)
def test_cells_that_do_not_fit_are_counted_by_rule(
    tmp_path: Path, kind: str, column: str, cells: list[Any], rule: str, rows: int
) -> None:
    write(tmp_path / f"d.{kind}", **{column: cells})

    assert told(tmp_path, a_dataset(f"d.{kind}")) == [(rule, column, rows)]


@pytest.mark.parametrize(("share", "rules"), [(0.0, ["SC306"]), (0.24, ["SC306"]), (0.25, [])])
def test_so_many_values_may_lie_outside_of_their_bounds_as_their_column_says(
    tmp_path: Path, share: float, rules: list[str]
) -> None:
    write(tmp_path / "d.csv", count=[0, 1, 5, 11])
    column = a_column("count", "int", min=0, max=10, outside=share)

    mismatches = found(tmp_path, a_dataset("d.csv", columns=(column,)))

    assert [one.rule for one in mismatches] == rules
    if share and rules:
        assert mismatches[0].expected == "0 to 10 in at least 76 %"


@pytest.mark.parametrize("kind", FORMATS)
def test_a_column_that_is_gone_is_missing_and_one_too_many_only_where_it_is_closed(
    tmp_path: Path, kind: str
) -> None:
    path = write(tmp_path / f"d.{kind}", further=[1, 2, 3, 4])
    wanted = a_dataset(path.name, columns=(*COLUMNS, a_column("gone", "int")))
    closed = a_dataset(path.name, closed=True)

    assert told(tmp_path, wanted) == [("SC301", "gone", None)]
    assert told(tmp_path, closed) == [("SC312", "further", None)]


def test_whole_numbers_may_be_written_as_floats_as_pandas_does_beside_nulls(
    tmp_path: Path,
) -> None:
    columns = (a_column("n", "int", nulls=0.5), a_column("b", "bool"))
    (tmp_path / "d.csv").write_text("n,b\n1.0,1\n,0\n3.0,true\n,False\n")
    pq.write_table(pa.table({"n": [1.0, None], "b": [1, 0]}), tmp_path / "d.parquet")

    assert found(tmp_path, a_dataset("d.csv", columns=columns)) == []
    assert found(tmp_path, a_dataset("d.parquet", columns=columns)) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("float", "n/a but not quite"),
        ("int", "1,000"),
        ("date", "31.12.2024"),
        ("date", "2024/12/31"),
        ("date", "2024-12-31 10:00:00"),
        ("datetime", "yesterday"),
        ("bool", "yes"),
    ],
)
def test_texts_that_are_no_value_of_the_type_are_told(
    tmp_path: Path, kind: str, text: str
) -> None:
    (tmp_path / "d.csv").write_text(f'x,y\n"{text}",1\n')
    (one,) = found(tmp_path, a_dataset("d.csv", columns=(a_column("x", kind),)))

    assert (one.rule, one.expected, one.rows, one.of_rows) == ("SC302", kind, 1, 1)
    assert text in one.found


def test_what_pandas_takes_for_missing_is_missing_and_a_text_where_any_text_is_allowed(
    tmp_path: Path,
) -> None:
    (tmp_path / "d.csv").write_text('n,band,name\nNA,NaN,NA\n1,low,""\n')
    columns = (
        a_column("n", "int", nulls=0.5),
        a_column("band", "category", values=("low",), nulls=0.5),
        a_column("name", "string"),
    )

    assert found(tmp_path, a_dataset("d.csv", columns=columns)) == []


def test_postcodes_that_became_numbers_are_no_texts_any_more(tmp_path: Path) -> None:
    pq.write_table(pa.table({"code": [1067, 80331]}), tmp_path / "d.parquet")
    (one,) = found(tmp_path, a_dataset("d.parquet", columns=(a_column("code", "string"),)))

    assert (one.rule, one.found) == ("SC302", "type bigint")


def test_keys_and_checks_are_held_over_all_files_of_a_dataset(tmp_path: Path) -> None:
    write(tmp_path / "train/d.csv")
    write(tmp_path / "test/d.csv", id=["o005", "o006", "o007", "o001"])
    dataset = a_dataset(
        "train/d.csv",
        "test/d.csv",
        checks={
            "all rows": "count(*) = 8",
            "both": "count(distinct band) = 2",
            "rows": "count <= 5",
            "typed": "max(\"at\") < timestamp '2025-01-01'",
        },
    )

    assert told(tmp_path, dataset) == [("SC308", "id", 1), ("SC313", "rows", 2)]


def test_a_check_that_cannot_be_computed_has_not_held(tmp_path: Path) -> None:
    write(tmp_path / "d.csv")
    checks = {"odd": "no_such_column = 1", "file": "(select count(*) from '/etc/passwd') > 0"}
    first, second = found(tmp_path, a_dataset("d.csv", checks=checks))

    assert "no_such_column" in first.found
    assert (second.rule, "cannot be computed" in second.found) == ("SC313", True)


def test_references_are_looked_up_in_the_dataset_at_hand(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/d.csv").write_text("shop\n007\n008\n8\n")
    (tmp_path / "shops.parquet").parent.mkdir(exist_ok=True)
    pq.write_table(pa.table({"shop": ["007", "008"]}), tmp_path / "shops.parquet")
    shops = a_dataset("any.csv", columns=(a_column("shop", "string"),))
    sales = a_dataset("d.csv", columns=(a_column("shop", "string", references="shops.shop"),))
    terms = {"others": {"shops": str(tmp_path / "shops.parquet")}, "datasets": {"shops": shops}}

    (one,) = found(tmp_path / "own", sales, **terms)

    assert (one.rule, one.rows, one.found) == ("SC311", 1, 'other values such as "8"')
    assert found(tmp_path / "own", sales) == []


REFERRED: list[tuple[str, str, Any, str, Any]] = [
    ("int", "int", pa.array([1, 2], pa.int64()), "parquet", pa.array([1.0, None])),
    ("int", "int", pa.array([1.0, 2.0]), "csv", "1"),
    ("int", "float", pa.array([1, 2], pa.int64()), "parquet", pa.array([2.0, 1.0])),
    ("category", "category", pa.array([1, 2], pa.int32()), "parquet", pa.array([1.0, None])),
    ("date", "date", pa.array([0, 1], pa.date32()), "csv", "1970-01-02"),
    ("datetime", "date", pa.array([0, 1], pa.timestamp("ms")), "csv", "1970-01-01"),
    ("date", "date", pa.array([0], pa.timestamp("ns")), "parquet", pa.array([0], pa.date32())),
    ("float", "float", pa.array([0.1], pa.float32()), "csv", "0.1"),
    ("string", "int", pa.array(["1", "2"]), "parquet", pa.array([1.0, 2.0])),
]


@pytest.mark.parametrize(("there", "here", "known", "kind", "cells"), REFERRED)
def test_a_reference_is_compared_by_what_it_means_whatever_type_a_file_holds_it_in(
    tmp_path: Path, there: str, here: str, known: Any, kind: str, cells: Any
) -> None:
    (tmp_path / "own").mkdir()
    pq.write_table(pa.table({"key": known}), tmp_path / "others.parquet")
    if kind == "csv":
        (tmp_path / "own/d.csv").write_text(f"key\n{cells}\n")
    else:
        pq.write_table(pa.table({"key": cells}), tmp_path / "own/d.parquet")
    others = a_dataset("any.csv", columns=(a_column("key", there),))
    own = a_dataset(
        f"d.{kind}", columns=(a_column("key", here, references="others.key", nulls=1),)
    )
    terms = {
        "others": {"others": str(tmp_path / "others.parquet")},
        "datasets": {"others": others},
    }

    assert found(tmp_path / "own", own, **terms) == []


def test_a_reference_that_leads_nowhere_is_told_in_its_own_type(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    pq.write_table(pa.table({"key": pa.array([1], pa.int64())}), tmp_path / "others.parquet")
    pq.write_table(pa.table({"key": pa.array([1.0, 9.0, None])}), tmp_path / "own/d.parquet")
    others = a_dataset("any.csv", columns=(a_column("key", "int"),))
    own = a_dataset(
        "d.parquet", columns=(a_column("key", "int", references="others.key", nulls=1),)
    )
    terms = {
        "others": {"others": str(tmp_path / "others.parquet")},
        "datasets": {"others": others},
    }

    (one,) = found(tmp_path / "own", own, **terms)

    assert (one.rule, one.rows, one.found) == ("SC311", 1, 'other values such as "9"')


@pytest.mark.parametrize("kind", ["int", "float", "category"])
def test_a_duplicate_is_found_in_parts_that_hold_a_column_in_different_types(
    tmp_path: Path, kind: str
) -> None:
    pq.write_table(pa.table({"n": pa.array([1, 3], pa.int64())}), tmp_path / "part-1.parquet")
    pq.write_table(pa.table({"n": pa.array([3.0, 4.0])}), tmp_path / "part-2.parquet")
    dataset = a_dataset("part-*.parquet", columns=(a_column("n", kind, unique=True),))

    assert ("SC308", "n", 1) in told(tmp_path, dataset)


def test_files_that_the_dataset_names_have_to_be_there(tmp_path: Path) -> None:
    write(tmp_path / "part-1.csv")
    write(tmp_path / "part-2.csv", id=["o005", "o006", "o007", "o008"])
    named = a_dataset("part-*.csv", "summary.csv")
    given = Dataset(
        name="d", schema=Schema(), files=(GivenFile(name="x.json", text=""),), origin=Synthesized()
    )

    assert [(one.rule, one.file) for one in found(tmp_path, named)] == [("SC304", "summary.csv")]
    assert [(one.rule, one.file) for one in found(tmp_path, given)] == [("SC304", "x.json")]


def test_names_and_formats_that_nobody_stated_are_not_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "whatever.jsonl")
    assumed = TableFile(name="data.csv", format=Format.CSV, said=Said.NOTHING)
    dataset = Dataset(
        name="d", schema=Schema(columns=COLUMNS), files=(assumed,), origin=Synthesized()
    )

    assert found(tmp_path, dataset) == []


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("d.csv", b"id;count\no001;1\n", "cells between semicolons"),
        ("d.csv", b'{"id": "o001"}\n{"id": "o002"}\n', "jsonl"),
        ("d.csv", b"id,count\ncaf\xe9,1\n", "text that is not UTF-8 in line 2"),
        ("d.csv", "id,count\no1,1\n".encode("utf-16"), "binary"),
        ("d.csv", b"id,count\no001,1\no002,1,5\n", "3 cells in line 3, and 2 in the header"),
        ("d.csv", b"", "an empty file"),
        ("d.csv", b"id,count\n\0\0,1\n", "binary"),
        ("d.json", b"id,count\no001,1\n", "broken JSON"),
        ("d.json", b'{"id": 1, "count": 2}', "a JSON document that is no table"),
        ("d.jsonl", b'{"id": "o001", "count": 1}\n{"id"\n', "broken jsonl in line 3"),
        ("d.parquet", b"PAR1 and then nothing", "broken Parquet, perhaps cut short"),
        ("d.parquet", b"id,count\no001,1\n", "text"),
        ("d.csv", gzip.compress(b"id,count\no001,1\n", mtime=0), "gzip"),
    ],
)
def test_formats_and_encodings_are_told_from_the_content(
    tmp_path: Path, name: str, content: bytes, what: str
) -> None:
    (tmp_path / name).write_bytes(content)
    columns = (a_column("id", "string"), a_column("count", "int"))
    first, *_ = found(tmp_path, a_dataset(name, columns=columns))

    assert (first.rule, first.found) == ("SC303", what)


def test_a_parquet_file_called_csv_is_told_once(tmp_path: Path) -> None:
    write(tmp_path / "d.parquet").rename(tmp_path / "d.csv")
    (one,) = found(tmp_path, a_dataset("d.csv"))

    assert (one.rule, one.expected, one.found) == ("SC303", "csv", "parquet")


def test_a_header_that_was_lost_is_told_once(tmp_path: Path) -> None:
    pd.DataFrame(ROWS).to_csv(tmp_path / "d.csv", index=False, header=False)
    (one,) = found(tmp_path, a_dataset("d.csv"))

    assert (one.rule, one.column) == ("SC301", None)


def test_a_share_of_nulls_may_be_exceeded_by_chance_only_where_just_as_many_were_given(
    tmp_path: Path,
) -> None:
    cells = [None] * 27 + [1.0] * 73
    pq.write_table(pa.table({"share": cells}), tmp_path / "d.parquet")
    dataset = a_dataset("d.parquet", columns=(a_column("share", "float", nulls=0.25),))

    assert told(tmp_path, dataset) == [("SC305", "share", 27)]
    assert found(tmp_path, dataset, chance=True) == []


def test_the_share_that_is_allowed_is_told_as_the_one_that_is_found_and_never_the_same(
    tmp_path: Path,
) -> None:
    cells = [None] * 5_823 + [1.0] * 177
    pq.write_table(pa.table({"share": cells}), tmp_path / "d.parquet")

    (one,) = found(
        tmp_path, a_dataset("d.parquet", columns=(a_column("share", "float", nulls=0.97),))
    )

    assert (one.found, one.expected) == ("no value in 97.05 % of rows", "at most 97 %")


def test_tables_without_rows_are_told_where_rows_are_expected(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(",".join(ROWS) + "\n")

    assert told(tmp_path, a_dataset("d.csv")) == [("SC309", None, None)]
    assert found(tmp_path, a_dataset("d.csv"), has_rows=False) == []


def test_no_value_of_real_data_is_shown_but_a_category_of_ten_rows(tmp_path: Path) -> None:
    secret = {
        "id": ["Jane Doe"] * 12,
        "count": ["secret"] * 12,
        "share": [77] * 12,
        "band": ["Often"] * 10 + ["Seldom"] * 2,
    }
    pd.DataFrame(secret).to_csv(tmp_path / "d.csv", index=False)
    columns = tuple(column for column in COLUMNS if column.name in secret)
    checks = {"cast": "count(id::int) > 0"}
    text = str(
        found(
            tmp_path,
            a_dataset("d.csv", columns=columns, checks=checks),
            evidence=Evidence.AGGREGATES,
        )
    )

    assert "Often" in text
    assert [word for word in ("Jane", "secret", "77", "Seldom") if word in text] == []


def test_a_pattern_that_only_python_can_read_is_held_by_python(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("id,n\nab12,1\ncd,2\n")
    column = a_column("id", "string", pattern=r"(?=.*\d)[a-z0-9]+")

    assert told(tmp_path, a_dataset("d.csv", columns=(column,))) == [("SC310", "id", 1)]


def test_more_files_than_are_looked_at_are_told(tmp_path: Path) -> None:
    for number in range(10_001):
        (tmp_path / f"f{number:05}").touch()
    dataset = replace(a_dataset("f.csv"), files=(GivenFile(name="f00000", text=""),))

    (one,) = found(tmp_path, dataset)

    assert (one.rule, one.expected) == ("SC303", "one of at most 10,000")
    assert one.found == "a folder of 10,001 files, of which 10,000 were looked at"


def test_more_texts_than_are_held_against_a_pattern_are_told(tmp_path: Path) -> None:
    texts = [f"a{number}" for number in range(1_000_001)]
    pq.write_table(pa.table({"id": texts}), tmp_path / "d.parquet")
    column = a_column("id", "string", pattern=r"(?=.*\d)[a-z0-9]+")

    (one,) = found(tmp_path, a_dataset("d.parquet", columns=(column,)))

    assert (one.rule, one.column) == ("SC303", "id")
    assert one.expected.startswith("at most 1,000,000 to hold against")


def test_a_value_that_is_no_number_is_missing_whatever_a_file_says_of_its_values(
    tmp_path: Path,
) -> None:
    # Arrow's statistics are those of the other values, and do not say that there is such a one.
    pq.write_table(pa.table({"share": [0.5, float("nan"), 1.0]}), tmp_path / "d.parquet")
    column = a_column("share", "float", nulls=0)

    assert told(tmp_path, a_dataset("d.parquet", columns=(column,))) == [("SC305", "share", 1)]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_folder_that_is_called_like_a_partition_adds_no_column(
    tmp_path: Path, kind: str
) -> None:
    write(tmp_path / "day=2024-03-01" / f"d.{kind}")

    name = f"day=2024-03-01/d.{kind}"
    assert found(tmp_path, a_dataset(name, closed=True)) == []
