"""What a person reads where a script's last lines give `main` something else than it takes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tests.functional.cli.command import commit, git, scriptcheck

if TYPE_CHECKING:
    from collections.abc import Callable

CLAIMS = Path(__file__).parents[2] / "projects" / "claims"
SCRIPTS = "src/claims/steps/scripts"
EDITS = {
    "claim_model_eval.py": ('"metrics_output": "/opt', '"metrics": "/opt'),
    "missing_value_imputation.py": (
        "add_argument(",
        'add_argument("--part", required=True)\n    parser.add_argument(',
    ),
    "model_calibration.py": ("/output/calibration", "/output/percentiles"),
    "package.py": ("sys.exit(1)", "sys.exit(0)"),
    "risk_table_mapping.py": ('"--job_type"', '"--data_type", dest="job_type"'),
    "tabular_preprocessing.py": ('"--job_type"', '"--job_type", dest="type"'),
}


def test_the_plan_of_a_branch_that_broke_main_parts(
    tmp_path: Path, golden: Callable[[str], object]
) -> None:
    root = tmp_path / "claims"
    shutil.copytree(CLAIMS, root, ignore=shutil.ignore_patterns("__pycache__", ".scriptcheck"))
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "switch", "--quiet", "--create", "change")
    for script, words in EDITS.items():
        text = (root / SCRIPTS / script).read_text()
        assert words[0] in text, script
        (root / SCRIPTS / script).write_text(text.replace(*words, 1))

    told = scriptcheck("plan", "--base", "main", folder=root).stdout

    assert "".join(told.partition("\nerror: ")[1:]) == golden("plan/main_parts.txt")
