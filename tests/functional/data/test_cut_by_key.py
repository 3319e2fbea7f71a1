"""A sample by key keeps the same keys in every dataset, whatever format holds them."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_scriptcheck.data import reader
from ci_scriptcheck.data.cutting import keys, requests
from ci_scriptcheck.model.fixture import Keyed

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = range(2_000)


def share(key: str) -> int:
    """Say into which of 1,000 shares a key falls, as anybody can who has MD5."""
    return int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()[:12], 16) % 1_000


def kept(values: pa.Array, keep: int = 100) -> list[bool]:
    found = keys.is_kept(values, keep, name="a", first=0)
    return [bool(one) for one in found]


EXPECTED = [share(str(number)) < 100 for number in NUMBERS]


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(pa.array(NUMBERS, pa.int32()), id="int"),
        pytest.param(pa.array(NUMBERS, pa.uint64()), id="unsigned"),
        pytest.param(pa.array([float(one) for one in NUMBERS]), id="float"),
        pytest.param(pa.array([str(one) for one in NUMBERS]), id="text"),
        pytest.param(pa.array([f"{one}.0" for one in NUMBERS]), id="text of a float"),
        pytest.param(pa.array([f"{one:08}" for one in NUMBERS]), id="padded text"),
        pytest.param(pa.array([str(one).encode() for one in NUMBERS]), id="bytes"),
        pytest.param(pa.array([Decimal(f"{one}.00") for one in NUMBERS]), id="decimal"),
        pytest.param(pa.array([str(one) for one in NUMBERS]).dictionary_encode(), id="dictionary"),
        pytest.param(pa.array([str(one) for one in NUMBERS], pa.large_string()), id="large text"),
    ],
)
def test_equal_keys_of_any_type_are_kept_together(column: pa.Array) -> None:
    assert kept(column) == EXPECTED


def test_a_moment_is_one_key_however_it_is_written() -> None:
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=one) for one in range(500)]
    midnights = [datetime.datetime.combine(day, datetime.time()) for day in days]
    expected = [share(day.isoformat()) < 100 for day in days]

    assert kept(pa.array(days)) == expected
    assert kept(pa.array(midnights, pa.timestamp("us"))) == expected
    assert kept(pa.array(midnights, pa.timestamp("ns", "UTC"))) == expected
    assert kept(pa.array([f"{day}T00:00:00.000Z" for day in days])) == expected
    assert kept(pa.array([str(day) for day in days])) == expected


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=20))
def test_texts_that_are_no_numbers_are_taken_as_they_are(texts: list[str]) -> None:
    texts = [f"c-{text}" for text in texts if "." not in text]

    assert kept(pa.array(texts, pa.string())) == [share(text) < 100 for text in texts]


@settings(max_examples=30)
@given(st.lists(st.one_of(st.none(), st.text(max_size=9)), max_size=20), st.integers(1, 999))
def test_a_larger_share_keeps_all_that_a_smaller_one_does(
    texts: list[str | None], keep: int
) -> None:
    column = pa.array([text and text.encode("utf-8", "replace") for text in texts], pa.binary())

    fewer, more = kept(column, keep), kept(column, keep + 1)

    assert all(two for one, two in zip(fewer, more, strict=True) if one)


@given(st.integers(-(2**62), 2**62))
def test_a_number_is_kept_as_its_text_is(number: int) -> None:
    assert kept(pa.array([number]), 500) == kept(pa.array([str(number)]), 500)


def test_about_the_wanted_share_of_keys_is_kept() -> None:
    found = kept(pa.array([f"customer-{number}" for number in range(100_000)]), 20)

    assert 1_800 < sum(found) < 2_200


def test_of_rows_without_a_key_the_same_share_is_kept() -> None:
    empty = kept(pa.nulls(10_000, pa.string()), 100)
    blank = kept(pa.array([""] * 10_000), 100)
    unknown = kept(pa.array([float("nan")] * 10_000), 100)

    assert 850 < sum(empty) < 1_150
    assert empty == blank == unknown


ROWS = [
    {"customer_id": number // 2, "note": f'he said "{number}",\nand left'} for number in NUMBERS
]
"""Two rows of each customer; a cell of each holds quotes, a comma and a line end."""


def written(kind: str, folder: Path) -> Path:
    path = folder / f"rows.{kind}"
    table = pa.Table.from_pylist(ROWS)
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    quoted = [
        f'{row["customer_id"]},"{str(row["note"]).replace(chr(34), chr(34) * 2)}"\n'
        for row in ROWS
    ]
    texts = {"csv": "customer_id,note\n" + "".join(quoted), "jsonl": lines}
    if kind == "parquet":
        pq.write_table(table, path, row_group_size=300)
    elif kind.endswith(".gz"):
        path.write_bytes(gzip.compress(texts[kind.removesuffix(".gz")].encode()))
    else:
        path.write_text(texts[kind], newline="")
    return path


def cut(
    path: Path, kind: str, *, column: str = "customer_id", keep: int = 100
) -> tuple[Path, dict[str, Any]]:
    target = path.with_name(f"cut-{path.name}")
    way = Keyed(column=column, keep=keep)
    whole = ((0, path.stat().st_size),)
    request = requests.cutting(path, whole, target, kind=kind, way=way, name="a")
    return target, reader.answer(request)


@pytest.mark.parametrize("name", ["csv", "csv.gz", "jsonl", "jsonl.gz", "parquet"])
def test_every_format_keeps_the_same_rows(tmp_path: Path, name: str) -> None:
    kind = name.removesuffix(".gz")

    target, answer = cut(written(name, tmp_path), kind)

    raw = target.read_bytes()
    raw = gzip.decompress(raw) if name.endswith(".gz") else raw
    expected = [row for row in ROWS if share(str(row["customer_id"])) < 100]
    assert answer["rows"] == len(expected) > 100
    match kind:
        case "parquet":
            assert pq.read_table(target).to_pylist() == expected
        case "jsonl":
            assert [json.loads(line) for line in raw.decode().splitlines()] == expected
        case _:
            import csv
            import io

            found = list(csv.DictReader(io.StringIO(raw.decode(), newline="")))
            assert found == [{name: str(cell) for name, cell in row.items()} for row in expected]


def test_records_are_written_byte_for_byte_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    lines = [
        b"\xef\xbb\xbfid;name\r\n",
        b'1;"a ""b"""\r\n',
        b"2;caf\xe9\r\n",
        b"3;  x  \r\n",
        b"4;last",
    ]
    path.write_bytes(b"".join(lines))

    target, answer = cut(path, "csv", column="id", keep=1_000)

    assert target.read_bytes() == b"".join(lines) + b"\n"
    assert (answer["rows"], answer["of_rows"]) == (4, 4)


