"""What a change did to the data, as somebody with a branch sees it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.functional.cli.command import commit, git, scriptcheck

SLEEP = "    import time\n\n    time.sleep(6)\n"
"""Far more than base may take where the machine has much else to do."""
PICKY = (
    '    print(f"kept',
    "    if len(orders) < 2:\n        raise ValueError('too few orders')\n    print(f\"kept",
)
DEMO = Path(__file__).parents[3] / "ci_scriptcheck" / "cli" / "demo" / "project"


@pytest.fixture(scope="module")
def shop_on_main(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose results of the main branch are kept."""
    root = tmp_path_factory.mktemp("shop") / "repository"
    shutil.copytree(DEMO, root)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    ended = scriptcheck("run", "--all", folder=root)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return root


@pytest.fixture
def shop(shop_on_main: Path, tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    shutil.copytree(shop_on_main, root, symlinks=True)
    git(root, "checkout", "--quiet", "-b", "change")
    return root


def edit(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new))


def tasks(root: Path, *words: str) -> dict[str, dict[str, Any]]:
    ended = scriptcheck("run", "--json", *words, folder=root)
    assert ended.returncode in {0, 1}, ended.stderr
    run = json.loads(ended.stdout)["run"]
    return {result["task"]: result for result in run["results"]}


def test_values_that_moved_are_told_and_stop_nothing(shop: Path) -> None:
    edit(shop, "scripts/preprocess.py", ".dt.hour", ".dt.hour + 1")

    ended = scriptcheck("run", folder=shop)

    assert ended.returncode == 0, ended.stdout
    assert "data  preprocess, output `features`: 2,000 of 2,000 rows changed" in ended.stdout
    assert ended.stdout.count("data  ") == 1
    assert "hour" in ended.stdout


def test_a_difference_belongs_to_the_first_step_that_was_given_the_same(shop: Path) -> None:
    edit(shop, "scripts/preprocess.py", ".dt.hour", ".dt.hour + 1")

    found = tasks(shop)

    first = {name for name, one in found.items() if one.get("is_first_to_differ")}
    assert first == {"preprocess", "fraud/preprocess"}
    assert found["fraud/split"]["differing"] == ["test", "train"]
    rules = {item["rule"] for one in found.values() for item in one.get("findings", [])}
    assert rules == {"SC406"}


def test_what_is_passed_on_is_compared_where_nobody_reads_it_further_or_it_is_json(
    shop: Path,
) -> None:
    edit(shop, "scripts/preprocess.py", ".dt.hour", ".dt.hour + 1")

    ended = scriptcheck("run", folder=shop)

    told = " ".join(ended.stdout.split())
    assert (
        "final fraud/package, output `bundle` (from preprocess by way of split and train): 1 member of"
        " `fraud-model.tar.gz`" in told
    )
    assert "model.json mean[3]" in told
    found = tasks(shop)
    assert {name for name, one in found.items() if one.get("comparisons")} == {
        "preprocess",
        "fraud/preprocess",
        "fraud/train",
        "fraud/package",
    }


def test_metrics_that_moved_are_told_first_though_another_step_reads_them(shop: Path) -> None:
    cap = '    orders["amount_usd"] = orders["amount_usd"].clip(upper=2000)\n'
    edit(shop, "scripts/preprocess.py", "    print(", f"{cap}    print(")

    ended = scriptcheck("run", folder=shop)

    told = " ".join(ended.stdout.split())
    way = "(from preprocess by way of split and train)"
    moved = re.search(rf"moved fraud/evaluate, output `metrics` {re.escape(way)}: `recall` ", told)
    assert moved is not None
    assert moved.start() < told.index("data preprocess, output `features`")
    assert "moved fraud/train" not in told


@pytest.mark.slow
def test_of_two_changed_scripts_each_is_told_its_own_part(shop: Path) -> None:
    edit(shop, "scripts/ingest.py", 'print(f"kept', 'orders["items"] *= 2\n    print(f"kept')
    edit(shop, "scripts/preprocess.py", ".dt.hour", ".dt.hour + 1")

    found = tasks(shop)

    assert {name for name, one in found.items() if one.get("is_first_to_differ")} == {
        "ingest",
        "preprocess",
        "fraud/ingest",
        "fraud/preprocess",
    }
    (port,) = found["fraud/preprocess"]["comparisons"]
    columns = [one["name"] for one in port["files"][0]["table"]["columns"]]
    assert columns == ["hour"]


def test_a_failure_says_since_when_its_input_is_another(shop: Path) -> None:
    edit(shop, "scripts/preprocess.py", '"amount_usd"', '"amount"')
    edit(shop, "scripts/preprocess.py", "'amount_usd'", "'amount'")

    ended = scriptcheck("run", folder=shop)

    assert ended.returncode == 1
    assert "SC201 KeyError: 'amount_usd'" in ended.stdout
    told = " ".join(ended.stdout.split())
    assert (
        "Input `train` is not what it is on main, as `amount` holds what `amount_usd` held. It comes from"
        " split, and before that from preprocess, the first step whose output differs on equal inputs:"
    ) in told
    assert "    amount_usd  float    missing  all 1,514" in ended.stdout


