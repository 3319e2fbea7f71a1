"""Functions and files that the settings name, and that the repository does not have."""

from __future__ import annotations

import pytest

from ci_scriptcheck.errors import Place
from ci_scriptcheck.project.loader import load_project
from tests.unit.project.trees import MemoryTree, a_script

SETTINGS = """\
version: 1
defaults: {requirements: [requirements.txt]}
datasets:
  orders:
    generator: data.py:orders
steps:
  clean: {script: clean.py, inputs: {orders: orders}}
"""
DATA = "def orders(rows, rng, scenario):\n    return ''\n"
FILES = {
    "scriptcheck.yaml": SETTINGS,
    "data.py": DATA,
    "clean.py": a_script(reads=["orders"], writes=["cleaned"]),
    "requirements.txt": "",
}


def found_with(
    **changed: str | None,
) -> list[tuple[str, str, Place | None, str | None]]:
    names = {name.replace(".", "_"): name for name in FILES}
    files = {name: changed.get(key, FILES[name]) for key, name in names.items()}
    files |= {name: text for name, text in changed.items() if name not in names}
    tree = MemoryTree({name: text for name, text in files.items() if text is not None})
    return [(one.rule, one.message, one.place, one.advice) for one in load_project(tree).findings]


def test_what_is_there_is_no_finding() -> None:
    assert not found_with()


def test_a_function_that_is_not_there_is_found_with_the_nearest_name() -> None:
    ((rule, message, place, advice),) = found_with(data_py=DATA.replace("orders", "ordres"))

    assert rule == "SC122"
    assert message == "`data.py` defines no `orders`, which is to make the dataset `orders`"
    assert place == Place(file="scriptcheck.yaml", line=5)
    assert advice == "did you mean `ordres`?"


@pytest.mark.parametrize(
    "text",
    [
        "from other import *\n",
        "from other import orders\n",
        "def __getattr__(name): ...\n",
        "orders = make()\n",
        "if True:\n    def orders(rows, rng, scenario): ...\n",
    ],
)
def test_a_function_may_come_from_elsewhere(text: str) -> None:
    assert not found_with(data_py=text)


def test_a_generator_that_python_refuses_is_shown_at_its_line() -> None:
    ((rule, _, place, _),) = found_with(data_py="x = 1\ndef orders(:\n")

    assert (rule, place) == ("SC107", Place(file="data.py", line=2))


def test_a_requirements_file_that_is_not_there_is_found_with_the_nearest_name() -> None:
    found = found_with(requirements_txt=None, **{"requirement.txt": ""})

    assert found == [
        (
            "SC123",
            "`requirements.txt`, which is to name the versions of libraries, is not there",
            Place(file="scriptcheck.yaml", line=2),
            "did you mean `requirement.txt`?",
        )
    ]


def test_a_file_of_the_same_name_elsewhere_is_the_nearest() -> None:
    (found,) = found_with(requirements_txt=None, **{"env/requirements.txt": ""})

    assert found[3] == "did you mean `env/requirements.txt`?"
