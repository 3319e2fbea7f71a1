"""`infer`: datasets drafted from sample files."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.cli.demo import pull_request
from ci_scriptcheck.project.loader import load_project
from tests.functional.cli.command import scriptcheck
from tests.unit.project.trees import MemoryTree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = "order_id,zip,amount,band,paid,placed\n"


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Make a folder with two parts of a table, another table, and what is none."""
    folder = tmp_path / "orders"
    folder.mkdir()
    for part in (0, 1):
        rows = [
            f"o{part}{number:05},0{1000 + number},{'' if number % 40 == 0 else number / 4},"
            f"{['low', 'high'][number % 2]},{number % 2},2024-01-{number % 28 + 1:02}\n"
            for number in range(100)
        ]
        (folder / f"part-{part}.csv").write_text(HEAD + "".join(rows))
    (folder / "customers.jsonl").write_text(
        '{"id": 1, "name": "Ann"}\n{"id": 2, "name": "Bo", "tags": ["x"]}\n'
    )
    (folder / "notes.txt").write_text("nothing\n")
    (folder / "model.bin").write_bytes(b"\0\1\2")
    return tmp_path


def test_a_folder_of_samples_becomes_datasets(
    orders: Path, golden: Callable[[str], object]
) -> None:
    ended = scriptcheck("infer", "orders", folder=orders)

    assert ended.returncode == 0
    assert ended.stdout == golden("infer/samples.yaml")
    assert ended.stderr == golden("infer/samples_left_out.txt")


def test_what_is_drafted_can_be_read_and_allows_the_sample(orders: Path) -> None:
    text = scriptcheck("infer", "orders/part-*.csv", "--as", "orders", folder=orders).stdout

    project = load_project(MemoryTree({"scriptcheck.yaml": f"version: 1\n{text}"}))

    dataset = project.datasets["orders"]
    assert [file.name for file in dataset.files] == ["part-*.csv"]
    assert [column.nulls for column in dataset.schema.columns] == [0, 0, 0.092, 0, 0, 0]
    assert all(column.min is None is column.max for column in dataset.schema.columns)


def test_what_is_drafted_of_one_month_lets_the_next_one_be_a_little_emptier(
    tmp_path: Path,
) -> None:
    months = {}
    for month, empty in (("09", 5_816), ("12", 5_823)):
        cells = ["" if row < empty else f"{row}.5" for row in range(6_000)]
        months[month] = "id,voucher\n" + "".join(
            f"{row},{cell}\n" for row, cell in enumerate(cells)
        )
    (tmp_path / "09.csv").write_text(months["09"])

    text = scriptcheck("infer", "09.csv", "--as", "orders", folder=tmp_path).stdout

    project = load_project(MemoryTree({"scriptcheck.yaml": f"version: 1\n{text}"}))
    voucher = project.datasets["orders"].schema.columns[1]
    assert 5_823 / 6_000 < voucher.nulls <= 0.98
    assert "97 % empty here" in text


def test_a_dataset_is_added_and_the_rest_of_the_file_stays(orders: Path) -> None:
    project = pull_request.lay_out(orders)
    file = project / "scriptcheck.yaml"
    before = file.read_text()

    words = ("--into", "scriptcheck.yaml", "--as", "bought")
    ended = scriptcheck("infer", str(orders / "orders/part-0.csv"), *words, folder=project)

    assert ended.returncode == 0
    assert "added 1 dataset to scriptcheck.yaml: `bought`" in ended.stdout
    after = file.read_text()
    start = after.index("  bought:\n")
    end = start + len(after) - len(before)
    assert after[:start] + after[end:] == before
    assert "bought" in load_project(MemoryTree({"scriptcheck.yaml": file.read_text()})).datasets


def test_ends_of_lines_a_link_and_the_mode_of_the_file_stay(orders: Path) -> None:
    kept = orders / "kept"
    kept.mkdir()
    settings = kept / "settings.yaml"
    settings.write_bytes(b"version: 1\r\ndatasets:\r\n  a: {copy: data}\r\n")
    settings.chmod(0o640)
    (orders / "scriptcheck.yaml").symlink_to("kept/settings.yaml")

    words = ("--into", "scriptcheck.yaml", "--as", "b")
    assert scriptcheck("infer", "orders/part-0.csv", *words, folder=orders).returncode == 0

    written = settings.read_bytes()
    assert (orders / "scriptcheck.yaml").is_symlink()
    assert settings.stat().st_mode & 0o777 == 0o640
    assert written.count(b"\n") == written.count(b"\r\n") > 3
    assert [path.name for path in kept.iterdir()] == ["settings.yaml"]


