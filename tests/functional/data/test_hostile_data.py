"""Files that are made to harm whoever reads them: refused within limits, and told."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import tarfile
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ci_scriptcheck.data.reader import validating
from ci_scriptcheck.data.validate.terms import Terms
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.run.process.hosts import Hosts, host_key
from ci_scriptcheck.run.process.reader import Reader, reader_spec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC = reader_spec()
MEMORY = 1024**3


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    with Hosts([SPEC], repository=None) as started:
        yield started


@pytest.fixture
def reader(hosts: Hosts, tmp_path: Path) -> Iterator[Reader]:
    address = hosts.addresses[host_key(SPEC)]
    with Reader(address, folder=tmp_path / "reader", timeout=60, memory=MEMORY) as started:
        yield started


def a_dataset(name: str) -> Dataset:
    kind = Format(name.removesuffix(".gz").rpartition(".")[2])
    return Dataset(
        name="d",
        schema=Schema(columns=(Column(name="a", type=ColumnType.STRING),)),
        files=(TableFile(name=name, format=kind),),
        origin=Synthesized(),
    )


def told(reader: Reader, folder: Path, name: str) -> list[str]:
    answer = reader.ask(validating(folder, a_dataset(name), Terms()))
    assert "mismatches" in answer, answer
    return [f"{one['rule']} {one['found']}" for one in answer["mismatches"]]


def write_zeros(path: Path, size: int) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"a\n")
        block = b"0" * 9 + b"\n"
        for _ in range(size // (1 << 20)):
            file.write(block * ((1 << 20) // len(block)))


@pytest.mark.slow
def test_a_gzip_bomb_is_not_unpacked_to_its_end(reader: Reader, tmp_path: Path) -> None:
    write_zeros(tmp_path / "d.csv.gz", 1_200 << 20)

    (one,) = told(reader, tmp_path, "d.csv.gz")

    assert one.startswith("SC303 more than 1,000,000,000 bytes packed into")
    assert reader.ended is None


@pytest.mark.slow
def test_a_parquet_file_that_claims_billions_of_cells_is_not_read(
    reader: Reader, tmp_path: Path
) -> None:
    zeros = pa.table({f"c{number}": pa.nulls(1_000_000, pa.int8()) for number in range(50)})
    with pq.ParquetWriter(tmp_path / "d.parquet", zeros.schema) as writer:
        for _ in range(41):
            writer.write_table(zeros)

    (one,) = told(reader, tmp_path, "d.parquet")

    assert one.startswith("SC303 41,000,000 rows in")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a," * 1_000_000 + b"\n1\n", "a first line of more than 1,000,000 bytes"),
        (b"a," * 20_000 + b"\n1\n", "20,001 columns"),
        (b"a\n" + b"x" * 5_000_000 + b"\n", "a line that is too long in line 2"),
        (b"a\n1\n" + b"x" * 50_000_000 + b"\n", "a line that is too long"),
        (b"a\n\xff\xfe\xfd\n", "text that is not UTF-8 in line 2"),
        (b"\0" * 1000, "binary"),
        (pickle.dumps({"a": 1}), "pickle"),
    ],
)
def test_headers_lines_and_bytes_that_no_table_has_are_told(
    reader: Reader, tmp_path: Path, content: bytes, found: str
) -> None:
    (tmp_path / "d.csv").write_bytes(content)

    assert told(reader, tmp_path, "d.csv") == [f"SC303 {found}"]
    assert reader.ended is None


def test_one_line_of_json_without_end_is_refused(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(b'{"a": "')
    os.truncate(path, 1 << 30)

    (one, *_) = told(reader, tmp_path, "d.jsonl")

    assert one.startswith("SC303 ")
    assert reader.ended is None


class _Payload:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_is_never_loaded(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(pickle.dumps(_Payload(tmp_path / "harmed")))

    assert told(reader, tmp_path, "d.csv") == ["SC303 pickle"]
    assert not (tmp_path / "harmed").exists()


def test_links_pipes_and_archives_that_lead_out_are_no_tables(
    reader: Reader, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("a\nsecret\n")
    (folder / "d.csv").symlink_to(tmp_path / "secret.csv")
    os.mkfifo(folder / "pipe.csv")
    with tarfile.open(folder / "d.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("../escaped"), io.BytesIO())

    assert told(reader, folder, "d.csv") == ["SC304 `d.tar`"]
    assert not (tmp_path / "escaped").exists()
