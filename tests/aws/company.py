"""A company with a pipeline, an execution of it on SageMaker, and the data of both, on loopback."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.functional.cli.command import commit, git, scriptcheck
from tests.s3_server.server import Store, serving
from tests.sagemaker_server.server import SageMaker, SageMakerServer
from tests.sagemaker_server.stories import BUCKET, Story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = """\
version: 1
aws: {region: eu-west-1, prefixes: [s3://company-ml/], executions: {daily: fraud-training}}
datasets:
  orders:
    files: orders.csv
    rows: 20
    columns:
      order_id: {type: int, unique: true, min: 1, max: 1000}
      customer: {type: category, values: [a, b]}
      amount: {type: float, min: 0, max: 100}
steps:
  prepare:
    script: prepare.py
    inputs: {orders: {dataset: orders, external: true}}
    env: {FACTOR: "1"}
pipelines: {daily: [prepare.py, total.py]}
"""
PREPARE = """\
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    least = float(environ_vars.get("LEAST", "1000"))
    factor = float(environ_vars["FACTOR"])
    lines = (Path(input_paths["orders"]) / "orders.csv").read_text().splitlines()[1:]
    kept = [line.split(",") for line in lines]
    text = "".join(
        f"{customer},{float(amount) * factor}\\n" for _, customer, amount in kept if float(amount) >= least
    )
    (Path(output_paths["kept"]) / "kept.csv").write_text("customer,amount\\n" + text)
"""
TOTAL = """\
import json
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    lines = (Path(input_paths["kept"]) / "kept.csv").read_text().splitlines()[1:]
    rows = len(lines)
    (Path(output_paths["report"]) / "report.json").write_text(json.dumps({"rows": rows}))
"""
Ended = subprocess.CompletedProcess[str]
NAME = "marguerite-of-oslo"
SECRET = "hunter2"  # noqa: S105  (of nothing)


def orders(rows: int = 500) -> bytes:
    lines = [f"{1000 + number},{NAME}-{number},{number % 90}.5" for number in range(rows)]
    return ("order_id,customer,amount\n" + "\n".join(lines) + "\n").encode()


def kept(rows: int = 500, *, least: float = 10, times: float = 1) -> bytes:
    amounts = [(f"{NAME}-{number}", number % 90 + 0.5) for number in range(rows)]
    lines = [f"{name},{amount * times}" for name, amount in amounts if amount >= least]
    return ("customer,amount\n" + "\n".join(lines) + "\n").encode()


class Company:
    """A repository, what production did, and where its data lie."""

    def __init__(
        self, root: Path, store: Store, service: SageMaker, variables: dict[str, str]
    ) -> None:
        self.root, self.store, self.service, self.variables = root, store, service, variables
        self.story = self.told("5q8w2e1rt0zu")

    def told(
        self, name: str, *, rates: str | None = None, called: str = "kept", **given: Any
    ) -> Story:
        """Tell of an execution, with the data that it left; its first step may have been given rates from somewhere.

        Args:
            name: Of the execution.
            rates: Where they lay.
            called: As the last step calls what it is given.
            given: Of the story.
        """
        story = Story(self.service, name, **given)
        story.processing(
            "Prepare",
            inputs={"orders": f"{BUCKET}/raw/{name}/"} | ({"rates": rates} if rates else {}),
            outputs=("kept",),
            environment={"LEAST": "10", "FACTOR": "1", "DB_PASSWORD": SECRET},
            code=f"{BUCKET}/code/prepare.py",
        )
        story.processing(
            "Total",
            inputs={called: story.place("Prepare", "kept")},
            outputs=("report",),
            code=f"{BUCKET}/code/total.py",
        )
        rows = kept()
        self.put(f"{BUCKET}/raw/{name}/orders.csv", orders())
        self.put(story.place("Prepare", "kept") + "/kept.csv", rows)
        report = json.dumps({"rows": len(rows.splitlines()) - 1}).encode()
        self.put(story.place("Total", "report") + "/report.json", report)
        return story

    def put(self, place: str, content: bytes) -> None:
        self.store.put(place.removeprefix(f"{BUCKET}/"), content)

    def change(self, name: str, old: str, new: str) -> None:
        file = self.root / name
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    def call(self, *words: str, more: dict[str, str] | None = None) -> Ended:
        return scriptcheck(*words, folder=self.root, variables=self.variables | (more or {}))

    def dive(self, *words: str) -> Ended:
        return self.call("deep-dive", *words)

    def record(self, *words: str) -> dict[str, Any]:
        ended = self.dive("--json", *words)
        assert ended.returncode in {0, 1}, ended.stderr
        found: dict[str, Any] = json.loads(ended.stdout)
        return found


@contextmanager
def a_company(tmp_path: Path) -> Iterator[Company]:
    """Give a repository on a branch, and an execution whose steps all succeeded."""
    root = tmp_path / "company"
    root.mkdir()
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    (root / "prepare.py").write_text(PREPARE)
    (root / "total.py").write_text(TOTAL)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "switch", "--quiet", "--create", "change")
    store, service = Store(), SageMaker()
    with serving(store) as address, SageMakerServer(service) as sagemaker:
        yield Company(
            root,
            store,
            service,
            {
                "AWS_ENDPOINT_URL": address,
                "AWS_ENDPOINT_URL_SAGEMAKER": sagemaker.address,
                "AWS_ACCESS_KEY_ID": "key-of-a-test",
                "AWS_SECRET_ACCESS_KEY": "secret-of-a-test",
                "AWS_DEFAULT_REGION": "eu-west-1",
            },
        )
    assert sagemaker.violations == []


def in_a_line(ended: Ended) -> str:
    return " ".join(ended.stdout.split())
