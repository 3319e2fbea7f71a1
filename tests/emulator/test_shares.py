"""A plan cut for several machines: each job runs its share, and what they leave is one result."""

from __future__ import annotations

import json
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
