"""What a run on real data tells of them: shares and counts, along the pipeline and beside what is made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

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
steps:
  prepare: {script: prepare.py, inputs: {orders: {dataset: orders, external: true}}}
pipelines: {daily: [prepare.py, total.py]}
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
PLANTED = ("Jadwiga-7319", "Kowalczyk-7319", "98765.4321", "2026-07-19", "7319733")
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
    """A repository, and the S3 where its real data are."""

    def __init__(self, root: Path, address: str) -> None:
        self.root = root
        self.variables = {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "key-of-a-test",
            "AWS_SECRET_ACCESS_KEY": "secret-of-a-test",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }

    def run(self, *words: str) -> Any:
        ended = scriptcheck(
            "run", "--mode", "deep-dive", *words, folder=self.root, variables=self.variables
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended

    @property
    def record(self) -> dict[str, Any]:
        (run,) = (self.root / ".scriptcheck" / "runs").iterdir()
        found: dict[str, Any] = json.loads((run / "record.json").read_text())
        return found


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Give a shop on a branch that has changed its first script."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    (root / "prepare.py").write_text(PREPARE.replace("% 4", "% 3"))
    (root / "total.py").write_text(TOTAL)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "switch", "--quiet", "--create", "change")
    (root / "prepare.py").write_text(PREPARE)
    commit(root)
    store = Store()
    store.put("orders/orders.csv", real_orders())
    with serving(store) as address:
        yield Shop(root, address)


def test_where_rows_are_lost_and_where_gaps_appear_is_told(shop: Shop) -> None:
    told = " ".join(shop.run().stdout.split())

    assert "Real data along daily" in told
    assert "202 → 182 (\N{MINUS SIGN}9.9 %)" in told
    assert "`half` is new, and empty in 25 % of the rows" in told


def test_no_report_of_it_holds_a_value(shop: Shop) -> None:
    ended = shop.run("--verbose")

    (run,) = (shop.root / ".scriptcheck" / "runs").iterdir()
    told = [ended.stdout, ended.stderr, (run / "record.json").read_text()]
    told += [
        scriptcheck("report", form, "--run", str(run), folder=shop.root).stdout
        for form in ("console", "markdown", "html", "junit", "json")
    ]
    for value in PLANTED:
        assert not [text for text in told if value in text]
