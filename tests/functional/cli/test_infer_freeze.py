"""`infer --freeze`: a sample of made rows, and what is told of it."""

from __future__ import annotations

import csv
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import commit, git, scriptcheck
from tests.s3_server.server import Store, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NAMES = ("marguerite", "oluwaseun", "xiaoming", "ingeborg", "fatoumata")


def customers(count: int = 150) -> str:
    rows = (
        f"K-{7 * one % 1000:03}{'XQ'[one % 2]},{NAMES[one % 5]}{one}@shop.test,"
        f"{['gold', 'silver', 'silver'][one % 3] if one != 77 else 'royal'},{1960 + one % 37}"
        for one in range(count)
    )
    return "customer_id,mail,tier,born\n" + "\n".join(rows) + "\n"


def orders(count: int = 400) -> str:
    rows = (
        f"{880000 + 13 * one};K-{7 * (one * one % 150) % 1000:03}{'XQ'[(one * one % 150) % 2]};"
        f"{['paid', 'open', 'paid', 'refunded'][one % 4]};{'' if one % 20 == 3 else f'{(one * 7919) % 50021 / 100:.2f}'};"
        f"2024-0{one % 9 + 1}-{one % 28 + 1:02}T{one % 24:02}:00:00Z;"
        f"please ring {NAMES[one % 5]} at the red door {one}"
        for one in range(count)
    )
    return "order_id;customer_id;status;amount;placed_at;note\n" + "\n".join(rows) + "\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Give a folder with customers and their orders."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real/customers.csv").write_text(customers())
    (tmp_path / "real/orders.csv").write_text(orders())
    return tmp_path


def rows_of(file: Path, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text().splitlines(), delimiter=delimiter))


def test_tables_become_a_sample_with_a_text_on_each_and_a_draft_of_the_settings(
    shop: Path, golden: Callable[[str], object]
) -> None:
    words = ("--keep", "status", "--rows", "120")
    ended = scriptcheck("infer", "--freeze", "real", *words, folder=shop)

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == golden("frozen/settings.yaml")
    assert ended.stderr == golden("frozen/told.txt")
    assert (shop / "frozen/orders.md").read_text() == golden("frozen/orders.md")
    made, people = (
        rows_of(shop / "frozen/orders/orders.csv", ";"),
        rows_of(shop / "frozen/customers/customers.csv"),
    )
    assert len(made) == 120
    assert {row["status"] for row in made} == {"paid", "open", "refunded"}
    assert {row["customer_id"] for row in made} <= {row["customer_id"] for row in people}
    assert len({row["order_id"] for row in made}) == len(made)


@pytest.mark.slow
def test_nothing_that_a_person_wrote_is_in_the_sample_or_in_what_is_told(shop: Path) -> None:
    ended = scriptcheck("infer", "--freeze", "real", folder=shop)

    written = "".join(path.read_text() for path in (shop / "frozen").rglob("*") if path.is_file())
    said = written + ended.stdout + ended.stderr
    assert not [word for word in (*NAMES, "royal", "gold", "paid", "shop.test") if word in said]


@pytest.mark.slow
def test_the_same_tables_give_the_same_sample_and_other_ones_another(shop: Path) -> None:
    def made(*words: str) -> list[bytes]:
        assert scriptcheck("infer", "--freeze", "real", *words, folder=shop).returncode == 0
        return [path.read_bytes() for path in sorted((shop / "frozen").rglob("*.csv"))]

    once = made()
    again = made()
    (shop / "real/orders.csv").write_text(orders(399))

    assert again == once
    assert made() != once


@pytest.mark.slow
def test_a_sample_is_added_to_the_settings_and_runs(shop: Path) -> None:
    (shop / "scriptcheck.yaml").write_text(
        "version: 1\nsteps:\n  total: {script: total.py, inputs: {orders: orders}}\n"
    )
    (shop / "total.py").write_text(
        "import csv, pathlib\n\n\n"
        "def main(input_paths, output_paths, environ_vars, job_args):\n"
        "    text = (pathlib.Path(input_paths['orders']) / 'orders.csv').read_text().splitlines()\n"
        "    rows = list(csv.DictReader(text, delimiter=';'))\n"
        "    paid = sum(float(row['amount'] or 0) for row in rows if row['status'] == 'paid')\n"
        "    assert paid > 0\n"
        "    (pathlib.Path(output_paths['paid']) / 'paid.txt').write_text(str(paid))\n"
    )
    git(shop, "init", "--quiet", "--initial-branch=main")
    commit(shop)

    words = ("--keep", "orders.status", "--into", "scriptcheck.yaml")
    ended = scriptcheck("infer", "--freeze", "real", *words, folder=shop)
    ran = scriptcheck("run", "--all", folder=shop)

    assert "added 2 datasets to scriptcheck.yaml: `customers`, `orders`" in ended.stdout
    assert (ran.returncode, "1 passed" in ran.stdout) == (0, True), ran.stdout + ran.stderr


