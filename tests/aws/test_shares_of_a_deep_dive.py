"""A deep dive on an execution, shared among machines that each fetch for themselves, and merged again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.aws.company import NAME, SECRET, Company, a_company
from tests.functional.cli.command import commit, git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DIVE = ("--mode", "deep-dive")


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with a_company(tmp_path) as found:
        yield found


def test_shares_come_to_what_one_machine_comes_to_beside_production(
    company: Company, tmp_path: Path
) -> None:
    git(company.root, "switch", "--quiet", "main")
    company.told("3w8w2e3rt0zu", pipeline="fraud-weekly")
    company.change("scriptcheck.yaml", "fraud-training}", "fraud-training, weekly: fraud-weekly}")
    company.change("scriptcheck.yaml", "total.py]}", "total.py], weekly: [prepare.py, total.py]}")
    commit(company.root)
    git(company.root, "switch", "--quiet", "--create", "other")
    company.change("prepare.py", "* factor", "* factor * 100")
    commit(company.root)
    file = str(tmp_path / "assignment.json")
    cut = company.call("plan", "--shards", "2", "--json", "--assignment", file, *DIVE)
    assert cut.returncode == 0, cut.stderr
    shards = [one["shard"] for one in json.loads(cut.stdout)["include"]]

    runs = []
    for number, shard in enumerate(shards):
        runs.append(str(tmp_path / f"run{number}"))
        ended = company.call(
            "run",
            *("--shard", shard, "--assignment", file, "--output", runs[-1]),
            *DIVE,
            more={"SCRIPTCHECK_STORE": str(tmp_path / f"store{number}")},
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
    merged = company.call("report", "--merge", *runs)
    whole = company.call("run", *DIVE)

    assert shards == ["1/2", "2/2"]
    assert merged.returncode == 0, merged.stdout + merged.stderr
    told = " ".join(merged.stdout.split())
    for pipeline in ("daily", "weekly"):
        name = f"{pipeline}/prepare[real]"
        assert f"{name}, output `kept` is not what production wrote (SC502)" in told
    assert "main writes what production wrote: it is this change" in told
    assert "2 outputs are as production wrote them: daily/total[real] `report`" in told
    beside = [
        [line for line in ended.stdout.splitlines() if line.startswith("prod ")]
        for ended in (merged, whole)
    ]
    assert beside[0] == beside[1]
    assert NAME not in merged.stdout
    assert SECRET not in merged.stdout
