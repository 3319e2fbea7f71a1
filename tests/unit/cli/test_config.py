"""What there is to be looked at with `scriptcheck config`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.cli import config
from tests.unit.project.trees import a_project, a_script

if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPT = a_script(reads=["orders"], writes=["model"])
STEPS = "steps: {train: {script: train.py, inputs: {orders: orders}}}"


def test_whence_real_data_come_is_listed(golden: Callable[[str], object]) -> None:
    project = a_project(
        f"""\
aws:
  role: arn:aws:iam::123456789012:role/scriptcheck
  budget: 2GB
  executions: {{daily: fraud-training}}
datasets:
  orders:
    real: s3://company-ml/fraud/orders/
    sample: 50MB
    sample_by: customer
  rates: {{real: s3://company-ml/fraud/rates.csv, sample: all}}
  clicks: {{real: s3://company-clicks/}}
{STEPS}
pipelines: {{daily: [train]}}
""",
        train=SCRIPT,
    )

    assert config.overview(project, width=None) == golden("config/real_data.txt")


def test_a_project_without_real_data_says_nothing_of_them() -> None:
    project = a_project(f"datasets: {{orders: {{}}}}\n{STEPS}", train=SCRIPT)

    shown = config.overview(project, width=None)

    assert "train.py" in shown
    assert "aws" not in shown
    assert "s3" not in shown
