"""What runs in a project's own interpreter runs in one that is older than ours."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ci_scriptcheck.run import inside
from ci_scriptcheck.run.process.hosts import Hosts
from ci_scriptcheck.run.process.request import Ended, HostSpec, Start
from tests.functional.run.process_stage import Stage

OLDEST = (3, 9)
FILES = sorted(Path(inside.__file__).parent.glob("*.py"))
HAS_EACH = """
import importlib.util, json, sys
for module, name in json.load(sys.stdin):
    there = hasattr(importlib.import_module(module), name)
    if not there and importlib.util.find_spec(f"{module}.{name}") is None:
        print(f"{module}.{name}")
"""


def _older() -> list[str]:
    """Find interpreters from 3.9 up to before ours, in the path and where pyenv keeps them."""
    versions = [f"{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], sys.version_info.minor)]
    kept = Path("~/.pyenv/versions").expanduser()
    found = {
        version: [
            *map(str, sorted(kept.glob(f"{version}.*/bin/python3"))),
            *filter(None, [shutil.which(f"python{version}")]),
        ]
        for version in versions
    }
    working = ([place for place in places if _works(place)] for places in found.values())
    return [places[0] for places in working if places]


def _works(python: str) -> bool:
    """Say whether it is an interpreter: what pyenv puts into the path may stand for one that is not chosen."""
    return subprocess.run([python, "-c", ""], capture_output=True).returncode == 0


OLDER = _older()


@pytest.fixture(params=OLDER or [""])
def older(request: pytest.FixtureRequest) -> str:
    """Give each older interpreter; what the file says without one is tested in any case."""
    python: str = request.param
    if not python:
        pytest.skip("neither pyenv nor the path has an interpreter from 3.9 up to before ours")
    return python


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_file_is_written_in_the_oldest_grammar(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert ast.parse(text, file.name, feature_version=OLDEST).body


def test_a_newer_grammar_would_be_seen() -> None:
    with pytest.raises(SyntaxError, match=r"3\.10"):
        ast.parse("match 1:\n    case 1: pass\n", feature_version=OLDEST)


def test_the_library_has_all_that_is_asked_of_it(older: str) -> None:
    asked = sorted({pair for file in FILES for pair in _asked(file.read_text(encoding="utf-8"))})
    done = subprocess.run(
        [older, "-c", HAS_EACH],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )

    assert len(asked) > 100
    assert done.stdout.split() == []


@pytest.mark.parametrize("start", list(Start))
def test_a_script_runs(tmp_path: Path, older: str, start: Start) -> None:
    spec = HostSpec(python=older, start=start)
    with Hosts([spec], repository=None) as hosts:
        ending = Stage(tmp_path, hosts, spec).run(
            "import sys\ndef main():\n    return sys.version_info[:2] < (3, 11)\n"
        )

    assert (ending.how, ending.returned) == (Ended.RETURNED, "True")


def _asked(text: str) -> set[tuple[str, str]]:
    """List what a file takes from the standard library: module and name."""
    tree = ast.parse(text)
    modules: dict[str, str] = {}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {one.asname or one.name: one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            found |= {(node.module, one.name) for one in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in modules:
            found.add((modules[ast.unparse(node.value)], node.attr))
    # Libraries of the project are used where the script has imported them.
    return {pair for pair in found if pair[0].partition(".")[0] in sys.stdlib_module_names}