def test_a_column_that_a_reader_names_may_not_go(shop: Path) -> None:
    edit(
        shop,
        "scripts/preprocess.py",
        "    orders.to_parquet(",
        '    orders = orders.drop(columns="order_id")\n    orders.to_parquet(',
    )
    edit(shop, "scripts/split.py", '"""', '"""(not by order_id) ')

    found = tasks(shop)

    (finding,) = [one for one in found["fraud/preprocess"]["findings"] if one["rule"] == "SC401"]
    assert finding["severity"] == "error"
    assert "split" in finding["evidence"][0]
    assert found["fraud/split"]["outcome"] != "not_run"


def test_a_defect_that_main_has_too_does_not_count(shop: Path) -> None:
    git(shop, "checkout", "--quiet", "main")
    edit(shop, "scripts/train.py", "frame['amount_usd']", "frame['nowhere']")
    commit(shop)
    git(shop, "checkout", "--quiet", "-B", "change")
    with (shop / "lib" / "model.py").open("a") as file:
        file.write("# A remark.\n")

    ended = scriptcheck("run", folder=shop)

    assert ended.returncode == 0, ended.stdout
    assert "not counted  fraud/train: SC201 KeyError: 'nowhere' (also on main)" in ended.stdout


def test_when_nothing_is_new_a_comparison_is_told_again_without_being_made(shop: Path) -> None:
    edit(shop, "scripts/preprocess.py", ".dt.hour", ".dt.hour + 1")
    first = scriptcheck("run", folder=shop).stdout

    again = scriptcheck("run", folder=shop).stdout

    assert "7 reused" in again
    newest = max(
        (shop / ".scriptcheck" / "runs").iterdir(), key=lambda run: run.stat().st_mtime_ns
    )
    assert not (newest / "tasks").exists(), "no folder was laid out, neither to run nor to compare"
    start = first.index("data  ")
    assert again[again.index("data  ") :].splitlines()[:6] == first[start:].splitlines()[:6]


def test_without_comparison_base_is_not_run(shop: Path) -> None:
    edit(shop, "scripts/preprocess.py", ".dt.hour", ".dt.hour + 1")

    found = tasks(shop, "--no-compare")

    assert not any(name.endswith("@base") for name in found)
    assert not (shop / ".scriptcheck" / "base").exists()


def test_what_differs_by_chance_is_set_aside(shop: Path) -> None:
    for branch, extra in (("main", "pass"), ("change", 'print("now")')):
        git(shop, "checkout", "--quiet", "-B", branch)
        source = (DEMO / "scripts" / "ingest.py").read_text()
        drawn = f'import os\n    orders["draw"] = int.from_bytes(os.urandom(4))\n    {extra}\n    '
        (shop / "scripts" / "ingest.py").write_text(
            source.replace("orders.to_parquet(", f"{drawn}orders.to_parquet(")
        )
        commit(shop)

    found = tasks(shop)

    (port,) = found["fraud/ingest"]["comparisons"]
    assert not port.get("files")
    assert "draw" in port["noise"][0]


@pytest.mark.slow
def test_a_script_that_takes_longer_than_on_main_again_and_again_is_told(shop: Path) -> None:
    edit(shop, "scripts/split.py", "    features = ", SLEEP + "    features = ")

    first, again = tasks(shop), tasks(shop)

    found = [(one["rule"], one["severity"]) for one in first["fraud/split"]["findings"]]
    assert found == [("SC408", "warning")]
    assert again["fraud/split"]["findings"] == first["fraud/split"]["findings"]
    assert again["fraud/split"]["outcome"] == "reused"


@pytest.mark.slow
def test_how_much_may_differ_is_said_in_the_settings(shop: Path) -> None:
    edit(shop, "scripts/split.py", "    features = ", SLEEP + "    features = ")
    with (shop / "scriptcheck.yaml").open("a") as file:
        file.write("nodes: {split: {tolerance: {slower: 1000}}}\n")

    found = tasks(shop)

    assert "findings" not in found["fraud/split"]


def test_where_a_link_is_another_the_difference_begins_at_its_reader(shop: Path) -> None:
    git(shop, "checkout", "--quiet", "main")
    for script in ("split", "train", "evaluate"):
        for name in ("train.parquet", "test.parquet"):
            file = shop / "scripts" / f"{script}.py"
            file.write_text(file.read_text().replace(name, "part.parquet"))
    commit(shop)
    git(shop, "checkout", "--quiet", "-B", "change")
    edit(shop, "scriptcheck.yaml", "test: split.test", "test: split.train")

    found = tasks(shop)

    assert {name for name, one in found.items() if one.get("is_first_to_differ")} == {
        "fraud/evaluate"
    }
    assert [one["rule"] for one in found["fraud/evaluate"]["findings"]] == ["SC406"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["path", "finder"])
