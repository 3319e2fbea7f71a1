"""What a run on real data tells of them: shares and counts, along the pipeline and beside what is made."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.model.plan import Purpose
from ci_scriptcheck.report import failure
from ci_scriptcheck.run import record
from tests.functional.cli.command import commit, git, scriptcheck
from tests.s3_server.server import Store, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = """\
version: 1
datasets:
  orders:
    files: orders.csv
    rows: 40
    key: order_id
    columns:
      order_id: {type: int, unique: true, min: 1, max: 1000}
      customer: {type: category, values: [retail, trade]}   # who buys
      amount:
        type: float
        min: 0
        max: 100
      paid_on: {type: date, min: 2025-01-01, max: 2025-12-31}
    real: s3://company-ml/orders/
  shops:
    files: shops.csv
    columns: {town: {type: category, values: [Oslo]}, size: {type: float, min: 0, max: 10}}
    real: s3://company-ml/shops/
    public: true
steps:
  prepare: {script: prepare.py, inputs: {orders: {dataset: orders, external: true}}}
  count: {script: count.py, inputs: {shops: {dataset: shops, external: true}}}
pipelines: {daily: [prepare.py, total.py], open: [count]}
"""
PREPARE = """\
import csv
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    with open(Path(input_paths["orders"]) / "orders.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["amount"]]
    with open(Path(output_paths["kept"]) / "kept.csv", "w") as file:
        writer = csv.DictWriter(file, ["customer", "amount", "half"])
        writer.writeheader()
        for number, row in enumerate(rows):
            half = float(row["amount"]) / 2 if number % 4 else ""
            writer.writerow({"customer": row["customer"], "amount": row["amount"], "half": half})
"""
TOTAL = """\
import json
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    lines = (Path(input_paths["kept"]) / "kept.csv").read_text().splitlines()[1:]
    (Path(output_paths["report"]) / "report.json").write_text(json.dumps({"rows": len(lines)}))
"""
COUNT = """\
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    lines = (Path(input_paths["shops"]) / "shops.csv").read_text().splitlines()
    (Path(output_paths["shops_with_size"]) / "shops.csv").write_text("\\n".join(lines))
"""
PUBLIC = b"town,size\nOslo,4.5\nLisbon,12.345\n"
PLANTED = ("Jadwiga-7319", "Kowalczyk-7319", "98765.4321", "2026-07-19", "73197330127")
ROWS = 200


def real_orders() -> bytes:
    """Give rows with a value of each kind that nobody may learn of."""
    lines = ["order_id,customer,amount,paid_on,channel"]
    for number in range(ROWS):
        customer = "retail" if number % 3 else "partner"
        amount = "" if number % 10 == 0 else f"{number}.5"
        lines.append(
            f"{1000 + number},{customer},{amount},2026-0{1 + number % 6}-1{number % 9},web"
        )
    lines += [
        f"{PLANTED[4]},{PLANTED[0]},{PLANTED[2]},{PLANTED[3]},{PLANTED[1]}" for _ in range(2)
    ]
    return ("\n".join(lines) + "\n").encode()


class Shop:
    """A repository, the S3 where its real data are, and a run on them."""

    def __init__(self, root: Path, address: str) -> None:
        self.root = root
        self.variables = {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "key-of-a-test",
            "AWS_SECRET_ACCESS_KEY": "secret-of-a-test",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }
        self.ended = self.run("--verbose")

    def run(self, *words: str) -> Any:
        ended = self.run_in(self.root, *words)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended

    def run_in(self, root: Path, *words: str) -> Any:
        """Run a copy of the shop, where something may fail."""
        return scriptcheck(
            "run", "--mode", "deep-dive", *words, folder=root, variables=self.variables
        )

    @property
    def told(self) -> str:
        return " ".join(self.ended.stdout.split())

    @property
    def folder(self) -> Path:
        return min((self.root / ".scriptcheck" / "runs").iterdir())

    def profiles(self, task: str = "daily/prepare[real]") -> list[dict[str, Any]]:
        record = json.loads((self.folder / "record.json").read_text())
        return [
            port
            for result in record["run"]["results"]
            if result["task"] == task
            for port in result["profiles"]
        ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Give a shop on a branch that has changed its first script, after a run."""
    root = tmp_path_factory.mktemp("told") / "shop"
    root.mkdir()
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    (root / "prepare.py").write_text(PREPARE.replace("% 4", "% 3"))
    (root / "total.py").write_text(TOTAL)
    (root / "count.py").write_text(COUNT)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "switch", "--quiet", "--create", "change")
    (root / "prepare.py").write_text(PREPARE)
    (root / "count.py").write_text(COUNT.replace("lines =", "lines = []\n    lines ="))
    commit(root)
    store = Store()
    store.put("orders/orders.csv", real_orders())
    store.put("orders-of-next-month/orders.csv", real_orders().replace(b".5,", b".25,"))
    store.put("shops/shops.csv", PUBLIC)
    with serving(store) as address:
        yield Shop(root, address)


