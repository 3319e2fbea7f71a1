"""What a person reads about an exception: what is there stands beside what is not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.functional.cli.command import commit, git
from tests.functional.hostile.test_mistakes import told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCRIPT = """\
import os
import pandas as pd

def main(input_paths, output_paths, environ_vars, job_args):
    table = pd.read_csv(input_paths["raw"] + "/rows.csv")
    {line}
    table.to_csv(output_paths["out"] + "/rows.csv", index=False)
"""
LINES = {
    "column": 'table["amout"].sum()',
    "file": 'open(input_paths["raw"] + "/row.csv")',
    "folder": 'open(output_paths["out"] + "/parts/1.csv", "w")',
    "relative": 'open("conf/names.json")',
    "variable": 'os.environ["REGION"]',
    "argument": "job_args.job_type",
    "package": "import tables_of_ours.clean",
    "library": "import not_installed",
    "outside": 'open("/etc/rows.csv", "w")',
}


def test_exceptions_are_told_with_what_helps(
    tmp_path: Path, golden: Callable[[str], object]
) -> None:
    root = tmp_path / "shop"
    files = {
        "data/rows.csv": "order,amount\n1,2\n",
        "conf/names.json": "{}",
        "src/tables_of_ours/clean.py": "",
    }
    files |= {f"scripts/{name}.py": SCRIPT.format(line=line) for name, line in LINES.items()}
    settings = "version: 1\nproject: shop\ndatasets: {raw: {copy: data}}\nsteps:\n"
    settings += "".join(
        f"  {name}: {{script: scripts/{name}.py, inputs: {{raw: raw}}, outputs: {{out: {{}}}}}}\n"
        for name in LINES
    )
    for name, text in (files | {"scriptcheck.yaml": settings}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)

    text = told(root, "run", "--all", "--mode", "isolation", "--workers", "1")

    assert text.replace(sys.executable, "/usr/bin/python") == golden("errors/exceptions.txt")