def test_what_was_not_written_here_is_not_overwritten(shop: Path) -> None:
    (shop / "frozen/orders").mkdir(parents=True)
    (shop / "frozen/orders/mine.txt").write_text("mine")

    ended = scriptcheck("infer", "--freeze", "real", folder=shop)

    assert ended.returncode == 2
    assert "`frozen/orders` is there, and was not written by `infer --freeze`" in ended.stderr
    assert (shop / "frozen/orders/mine.txt").read_text() == "mine"


def test_what_is_said_of_a_sample_where_none_is_asked_for_is_refused(shop: Path) -> None:
    ended = scriptcheck("infer", "real", "--keep", "status", folder=shop)

    assert ended.returncode == 2
    assert "`--keep` says how a sample is frozen" in ended.stderr
    assert "add `--freeze`" in ended.stderr


def test_a_column_that_no_table_has_is_named(shop: Path) -> None:
    ended = scriptcheck("infer", "--freeze", "real", "--keep", "stauts", folder=shop)

    assert ended.returncode == 2
    assert "none of them has a column `stauts`, which `--keep` names" in ended.stderr
    assert not (shop / "frozen").exists()


@pytest.mark.slow
def test_files_that_harm_a_reader_are_left_out_and_the_rest_is_frozen(shop: Path) -> None:
    (shop / "real/bad.parquet").write_bytes(b"PAR1" + b"\xff" * 100 + b"PAR1")

    ended = scriptcheck("infer", "--freeze", "real", folder=shop)

    assert ended.returncode == 0
    assert "left out: real/bad.parquet" in ended.stderr
    assert sorted(path.name for path in (shop / "frozen").iterdir()) == [
        "customers",
        "customers.md",
        "orders",
        "orders.md",
    ]


SETTINGS = """\
version: 1
datasets:
  customers:
    files: customers.csv
    real: s3://company-ml/customers/
  orders:
    format: csv
    files: part-*.csv
    columns:
      order_id: {type: int, unique: true}
      customer_id: {type: string, references: customers.customer_id}
      status: {type: category, values: [paid, open, refunded, lost]}
    real: s3://company-ml/orders/
"""


@pytest.fixture
def store(shop: Path) -> Iterator[dict[str, str]]:
    """Lay the real data into S3, and settings that say so into the folder."""
    (shop / "scriptcheck.yaml").write_text(SETTINGS)
    git(shop, "init", "--quiet", "--initial-branch=main")
    commit(shop)
    kept = Store()
    for name in ("customers", "orders"):
        kept.put(
            f"{name}/{name}.csv", (shop / f"real/{name}.csv").read_bytes().replace(b";", b",")
        )
    with serving(kept) as address:
        yield {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "key-of-a-test",
            "AWS_SECRET_ACCESS_KEY": "secret-of-a-test",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }


@pytest.mark.slow
def test_real_data_of_datasets_are_fetched_and_frozen_as_the_settings_say(
    shop: Path, store: dict[str, str]
) -> None:
    words = ("--dataset", "orders", "--dataset", "customers", "--into", "scriptcheck.yaml")
    ended = scriptcheck("infer", "--freeze", *words, folder=shop, variables=store)

    assert ended.returncode == 0, ended.stderr
    files = sorted(path.name for path in (shop / "frozen/orders").iterdir())
    assert files == ["part-00000.csv", "part-00001.csv"]
    made = [row for name in files for row in rows_of(shop / "frozen/orders" / name)]
    assert {row["status"] for row in made} == {"paid", "open", "refunded"}
    settings = (shop / "scriptcheck.yaml").read_text()
    assert "copy: frozen/orders" in settings

    again = scriptcheck("infer", "--freeze", *words, folder=shop, variables=store)

    assert again.returncode == 0, again.stderr
    assert (shop / "scriptcheck.yaml").read_text() == settings


COUNT = """\
import csv, pathlib


def main(input_paths, output_paths, environ_vars, job_args):
    rows = [
        row
        for file in sorted(pathlib.Path(input_paths["orders"]).glob("*.csv"))
        for row in csv.DictReader(file.read_text().splitlines())
    ]
    (pathlib.Path(output_paths["count"]) / "count.txt").write_text(str(len(rows)))
"""
COLUMNS_AS_MADE = """\
      order_id: {type: int, unique: true, min: 1, max: 5000}   # as they come
      customer_id: {type: string, references: customers.customer_id}
      status: {type: category, values: [paid, open]}
      amount:
        type: float
        min: 10
        max: 100
      placed_at: {type: datetime, min: 2024-01-01, max: 2024-12-31}
"""


