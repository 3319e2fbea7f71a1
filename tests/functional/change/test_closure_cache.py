from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.change.closure.imports import CLOSURES, closures
from tests.unit.change.trees import MemoryTree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ci_scriptcheck.model.change import Closure

SCRIPTS = {"scripts/train.py": ("",), "scripts/score.py": ("", "src")}
FILES = {
    "scripts/train.py": "from lib import one\n",
    "scripts/score.py": "import two\nimport pandas\n",
    "lib/one.py": "import numpy\n",
    "src/two.py": "x = 'table.csv'\n",
}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "imports.json"


def written_out(found: Mapping[str, Closure]) -> dict[str, object]:
    return {
        script: (
            *(one.script, one.files, dict(one.chains)),
            *(one.libraries, one.modules, one.unresolved),
        )
        for script, one in found.items()
    }


def assert_as_without(files: Mapping[str, str], cache: Path) -> None:
    kept = closures(MemoryTree(files), SCRIPTS, cache=cache)
    assert written_out(kept) == written_out(closures(MemoryTree(files), SCRIPTS, cache=None))


def test_nothing_is_read_where_nothing_changed(cache: Path) -> None:
    closures(MemoryTree(FILES), SCRIPTS, cache=cache)
    tree = MemoryTree(FILES)

    found = closures(tree, SCRIPTS, cache=cache)

    assert tree.was_read == []
    assert written_out(found) == written_out(closures(MemoryTree(FILES), SCRIPTS, cache=None))


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"lib/one.py": "import scipy\n"}, id="a module imports something else"),
        pytest.param({"scripts/train.py": "import lib.one, os\n"}, id="the script does"),
        pytest.param({"table.csv": "x\n"}, id="a file appears that a module names"),
        pytest.param({"scripts/two.py": ""}, id="a module appears that comes first"),
    ],
)
def test_a_change_is_seen(files: Mapping[str, str], cache: Path) -> None:
    closures(MemoryTree(FILES), SCRIPTS, cache=cache)

    assert_as_without({**FILES, **files}, cache)
    assert_as_without(FILES, cache)


def test_a_script_with_other_roots_is_followed_anew(cache: Path) -> None:
    closures(MemoryTree(FILES), SCRIPTS, cache=cache)

    scripts = {"scripts/score.py": ("lib",)}

    found = closures(MemoryTree(FILES), scripts, cache=cache)

    assert written_out(found) == written_out(closures(MemoryTree(FILES), scripts, cache=None))


def test_a_folder_that_only_a_dropped_module_put_on_the_path_is_noticed(cache: Path) -> None:
    # `helper` is found in src first; it adds `more`, in which another `helper` is found.
    files = {
        "scripts/train.py": "import helper\n",
        "src/helper.py": "import sys, os\nsys.path.append(os.path.join(os.path.dirname(__file__), '..', 'more'))\n",
        "more/helper.py": "",
    }
    scripts = {"scripts/train.py": ("scripts",)}
    closures(MemoryTree(files), scripts, cache=cache)
    files["src/helper.py"] = ""

    kept = closures(MemoryTree(files), scripts, cache=cache)

    assert written_out(kept) == written_out(closures(MemoryTree(files), scripts, cache=None))


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_edited_the_closures_are_those_found_anew(seed: int, cache: Path) -> None:
    chance = random.Random(seed)  # noqa: S311  (a test's own)
    names = [*FILES, "lib/three.py", "src/lib/four.py", "two.py", "scripts/one.py", "table.csv"]
    lines = ["import two\n", "from lib import *\n", "from lib import one, three\n", "import lib\n"]
    lines += ["import numpy\n", "x = 'table.csv'\n", "import one\n", "import four as f\n"]
    files = dict(FILES)
    for _ in range(12):
        name = chance.choice(names)
        if name in files and name not in SCRIPTS and chance.random() < 0.4:
            del files[name]
        else:
            files[name] = "".join(chance.sample(lines, chance.randrange(3)))
        assert_as_without(files, cache)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 1}'])
def test_a_damaged_file_is_passed_over(text: str, cache: Path) -> None:
    closures(MemoryTree(FILES), SCRIPTS, cache=cache)
    cache.with_name(CLOSURES).write_text(text)

    assert_as_without(FILES, cache)


def test_a_damaged_entry_is_passed_over(cache: Path) -> None:
    closures(MemoryTree(FILES), SCRIPTS, cache=cache)
    file = cache.with_name(CLOSURES)
    data = json.loads(file.read_text())
    data["entries"] = {key: ["", 1, 2] for key in data["entries"]}
    file.write_text(json.dumps(data))

    assert_as_without(FILES, cache)
