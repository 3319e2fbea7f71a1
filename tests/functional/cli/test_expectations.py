"""What was said to come out of a step, against what its script really writes."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import scriptcheck

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SETTINGS = """\
version: 1
project: shop
datasets:
  orders:
    files: orders.csv
    columns:
      order_id: {type: string, unique: true, pattern: "o[0-9]{8}"}
      amount: {type: int, min: 0, max: 100}
      placed_on: {type: date}
steps:
  prepare:
    script: prepare.py
    inputs: {orders: orders}
    outputs:
      kept: {}
      report: {values: {report.json: {"days[*].mean": {max: 200}, share: {min: 0.99}}}}
    vary: {env: {DELIMITER: [",", ";"]}}
    tests:
      drops refunds:
        given:
          orders:
            - {order_id: a, amount: -1}
            - {order_id: b, amount: 20}
            - {order_id: c, amount: 0}
        expect:
          kept:
            - {order_id: c, doubled: 0}
            - {order_id: b, doubled: 41}
            - {order_id: d, doubled: 7}
          report:
            report.json: {rows: 2}
      has nothing to do without orders:
        given: {orders: []}
        expect: {kept: []}
"""
SCRIPT = """\
import csv
import json
import pathlib


def main(input_paths, output_paths, environ_vars, job_args):
    with open(pathlib.Path(input_paths["orders"], "orders.csv")) as file:
        rows = [row for row in csv.DictReader(file) if int(row["amount"]) >= 0]
    with open(pathlib.Path(output_paths["kept"], "kept.csv"), "w") as file:
        table = csv.writer(file, delimiter=environ_vars.get("DELIMITER", ","))
        table.writerow(["order_id", "doubled"])
        table.writerows([row["order_id"], 2 * int(row["amount"])] for row in rows)
    report = {"rows": len(rows), "share": 0.5, "days": [{"mean": 100}, {"mean": 300}]}
    pathlib.Path(output_paths["report"], "report.json").write_text(json.dumps(report))
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository with a step of which much is expected, and run it."""
    root = tmp_path_factory.mktemp("shop")
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    (root / "prepare.py").write_text(SCRIPT)
    subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
    scriptcheck("run", "--all", "--workers", "1", folder=root)
    return root


def test_other_rows_and_values_than_expected_are_shown(
    shop: Path, golden: Callable[[str], object]
) -> None:
    told = scriptcheck("report", folder=shop).stdout

    told = re.sub(r"\d+\.\d s", "0.1 s", told)
    told = re.sub(r"runs/\w+", "runs/7f3a1c", told)
    assert re.sub(r"scriptcheck \d\S*", "scriptcheck 1.0.0", told) == golden(
        "console/expectations.txt"
    )


def test_one_test_can_be_named(shop: Path) -> None:
    ended = scriptcheck("plan", "prepare[drops refunds]", "--json", folder=shop)

    assert [task["id"] for task in json.loads(ended.stdout)["tasks"]] == ["prepare[drops refunds]"]


def test_a_test_that_there_is_not_is_told_with_the_nearest(shop: Path) -> None:
    ended = scriptcheck("run", "prepare[drop refund]", folder=shop)

    assert ended.returncode == 2
    assert "error: `prepare` has no task `drop refund`" in ended.stderr
    assert "did you mean `drops refunds`?" in ended.stderr


def test_a_chosen_scenario_leaves_tests_and_variations_out(shop: Path) -> None:
    ended = scriptcheck("test-script", "prepare", "--scenario", "one_row", folder=shop)

    assert "prepare[one_row]" in ended.stdout
    assert "drops refunds" not in ended.stdout
    assert "DELIMITER" not in ended.stdout
