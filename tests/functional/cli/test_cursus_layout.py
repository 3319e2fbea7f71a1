"""A project of contracts and pipeline files, checked from the command line from end to end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.functional.cli.command import commit, git, scriptcheck

LAYOUT = Path(__file__).parents[2] / "projects" / "cursus_layout"
SCORING = "src/tea/steps/scripts/rate_scoring.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Lay the project out as a repository with one commit."""
    root = tmp_path / "tea"
    shutil.copytree(LAYOUT, root, ignore=shutil.ignore_patterns("__pycache__"))
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    return root


def edit(root: Path, file: str, old: str, new: str) -> None:
    path = root / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def checked(root: Path, *words: str) -> dict[str, Any]:
    """Run and give the record."""
    ended = scriptcheck("run", "--json", *words, folder=root)
    record: dict[str, Any] = json.loads(ended.stdout)
    return record


def outcomes(record: dict[str, Any]) -> dict[str, str]:
    return {task["id"].rpartition("/")[2]: task["outcome"] for task in record["tasks"]}


def test_defects_that_were_there_before_the_settings_do_not_block_their_first_pull_request(
    root: Path,
) -> None:
    contract = "src/tea/steps/contracts/order_cleaning.step.yaml"
    settings = (root / "scriptcheck.yaml").read_text()
    git(root, "rm", "--quiet", "scriptcheck.yaml")
    edit(root, contract, 'LEAST_GRAMS: "1"', 'LEAST_GRAMS: "1", NEVER_READ: x')
    edit(
        root,
        "src/tea/pipelines/daily/rates.dag.json",
        '"OrderLoading_training",\n',
        '"RateTrainnig", "OrderLoading_training",\n',
    )
    commit(root)
    git(root, "switch", "--quiet", "--create", "check")
    (root / "scriptcheck.yaml").write_text(settings)
    (root / "src/tea/pipelines/daily/more.dag.json").write_text(
        '{"dag": {"nodes": ["Unknown"], "edges": []}}'
    )
    commit(root)

    found = checked(root, "--base", "main")["findings"]

    assert {(one["rule"], one["also_on_base"]) for one in found} >= {
        ("SC114", True),
        ("SC112", True),
        ("SC112", False),
    }
    assert {one["place"]["file"] for one in found if not one["also_on_base"]} == {
        "src/tea/pipelines/daily/more.dag.json"
    }


def test_every_node_runs_from_loading_to_package(root: Path) -> None:
    record = checked(root, "--all", "--mode", "pipeline")

    assert outcomes(record) == {
        "OrderLoading_training": "not_run",
        "OrderCleaning_training": "passed",
        "RateTraining": "passed",
        "OrderLoading_testing": "not_run",
        "OrderCleaning_testing": "passed",
        "RateScoring_testing": "passed",
        "RatePackage": "passed",
    }
    assert record["findings"] == []


def test_the_model_arrives_packed_and_the_tie_goes_as_the_settings_say(root: Path) -> None:
    record = checked(root, "--all", "--mode", "pipeline")

    (package,) = [task for task in record["tasks"] if task["id"].endswith("/RatePackage")]
    assert package["outputs"]["package"]["files"] == ["model.tar.gz", "summary.json"]


def test_every_step_runs_alone_on_what_its_suppliers_write(root: Path) -> None:
    record = checked(root, "--all", "--mode", "isolation")

    alone = {task["id"]: task["outcome"] for task in record["tasks"] if "/" not in task["id"]}
    assert sorted(alone) == ["OrderCleaning", "RatePackage", "RateScoring", "RateTraining"]
    # What a supplier has done already, in its pipeline, is not done again.
    assert set(alone.values()) <= {"passed", "reused"}


def test_a_tie_that_nothing_settles_is_reported(root: Path) -> None:
    edit(root, "scriptcheck.yaml", "  RatePackage: {inputs: {quality: {from: summary}}}\n", "")

    record = checked(root, "RatePackage")

    assert [finding["rule"] for finding in record["findings"]] == ["SC102"]


def test_a_changed_script_affects_its_node_and_what_follows(root: Path) -> None:
    edit(root, SCORING, '"rate": rates', '"share": rates')

    record = checked(root, "--mode", "pipeline")

    assert outcomes(record)["RateScoring_testing"] == "failed"
    assert "OrderCleaning_training" not in {
        task["id"].rpartition("/")[2]
        for task in record["tasks"]
        if task["reason"] != "only gives inputs"
    }


def test_a_contract_that_breaks_a_joint_fails_before_anything_runs(root: Path) -> None:
    git(root, "switch", "--quiet", "--create", "change")
    contract = "src/tea/steps/contracts/order_cleaning.step.yaml"
    edit(root, contract, "aliases: [table], ", "")
    for name in ("rate_training", "rate_scoring"):
        edit(
            root,
            f"src/tea/steps/contracts/{name}.step.yaml",
            ", compatible_sources: [OrderCleaning]",
            "",
        )
    commit(root)

    record = checked(root, "--base", "main")

    assert {"SC103", "SC105"} <= {finding["rule"] for finding in record["findings"]}
    assert record["exit_code"] == 1