def test_base_imports_its_own_files_where_an_editable_install_leads_to_the_checkout(
    tmp_path: Path, kind: str
) -> None:
    root = tmp_path / "shop"
    (root / "src" / "prices").mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(root / ".venv")], check=True
    )
    (packages,) = (root / ".venv" / "lib").glob("python*/site-packages")
    if kind == "path":
        (packages / "prices.pth").write_text(f"{root / 'src'}\n")
    else:
        (packages / "prices.pth").write_text("import prices_finder; prices_finder.install()\n")
        (packages / "prices_finder.py").write_text(
            FINDER.replace("FOLDER", str(root / "src/prices"))
        )
    (root / ".gitignore").write_text(".venv\n")
    (root / "scriptcheck.yaml").write_text(
        "version: 1\ndefaults: {python: .venv/bin/python}\n"
        "steps: {make: {script: jobs/make.py, outputs: {table: {}}}}\n"
    )
    (root / "jobs").mkdir()
    (root / "jobs" / "make.py").write_text(
        "import prices\n\n\ndef main(input_paths, output_paths, environ_vars, job_args):\n"
        "    open(output_paths['table'] + '/t.csv', 'w').write(f'a\\n{prices.PRICE}\\n')\n"
    )
    (root / "src" / "prices" / "__init__.py").write_text("PRICE = 1\n")
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "checkout", "--quiet", "-b", "change")
    (root / "src" / "prices" / "__init__.py").write_text("PRICE = 2\n")
    edit(root, "jobs/make.py", "import prices\n", "import prices  # of the shop\n")

    ended = scriptcheck("run", folder=root)

    assert "data  make, output `table`: 1 of 1 rows changed of `t.csv`" in ended.stdout


@pytest.fixture
def picky_shop(shop: Path) -> Path:
    """A shop whose main branch refuses a single order, which it is never given."""
    git(shop, "checkout", "--quiet", "main")
    edit(shop, "scripts/ingest.py", *PICKY)
    commit(shop)
    git(shop, "checkout", "--quiet", "-B", "change")
    edit(shop, "scriptcheck.yaml", "rows: 2000", "rows: 1")
    return shop


def test_data_that_the_change_has_drawn_otherwise_excuse_nothing(picky_shop: Path) -> None:
    ended = scriptcheck("run", folder=picky_shop)

    assert ended.returncode == 1, ended.stdout
    assert "FAILED  ingest" in ended.stdout
    assert "also on main" not in ended.stdout


def test_where_main_fails_on_the_data_of_the_change_it_is_said_that_nothing_was_compared(
    picky_shop: Path,
) -> None:
    edit(picky_shop, "scripts/ingest.py", *reversed(PICKY))

    ended = scriptcheck("run", "ingest", folder=picky_shop)

    why = "on main, given the same, it failed, SC201 ValueError: too few orders"
    assert ended.returncode == 0, ended.stdout
    assert f"not compared  ingest: {why}" in ended.stdout


def test_data_that_the_change_brings_excuse_nothing(shop: Path) -> None:
    edit(shop, "scriptcheck.yaml", "      currency:  {", "      money:     {")

    ended = scriptcheck("run", folder=shop)

    assert ended.returncode == 1, ended.stdout
    assert "also on main" not in ended.stdout


@pytest.mark.slow
def test_a_slower_script_is_told_where_its_data_differ_too(shop: Path) -> None:
    edit(shop, "scripts/preprocess.py", ".dt.hour", ".dt.hour + 1")
    edit(shop, "scripts/preprocess.py", "    orders = ", SLEEP + "    orders = ")

    ended = scriptcheck("run", folder=shop)

    assert "data  preprocess, output `features`" in ended.stdout
    assert "warning  SC408 the script takes" in ended.stdout


def test_what_real_data_of_main_hold_is_not_told_where_the_change_drops_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.csv").write_text("name\nSECRET MEIER\n")
    (tmp_path / "count.py").write_text(
        "import json\nfrom pathlib import Path\n\n\n"
        "def main(input_paths, output_paths, environ_vars, job_args):\n"
        "    found = {}\n"
        "    for folder in input_paths.values():\n"
        "        found.update(dict.fromkeys(Path(folder, 'people.csv').read_text().split('\\n'), 1))\n"
        "    Path(output_paths['counts'], 'counts.json').write_text(json.dumps(found))\n"
    )
    settings = (
        "version: 1\ndatasets: {people: {copy: data, real: 's3://bucket/people'}}\n"
        "steps: {count: {script: count.py, INPUTS outputs: {counts: {}}}}\n"
    )
    reads = "inputs: {people: {dataset: people, external: true}},"
    (tmp_path / "scriptcheck.yaml").write_text(settings.replace("INPUTS", reads))
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path)
    git(tmp_path, "checkout", "--quiet", "-b", "change")
    (tmp_path / "scriptcheck.yaml").write_text(
        "version: 1\nsteps: {count: {script: count.py, outputs: {counts: {}}}}\n"
    )

    ended = scriptcheck("run", "--json", folder=tmp_path)

    assert json.loads(ended.stdout)["run"]["results"], ended.stderr
    assert "MEIER" not in ended.stdout


FINDER = """
import importlib.util
import sys

MAPPING = {"prices": "FOLDER"}


class Finder:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name in MAPPING:
            return importlib.util.spec_from_file_location(name, MAPPING[name] + "/__init__.py")


def install():
    sys.meta_path.append(Finder)
"""
