"""`infer --script` and `init --infer`: what a script needs, found by running it with nothing."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.cli import opening
from ci_scriptcheck.draft import limited, repair, unwritten
from ci_scriptcheck.draft.trial import Trial
from tests.functional.cli.command import scriptcheck

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCRIPT = """\
import json
from pathlib import Path

import pandas as pd


def main(input_paths, output_paths, environ_vars, job_args):
    files = sorted(Path(input_paths["orders"]).glob("part-*.csv"))
    if not files:
        raise FileNotFoundError(f"no data in '{input_paths['orders']}'")
    orders = pd.concat([pd.read_csv(file) for file in files])
    rules = json.loads((Path(input_paths["rules"]) / "rules.json").read_text())
    label = environ_vars["LABEL_FIELD"]
    kept = orders[orders["amount"] > rules["threshold"] - 1]
    kept = kept.assign(name=kept["merchant"].str.upper(), mode=job_args.job_type)
    missing = [name for name in (label, "placed_at") if name not in kept.columns]
    if missing:
        raise ValueError(f"Missing required columns: {missing}")
    kept.to_csv(Path(output_paths["kept"]) / "kept.csv", index=False)
"""

HOPELESS = """\
import pickle
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    with open(Path(input_paths["model"]) / "model.pkl", "rb") as file:
        pickle.load(file)
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a repository of two scripts that nobody has described."""
    (tmp_path / "keep.py").write_text(SCRIPT)
    (tmp_path / "hopeless.py").write_text(HOPELESS)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path


def steady(text: str) -> str:
    return re.sub(r"\d+\.\d s", "0.0 s", text)


def test_what_a_script_misses_becomes_a_draft(
    repository: Path, golden: Callable[[str], object]
) -> None:
    ended = scriptcheck("infer", "--script", "keep.py", folder=repository)

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == golden("infer/script.yaml")
    assert steady(ended.stderr) == golden("infer/script_told.txt")


def test_what_cannot_be_found_out_is_said(
    repository: Path, golden: Callable[[str], object]
) -> None:
    ended = scriptcheck("infer", "--script", "hopeless", folder=repository)

    assert ended.returncode == 1
    assert steady(ended.stderr) == golden("infer/script_hopeless.txt")


def test_so_many_rounds_and_no_more(repository: Path) -> None:
    ended = scriptcheck("infer", "--script", "keep.py", "--rounds", "2", folder=repository)

    assert ended.returncode == 1
    assert "still does not end well (2 runs" in ended.stderr


def test_no_longer_than_asked_for_be_it_spent_with_waiting(repository: Path) -> None:
    (repository / "waits.py").write_text(
        "import time\n\n\ndef main(input_paths, output_paths, environ_vars, job_args):\n"
        "    for number in range(50):\n        time.sleep(1)\n"
        "        environ_vars[f'V{number}']\n"
    )

    ended = scriptcheck("infer", "--script", "waits.py", "--time", "3s", folder=repository)

    (seconds,) = re.findall(r"runs?, (\d+\.\d) s", ended.stderr)
    assert 3 <= float(seconds) < 8


def test_files_and_a_script_contradict_each_other(repository: Path) -> None:
    ended = scriptcheck("infer", "a.csv", "--script", "keep.py", folder=repository)

    assert ended.returncode == 2
    assert "contradict each other" in ended.stderr


@pytest.mark.slow
def test_after_init_with_infer_a_run_does_something_at_once(repository: Path) -> None:
    (repository / "hopeless.py").unlink()

    begun = scriptcheck("init", "--infer", folder=repository)
    store = {"SCRIPTCHECK_STORE": str(repository / ".git" / "store")}
    ended = scriptcheck("run", "--all", folder=repository, variables=store)

    assert begun.returncode == 0, begun.stderr
    assert "guess" in (repository / "scriptcheck.yaml").read_text()
    assert ended.returncode == 0, ended.stdout


def test_init_describes_the_data_that_are_there(repository: Path) -> None:
    folder = repository / "data" / "orders"
    folder.mkdir(parents=True)
    (folder / "part-0.csv").write_text("amount,zip\n1.5,01234\n,12345\n")

    ended = scriptcheck("init", folder=repository)

    assert ended.returncode == 0, ended.stderr
    text = (repository / "scriptcheck.yaml").read_text()
    assert "  orders:\n    # guess: data/orders is called so" in text
    assert "    copy: data/orders\n" in text
    assert "      amount: {type: float, nulls: 0.96}" in text


FIRST = """\
from pathlib import Path

import pandas as pd


def main(input_paths, output_paths, environ_vars, job_args):
    orders = pd.read_csv(Path(input_paths["orders"]) / "orders.csv")
    orders["large"] = orders["amount"] > 10
    orders.to_csv(Path(output_paths["cleaned"]) / "cleaned.csv", index=False)
"""
SECOND = """\
from pathlib import Path

import pandas as pd


def main(input_paths, output_paths, environ_vars, job_args):
    cleaned = pd.read_csv(Path(input_paths["cleaned"]) / "cleaned.csv")
    ages = cleaned.groupby("large")["tenure_days"].mean()
    ages.to_csv(Path(output_paths["ages"]) / "ages.csv")
"""


@pytest.mark.slow
def test_a_column_that_a_later_script_misses_is_put_into_the_data_at_the_beginning(
    tmp_path: Path,
) -> None:
    (tmp_path / "first.py").write_text(FIRST)
    (tmp_path / "second.py").write_text(SECOND)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)

    begun = scriptcheck("init", "--infer", folder=tmp_path)
    store = {"SCRIPTCHECK_STORE": str(tmp_path / ".git" / "store")}
    ended = scriptcheck("run", "--all", folder=tmp_path, variables=store)

    text = (tmp_path / "scriptcheck.yaml").read_text()
    drafted = text.partition("  orders:\n")[2].partition("pipelines:")[0]
    assert begun.returncode == 0, begun.stderr
    assert "tenure_days:" in drafted
    assert text.count("tenure_days:") == 1
    assert ended.returncode == 0, ended.stdout


CURIOUS = """\
import pathlib


def main(input_paths, output_paths, environ_vars, job_args):
    found = []
    for folder in {folders}:
        try:
            found += [path.read_text() for path in pathlib.Path(folder).iterdir()]
        except OSError:
            found.append("refused")
    return found
"""


def test_a_script_that_is_tried_cannot_read_what_is_kept_of_runs(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    runs, store = repository / ".scriptcheck" / "runs", tmp_path_factory.mktemp("store")
    runs.mkdir(parents=True)
    for folder in (runs, store):
        (folder / "result").write_text("a secret")
    code = CURIOUS.format(folders=[str(runs), str(store)])
    (repository / "keep.py").write_text(code)
    place = opening.place_of(repository)
    project = unwritten.project_of(place.tree, place.folder)
    step = project.steps["keep"]

    with limited.bench(
        place.root, place.tree, project, [step], tracked=place.tracked, store=store
    ) as bench:
        ending = repair.once_more(bench, Trial.of(step, code, {}))

    if "writes outside: Landlock" in ending.protections:
        assert ending.returned == "['refused', 'refused']"