@pytest.mark.slow
def test_where_rows_are_lost_and_where_gaps_appear_is_told(shop: Shop) -> None:
    assert "Real data along daily" in shop.told
    assert "202 → 182 (\N{MINUS SIGN}9.9 %)" in shop.told
    assert "adds `half`, empty in 25 % of the rows (on main 34 %)" in shop.told


@pytest.mark.slow
def test_how_made_data_differ_from_real_ones_is_told(shop: Shop) -> None:
    assert "Data made for orders are not like the real ones" in shop.told
    assert "amount 0 % empty" in shop.told
    assert "paid_on 2025-" in shop.told


def test_no_report_of_it_holds_a_value(shop: Shop) -> None:
    told = [shop.ended.stdout, shop.ended.stderr, (shop.folder / "record.json").read_text()]
    told += [
        scriptcheck("report", form, "--run", str(shop.folder), folder=shop.root).stdout
        for form in ("console", "markdown", "html", "junit")
    ]
    for value in PLANTED:
        assert not [text for text in told if value in text]


@pytest.mark.slow
def test_ports_are_profiled_in_the_record(shop: Shop) -> None:
    orders, kept = shop.profiles()

    assert (orders["dataset"], orders["is_input"]) == ("orders", True)
    (table,) = kept["tables"]
    assert [column["name"] for column in table["columns"]] == ["customer", "amount", "half"]


@pytest.mark.slow
def test_of_public_data_the_very_values_are_told_and_what_is_suggested_is_rounded(
    shop: Shop,
) -> None:
    shops = shop.profiles("open/count[real]")[0]

    town, size = shops["tables"][0]["columns"]
    assert town["named"] == ["Lisbon"]
    assert (size["low"], size["high"]) == (4.5, 12.345)
    assert "values: [Oslo, Lisbon]" in shops["suggestion"]
    assert "max: 13}" in shops["suggestion"]


@pytest.mark.slow
def test_the_change_that_is_suggested_makes_what_is_made_like_what_is_real(shop: Shop) -> None:
    # That of `orders` stands with that of `shops`, as both are in one file.
    suggestion = shop.profiles("open/count[real]")[0]["suggestion"]

    subprocess.run(["git", "apply", "-"], input=suggestion.encode(), cwd=shop.root, check=True)

    settings = (shop.root / "scriptcheck.yaml").read_text()
    assert "values: [retail, trade, partner]}   # who buys" in settings
    assert "max: 200" in settings
    assert "order_id: {type: int, unique: true, min: 1}" in settings
    assert "paid_on: {type: date, min: 2026-01-01}" in settings
    assert "channel: {type: string}" in settings
    assert "max: 7319733" not in settings
    assert "7.3e+06" not in settings
    assert "has values outside" in shop.told
    ended = shop.run("daily/*", "--verbose")
    assert "has values outside" not in ended.stdout
    assert "git apply" not in ended.stdout, ended.stdout


def a_copy(shop: Shop, folder: Path) -> Path:
    """Give a copy of the shop, as main has it, on a branch."""
    root = folder / "shop"
    shutil.copytree(shop.root, root, symlinks=True)
    git(root, "checkout", "--quiet", "-f", "-b", "late", "main")
    return root


@pytest.mark.slow
def test_a_loss_that_was_accepted_is_so_next_month_and_of_other_values_it_is_said_that_the_data_are_others(
    shop: Shop, tmp_path: Path
) -> None:
    root = a_copy(shop, tmp_path)
    text = PREPARE.replace('"half": half', "").replace(', "half"]', "]")
    (root / "prepare.py").write_text(text.replace('row["amount"],', '2 * float(row["amount"]),'))
    shop.run_in(root)
    accepted = scriptcheck("accept", "prepare", "--reason", "ticket 12", folder=root)
    this_month = shop.run_in(root).stdout
    settings = root / "scriptcheck.yaml"
    settings.write_text(settings.read_text().replace("/orders/", "/orders-of-next-month/"))

    next_month = shop.run_in(root).stdout

    assert "accepted  SC401 kept/half of step prepare" in accepted.stdout
    assert "SC401 and SC406: ticket 12 (accepted in this change)" in this_month
    assert "SC401: ticket 12 (accepted in this change)" in next_month
    assert "SC406: accepted before on other data (ticket 12)" in " ".join(next_month.split())


@pytest.mark.slow
def test_a_step_that_only_gave_inputs_can_be_run_again_as_it_is_said(
    shop: Shop, tmp_path: Path
) -> None:
    root = a_copy(shop, tmp_path)
    (root / "total.py").write_text(TOTAL.replace("len(lines)", "2 * len(lines)"))
    shop.run_in(root)
    newest = max((root / ".scriptcheck" / "runs").iterdir(), key=lambda one: one.stat().st_mtime)
    found = record.read_record(newest)
    task = found.plan.by_id()["daily/prepare[real]"]
    assert task.purpose is not Purpose.CHECK

    _, *words = shlex.split(failure.reproduce(found.plan, task))
    again = scriptcheck(*words, folder=root, variables=shop.variables)

    assert again.returncode == 0, again.stdout + again.stderr
    assert "daily/prepare[real]" in again.stdout
