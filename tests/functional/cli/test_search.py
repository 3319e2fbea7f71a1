"""`test-script --search`: the smallest table that breaks a script, found, shown and kept."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.functional.cli.command import environment, scriptcheck

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = """\
from pathlib import Path

import pandas as pd


def main(input_paths, output_paths, environ_vars, job_args):
    orders = pd.read_csv(Path(input_paths["orders"]) / "orders.csv", parse_dates=["placed_at"])
    orders["note"] = orders["note"].fillna("")
"""
TAIL = """\
    orders.to_csv(Path(output_paths["clean"]) / "clean.csv", index=False)
"""
BREAKING = {
    "copes": "",
    "empty": 'first = orders["cents"].iloc[0]\n',
    "one_row": 'step = orders["cents"].iloc[1] if len(orders) else 0\n',
    "null": 'orders["half"] = [int(weight) // 2 for weight in orders["weight"]]\n',
    "divisor": 'orders["share"] = [100 // count for count in orders["count"]]\n',
    "category": 'orders["rank"] = [{"low": 1, "mid": 2}[band] for band in orders["band"]]\n',
    "duplicate": 'orders.set_index("city", verify_integrity=True)\n',
    "long": 'assert (orders["note"].str.len() < 256).all(), "a note is too long"\n',
    "old": 'orders["age"] = [(2**40 // max(moment.timestamp() + 1, 0)) for moment in orders["placed_at"]]\n',
    "refuses": 'if len(orders) < 2:\n        raise ValueError("too few orders")\n',
}
SETTINGS = """\
version: 1   # of this file

datasets:
  orders:
    files: orders.csv
    columns:
      order_id: {type: string, unique: true, pattern: "o[0-9]{4}"}
      cents: {type: int, min: 0}
      count: {type: int, min: 0, max: 1000}
      weight: {type: float, min: 0, max: 50, nulls: 0.1}
      band: {type: category, values: [low, mid, high]}
      city: {type: string}
      note: {type: string}
      placed_at: {type: date}

steps:
"""
STEP = """\
  NAME:
    script: scripts/NAME.py
    inputs: {orders: orders}   # what comes in
    outputs: {clean: {}}
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository with a script for each way to break."""
    root = tmp_path_factory.mktemp("shop")
    (root / "scripts").mkdir()
    settings = SETTINGS
    for name, line in BREAKING.items():
        text = f"{HEAD}    {line}{TAIL}" if line else f"{HEAD}{TAIL}"
        (root / "scripts" / f"{name}.py").write_text(text)
        settings += STEP.replace("NAME", name)
    (root / "scriptcheck.yaml").write_text(f"{settings}# the end\n")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *identity, "commit", "-qm", "begin"], cwd=root, check=True)
    return root


def searched(repository: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return scriptcheck("test-script", *words, folder=repository)


def steady(text: str) -> str:
    text = re.sub(r"in \d+\.\d s, \d+ a second", "in 0.0 s, 0 a second", text)
    return re.sub(r"runs/[0-9a-f]{6}/", "runs/000000/", text)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "shown"),
    [
        ("empty", "`orders` has no rows"),
        ("one_row", "With 2 rows of plain values, it ends well."),
        ("null", "instead of null as `weight`, it ends well."),
        ("divisor", "With 1 instead of 0 as `count`, it ends well."),
        ("category", "With low instead of high as `band`, it ends well."),
        ("duplicate", "instead of a as `city` in row 1, it ends well."),
        ("long", "(256 characters) as `note`, it ends well."),
        ("old", "instead of 1969-12-31 as `placed_at`, it ends well."),
    ],
)
def test_a_search_finds_the_smallest_table_that_breaks_a_script(
    repository: Path, golden: Callable[[str], str], step: str, shown: str
) -> None:
    ended = searched(repository, step, "--search", "300")

    assert shown in ended.stdout
    assert ended.returncode == 1, ended.stderr
    assert steady(ended.stdout) == golden(f"search/{step}.txt")


@pytest.mark.slow
def test_a_script_that_copes_with_all_that_its_schema_allows_passes(
    repository: Path, golden: Callable[[str], str]
) -> None:
    ended = searched(repository, "copes", "--search", "40")

    assert ended.returncode == 0
    assert steady(ended.stdout) == golden("search/copes.txt")


@pytest.mark.slow
def test_a_script_may_say_itself_that_there_are_too_few_rows(repository: Path) -> None:
    assert searched(repository, "refuses", "--search", "40").returncode == 0


@pytest.mark.slow
def test_tables_have_as_many_rows_as_are_asked_for_at_least(repository: Path) -> None:
    assert searched(repository, "one_row", "--search", "30", "--least-rows", "2").returncode == 0


@pytest.mark.slow
def test_the_same_seed_finds_the_same_and_another_one_is_told(repository: Path) -> None:
    first = searched(repository, "empty", "--search", "100", "--seed", "7")
    again = searched(repository, "empty", "--search", "100", "--seed", "7")

    assert steady(first.stdout) == steady(again.stdout)
    assert "scriptcheck test-script empty --search 2 --seed 7" in first.stdout


@pytest.mark.slow
def test_what_was_found_becomes_a_test_that_the_next_run_includes(
    repository: Path, golden: Callable[[str], str]
) -> None:
    settings = repository / "scriptcheck.yaml"
    before = settings.read_text()
    try:
        ended = searched(repository, "divisor", "--search", "300", "--save", "no items")
        after = settings.read_text()
        run = scriptcheck("run", folder=repository)
    finally:
        settings.write_text(before)

    added = [line for line in after.splitlines() if line not in before.splitlines()]
    assert [line for line in after.splitlines() if line not in added] == before.splitlines()
    assert "\n".join(added) + "\n" == golden("search/kept.yaml")
    assert yaml.safe_load(after)["steps"]["divisor"]["tests"]["no items"]["expect"] == "success"
    assert "run it with `scriptcheck run 'divisor[no items]'`" in ended.stdout
    assert re.search(r"FAILED .* divisor\[no items\]", run.stdout)
    assert "passed" not in run.stdout.split("divisor[no items]")[0]


def test_an_interrupted_search_tells_what_it_came_to(repository: Path, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "ci_scriptcheck")
    search = subprocess.Popen(
        [*command, "test-script", "copes", "--search", "90000", "--output", str(tmp_path)],
        cwd=repository,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("made/search/*/orders.csv")) and time.monotonic() < deadline:
        time.sleep(0.1)
    os.killpg(search.pid, signal.SIGINT)
    told, _ = search.communicate(timeout=60)

    assert re.search(r"^interrupted after [\d,]+ of 90,000 tables$", told, re.MULTILINE)
    assert search.returncode == 130


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("copes", "--search", "0"), "`--search` cannot be `0`"),
        (("copes", "--search", "9", "--json"), "`--search` and `--json` contradict each other"),
        (("copes", "--save", "x"), "`--save` is about a search"),
        (("copes", "--search", "9", "--save", "a/b"), "a test cannot be called `a/b`"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    repository: Path, words: tuple[str, ...], said: str
) -> None:
    ended = searched(repository, *words)

    assert said in ended.stderr
    assert ended.returncode == 2
