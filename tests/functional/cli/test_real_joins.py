"""Real tables whose rows belong together: a deep dive suggests that their schemas say so."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import commit
from tests.functional.cli.real_shop import PREPARE, Shop, a_shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = """\
version: 1
datasets:
  orders:
    files: orders.csv
    columns:
      order_id: {type: int, unique: true, min: 1, max: 9000}
      customer_id: {type: string, pattern: "[a-z]{3}"}   # who buys
      amount: {type: float, min: 0, max: 1000}
    real: s3://company-ml/orders/
  customers:
    files: customers.csv
    columns:
      customer_id: {type: string, unique: true}
      score: {type: float, min: 0, max: 1000}
    real: s3://company-ml/customers/
steps:
  prepare:
    script: prepare.py
    inputs:
      orders: {dataset: orders, external: true}
      customers: {dataset: customers, external: true}
pipelines: {daily: [prepare.py]}
"""
LOOKED_AT = "    (Path(input_paths['customers']) / 'customers.csv').read_text()\n    text = "
NAME = "marguerite"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with a_shop(tmp_path) as found:
        (found.root / "scriptcheck.yaml").write_text(SETTINGS)
        (found.root / "prepare.py").write_text(PREPARE.replace("    text = ", LOOKED_AT))
        commit(found.root)
        orders = [f"{1000 + number},{NAME}-{number % 40},{number}.5" for number in range(200)]
        customers = [f"{NAME}-{number},{number}.5" for number in range(60)]
        for name, head, rows in (
            ("orders", "order_id,customer_id,amount", orders),
            ("customers", "customer_id,score", customers),
        ):
            found.store.put(f"{name}/{name}.csv", "\n".join([head, *rows, ""]).encode())
        yield found


def suggested(shop: Shop) -> str:
    results = shop.results("--all")["run"]["results"]
    return "".join(
        port.get("suggestion", "") for result in results for port in result.get("profiles", ())
    )


@pytest.mark.slow
def test_what_really_belongs_together_is_suggested_and_nothing_more_once_it_is_applied(
    shop: Shop,
) -> None:
    suggestion = suggested(shop)

    assert "references: customers.customer_id}   # who buys" in suggestion
    assert NAME not in suggestion
    subprocess.run(["git", "apply", "-"], input=suggestion.encode(), cwd=shop.root, check=True)
    assert suggested(shop) == ""
