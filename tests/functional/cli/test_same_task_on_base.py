"""Which task of base stands beside one of head: under another name, in a test, with other settings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.cli.command import commit, git, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

MAKE = """\
def main(input_paths, output_paths, environ_vars, job_args):
    rows = ["n,price", *(f"{number},{number * PRICE}" for number in range(40))]
    with open(output_paths["prices"] + "/prices.csv", "w") as file:
        file.write("\\n".join(rows) + "\\n")


PRICE = 3
"""
DOUBLE = """\
def main(input_paths, output_paths, environ_vars, job_args):
    with open(input_paths["prices"] + "/prices.csv") as file:
        head, *rows = file.read().splitlines()
    if environ_vars.get("SIDE") == "down":
        raise ValueError("this never worked")
    doubled = [f"{number},{2 * int(price)}" for number, price in (row.split(",") for row in rows)]
    with open(output_paths["doubled"] + "/doubled.csv", "w") as file:
        file.write("\\n".join([head, *doubled]) + "\\n")
"""
SETTINGS = """\
version: 1
steps:
  make: {script: make.py, outputs: {prices: {}}}
  double:
    script: double.py
    inputs: {prices: {}}
    outputs: {doubled: {}}
pipelines:
  shop: {nodes: {make: {}, double: {inputs: {prices: make.prices}}}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "make.py").write_text(MAKE)
    (tmp_path / "double.py").write_text(DOUBLE)
    (tmp_path / "scriptcheck.yaml").write_text(SETTINGS)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path)
    git(tmp_path, "checkout", "--quiet", "-b", "change")
    return tmp_path


def edit(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new))


def results(root: Path) -> dict[str, dict[str, Any]]:
    ended = scriptcheck("run", "--json", folder=root)
    assert ended.returncode in {0, 1}, ended.stderr
    return {one["task"]: one for one in json.loads(ended.stdout)["run"]["results"]}


def first_to_differ(found: dict[str, dict[str, Any]]) -> set[str]:
    return {name for name, one in found.items() if one.get("is_first_to_differ")}


def test_a_script_that_was_moved_is_blamed_for_what_it_writes_and_its_reader_is_not(
    shop: Path,
) -> None:
    git(shop, "mv", "make.py", "draw.py")
    edit(shop, "draw.py", "PRICE = 3", "PRICE = 4")
    edit(shop, "scriptcheck.yaml", "script: make.py", "script: draw.py")

    assert first_to_differ(results(shop)) == {"make", "shop/make"}


def test_a_step_that_is_called_like_its_moved_script_is_no_new_one(shop: Path) -> None:
    git(shop, "mv", "make.py", "draw.py")
    edit(shop, "draw.py", "PRICE = 3", "PRICE = 4")
    edit(shop, "scriptcheck.yaml", "make", "draw")

    ended = scriptcheck("run", folder=shop)

    assert "data  draw, output `prices`: 39 of 40 rows changed of `prices.csv`" in ended.stdout
    assert first_to_differ(results(shop)) == {"draw", "shop/draw"}


def test_a_step_that_has_only_another_name_does_the_same(shop: Path) -> None:
    settings = shop / "scriptcheck.yaml"
    settings.write_text(SETTINGS.replace("make", "draw").replace("draw.py", "make.py"))

    ended = scriptcheck("run", folder=shop)

    assert ended.returncode == 0, ended.stdout
    assert "draw           name set differently" in ended.stdout
    assert first_to_differ(results(shop)) == set()


def test_a_defect_of_main_in_a_setting_that_it_varies_does_not_count(shop: Path) -> None:
    git(shop, "checkout", "--quiet", "main")
    edit(
        shop,
        "scriptcheck.yaml",
        "script: double.py",
        "script: double.py\n    vary: {env: {SIDE: [up, down]}}",
    )
    commit(shop)
    git(shop, "checkout", "--quiet", "-B", "change")
    edit(shop, "double.py", "{2 * int(price)}", "{int(price) * 2 + 1}")

    ended = scriptcheck("run", folder=shop)

    assert ended.returncode == 0, ended.stdout
    why = "not counted  double[SIDE=down]: SC201 ValueError: this never worked (also on main)"
    assert why in ended.stdout
    assert "double[SIDE=up]" in first_to_differ(results(shop))


def test_a_setting_that_the_change_varies_anew_excuses_nothing(shop: Path) -> None:
    edit(
        shop,
        "scriptcheck.yaml",
        "script: double.py",
        "script: double.py\n    vary: {env: {SIDE: [up, down]}}",
    )

    ended = scriptcheck("run", folder=shop)

    assert ended.returncode == 1
    assert "FAILED  double[SIDE=down]" in ended.stdout


TESTS = """script: double.py
    tests:
      doubles:
        given: {prices: {prices.csv: [{n: 1, price: 2}]}}
        expect: {doubled: [{n: 1, price: EXPECTED}]}"""


def test_a_test_that_fails_on_main_too_does_not_count(shop: Path) -> None:
    git(shop, "checkout", "--quiet", "main")
    edit(shop, "scriptcheck.yaml", "script: double.py", TESTS.replace("EXPECTED", "5"))
    commit(shop)
    git(shop, "checkout", "--quiet", "-B", "change")
    edit(shop, "double.py", "head, *rows", "head, *rows ")

    ended = scriptcheck("run", folder=shop)

    assert ended.returncode == 0, ended.stdout
    assert "not counted  double[doubles]: " in ended.stdout
    assert "(also on main)" in ended.stdout


def test_what_a_change_expects_anew_counts(shop: Path) -> None:
    git(shop, "checkout", "--quiet", "main")
    edit(shop, "scriptcheck.yaml", "script: double.py", TESTS.replace("EXPECTED", "4"))
    commit(shop)
    git(shop, "checkout", "--quiet", "-B", "change")
    edit(shop, "scriptcheck.yaml", "price: 4", "price: 5")

    ended = scriptcheck("run", folder=shop)

    assert ended.returncode == 1
    assert "FAILED  double[doubles]" in ended.stdout


def test_what_a_test_shows_is_not_told_as_a_difference_of_data(shop: Path) -> None:
    git(shop, "checkout", "--quiet", "main")
    edit(shop, "scriptcheck.yaml", "script: double.py", TESTS.replace("EXPECTED", "4"))
    commit(shop)
    git(shop, "checkout", "--quiet", "-B", "change")
    edit(shop, "double.py", "{2 * int(price)}", "{int(price) * 3}")

    found = results(shop)

    assert first_to_differ(found) == {"double", "shop/double"}
    assert found["double[doubles]"]["outcome"] == "failed"
