"""Times in reports and settings that steps write: those of a run do not count, those of the data do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.functional.cli.command import commit, git, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """\
import time
from datetime import UTC, datetime


def main(input_paths, output_paths, environ_vars, job_args):
    began = time.perf_counter()
    with open(output_paths["report"] + "/report.md", "w") as file:
        file.write(f"# Made at {datetime.now(UTC)}\\n\\n")
        file.write(f"seconds: {time.perf_counter() - began}\\n")
        file.write(f"lead_time: {LEAD}\\n")


LEAD = 5
"""
SETTINGS = """\
version: 1
steps:
  same: {script: same.py, outputs: {report: {}}}
  late: {script: late.py, outputs: {report: {}}}
"""


def test_times_of_a_run_do_not_count_and_those_of_the_data_do(tmp_path: Path) -> None:
    (tmp_path / "scriptcheck.yaml").write_text(SETTINGS)
    for name in ("same.py", "late.py"):
        (tmp_path / name).write_text(SCRIPT)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path)
    git(tmp_path, "checkout", "--quiet", "-b", "change")
    (tmp_path / "same.py").write_text(f"{SCRIPT}# A remark.\n")
    (tmp_path / "late.py").write_text(SCRIPT.replace("LEAD = 5", "LEAD = 500"))

    ended = scriptcheck("run", "--json", folder=tmp_path)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = {one["task"]: one for one in json.loads(ended.stdout)["run"]["results"]}
    assert findings(found["same"]) == []
    (aside,) = found["same"]["comparisons"]
    assert not aside.get("files")
    assert aside["noise"] == ["report.md: moment", "report.md: seconds"]
    (said,) = findings(found["late"])
    assert "1 value of `report.md` is not the same" in said["message"]
    assert said["table"]["rows"] == [["lead_time", '"5"', '"500"']]


def findings(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Give what is found about the data."""
    return [one for one in result.get("findings", ()) if one["rule"].startswith("SC4")]