def test_lines_without_quotes_are_read_as_those_with(tmp_path: Path) -> None:
    plain, quoted = tmp_path / "plain.csv", tmp_path / "quoted.csv"
    plain.write_text("a,id\n" + "".join(f"x,{number}\n" for number in NUMBERS))
    quoted.write_text("a,id\n" + "".join(f'"x",{number}\n' for number in NUMBERS))

    one, other = (cut(path, "csv", column="id")[0].read_text() for path in (plain, quoted))

    assert one == other.replace('"', "")
    assert one.count("\n") - 1 == sum(EXPECTED)


@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        ("customer,note\n1,a\n", "csv", "no column `customer_id`"),
        ("note,customer_id\na,1\nb\n", "csv", "a record has fewer cells than the header"),
        ('note,customer_id\n"a",1\nb\n', "csv", "a record has fewer cells than the header"),
        ("", "csv", "it begins with an empty line"),
        ('{"customer_id": 1}\nnot json\n', "jsonl", "a line is no JSON"),
        ('{"customer_id": [1]}\n', "jsonl", "is no key"),
        ("[1]\n", "jsonl", "a line holds no object with names"),
        ('{"a": 1}\n', "jsonl", "no line has a `customer_id`"),
    ],
)
def test_what_has_no_such_key_says_why(tmp_path: Path, content: str, kind: str, why: str) -> None:
    path = tmp_path / f"rows.{kind}"
    path.write_text(content)

    assert why in cut(path, kind)[1]["uncut"]


def test_a_column_of_records_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"customer_id": [{"a": 1}], "other": [1]}), path)

    assert "no key" in cut(path, "parquet")[1]["uncut"]


def test_a_damaged_packed_file_says_so(tmp_path: Path) -> None:
    path = written("csv.gz", tmp_path)
    path.write_bytes(path.read_bytes()[:-100])

    assert cut(path, "csv")[1]["uncut"] == "it is packed by gzip, and damaged"
