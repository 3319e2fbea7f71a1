"""Pieces of texts give whole records, and where nobody can tell where records begin, that is said."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_scriptcheck.data import reader
from ci_scriptcheck.data.cutting import requests
from ci_scriptcheck.model.fixture import Blocks, Head

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.fixtures.part_file import Range


def cut_blocks(path: Path, blocks: tuple[Range, ...], kind: str = "csv") -> dict[str, Any]:
    way = Blocks(starts=tuple(start for start, _ in blocks), length=0)
    target = path.with_name("cut")
    return reader.answer(requests.cutting(path, blocks, target, kind=kind, way=way, name="a"))


def cut_head(path: Path, length: int, kind: str = "csv") -> dict[str, Any]:
    length = min(length, path.stat().st_size)
    head = Head(length=length, why="a test")
    target = path.with_name("cut")
    request = requests.cutting(path, ((0, length),), target, kind=kind, way=head, name="a")
    return reader.answer(request)


def a_table(path: Path, *, cell: str = "a, b", rows: int = 2_000) -> list[list[str]]:
    """Write a table, and give its records."""
    records = [["id", "note", "amount"]]
    records += [[str(one), f"{cell} {one}", str(one * 1.5)] for one in range(rows)]
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(records)
    return records


def read(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))


def test_blocks_give_the_header_and_whole_records_from_all_over_the_file(tmp_path: Path) -> None:
    records = a_table(tmp_path / "a.csv")
    size = (tmp_path / "a.csv").stat().st_size

    answer = cut_blocks(tmp_path / "a.csv", ((0, 5_000), (20_000, 25_000), (size - 5_000, size)))

    found = read(tmp_path / "cut")
    assert found[0] == records[0]
    assert all(record in records for record in found)
    assert found[1] == records[1]
    assert found[-1] == records[-1]
    assert answer["rows"] == len(found) - 1 == len({record[0] for record in found}) - 1
    assert sum(rows for rows, _, _ in answer["pieces"]) == answer["rows"]


@settings(max_examples=80)
@given(seed=st.integers(0, 2**32), place=st.floats(0.4, 0.95))
def test_wherever_blocks_lie_records_are_whole_or_nothing_is_sure(
    tmp_path_factory: pytest.TempPathFactory, seed: int, place: float
) -> None:
    random_ = random.Random(seed)  # noqa: S311
    cell = ["".join(random_.choices('ab\n",1;', k=random_.randrange(9))) for _ in range(60)]
    rows = [random_.choices(cell, k=3) for _ in range(random_.randrange(20, 200))]
    records = [["one", "two", "three"], *rows]
    path = tmp_path_factory.mktemp("blocks") / "a.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(records)
    size = path.stat().st_size
    start = int(size * place)

    answer = cut_blocks(path, ((0, size // 3), (start, size)))

    if "rows" in answer:
        found = read(path.with_name("cut"))
        count = answer["pieces"][0][0]
        assert found[: count + 1] == records[: count + 1]
        last = answer["pieces"][1][0]
        assert found[count + 1 :] == records[len(records) - last :]
    else:
        assert answer == {"unsure": True}


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32),
    pieces=st.integers(2, 12),
    kind=st.sampled_from(["csv", "jsonl"]),
    end=st.sampled_from(["\n", "\r\n", ""]),
)
def test_each_record_ends_in_one_of_the_pieces_that_make_up_a_text(
    tmp_path_factory: pytest.TempPathFactory, seed: int, pieces: int, kind: str, end: str
) -> None:
    random_ = random.Random(seed)  # noqa: S311
    rows = [(number, "x" * random_.randrange(30)) for number in range(1_000)]
    lines = [
        f"{number},{text}" if kind == "csv" else json.dumps({"id": number, "text": text})
        for number, text in rows
    ]
    header = "id,text\n" if kind == "csv" else ""
    path = tmp_path_factory.mktemp("pieces") / f"a.{kind}"
    path.write_bytes((header + (end or "\n").join(lines) + end).encode())
    size = path.stat().st_size
    inner = random_.sample(range(1_000, size - 1_000, 1_000), pieces - 1)
    edges = [0, *sorted(inner), size]

    answer = cut_blocks(path, tuple(itertools.pairwise(edges)), kind)

    assert sum(ended for _, ended, _ in answer["pieces"]) == 1_000
    assert answer["header"] == len(header)
    assert sum(length for _, _, length in answer["pieces"]) == size - len(header)


def test_a_piece_that_can_be_all_in_one_cell_is_not_sure(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1,2\n" * 100 + '"' + "x,y\n" * 1_000 + '",2\n')

    assert cut_blocks(path, ((0, 200), (2_000, 2_060))) == {"unsure": True}


def test_prose_in_cells_does_not_hide_where_records_begin(tmp_path: Path) -> None:
    records = a_table(tmp_path / "a.csv", cell='he said "no",\nand left')
    size = (tmp_path / "a.csv").stat().st_size

    answer = cut_blocks(tmp_path / "a.csv", ((0, 5_000), (size // 2, size // 2 + 8_000)))

    found = read(tmp_path / "cut")
    assert answer["rows"] == len(found) - 1 > 100
    assert all(record in records for record in found)


def test_quotes_behind_backslashes_are_read_as_spark_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    row = '1,"he said \\"no\\", and left",2\n'
    path.write_text("id,note,amount\n" + row * 1_000)

    answer = cut_blocks(path, ((0, 3_000), (10_000, 13_000)))

    assert set((tmp_path / "cut").read_text().splitlines(keepends=True)[1:]) == {row}
    assert answer["rows"] > 150


def test_json_lines_are_cut_at_their_ends(tmp_path: Path) -> None:
    rows = [{"id": one, "text": 'a "b"\n' * 3} for one in range(1_000)]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    answer = cut_blocks(path, ((0, 3_000), (20_000, 24_000)), kind="jsonl")

    found = [json.loads(line) for line in (tmp_path / "cut").read_text().splitlines()]
    assert answer["rows"] == len(found) > 100
    assert found[0] == rows[0]
    assert all(row in rows for row in found)


def test_a_document_that_is_called_lines_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps([{"id": one} for one in range(1_000)], indent=1))

    assert cut_blocks(path, ((0, 3_000), (5_000, 6_000)), kind="jsonl") == {"unsure": True}


def test_the_head_of_a_text_is_its_first_whole_records(tmp_path: Path) -> None:
    records = a_table(tmp_path / "a.csv", cell='"quoted"\n')

    answer = cut_head(tmp_path / "a.csv", 10_000)

    found = read(tmp_path / "cut")
    assert found == records[: len(found)]
    assert answer["rows"] == len(found) - 1 > 100


def test_the_head_of_a_packed_text_is_packed_again(tmp_path: Path) -> None:
    records = a_table(tmp_path / "a.csv")
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))

    answer = cut_head(packed, packed.stat().st_size // 2)

    text = gzip.decompress((tmp_path / "cut").read_bytes()).decode()
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert found == records[: len(found)]
    assert answer["rows"] == len(found) - 1 > 100


def test_of_a_packed_bomb_only_so_much_is_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "a.csv.gz"
    bomb.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 5_000_000, 1))

    answer = cut_head(bomb, 65_536)

    text = gzip.decompress((tmp_path / "cut").read_bytes())
    assert len(text) <= 65_536 * 20
    assert answer["rows"] == text.count(b"\n") - 1


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_table(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(random.Random(seed).randbytes(50_000))  # noqa: S311

    answer = cut_blocks(path, ((0, 10_000), (20_000, 30_000)))

    assert "rows" not in answer
