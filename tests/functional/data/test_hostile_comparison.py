"""Comparison in the limited reader process, of files that are made to harm whoever reads them."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.data.reader import comparing_sides
from ci_scriptcheck.run import reading
from ci_scriptcheck.run.process.hosts import Hosts, host_key
from ci_scriptcheck.run.process.reader import Reader, reader_spec
from tests.functional.data.comparing import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ci_scriptcheck.model.comparison import FileComparison

SPEC = reader_spec()
MEMORY = 1536 * 1024**2


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    with Hosts([SPEC], repository=None) as started:
        yield started


@pytest.fixture
def reader(hosts: Hosts, tmp_path: Path) -> Iterator[Reader]:
    address = hosts.addresses[host_key(SPEC)]
    with Reader(address, folder=tmp_path / "reader", timeout=120, memory=MEMORY) as started:
        yield started


def compared(reader: Reader, folder: Path, **keys: tuple[str, ...]) -> list[FileComparison]:
    terms = CompareTerms(keys={"*": keys["key"]} if keys else {})
    return list(reading.compared(reader.ask, folder / "base", folder / "head", terms))


def zeros(size: int, *, begin: bytes = b"a\n") -> bytes:
    target = io.BytesIO()
    with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=1, mtime=0) as file:
        file.write(begin)
        for _ in range(size >> 20):
            file.write(b"0\n" * (1 << 19))
    return target.getvalue()


def test_tables_are_compared_in_the_reader(reader: Reader, tmp_path: Path) -> None:
    for side, price in (("base", 1), ("head", 2)):
        rows = pa.table({"id": [1, 2], "price": [price, 3]})
        write(tmp_path / side / "d.parquet", rows)
        write(tmp_path / side / "m.json", json.dumps({"price": price}))
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as opened:
            opened.writestr("m.json", json.dumps({"price": price}))
        write(tmp_path / side / "model.zip", archive.getvalue())

    table, document, archived = compared(reader, tmp_path, key=("id",))

    assert table.table is not None
    assert (table.table.key, table.table.changed) == (("id",), 1)
    assert document.values[0].after == "2"
    assert archived.members[0].values == document.values
    assert reader.ended is None


@pytest.mark.slow
def test_a_gzip_bomb_is_told_and_the_other_files_are_compared(
    reader: Reader, tmp_path: Path
) -> None:
    write(tmp_path / "base" / "d.csv.gz", zeros(1 << 20))
    write(tmp_path / "head" / "d.csv.gz", zeros(1_200 << 20))
    write(tmp_path / "base" / "e.json", "1")
    write(tmp_path / "head" / "e.json", "2")

    bomb, other = compared(reader, tmp_path)

    assert (bomb.note or "").startswith(
        "cannot be read on head: more than 1,000,000,000 bytes packed"
    )
    assert other.values[0].after == "2"
    assert reader.ended is None


@pytest.mark.slow
@pytest.mark.parametrize("depth", [1, 4])
def test_an_archive_bomb_is_not_unpacked(reader: Reader, tmp_path: Path, depth: int) -> None:
    for side, size in (("base", 1), ("head", 700)):
        content = b"0\n" * (size << 19)
        for _ in range(depth):
            target = io.BytesIO()
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("d.csv", content)
            content = target.getvalue()
        write(tmp_path / side / "model.zip", content)

    (found,) = compared(reader, tmp_path)

    assert found.format_after == "zip"
    assert reader.ended is None


def test_an_archive_of_many_members_is_told_within_limits(reader: Reader, tmp_path: Path) -> None:
    for side in ("base", "head"):
        with tarfile.open(_made(tmp_path / side) / "m.tar", "w") as archive:
            for number in range(3_000):
                member = tarfile.TarInfo(f"../{number}.txt")
                member.size = 4
                archive.addfile(member, io.BytesIO(side.encode()))

    (found,) = compared(reader, tmp_path)

    assert (len(found.members), found.note) == (
        100,
        "is not looked into to its end: 2,900 further members differ",
    )
    assert not list(tmp_path.rglob("0.txt"))


@pytest.mark.slow
def test_a_parquet_file_that_claims_billions_of_cells_is_not_read(
    reader: Reader, tmp_path: Path
) -> None:
    nothing = pa.table({f"c{number}": pa.nulls(1_000_000, pa.int8()) for number in range(50)})
    write(tmp_path / "base" / "d.parquet", pa.table({"c0": [1]}))
    with pq.ParquetWriter(_made(tmp_path / "head") / "d.parquet", nothing.schema) as writer:
        for _ in range(41):
            writer.write_table(nothing)

    (found,) = compared(reader, tmp_path)

    assert (found.note or "").startswith("cannot be read on head: 41,000,000 rows in")


@pytest.mark.parametrize(
    "content",
    [
        b"a," * 1_000_000 + b"\n1\n",
        b"a," * 20_000 + b"\n1\n",
        b"a\n" + b"x" * 5_000_000 + b"\n",
        b'a\n"never closed\n',
        b"\0" * 1000,
    ],
    ids=["first line", "columns", "line", "quote", "zeros"],
)
def test_what_no_table_holds_is_told(reader: Reader, tmp_path: Path, content: bytes) -> None:
    write(tmp_path / "base" / "d.csv", "a\n1\n")
    write(tmp_path / "head" / "d.csv", content)

    (found,) = compared(reader, tmp_path)

    assert found.note is not None
    assert reader.ended is None


@pytest.mark.parametrize(("name", "rows"), [("d.csv", 0), ("d.csv.gz", 3)])
def test_a_last_line_that_is_too_long_is_no_row_left_out(
    reader: Reader, tmp_path: Path, name: str, rows: int
) -> None:
    for side, letter in (("base", b"x"), ("head", b"y")):
        content = b"a\n" + b"1\n" * rows + letter * 50_000_000 + b"\n"
        is_packed = name.endswith(".gz")
        write(tmp_path / side / name, gzip.compress(content, 1) if is_packed else content)

    (found,) = compared(reader, tmp_path)

    assert found.note == "cannot be read on base: a line that is too long"
    assert reader.ended is None


@pytest.mark.slow
def test_many_lines_are_no_long_one(reader: Reader, tmp_path: Path) -> None:
    for side, end in (("base", b"1\n"), ("head", b"2\n")):
        write(tmp_path / side / "d.csv", b"a\n" + b"123456789\n" * 3_300_000 + end)

    (found,) = compared(reader, tmp_path)

    assert found.table is not None
    assert (found.table.rows_before, found.table.changed) == (3_300_001, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["d.jsonl", "d.json", "d.npy"])
def test_a_file_without_end_is_refused(reader: Reader, tmp_path: Path, name: str) -> None:
    begin = {"d.npy": _header((10**12,))}.get(name, b'{"a": "' + b"x" * 70_000)
    write(tmp_path / "base" / name, b'{"a": "b"}\n' if name != "d.npy" else _header((0,)))
    write(tmp_path / "head" / name, begin)
    os.truncate(tmp_path / "head" / name, 1 << 30)

    (found,) = compared(reader, tmp_path)

    assert (found.note or "").startswith("cannot be ")
    assert reader.ended is None


def test_a_deep_document_is_refused(reader: Reader, tmp_path: Path) -> None:
    write(tmp_path / "base" / "d.json", '{"a": ' * 900 + "1" + "}" * 900)
    write(tmp_path / "head" / "d.json", '{"a": ' * 100_000 + "1" + "}" * 100_000)

    (found,) = compared(reader, tmp_path)

    assert found.note == "cannot be read on head: broken JSON"


class _Payload:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("name", ["d.pkl", "d.csv", "d.joblib"])
def test_a_pickle_is_never_loaded_and_what_it_would_call_is_told(
    reader: Reader, tmp_path: Path, name: str
) -> None:
    write(tmp_path / "base" / name, pickle.dumps({"a": 1}))
    write(tmp_path / "head" / name, pickle.dumps(_Payload(tmp_path / "harmed")))

    (found,) = compared(reader, tmp_path)

    assert [value.path for value in found.values] == ["posix.mkdir"]
    assert not (tmp_path / "harmed").exists()


def test_links_and_pipes_are_told_and_never_opened(reader: Reader, tmp_path: Path) -> None:
    write(tmp_path / "secret.csv", "a\nsecret\n")
    (_made(tmp_path / "head") / "d.csv").symlink_to(tmp_path / "secret.csv")
    os.mkfifo(tmp_path / "head" / "pipe.csv")
    write(tmp_path / "base" / "d.csv", "a\n1\n")

    link, pipe = compared(reader, tmp_path)

    assert link.note == "cannot be compared: head has a link, which is not followed"
    assert (link.table, link.content) == (None, None)
    assert (pipe.path, pipe.fate.value, pipe.content) == ("pipe.csv", "new", None)


@pytest.mark.slow
def test_a_table_that_outgrows_the_memory_ends_no_other_comparison(
    reader: Reader, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    for side in ("base", "head"):
        write(tmp_path / side / "e.json", json.dumps(side))
        texts = pa.array(["x" * 2_000]).take(pa.array(np.zeros(600_000, dtype=np.int32)))
        numbers = pa.array(rng.integers(0, 1 << 60, 600_000))
        write(tmp_path / side / "d.parquet", pa.table({"id": numbers, "text": texts}))

    found = compared(reader, tmp_path, key=("id",))

    assert [one.path for one in found] == ["d.parquet", "e.json"]
    assert found[1].values[0].after == '"head"'


def test_a_request_for_one_pair_gives_no_other(reader: Reader, tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        write(tmp_path / "base" / name, "1")
        write(tmp_path / "head" / name, "2")
    sides = tmp_path / "base", tmp_path / "head"

    answer = reader.ask(comparing_sides(*sides, CompareTerms(), only=("b.json", "b.json")))

    assert [one["path"] for one in answer["files"]] == ["b.json"]


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _header(shape: tuple[int, ...]) -> bytes:
    target = io.BytesIO()
    kind = np.lib.format.dtype_to_descr(np.dtype("float64"))
    np.lib.format.write_array_header_1_0(
        target, {"descr": kind, "fortran_order": False, "shape": shape}
    )
    return target.getvalue()
