"""A pull request that puts a sample of real data in the place of made ones: main is held beside it all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import commit, git, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """\
version: 1
datasets:
  orders: {columns: {id: {type: string, unique: true}, amount: {type: float, min: 0, max: 100}}}
  clean: {files: clean.csv, columns: {id: {type: string}, amount: {type: float, max: 100}}}
steps:
  load:
    script: load.py
    inputs: {orders: {dataset: orders, external: true, expects: orders}}
    outputs: {clean: clean}
  report: {script: report.py, inputs: {clean: clean}, outputs: {report: {}}}
pipelines: {daily: [load, report]}
"""
HEAD = "import pathlib\ndef main(input_paths, output_paths, environ_vars, job_args):\n"
LOAD = f"""{HEAD}
    (file,) = pathlib.Path(input_paths["orders"]).iterdir()
    head, *rows = file.read_text().splitlines()
    pathlib.Path(output_paths["clean"], "clean.csv").write_text("\\n".join([head, *rows, ""]))
"""
REPORT = f"""{HEAD}
    rows = pathlib.Path(input_paths["clean"], "clean.csv").read_text().splitlines()[1:]
    pathlib.Path(output_paths["report"], "report.json").write_text(f'{{{{"rows": {{len(rows)}}}}}}')
"""


@pytest.fixture
def freezing(tmp_path: Path) -> Path:
    """A repository whose change commits a sample that does not fit what main says of its data."""
    files = {"scriptcheck.yaml": SETTINGS, "load.py": LOAD, "report.py": REPORT}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path)
    git(tmp_path, "checkout", "--quiet", "-b", "change")
    sample = tmp_path / "frozen" / "orders"
    sample.mkdir(parents=True)
    rows = "".join(f"o{number},{number}\n" for number in range(300))
    (sample / "orders.csv").write_text(f"id,amount\n{rows}")
    settings = SETTINGS.replace("max: 100", "max: 300").replace(
        "orders: {columns", "orders: {copy: frozen/orders, columns"
    )
    (tmp_path / "scriptcheck.yaml").write_text(settings)
    return tmp_path


@pytest.mark.slow
def test_it_writes_the_same_as_main_does_of_the_sample(freezing: Path) -> None:
    ended = scriptcheck("run", folder=freezing)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "not compared" not in ended.stdout
    assert "data  " not in ended.stdout


@pytest.mark.slow
def test_what_a_script_does_otherwise_with_the_sample_is_told(freezing: Path) -> None:
    (freezing / "load.py").write_text(LOAD.replace("*rows, ", "*rows[1:], "))

    ended = scriptcheck("run", folder=freezing)

    assert "not compared" not in ended.stdout
    assert "load, output `clean`: 1 row gone of `clean.csv`" in ended.stdout
    assert "`rows` 300 → 299" in ended.stdout
