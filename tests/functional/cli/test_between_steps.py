"""What a step really wrote, against its own schema and those of whoever reads it, from run to record."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.cli.command import scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

WRITER = """\
import pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    orders = pathlib.Path(input_paths["orders"], "orders.csv").read_text().splitlines()[1:]
    rows = [line.split(",") for line in orders]
    rows = {code}
    text = "order,shop,price\\n" + "".join(",".join(map(str, row)) + "\\n" for row in rows)
    pathlib.Path(output_paths["sales"], "sales.csv").write_text(text)
"""
READER = """\
import pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    text = pathlib.Path(input_paths["sales"], "sales.csv").read_text()
    pathlib.Path(output_paths["report"], "lines.txt").write_text(str(len(text.splitlines())))
"""
FAULTS = {
    "nulls": '[[row[0], row[1], "" if int(row[2]) % 2 else row[2]] for row in rows]',
    "twice": "rows + rows[:3]",
    "unjoined": '[[row[0], row[1] if int(row[0][1:]) % 4 else "s9", row[2]] for row in rows]',
    "scaled": "[[row[0], row[1], int(row[2]) * 1000] for row in rows]",
    "lost": "rows[:0]",
}
SETTINGS = """\
version: 1
project: shop
defaults: {rows: 40}
datasets:
  shops: {copy: shops, columns: {shop: {type: string, unique: true}}}
  orders:
    files: orders.csv
    columns: &columns
      order: {type: string, unique: true, pattern: "o[0-9]{4}"}
      shop: {type: category, values: [s1, s2]}
      price: {type: int, min: 1, max: 900}
  written: {files: sales.csv, columns: {order: {type: string}}}
  wanted:
    files: sales.csv
    columns: {<<: *columns, shop: {type: string, references: shops.shop}}
steps:
  write: {script: write.py, inputs: {orders: {dataset: orders, external: true}}, outputs: {sales: written}}
  read: {script: read.py, inputs: {sales: {dataset: wanted, expects: wanted}}}
pipelines: {daily: [write, read]}
"""


RUN = ("run", "--all", "--mode", "pipeline", "--workers", "1")


class Shop:
    """A repository with two steps, of which the second says what it expects of the first."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "shops").mkdir(parents=True)
        (root / "shops" / "shops.csv").write_text("shop\ns1\ns2\n")
        (root / "read.py").write_text(READER)
        self.write("rows")
        self.settle(SETTINGS)
        subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)

    def write(self, code: str) -> None:
        (self.root / "write.py").write_text(WRITER.format(code=code))

    def settle(self, text: str) -> None:
        (self.root / "scriptcheck.yaml").write_text(text)

    def run(self) -> dict[str, dict[str, Any]]:
        """Run the pipeline, and give the results by node."""
        ended = scriptcheck(*RUN, "--json", folder=self.root)
        assert ended.returncode in {0, 1}, ended.stderr
        return {task["step"]: task for task in json.loads(ended.stdout)["tasks"]}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop")


def codes(task: dict[str, Any]) -> list[str]:
    return [found["rule"] for found in task.get("findings", [])]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "rule", "message"),
    [
        ("nulls", "SC305", "`price` in output `sales`"),
        ("twice", "SC308", "`order` in output `sales`"),
        ("unjoined", "SC311", "`shop` in output `sales`"),
        ("scaled", "SC306", "`price` in output `sales`"),
        ("lost", "SC209", "output `sales` holds no rows, and 40 rows went in"),
    ],
)
def test_what_a_reader_expects_stops_the_step_that_writes_otherwise(
    shop: Shop, fault: str, rule: str, message: str
) -> None:
    shop.write(FAULTS[fault])

    told = shop.run()

    (found,) = told["write"]["findings"]
    assert found["rule"] == rule
    assert found["message"].startswith(message)
    assert told["write"]["outcome"] in {"failed", "vacuous"}
    assert told["read"]["outcome"] == "not_run"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("said", "outcome", "severity"),
    [("{dataset: wanted, expects: wanted}", "failed", "error"), ("wanted", "passed", "warning")],
)
def test_names_of_files_count_for_a_reader_that_says_what_it_expects(
    shop: Shop, said: str, outcome: str, severity: str
) -> None:
    shop.settle(SETTINGS.replace("{dataset: wanted, expects: wanted}", said).replace(
        "outputs: {sales: written}", "outputs: {sales: {}}"
    ))  # fmt: skip
    shop.write("rows")
    code = (shop.root / "write.py").read_text()
    (shop.root / "write.py").write_text(code.replace('"sales.csv")', '"sold.csv")'))

    (found,) = shop.run()["write"]["findings"]

    assert (found["rule"], found["severity"]) == ("SC304", severity)
    assert shop.run()["write"]["outcome"] in {outcome, "reused"}


