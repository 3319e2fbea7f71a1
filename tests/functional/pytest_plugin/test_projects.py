"""`pytest --scriptcheck` with a user's own configuration, options and tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.run import record

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
project: small
steps:
  load:   {script: scripts/load.py, outputs: {out: {}}}
  good:   {script: scripts/good.py, inputs: {in: {}}, outputs: {out: {}}}
  bad:    {script: scripts/bad.py, inputs: {in: {}}, outputs: {out: {}}}
  gone:   {script: scripts/gone.py, inputs: {in: {}}, outputs: {out: {}}}
  last:   {script: scripts/good.py, inputs: {in: {}}, outputs: {out: {}}}
pipelines:
  flow:
    nodes:
      load: {}
      good: {inputs: {in: load.out}}
      bad: {inputs: {in: load.out}}
      gone: {inputs: {in: load.out}}
      last: {inputs: {in: bad.out}}
"""
READS = "    text = pathlib.Path(input_paths['in'], 'data.csv').read_text()\n"
WRITES = "    pathlib.Path(output_paths['out'], 'data.csv').write_text('a\\n1\\n')\n"
HEAD = "import os\nimport pathlib\ndef main(input_paths, output_paths, environ_vars, job_args):\n"
SCRIPTS = {
    "load": HEAD + WRITES,
    "good": HEAD + READS + WRITES,
    "bad": HEAD + READS + "    raise KeyError('amount')\n",
    "gone": HEAD + READS + "    os._exit(0)\n",
}


