"""Packages whose `__init__` needs a library that is not installed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.run.process.request import Ended

if TYPE_CHECKING:
    from tests.functional.run.process_stage import Stage

MAIN = """
def main(input_paths, output_paths, environ_vars, job_args):
    return {returned}
"""


def a_package_that_wants_too_much(stage: Stage) -> None:
    stage.write("src/shop/__init__.py", "")
    stage.write("src/shop/steps/__init__.py", "")
    stage.write("src/shop/tables/__init__.py", "from .deep import Net\nSIZE = 3\n")
    stage.write("src/shop/tables/deep.py", "import a_library_nobody_has\nclass Net: ...\n")
    stage.write("src/shop/tables/plain.py", "def double(value):\n    return 2 * value\n")


def test_a_part_that_needs_no_missing_library_is_imported(stage: Stage) -> None:
    a_package_that_wants_too_much(stage)
    script = "from ..tables.plain import double\n" + MAIN.format(returned="double(2)")

    ending = stage.run(script, "src/shop/steps/step.py")

    assert (ending.how, ending.returned) == (Ended.RETURNED, "4")
    assert "the package shop.tables is taken as empty: No module named" in stage.log()


def test_a_part_is_found_as_a_name_of_the_package_too(stage: Stage) -> None:
    a_package_that_wants_too_much(stage)
    script = "from ..tables import plain\n" + MAIN.format(returned="plain.double(3)")

    ending = stage.run(script, "src/shop/steps/step.py")

    assert (ending.how, ending.returned) == (Ended.RETURNED, "6")


def test_what_comes_from_the_missing_library_says_which_it_is(stage: Stage) -> None:
    a_package_that_wants_too_much(stage)
    script = "from ..tables import SIZE\n" + MAIN.format(returned="SIZE")

    ending = stage.run(script, "src/shop/steps/step.py")

    assert ending.how is Ended.IMPORT_FAILED
    assert ending.errors[0].text == "No module named 'a_library_nobody_has'"


def test_a_part_of_the_project_itself_that_is_missing_is_not_forgiven(stage: Stage) -> None:
    a_package_that_wants_too_much(stage)
    stage.write("src/shop/tables/__init__.py", "from shop.tables.gone import Net\n")
    script = "from ..tables.plain import double\n" + MAIN.format(returned="1")

    ending = stage.run(script, "src/shop/steps/step.py")

    assert ending.how is Ended.IMPORT_FAILED
    assert ending.errors[0].text == "No module named 'shop.tables.gone'"


def test_a_script_that_lacks_a_library_itself_fails(stage: Stage) -> None:
    ending = stage.run("import a_library_nobody_has\n" + MAIN.format(returned="1"))

    assert ending.how is Ended.IMPORT_FAILED
