"""What the page about expectations shows is what happens, also where the step stands in a pipeline."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import ROOT, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs" / "how-to" / "expectations.md").read_text(encoding="utf-8")
EVALUATE = """
import json

def main(input_paths, output_paths, environ_vars, job_args):
    rows = open(f"{input_paths['splits']}/rows.csv").read().split()
    with open(f"{output_paths['metrics']}/metrics.json", "w") as file:
        json.dump({"auc": 0.1 * len(rows), "folds": [{"auc": 0.7}]}, file)
"""
PREPARE = """
import pandas as pd

def main(input_paths, output_paths, environ_vars, job_args):
    orders = pd.read_csv(f"{input_paths['orders']}/orders.csv")
    kept = orders[orders["amount"] >= 0]
    if environ_vars.get("OUTPUT_FORMAT") == "PARQUET":
        kept.to_parquet(f"{output_paths['kept']}/kept.parquet")
    else:
        kept.to_csv(f"{output_paths['kept']}/kept.csv", index=False)
"""


def example(below: str) -> str:
    """Give the first settings of a section."""
    found = re.search(r"```yaml\n(.*?)```", PAGE[PAGE.index(f"## {below}") :], re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Lay out the scripts and data that the page speaks of."""
    files = {
        "scripts/evaluate.py": EVALUATE,
        "scripts/prepare.py": PREPARE,
        "data/splits/rows.csv": "a\n1\n2\n3\n4\n5\n6\n",
        "data/orders/orders.csv": "amount\n1\n",
    }
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


def ran(root: Path, settings: str) -> str:
    (root / "scriptcheck.yaml").write_text(settings)
    ended = scriptcheck("run", "--all", folder=root)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_bounds_are_met_at_the_step_and_at_its_node(root: Path) -> None:
    assert "daily/evaluate" in ran(root, example("Bounds on the figures"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "pipelines",
    ["", "pipelines: {daily: {nodes: {prepare: {}}}}\n"],
    ids=["alone", "in a pipeline"],
)
@pytest.mark.parametrize("section", ["Literal tests", "A step under other settings"])
def test_a_step_is_tested_alone_and_in_a_pipeline(
    root: Path, section: str, pipelines: str
) -> None:
    told = ran(root, example(section) + pipelines)

    assert "prepare[" in told
    assert ("daily/prepare" in told) == bool(pipelines)