def test_nothing_is_written_through_a_link_out_of_the_repository(orders: Path) -> None:
    project = orders / "project"
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    (orders / "mine.yaml").write_text("datasets: {}\n")
    (project / "scriptcheck.yaml").symlink_to("../mine.yaml")

    words = ("--into", "scriptcheck.yaml")
    ended = scriptcheck("infer", "../orders/part-0.csv", *words, folder=project)

    assert (ended.returncode, (orders / "mine.yaml").read_text()) == (2, "datasets: {}\n")
    assert "it lies behind a link out of the repository" in ended.stderr


def test_a_name_that_is_taken_is_refused_and_nothing_written(orders: Path) -> None:
    file = orders / "scriptcheck.yaml"
    file.write_text("version: 1\ndatasets:\n  raw: {copy: data}\n")

    words = ("--into", "scriptcheck.yaml", "--as", "raw")
    ended = scriptcheck("infer", "orders/part-0.csv", *words, folder=orders)

    assert ended.returncode == 2
    assert "there is a dataset `raw` already" in ended.stderr
    assert file.read_text() == "version: 1\ndatasets:\n  raw: {copy: data}\n"


def test_a_file_that_is_not_there_is_named(orders: Path) -> None:
    ended = scriptcheck("infer", "nothing/*.csv", folder=orders)
    nearly = scriptcheck("infer", "orders/part_0.csv", folder=orders)

    assert ended.returncode == nearly.returncode == 2
    assert "there is no file `nothing/*.csv`" in ended.stderr
    assert "did you mean `orders/part-0.csv`?" in nearly.stderr


def test_files_made_to_harm_the_reader_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "nul.csv").write_bytes(b"a,b\n\0\0\0,1\n")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1" + b"\xff" * 100 + b"PAR1")
    (tmp_path / "latin.csv").write_bytes(b"name,n\n" + b"M\xfcller,1\n" * 5)

    ended = scriptcheck("infer", "nul.csv", "bad.parquet", "latin.csv", folder=tmp_path)

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("left out: ") == 3


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Make orders, and the customers that they are of; some have ordered nothing."""
    customers = [f"c{number:03},{'DE' if number % 3 else 'FR'}" for number in range(60)]
    orders = [f"{5000 + number},c{number * 7 % 50:03},{number}.5" for number in range(400)]
    text = {"customers": ["customer_id,country", *customers]}
    text["orders"] = ["order_id,customer_id,amount", *orders]
    for name, lines in text.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_tables_that_belong_together_are_drafted_so_that_their_rows_join(
    shop: Path, golden: Callable[[str], object]
) -> None:
    text = scriptcheck("infer", "orders.csv", "customers.csv", folder=shop).stdout

    assert text == golden("infer/belonging.yaml")
    project = load_project(MemoryTree({"scriptcheck.yaml": f"version: 1\n{text}"}))
    columns = {one.name: one for one in project.datasets["orders"].schema.columns}
    assert columns["customer_id"].references == "customers.customer_id"


def test_where_some_values_lead_nowhere_a_comment_says_so_and_no_rule(shop: Path) -> None:
    with (shop / "orders.csv").open("a") as file:
        file.write("9999,c999,1.5\n")

    text = scriptcheck("infer", "orders.csv", "customers.csv", folder=shop).stdout

    assert "references:" not in text
    assert "# guess: a key, but only 99.75 % are in `customers.customer_id`" in text


def test_what_would_be_made_of_another_type_is_a_comment_and_no_rule(shop: Path) -> None:
    with (shop / "customers.csv").open("a") as file:
        file.write("A9x,north\n")
    for name in ("orders.csv", "customers.csv"):
        text = (shop / name).read_text()
        (shop / name).write_text(re.sub(r"\bc(\d+)", r"1\1", text))

    text = scriptcheck("infer", "orders.csv", "customers.csv", folder=shop).stdout

    assert "references:" not in text
    assert "# guess: a key; all are in `customers.customer_id`, which is string" in text
