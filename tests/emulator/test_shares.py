"""A plan cut for several machines: each job runs its share, and what they leave is one result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tests.emulator.hub import FILES, PREPARE

if TYPE_CHECKING:
    from tests.emulator.hub import Hub

SETTINGS = FILES["scriptcheck.yaml"].replace(
    "pipelines: {", "pipelines: {nightly: [scripts/prepare.py, scripts/train.py], "
)


def test_each_share_leaves_its_record_and_together_they_are_the_whole(hub: Hub) -> None:
    hub.remote.commit({"scriptcheck.yaml": SETTINGS})
    hub.pull_request({"scripts/prepare.py": PREPARE.replace("total\\n", "amount\\n")})

    planned = hub.of_pull_request(command="plan")
    shares = [one["shard"] for one in json.loads(planned.outputs["matrix"])["include"]]
    jobs = [hub.of_pull_request(shard=share) for share in shares]

    assert planned.outcome == "success", planned.log
    assert planned.outputs["affected"] == "2"
    assert sum(int(job.outputs["failed"]) for job in jobs) == 4
    names = {f"scriptcheck-{share.replace('/', '-of-')}" for share in shares}
    assert set(hub.machine.artifacts) == {"shares-of-all", *names}


def test_a_plan_that_affects_nothing_has_one_share_that_says_so(hub: Hub) -> None:
    hub.pull_request({"README.md": "# Shop\n\n"})

    planned = hub.of_pull_request(command="plan")
    job = hub.of_pull_request(shard="1/1")

    assert json.loads(planned.outputs["matrix"]) == {"include": [{"shard": "1/1"}]}
    assert (job.outcome, job.outputs["affected"]) == ("success", "0"), job.log


def test_shares_are_merged_into_one_result_with_its_own_reports(hub: Hub) -> None:
    hub.remote.commit({"scriptcheck.yaml": SETTINGS})
    hub.pull_request({"scripts/prepare.py": PREPARE.replace("total\\n", "amount\\n")})
    for share in ("1/2", "2/2"):
        hub.of_pull_request(shard=share)
    # Another project of the repository has shares of its own.
    hub.machine.artifacts["scriptcheck-other-1-of-2"] = hub.machine.artifacts["scriptcheck-1-of-2"]

    job = hub.of_pull_request(command="merge")

    assert (job.outcome, job.step("Check").exit_code) == ("failure", 1), job.log
    assert (job.outputs["outcome"], job.outputs["failed"]) == ("failed", "4")
    assert 'failures="4"' in Path(job.outputs["junit"]).read_text()
    assert job.outputs["artifact"] == "scriptcheck"
    record = json.loads((hub.machine.artifacts["scriptcheck"] / "record.json").read_text())
    assert (record["share"], record["missing_shares"]) == (None, [])


def test_a_merge_without_shares_says_so(hub: Hub) -> None:
    hub.pull_request({"README.md": "# Shop\n\n"})
    hub.of_pull_request()

    job = hub.of_pull_request(command="merge")

    assert job.step("Check").exit_code == 2
    assert any("No share of this project" in one for one in job.issues("error"))
