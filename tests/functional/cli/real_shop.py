"""A shop whose orders lie in S3: its repository, on a branch that has changed its first script."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

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
    rows: 20
    columns:
      order_id: {type: int, unique: true, min: 1, max: 1000}
      customer: {type: category, values: [a, b]}
      amount: {type: float, min: 0, max: 100}
    real: s3://company-ml/orders/
steps:
  prepare: {script: prepare.py, inputs: {orders: {dataset: orders, external: true}}}
pipelines: {daily: [prepare.py, total.py]}
"""
PREPARE = """\
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    lines = (Path(input_paths["orders"]) / "orders.csv").read_text().splitlines()[1:]
    kept = [line.split(",") for line in lines]
    text = "".join(f"{customer},{amount}\\n" for _, customer, amount in kept if float(amount) > 0)
    (Path(output_paths["kept"]) / "kept.csv").write_text("customer,amount\\n" + text)
"""
TOTAL = """\
import json
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    lines = (Path(input_paths["kept"]) / "kept.csv").read_text().splitlines()[1:]
    total = sum(float(line.split(",")[1]) for line in lines)
    (Path(output_paths["report"]) / "report.json").write_text(json.dumps({"total": total, "rows": len(lines)}))
"""
NAME = "marguerite-of-oslo"


def real_orders(rows: int = 50) -> bytes:
    lines = [f"{1000 + number},{NAME}-{number},{number}.5" for number in range(rows)]
    return ("order_id,customer,amount\n" + "\n".join(lines) + "\n").encode()


class Shop:
    """A repository, and the S3 where its real data are."""

    def __init__(self, root: Path, store: Store, address: str) -> None:
        self.root = root
        self.store = store
        self.variables = {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "key-of-a-test",
            "AWS_SECRET_ACCESS_KEY": "secret-of-a-test",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }

    def run(self, *words: str, is_on_line: bool = True, more: dict[str, str] | None = None) -> Any:
        variables = self.variables if is_on_line else {"AWS_EC2_METADATA_DISABLED": "true"}
        variables = variables | (more or {})
        return scriptcheck(
            "run", "--mode", "deep-dive", *words, folder=self.root, variables=variables
        )

    def results(self, *words: str) -> dict[str, Any]:
        ended = self.run("--json", *words)
        assert ended.returncode in {0, 1}, ended.stderr
        found: dict[str, Any] = json.loads(ended.stdout)
        return found


def a_job(folder: Path, event: str, ref: str) -> dict[str, str]:
    """Give the variables of a job in Actions."""
    file = folder / "event.json"
    file.write_text(json.dumps({"repository": {"default_branch": "main"}}))
    return {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(file),
        "GITHUB_REF": ref,
        "GITHUB_BASE_REF": "main" if event == "pull_request" else "",
    }


@contextmanager
def a_shop(folder: Path) -> Iterator[Shop]:
    """Make the shop, and serve what its S3 holds."""
    root = folder / "shop"
    root.mkdir()
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    (root / "prepare.py").write_text(PREPARE)
    (root / "total.py").write_text(TOTAL)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "switch", "--quiet", "--create", "change")
    (root / "prepare.py").write_text(PREPARE.replace("> 0", "> 10"))
    commit(root)
    store = Store()
    store.put("orders/orders.csv", real_orders())
    with serving(store) as address:
        yield Shop(root, store, address)