class Repository:
    """A user's repository with scripts, a test and pytest settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("scriptcheck.yaml", SETTINGS)
        for name, text in SCRIPTS.items():
            self.write(f"scripts/{name}.py", text)
        self.write("tests/test_own.py", "def test_own(): pass\n")
        self.write("pytest.ini", "[pytest]\ntestpaths = tests\n")
        for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "all"]):
            author = ["-c", "user.name=a", "-c", "user.email=a@b"]
            subprocess.run(["git", *author, *words], cwd=folder, check=True)

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def pytest(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.pytest_of_change("--scriptcheck-all", *words)

    def pytest_of_change(self, *words: str) -> subprocess.CompletedProcess[str]:
        kept_out = ("PYTEST_XDIST", "PYTEST_CURRENT", "PYTEST_ADDOPTS")
        environ = {
            name: value for name, value in os.environ.items() if not name.startswith(kept_out)
        }
        given = ["--scriptcheck", "--scriptcheck-mode=pipeline"]
        return subprocess.run(
            [sys.executable, "-m", "pytest", *given, *words],
            cwd=self.folder,
            env=environ,
            capture_output=True,
            text=True,
        )

    def outcomes(self) -> dict[str, Outcome]:
        (found,) = (self.folder / "run").glob("record.json")
        results = record.read_record(found.parent).results
        return {result.task.removeprefix("flow/"): result.outcome for result in results}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_each_task_is_an_item_beside_the_users_tests(repository: Repository, workers: str) -> None:
    run = repository.pytest(
        workers, "-rA", "--junitxml=out.xml", "--scriptcheck-run-directory=run"
    )

    assert run.returncode == 1, run.stdout + run.stderr
    assert "PASSED scriptcheck.yaml::flow/good" in run.stdout
    assert "PASSED tests/test_own.py::test_own" in run.stdout
    assert "FAILED scriptcheck.yaml::flow/bad" in run.stdout
    assert "ERROR scriptcheck.yaml::flow/gone" in run.stdout
    assert "3 passed, 1 skipped, 1 error" in run.stdout.replace("1 failed, ", "")
    assert "SC201 KeyError: 'amount'" in run.stdout
    tree = ElementTree.parse(repository.folder / "out.xml")  # noqa: S314  (our own)
    kinds = {
        case.get("name"): [child.tag for child in case if child.tag != "properties"]
        for case in tree.iter("testcase")
    }
    assert kinds["flow/bad"] == ["failure"]
    assert kinds["flow/gone"] == ["error"]
    assert kinds["flow/last"] == ["skipped"]
    assert repository.outcomes() == {
        "load": Outcome.PASSED,
        "good": Outcome.PASSED,
        "bad": Outcome.FAILED,
        "gone": Outcome.CRASHED,
        "last": Outcome.NOT_RUN,
    }


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_what_a_chosen_task_needs_is_run_although_it_is_left_out(
    repository: Repository, workers: str
) -> None:
    run = repository.pytest(workers, "-k", "good", "--scriptcheck-run-directory=run")

    assert "1 passed" in run.stdout, run.stdout + run.stderr
    outcomes = repository.outcomes()
    assert outcomes["load"] is Outcome.PASSED
    assert outcomes["gone"] is Outcome.NOT_RUN


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_what_a_change_does_to_data_is_told_and_adds_no_tests(
    repository: Repository, workers: str
) -> None:
    subprocess.run(["git", "checkout", "-qb", "change"], cwd=repository.folder, check=True)
    repository.write("scripts/load.py", SCRIPTS["load"].replace("a\\n1", "a\\n2"))

    run = repository.pytest_of_change(workers, "-rA", "--scriptcheck-no-compare")
    compared = repository.pytest_of_change(workers, "-rA")

    assert "@base" not in compared.stdout
    assert "data  flow/load, output `out`: 1 of 1 rows changed of `data.csv`" in compared.stdout
    assert "data  " not in run.stdout
    tests = [
        set(re.findall(r"scriptcheck\.yaml::([\w/]+)", one.stdout)) for one in (run, compared)
    ]
    assert tests[0] == tests[1]
    assert "2 xfailed" in compared.stdout, "main fails in the same way"


@pytest.mark.slow
def test_the_last_failures_can_be_run_again(repository: Repository) -> None:
    repository.pytest("-n2")

    run = repository.pytest("-n2", "--lf", "-v")

    assert "flow/bad" in run.stdout, run.stdout + run.stderr
    assert "flow/good" not in run.stdout


@pytest.mark.slow
def test_other_ways_of_sharing_out_tests_give_the_same_outcomes(repository: Repository) -> None:
    run = repository.pytest("-n2", "--dist=loadfile", "--scriptcheck-run-directory=run")

    assert "1 failed" in run.stdout, run.stdout + run.stderr
    assert repository.outcomes()["last"] is Outcome.NOT_RUN


def test_after_the_first_failure_the_rest_is_recorded_as_not_run(repository: Repository) -> None:
    run = repository.pytest("-x", "--scriptcheck-run-directory=run")

    assert run.returncode == 1, run.stdout + run.stderr
    assert repository.outcomes()["gone"] is Outcome.NOT_RUN


IN_THE_WAY = """
import pathlib
def pytest_collection_finish(session):
    place = pathlib.Path("run/tasks")
    if place.parent.exists() and not place.exists():
        place.write_text("in the way")
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_run_that_cannot_go_on_is_recorded_as_no_good_one(
    repository: Repository, workers: str
) -> None:
    repository.write("conftest.py", IN_THE_WAY)

    run = repository.pytest(workers, "-k", "good", "--scriptcheck-run-directory=run")

    assert "the run cannot go on" in run.stdout, run.stdout + run.stderr
    assert "record  run/record.json" in run.stdout
    assert repository.outcomes()["good"] is Outcome.CRASHED
    assert verdict.exit_code(record.read_record(repository.folder / "run")) == 2


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_change_that_affects_nothing_is_a_good_end(repository: Repository, workers: str) -> None:
    repository.write("README.md", "Hello\n")

    run = repository.pytest_of_change(workers, "scriptcheck.yaml")

    assert run.returncode == pytest.ExitCode.OK, run.stdout + run.stderr
    assert "small: 1 file changed, none used by a step: nothing to check" in run.stdout


def test_a_word_that_fits_no_test_keeps_pytests_exit_code(repository: Repository) -> None:
    run = repository.pytest("-k", "nowhere")

    assert run.returncode == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_mistake_in_the_settings_is_a_usage_error(repository: Repository) -> None:
    repository.write("scriptcheck.yaml", SETTINGS + "stepz: {}\n")

    run = repository.pytest()

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "unknown key `stepz`" in run.stderr
    assert "Traceback" not in run.stderr


def test_an_error_of_the_project_is_an_item(repository: Repository) -> None:
    repository.write(
        "scriptcheck.yaml", SETTINGS.replace("script: scripts/gone.py", "script: no.py")
    )

    run = repository.pytest("-n0", "-rA")

    assert "FAILED scriptcheck.yaml::(project)" in run.stdout, run.stdout + run.stderr


def test_the_plugin_module_imports_nothing_heavy() -> None:
    code = (
        "import sys, ci_scriptcheck.pytest_plugin.plugin\n"
        "print(sorted(name for name in sys.modules if name.startswith('ci_scriptcheck.')))\n"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == str(
        [
            "ci_scriptcheck.pytest_plugin",
            "ci_scriptcheck.pytest_plugin.handover",
            "ci_scriptcheck.pytest_plugin.plugin",
        ]
    )
