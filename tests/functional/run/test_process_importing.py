"""Under which name a script is imported, and what its neighbours are to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.run.process.hosts import Hosts
from ci_scriptcheck.run.process.request import Ended
from tests.functional.run.process_stage import NEW, WARM, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

RELATIVE = """
    from ..lib.prices import of
    def main():
        return __name__, of(2)
"""


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    with Hosts([WARM, NEW], repository=None) as started:
        yield started


@pytest.fixture(params=[WARM, NEW], ids=["warm", "new"])
def stage(hosts: Hosts, tmp_path: Path, request: pytest.FixtureRequest) -> Stage:
    return Stage(tmp_path, hosts, request.param)


def package(stage: Stage, init: str = "") -> None:
    stage.write("src/shop/__init__.py", init)
    stage.write("src/shop/lib/__init__.py", "")
    stage.write("src/shop/lib/prices.py", "def of(row):\n    return row * 2\n")
    stage.write("src/shop/steps/__init__.py", "")


def test_a_script_in_a_package_is_imported_under_its_full_name(stage: Stage) -> None:
    package(stage, "NAME = 'shop'\n")

    ending = stage.run(RELATIVE, "src/shop/steps/train.py")

    assert ending.returned == "('shop.steps.train', 4)"


@pytest.mark.parametrize("failure", ["import not_there_at_all", "raise SystemExit(2)", "1 / 0"])
def test_a_parent_that_cannot_be_imported_becomes_an_empty_package(
    stage: Stage, failure: str
) -> None:
    package(stage, f"from shop.lib import prices\n{failure}\n")

    ending = stage.run(RELATIVE, "src/shop/steps/train.py")

    assert ending.returned == "('shop.steps.train', 4)"


@pytest.mark.parametrize(
    "text",
    [
        "import json\ndef main():\n    return __name__",
        "import prices_of_its_own\ndef main():\n    return __name__",
    ],
)
def test_a_script_that_takes_nothing_from_its_package_is_imported_as_the_file_it_is(
    stage: Stage, text: str
) -> None:
    package(stage, "open('met.txt', 'w').close()\nraise SystemExit('of no use to the script')\n")
    stage.write("src/shop/steps/prices_of_its_own.py", "")

    ending = stage.run(text, "src/shop/steps/train.py")

    assert ending.returned == "'train'"
    assert not any("__init__" in path for path in ending.read)


def test_a_script_that_asks_for_its_package_is_imported_under_its_full_name(stage: Stage) -> None:
    package(stage)

    ending = stage.run("def main():\n    return __package__\n", "src/shop/steps/train.py")

    assert ending.returned == "'shop.steps'"


def test_what_a_parent_exports_is_there(stage: Stage) -> None:
    package(stage, "from shop.lib.prices import of\n")

    ending = stage.run(
        "from shop import of\ndef main():\n    return of(3)\n", "src/shop/steps/train.py"
    )

    assert ending.returned == "6"


def test_a_neighbour_is_found_before_the_roots(stage: Stage) -> None:
    stage.write("scripts/tools.py", "PLACE = 'beside'\n")
    stage.write("lib/tools.py", "PLACE = 'root'\n")
    stage.write("lib/more.py", "PLACE = 'root'\n")

    ending = stage.run(
        "import tools, more\ndef main():\n    return tools.PLACE, more.PLACE\n",
        "scripts/train.py",
        roots=("lib",),
    )

    assert ending.returned == "('beside', 'root')"


@pytest.mark.parametrize("name", ["store.py", "child.py", "wire.py", "json.py", "2-train.py"])
def test_a_script_may_have_any_name(stage: Stage, name: str) -> None:
    stage.write("record.py", "MINE = True\n")

    ending = stage.run("import record\ndef main():\n    return record.MINE\n", name)

    assert ending.returned == "True"


def test_the_folder_of_our_own_program_is_not_searched(stage: Stage) -> None:
    ending = stage.run("""
        import sys
        def main():
            found = []
            for name in ("supervisor", "census", "request", "workspace"):
                try:
                    __import__(name)
                except ModuleNotFoundError:
                    continue
                found.append(name)
            return found, [path for path in sys.path if "ci_scriptcheck" in path]
    """)

    assert ending.returned == "([], [])"


def test_an_import_that_fails_is_no_failure_of_main(stage: Stage) -> None:
    ending = stage.run("import lib_that_is_not_there\ndef main(): pass\n")

    assert ending.how is Ended.IMPORT_FAILED
    assert ending.errors[0].type == "ModuleNotFoundError"
    assert ending.errors[0].frames[-1].line == 1


def test_a_script_that_does_not_parse_is_shown_at_its_line(stage: Stage) -> None:
    ending = stage.run("def main():\n    return (\n")

    assert (ending.how, ending.errors[0].type) == (Ended.IMPORT_FAILED, "SyntaxError")
    assert ending.errors[0].frames[-1].line == 2


def test_a_missing_function_is_told(stage: Stage) -> None:
    assert stage.run("def run(): pass\n").how is Ended.NO_FUNCTION


def test_a_pool_of_processes_finds_the_scripts_functions(stage: Stage) -> None:
    ending = stage.run(
        """
        import multiprocessing
        def double(number):
            return number * 2
        def main():
            found = []
            for method in ("fork", "spawn"):
                with multiprocessing.get_context(method).Pool(2) as pool:
                    found += pool.map(double, [1, 2])
            return found
        """,
        "pooling.py",
    )

    assert (ending.returned, ending.leftovers) == ("[2, 4, 2, 4]", ())


def test_a_changed_module_is_never_run_as_it_was(stage: Stage) -> None:
    main = "from lib import VALUE\ndef main():\n    return VALUE\n"
    for value in (1, 2, 3, 4, 5):
        stage.write("lib.py", f"VALUE = {value}\n")  # of one length, within one second

        assert stage.run(main).returned == str(value)
    assert not list(stage.tree.glob("**/__pycache__"))


def test_what_a_second_run_reads_is_compiled_for_those_after_it(stage: Stage) -> None:
    stage.write("lib.py", "VALUE = 1\n")
    main = "import os, lib\ndef main():\n    return os.path.exists(lib.__cached__)\n"

    returned = [stage.run(main, f"step{number}.py").returned for number in range(8)]

    assert returned[:2] == ["False", "False"]
    assert returned[-1] == "True"


@pytest.mark.parametrize("name", ["a\\0b.py", "a\\ud800.py"])
def test_a_module_of_an_impossible_name_does_not_end_who_watches(stage: Stage, name: str) -> None:
    text = f"""
        import os, sys, types
        def main():
            sys.modules["odd"] = types.ModuleType("odd")
            sys.modules["odd"].__file__ = os.path.dirname(__file__) + "/{name}"
            return os.getppid()
    """

    endings = [stage.run(text) for _ in range(8)]

    assert len({ending.returned for ending in endings}) < len(endings)
    assert [Path(file).name for file in endings[0].read] == ["step.py"]
