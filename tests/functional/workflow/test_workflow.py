"""A change to a real repository, from git to the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck import preparation, workflow
from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.options import Options
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.pytest_plugin.execution import execute
from ci_scriptcheck.run import belonging
from tests.functional.cli.command import commit, git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ci_scriptcheck.model.run_record import RunRecord

SETTINGS = """\
version: 1
datasets: {raw: {copy: data}}
pipelines: {daily: [prepare.py, count.py]}
"""
PREPARE = """\
from pathlib import Path

def main(input_paths, output_paths, environ_vars, job_args):
    lines = (Path(input_paths["raw"]) / "rows.csv").read_text()
    (Path(output_paths["table"]) / "rows.csv").write_text(lines)
"""
COUNT = """\
from pathlib import Path

def main(input_paths, output_paths, environ_vars, job_args):
    lines = (Path(input_paths["table"]) / "rows.csv").read_text().splitlines()
    (Path(output_paths["report"]) / "count.txt").write_text(str(len(lines)))
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    write(
        root,
        {
            "scriptcheck.yaml": SETTINGS,
            "prepare.py": PREPARE,
            "count.py": COUNT,
            "data/rows.csv": "a,b\n1,2\n3,4\n",
            "README.md": "A shop.\n",
        },
    )
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "switch", "--quiet", "--create", "change")
    return root


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def checked(root: Path, *selectors: str) -> RunRecord:
    options = Options(project=root, selectors=selectors, workers=2)
    started = workflow.start(preparation.prepare(options, {}))
    execute(started, lambda _: None)
    return workflow.conclude(started)


def outcomes(record: RunRecord) -> dict[str, Outcome]:
    return {result.task: result.outcome for result in record.results}


def test_a_file_that_no_step_uses_leaves_nothing_to_check(shop: Path) -> None:
    write(shop, {"README.md": "Another shop.\n"})

    assert outcomes(checked(shop)) == {}


def test_what_is_kept_in_the_repository_never_counts_as_a_change(shop: Path) -> None:
    folder = Options(project=shop)

    first = preparation.prepare(folder, {}).plan.changes
    second = preparation.prepare(folder, {}).plan.changes

    assert (first.uncommitted, first.files) == (second.uncommitted, second.files) == (False, ())


def test_a_broken_step_fails_alone_and_in_its_pipeline_and_its_reader_is_not_run(
    shop: Path,
) -> None:
    write(shop, {"prepare.py": PREPARE.replace('"rows.csv"', '"gone.csv"', 1)})

    record = checked(shop)

    assert outcomes(record) == {
        "prepare": Outcome.FAILED,
        "daily/prepare": Outcome.FAILED,
        "daily/count": Outcome.NOT_RUN,
    }
    assert verdict.exit_code(record) == 1


def test_a_changed_reader_gets_what_its_unchanged_supplier_writes(shop: Path) -> None:
    write(shop, {"count.py": COUNT + "# counts\n"})

    found = outcomes(checked(shop))

    assert found["daily/count"] in {Outcome.PASSED, Outcome.REUSED}
    assert "prepare" not in found


def test_the_second_run_of_an_unchanged_tree_reuses_every_result(shop: Path) -> None:
    checked(shop, "daily/*")

    assert set(outcomes(checked(shop, "daily/*")).values()) == {Outcome.REUSED}


def test_equal_output_ends_the_chain_early(shop: Path) -> None:
    checked(shop, "daily/*")
    write(shop, {"prepare.py": PREPARE + "# a comment\n"})

    record = checked(shop, "daily/*")

    assert outcomes(record) == {"daily/prepare": Outcome.PASSED, "daily/count": Outcome.REUSED}


def test_a_scenario_that_does_not_exist_is_refused_with_the_nearest_name(shop: Path) -> None:
    options = Options(project=shop, everything=True, scenarios=("edge_case",))

    with pytest.raises(UsageError) as raised:
        preparation.prepare(options, {})

    assert raised.value.advice == "did you mean `edge_cases`?"


def test_a_run_in_which_nothing_finished_says_what_interrupted_it(shop: Path) -> None:
    options = Options(project=shop, everything=True)
    started = workflow.start(preparation.prepare(options, {}))

    record = workflow.conclude(started, interrupted="SIGTERM")

    assert {result.why_not for result in record.results} == {"interrupted"}
    assert verdict.exit_code(record) == 143


def test_a_plan_knows_what_the_generators_of_its_data_depend_on(shop: Path) -> None:
    write(
        shop,
        {
            "scriptcheck.yaml": SETTINGS.replace("copy: data", "generator: make.py:rows"),
            "make.py": "import pandas\nimport helper\ndef rows(rows, rng, scenario): ...\n",
            "helper.py": "",
        },
    )

    closures = preparation.prepare(Options(project=shop), {}).plan.closures

    assert closures["make.py"].files == ("helper.py", "make.py")
    assert closures["make.py"].libraries == ("pandas",)


@pytest.mark.parametrize("wrong", [OSError("no room"), UsageError(what="no"), KeyboardInterrupt()])
def test_a_suggestion_that_cannot_be_made_costs_a_run_nothing(
    shop: Path, monkeypatch: pytest.MonkeyPatch, wrong: BaseException
) -> None:
    def fails(*_: object) -> None:
        raise wrong

    monkeypatch.setattr(belonging, "found", fails)
    write(shop, {"count.py": COUNT + "\n"})

    found = checked(shop)

    assert Outcome.PASSED in outcomes(found).values()
    (run,) = (shop / ".scriptcheck" / "runs").iterdir()
    assert (run / "record.json").exists()
