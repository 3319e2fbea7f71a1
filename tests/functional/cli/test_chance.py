"""Scripts whose outputs hang on chance are run again, for real, and stopped; those that only look so pass."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.functional.cli.command import scriptcheck

SCRIPT = """\
import json, pathlib, random, time

NAMES = ["amount", "carrier", "distance", "hour", "origin", "weekday"]

def main(input_paths, output_paths, environ_vars, job_args):
    out = pathlib.Path(output_paths["out"])
    value, names = 1, NAMES
    {code}
    (out / "data.csv").write_text("a,b\\n" + "".join(f"{{name}},{{value}}\\n" for name in names))
"""
CODE = {
    "undrawn": "pass",
    "drawn": "value = random.random()",
    "seeded": "random.seed(7); value = random.random()",
    "clocked": "value = random.Random(time.time_ns()).random()",
    "unordered": "names = list(set(NAMES))",
    "ordered": "names = sorted(set(NAMES))",
    "waiting": "time.sleep(random.Random().random() / 1000); random.shuffle(list(set(NAMES)))",
    "stamped": (
        "time.sleep(random.Random().random() / 1000);"
        " (out / 'about.json').write_text(json.dumps({'made_at': time.time()}))"
    ),
    "drawn_and_stamped": (
        "value = random.random(); (out / 'about.json').write_text(str(time.time_ns()))"
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Propose all scripts in one branch, and give the results by step."""
    root = tmp_path_factory.mktemp("chance")
    (root / "scriptcheck.yaml").write_text(f"version: 1\npipelines: {{all: {_nodes()}}}\n")
    for name in CODE:
        (root / f"{name}.py").write_text(SCRIPT.format(code="pass"))
    for words in (("init", "-q", "-b", "main"), ("add", "."), _commit("one")):
        subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True)
    for name, code in CODE.items():
        (root / f"{name}.py").write_text(SCRIPT.format(code=code) + "# changed\n")
    ended = scriptcheck(
        "run", "--base", "main", "--mode", "pipeline", "--workers", "1", "--json", folder=root
    )
    return {task["step"]: task for task in json.loads(ended.stdout)["tasks"]}


@pytest.mark.parametrize(
    ("step", "how"),
    [
        ("drawn", "with other random numbers"),
        ("clocked", "the second time"),
        ("unordered", "with sets in another order"),
        ("drawn_and_stamped", "with other random numbers"),
    ],
)
def test_an_output_that_hangs_on_chance_is_an_error(
    told: dict[str, dict[str, Any]], step: str, how: str
) -> None:
    (found,) = told[step]["findings"]

    assert (told[step]["outcome"], found["rule"], found["severity"]) == (
        "failed",
        "SC217",
        "error",
    )
    assert found["message"] == f"`data.csv` of output `out` came out differently {how}"


@pytest.mark.parametrize("step", ["undrawn", "seeded", "ordered", "waiting", "stamped"])
def test_chance_that_does_not_reach_the_outputs_is_none(
    told: dict[str, dict[str, Any]], step: str
) -> None:
    found = [one for one in told[step].get("findings", []) if not one["rule"].startswith("SC4")]
    assert (told[step]["outcome"], found) == ("passed", [])


def test_the_line_that_brings_chance_in_is_shown(told: dict[str, dict[str, Any]]) -> None:
    for step in ("clocked", "unordered"):
        (found,) = told[step]["findings"]
        assert found["place"] == {"file": f"{step}.py", "line": 8}


def _nodes() -> str:
    return "[" + ", ".join(f"{name}.py" for name in CODE) + "]"


def _commit(message: str) -> tuple[str, ...]:
    author = ("-c", "user.name=a", "-c", "user.email=a@localhost")
    return (*author, "commit", "-qm", message)