def test_it_is_said_who_expects_it(shop: Shop) -> None:
    shop.write(FAULTS["scaled"])

    told = scriptcheck(*RUN, folder=shop.root).stdout

    assert "`read` expects it of its input `sales` (dataset `wanted`)" in told


def test_what_a_step_promises_itself_is_held_against_it_without_any_reader(shop: Shop) -> None:
    shop.settle(SETTINGS.replace("outputs: {sales: written}", "outputs: {sales: wanted}"))
    shop.write(FAULTS["scaled"])

    told = scriptcheck(*RUN, folder=shop.root).stdout

    assert "SC306 `price` in output `sales`" in told
    assert "dataset `wanted` says so" in told


def test_a_changed_schema_of_a_reader_is_not_answered_from_the_store(shop: Shop) -> None:
    assert {task["outcome"] for task in shop.run().values()} == {"passed"}
    assert {task["outcome"] for task in shop.run().values()} == {"reused"}

    shop.settle(
        SETTINGS.replace("columns: {<<: *columns, shop", "columns: {<<: *columns, price: {type: int, max: 1}, shop")
    )  # fmt: skip
    told = shop.run()

    assert (told["write"]["outcome"], codes(told["write"])) == ("failed", ["SC306"])


def test_a_schema_that_nobody_expects_changes_no_result(shop: Shop) -> None:
    shop.run()
    shop.settle(
        SETTINGS.replace(
            "steps:\n", "  other: {files: a.csv, columns: {b: {type: int}}}\nsteps:\n"
        )
    )

    assert {task["outcome"] for task in shop.run().values()} == {"reused"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rules", "outcome", "severities"),
    [
        ("rules: {SC306: warning}\n", "passed", ["warning"]),
        ('rules: {SC3: "off"}\n', "passed", []),
        ("rules: {SC3: {level: warning, steps: [write]}}\n", "passed", ["warning"]),
        ("rules: {SC3: {level: warning, steps: [read]}}\n", "failed", ["error"]),
    ],
)
def test_rules_say_how_much_data_that_do_not_fit_count(
    shop: Shop, rules: str, outcome: str, severities: list[str]
) -> None:
    shop.settle(SETTINGS + rules)
    shop.write(FAULTS["scaled"])

    told = shop.run()["write"]

    assert told["outcome"] == outcome
    assert [found["severity"] for found in told.get("findings", [])] == severities


def test_data_that_are_known_not_to_fit_do_not_count_and_fitting_ones_do(shop: Shop) -> None:
    shop.settle(
        SETTINGS.replace(
            "write: {script: write.py,",
            "write: {script: write.py, known: {rule: SC306, reason: cents until May},",
        )
    )
    shop.write(FAULTS["scaled"])
    ended = scriptcheck(*RUN, folder=shop.root)

    assert ended.returncode == 0, ended.stdout
    (known,) = shop.run()["write"]["findings"]
    assert (known["rule"], known["known"]) == ("SC306", "cents until May")
    shop.write("rows")
    assert codes(shop.run()["write"]) == ["SC224"]
