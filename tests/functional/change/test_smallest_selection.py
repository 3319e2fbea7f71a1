"""One file of a repository is edited: what is selected holds all that changes, and little else.

The package reads every contract while it is imported. Only the step that takes something from the
package imports it, and so only this one depends on all contracts.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import environment, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

CONTRACT = """\
step_type: {type}
contract:
  entry_point: {script}.py
  inputs: {{{reads}: {{path: /opt/ml/processing/input/{reads}, required: true}}}}
  outputs: {{{writes}: {{path: /opt/ml/processing/output/{writes}}}}}
  env_vars: {{required: [], optional: {{{name}: "1"}}}}
spec:
  dependencies: {{{reads}: {{type: processing_output, required: true}}}}
  outputs: {{{writes}: {{type: processing_output}}}}
"""
SCRIPT = """\
from pathlib import Path
{imports}

def main(input_paths, output_paths, environ_vars, job_args):
    text = (Path(input_paths["{reads}"]) / "rows.csv").read_text()
    said = environ_vars.get("{name}", "0"), {value}
    (Path(output_paths["{writes}"]) / "rows.csv").write_text(text + f"{{said}},1\\n")
"""
LOADER = """\
import json
from pathlib import Path

folder = Path(__file__).parent / "contracts"
CONTRACTS = {path.name: path.read_text() for path in sorted(folder.glob("*.step.yaml"))}
"""
SETTINGS = """\
version: 1
defaults: {path: [src]}
adapters:
  cursus: {interfaces: src/tea/contracts, scripts: src/tea/scripts, pipelines: src/tea/dags}
datasets: {raw: {copy: data}, also: {copy: data}}
steps:
  Clean: {inputs: {raw: {dataset: raw, external: true}}}
  Rate: {inputs: {orders: {dataset: also, external: true}}}
  Pack: {env: {BOXES: "3"}}
"""
DAG = {"dag": {"nodes": ["Clean", "Pack"], "edges": [["Clean", "Pack"]]}}

STEPS = {
    "Clean": ("raw", "cleaned", "LEAST", "", "1"),
    "Pack": ("cleaned", "packed", "BOXES", "import beside", "beside.SIZE"),
    "Rate": ("orders", "rates", "BASE", "from .. import CONTRACTS", "sorted(CONTRACTS.items())"),
}


def files() -> dict[str, str]:
    found = {
        "scriptcheck.yaml": SETTINGS,
        "requirements.txt": "",
        "data/rows.csv": "a,b\n1,2\n",
        "src/tea/__init__.py": "from .loader import CONTRACTS\n",
        "src/tea/loader.py": LOADER,
        "src/tea/scripts/__init__.py": "",
        "src/tea/scripts/beside.py": "SIZE = 4\n",
        "src/tea/dags/daily.dag.json": json.dumps(DAG),
    }
    for step, (reads, writes, name, imports, value) in STEPS.items():
        given = {"reads": reads, "writes": writes, "name": name, "imports": imports}
        script = SCRIPT.format(**given, value=value)
        contract = CONTRACT.format(type=step, script=step.lower(), **given)
        found[f"src/tea/scripts/{step.lower()}.py"] = script
        found[f"src/tea/contracts/{step.lower()}.step.yaml"] = contract
    return found


@pytest.fixture(scope="module")
def before(tea: Path) -> dict[str, dict[str, str]]:
    return written(tea)


@pytest.fixture(scope="module")
def tea(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository with one commit."""
    root = tmp_path_factory.mktemp("selection") / "tea"
    for name, text in files().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for words in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all"),
        ("-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "All"),
    ):
        subprocess.run(["git", *words], cwd=root, env=environment(), check=True)
    return root


def written(root: Path) -> dict[str, dict[str, str]]:
    """Run everything anew; give the digest of what each step and node wrote."""
    ended = scriptcheck("run", "--all", "--no-reuse", "--json", folder=root)
    results = json.loads(ended.stdout)["run"]["results"]
    assert {one["outcome"] for one in results} <= {"passed", "reused"}, ended.stdout
    return {
        one["task"]: {port: made["digest"] for port, made in one["outputs"].items()}
        for one in results
    }


def selected(root: Path) -> set[str]:
    plan = json.loads(scriptcheck("plan", "--json", folder=root).stdout)
    return {task["id"] for task in plan.get("tasks", ()) if task["reason"]["kind"] != "Feeds"}


CLEAN, PACK, RATE, AFTER = (
    {"Clean", "daily/Clean"},
    {"Pack", "daily/Pack"},
    {"Rate"},
    {"daily/Pack"},
)


@pytest.mark.parametrize(
    ("file", "change", "expected"),
    [
        # A default that reaches one step, what follows it, and whoever reads all contracts.
        ("src/tea/contracts/clean.step.yaml", ('"1"', '"2"'), CLEAN | AFTER | RATE),
        # One that the settings replace reaches nobody else.
        ("src/tea/contracts/pack.step.yaml", ('"1"', '"2"'), RATE),
        ("src/tea/contracts/pack.step.yaml", ("step_type", "# Packs.\nstep_type"), RATE),
        ("src/tea/scripts/pack.py", (", beside.SIZE", ", 5"), PACK),
        ("src/tea/scripts/clean.py", (", 1\n", ", 2\n"), CLEAN | AFTER),
        ("src/tea/scripts/beside.py", ("4", "5"), PACK),
        ("src/tea/loader.py", ("path.read_text()", "len(path.read_text())"), RATE),
        ("src/tea/__init__.py", ("CONTRACTS\n", "CONTRACTS\nCONTRACTS['x'] = 1\n"), RATE),
        ("src/tea/scripts/__init__.py", ("", "import sys\n"), RATE),
        ("src/tea/dags/daily.dag.json", ('"dag": {', '"dag": {"description": "x", '), set()),
        ("requirements.txt", ("", "pandas==2.0.0\n"), set()),
        ("scriptcheck.yaml", ("version: 1\n", "# Tea.\nversion: 1\n"), set()),
        ("scriptcheck.yaml", ('BOXES: "3"', 'BOXES: "7"'), PACK),
        ("data/rows.csv", ("1,2", "3,4"), CLEAN | AFTER | RATE),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_edit_selects_what_it_changes_and_nothing_that_does_not_depend_on_it(
    tea: Path,
    before: dict[str, dict[str, str]],
    file: str,
    change: tuple[str, str],
    expected: set[str],
) -> None:
    text = (tea / file).read_text()
    (tea / file).write_text(text.replace(*change, 1))
    try:
        found = selected(tea)
        after = written(tea)
    finally:
        (tea / file).write_text(text)

    changed = {task for task in after if after[task] != before[task]}
    # What a step does with what another now writes, its node shows.
    assert changed <= found | {node.rpartition("/")[2] for node in found if "/" in node}
    assert found == expected
