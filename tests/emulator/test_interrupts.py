"""A job that is cancelled ends within the grace that GitHub gives, with its record written and kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tests.emulator.hub import TRAIN

if TYPE_CHECKING:
    from tests.emulator.hub import Hub


def test_a_cancelled_job_keeps_the_record_of_what_was_finished(hub: Hub) -> None:
    slow = TRAIN.replace("    with open", "    import time; time.sleep(120)\n    with open", 1)
    hub.pull_request({"scripts/train.py": slow})

    job = hub.of_pull_request(cancel="daily/prepare")

    assert job.outcome == "cancelled"
    assert job.step("Check").exit_code == 130
    assert job.outputs["outcome"] == "cancelled"
    record = json.loads((hub.machine.artifacts["scriptcheck"] / "record.json").read_text())
    assert record["run"]["interrupted"] == "SIGINT"
    assert Path(job.outputs["run-directory"]).is_dir()
