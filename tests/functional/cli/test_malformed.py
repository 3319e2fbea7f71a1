"""The `malformed` scenario from the command line: careful scripts pass it, careless ones do not."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.cli.command import scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
version: 1
datasets:
  orders:
    files: orders.FORMAT
    rows: 50
    columns:
      order_id: {type: string, unique: true}
      amount: {type: float, min: 1, max: 100}
  generated:
    generator: make.py:orders
    files: orders.FORMAT
    columns: {order_id: {type: string}, amount: {type: float}}
steps:
  careful: {script: careful.py, inputs: {data: orders}, outputs: {out: {}}}
  careless: {script: careless.py, inputs: {data: orders}, outputs: {out: {}}}
  hasty: {script: hasty.py, inputs: {data: orders}, outputs: {out: {}}}
  fed: {script: careful.py, inputs: {data: generated}, outputs: {out: {}}}
"""
READ = """
import pathlib
import pandas as pd

def read(path):
    if path.suffix == ".csv":
        return pd.read_csv(path)
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_json(path)
"""
CAREFUL = """
import pathlib
from reading import read

def main(input_paths, output_paths, environ_vars, job_args):
    path = next(pathlib.Path(input_paths["data"]).iterdir())
    try:
        orders = read(path)
        amount = orders["amount"].astype(float)
        if orders.isna().any(axis=None):
            raise ValueError("cells are missing")
    except Exception as error:
        raise ValueError(f"{path.name} cannot be used: {error}") from error
    orders.assign(amount=amount).to_csv(pathlib.Path(output_paths["out"], "clean.csv"))
"""
CARELESS = """
import pathlib
from reading import read

def main(input_paths, output_paths, environ_vars, job_args):
    out = pathlib.Path(output_paths["out"], "clean.csv")
    try:
        read(next(pathlib.Path(input_paths["data"]).iterdir())).to_csv(out)  # amount
    except Exception:
        out.write_text("a\\n1\\n")
"""
HASTY = """
import pathlib
from reading import read

def main(input_paths, output_paths, environ_vars, job_args):
    pathlib.Path(output_paths["out"], "clean.csv").write_text("a,b\\n")
    path = next(pathlib.Path(input_paths["data"]).iterdir())
    try:
        orders = read(path)
        orders["amount"].astype(float)
        assert not orders.isna().any(axis=None)
    except Exception as error:
        raise ValueError(f"bad data in {path}") from error
"""
GENERATOR = """
import pandas as pd

def orders(rows, rng, scenario):
    assert scenario == "standard"
    return pd.DataFrame({"order_id": [f"o{n}" for n in range(rows)], "amount": 1.5})
"""


def a_project(folder: Path, kind: str) -> Path:
    files = {
        "scriptcheck.yaml": SETTINGS.replace("FORMAT", kind),
        "reading.py": READ,
        "careful.py": CAREFUL,
        "careless.py": CARELESS,
        "hasty.py": HASTY,
        "make.py": GENERATOR,
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


def checked(folder: Path, step: str) -> dict[str, tuple[str, list[str]]]:
    ended = scriptcheck("test-script", step, "--scenario", "malformed", "--json", folder=folder)
    record: dict[str, Any] = json.loads(ended.stdout)
    return {
        task["id"]: (
            task["outcome"],
            [one["rule"] for one in task["findings"] if one["severity"] == "error"],
        )
        for task in record["tasks"]
    }


DEFECTS = {
    "csv": [
        "missing column amount",
        "wrong type of amount",
        "truncated orders.csv",
        "empty orders.csv",
    ],
    "parquet": [
        "missing column amount",
        "wrong type of amount",
        "truncated orders.parquet",
        "empty orders.parquet",
        "broken bytes in orders.parquet",
    ],
    "json": [
        "missing column amount",
        "wrong type of amount",
        "truncated orders.json",
        "empty orders.json",
        "broken bytes in orders.json",
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", DEFECTS)
def test_a_script_passes_that_says_which_file_it_cannot_use(tmp_path: Path, kind: str) -> None:
    project = a_project(tmp_path, kind)

    assert checked(project, "careful") == {
        f"careful[malformed: {defect}]": ("passed", []) for defect in DEFECTS[kind]
    }


def test_a_script_fails_that_takes_bad_data_for_good(tmp_path: Path) -> None:
    found = checked(a_project(tmp_path, "csv"), "careless")

    assert {outcome for outcome, _ in found.values()} == {"failed"}
    assert {rule for _, rules in found.values() for rule in rules} == {"SC225"}


def test_a_script_fails_that_writes_before_it_refuses(tmp_path: Path) -> None:
    found = checked(a_project(tmp_path, "parquet"), "hasty")

    assert set(map(repr, found.values())) == {repr(("failed", ["SC226"]))}


@pytest.mark.slow
def test_what_a_generator_makes_is_broken_afterwards(tmp_path: Path) -> None:
    found = checked(a_project(tmp_path, "csv"), "fed")

    assert len(found) == 4
    assert set(map(repr, found.values())) == {repr(("passed", []))}


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["one_row", "no_rows"])
def test_few_rows_may_be_refused_but_not_after_writing(tmp_path: Path, scenario: str) -> None:
    project = a_project(tmp_path, "csv")
    refusing = 'raise ValueError("too few rows")'
    head = "import pathlib\ndef main(input_paths, output_paths, environ_vars, job_args):\n"
    look = '    next(pathlib.Path(input_paths["data"]).iterdir()).read_text()\n'
    write = '    pathlib.Path(output_paths["out"], "a.csv").write_text("a\\n1\\n")\n'
    outcomes = {}
    for name, body in {
        "refuses": f"{look}    {refusing}\n",
        "goes on": f"{look}{write}",
        "writes first": f"{look}{write}    {refusing}\n",
        "wordless": f"{look}    raise ValueError\n",
    }.items():
        (project / "careful.py").write_text(head + body)
        ended = scriptcheck(
            "test-script", "careful", "--scenario", scenario, "--json", folder=project
        )
        (task,) = json.loads(ended.stdout)["tasks"]
        outcomes[name] = (task["outcome"], [one["rule"] for one in task["findings"]])

    assert outcomes == {
        "refuses": ("passed", []),
        "goes on": ("passed", []),
        "writes first": ("failed", ["SC226"]),
        "wordless": ("failed", ["SC201"]),
    }