@pytest.fixture
def made_up(shop: Path, store: dict[str, str]) -> dict[str, str]:
    """Give the shop columns that data were made from so far, and a step that reads them."""
    file = shop / "scriptcheck.yaml"
    columns = "    columns: {customer_id: {type: string, unique: true}}\n"
    before, _, after = SETTINGS.replace("part-*", "orders").partition("      order_id")
    before = before.replace("  orders:", f"{columns}  orders:")
    rest = after.partition("    real: s3://company-ml/orders/")[2]
    steps = "steps:\n  count:\n    script: count.py\n"
    steps += (
        "    inputs: {orders: {dataset: orders, external: true}}\npipelines: {daily: [count]}\n"
    )
    file.write_text(f"{before}{COLUMNS_AS_MADE}    real: s3://company-ml/orders/{rest}{steps}")
    (shop / "count.py").write_text(COUNT)
    commit(shop)
    return store


FREEZE = ("infer", "--freeze", "--dataset", "orders", "--dataset", "customers")


@pytest.mark.slow
def test_columns_that_the_sample_does_not_fit_are_changed_with_it_and_the_next_run_passes(
    shop: Path, made_up: dict[str, str], golden: Callable[[str], object]
) -> None:
    ended = scriptcheck(
        *FREEZE, "--keep", "status", "--into", "scriptcheck.yaml", folder=shop, variables=made_up
    )
    ran = scriptcheck("run", "--all", folder=shop)

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == golden("frozen/columns.txt")
    assert (ran.returncode, "SC30" in ran.stdout) == (0, False), ran.stdout + ran.stderr


@pytest.mark.slow
def test_the_columns_of_a_sample_fit_the_real_data_and_it_is_not_compared_with_them(
    shop: Path, made_up: dict[str, str]
) -> None:
    words = ("run", "--all", "--mode", "deep-dive", "--verbose")
    before = scriptcheck(*words, folder=shop, variables=made_up)
    scriptcheck(
        *FREEZE, "--keep", "status", "--into", "scriptcheck.yaml", folder=shop, variables=made_up
    )
    after = scriptcheck(*words, folder=shop, variables=made_up)

    assert "SC501 `amount` in input `orders`" in before.stdout, before.stdout + before.stderr
    assert "Data made for orders are not like the real ones" in before.stdout
    assert (after.returncode, "SC501" in after.stdout) == (0, False), after.stdout
    assert "Data made for" not in after.stdout


@pytest.mark.slow
def test_without_a_file_to_change_the_change_of_columns_is_printed_and_applies(
    shop: Path, made_up: dict[str, str]
) -> None:
    ended = scriptcheck(*FREEZE, folder=shop, variables=made_up)

    patch = f"--- a/{ended.stdout.partition('--- a/')[2]}"
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=shop, check=True)
    settings = (shop / "scriptcheck.yaml").read_text()
    assert "order_id: {type: int, unique: true}   # as they come" in settings
    assert "copy:" not in settings


@pytest.mark.slow
def test_columns_that_no_sample_is_said_to_break_stay_as_they_are(
    shop: Path, store: dict[str, str]
) -> None:
    words = ("--into", "scriptcheck.yaml")
    ended = scriptcheck(*FREEZE, *words, folder=shop, variables=store)

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "`orders`, `customers` in scriptcheck.yaml now copy the sample\n"


def test_a_sample_that_settings_could_not_copy_is_refused_before_any_data_are_read(
    shop: Path, store: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = str(tmp_path_factory.mktemp("elsewhere"))
    words = (*FREEZE, "--into", "scriptcheck.yaml", "--output")

    beside = scriptcheck(*words, "../fz", folder=shop, variables=store)
    far = scriptcheck(*words, elsewhere, folder=shop, variables=store)

    assert (beside.returncode, far.returncode) == (2, 2)
    assert "`../fz` is outside of the repository" in beside.stderr
    assert "settings copy nothing from there" in far.stderr


@pytest.mark.slow
def test_what_copies_something_else_is_refused_before_anything_is_written(
    shop: Path, store: dict[str, str]
) -> None:
    file = shop / "scriptcheck.yaml"
    file.write_text(file.read_text().replace("    files: customers.csv\n", "    copy: real\n"))
    words = ("--dataset", "customers", "--into", "scriptcheck.yaml")

    ended = scriptcheck("infer", "--freeze", *words, folder=shop, variables=store)

    assert ended.returncode == 2
    assert "copies real already" in ended.stderr
    assert not (shop / "frozen").exists()


def test_a_dataset_without_real_data_is_refused(shop: Path) -> None:
    (shop / "scriptcheck.yaml").write_text("version: 1\ndatasets: {orders: {copy: real}}\n")
    git(shop, "init", "--quiet", "--initial-branch=main")
    commit(shop)

    ended = scriptcheck("infer", "--freeze", "--dataset", "orders", folder=shop)
    nearly = scriptcheck("infer", "--freeze", "--dataset", "order", folder=shop)

    assert (ended.returncode, nearly.returncode) == (2, 2)
    assert "the dataset `orders` says nowhere where its real data are" in ended.stderr
    assert "did you mean `orders`?" in nearly.stderr
