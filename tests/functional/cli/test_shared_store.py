"""What shares store on the default branch is there for all that run later: by the scripts of our own workflow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.functional.cli.command import ROOT, commit, git, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """\
version: 1
datasets: {raw: {copy: data}}
pipelines: {one: [scripts/double.py], two: [scripts/count.py]}
"""
SCRIPT = """\
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    text = (Path(input_paths["raw"]) / "rows.txt").read_text()
    (Path(output_paths["out"]) / "out.txt").write_text(NAME + text)
"""
TASKS = {"one/double", "two/count"}


def workflow(job: str) -> list[dict[str, Any]]:
    text = (ROOT / ".github/workflows/check-shares.yml").read_text()
    found: list[dict[str, Any]] = yaml.safe_load(text)["jobs"][job]["steps"]
    return found


def script(job: str, words: str) -> str:
    """Give the script of a step of our workflow by what stands in it."""
    (found,) = (step["run"] for step in workflow(job) if words in step.get("run", ""))
    return str(found)


class Machine:
    """A machine of its own: a checkout, and what a runner keeps for a job."""

    def __init__(self, place: Path, origin: Path) -> None:
        self.checkout = place / "shop"
        self.temp = place / "temp"
        self.temp.mkdir(parents=True)
        git(place, "clone", "--quiet", str(origin), str(self.checkout))

    @property
    def store(self) -> Path:
        return self.checkout / ".scriptcheck" / "store"

    def step(self, job: str, words: str) -> None:
        """Carry out a step of our workflow."""
        subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script(job, words)],
            cwd=self.checkout,
            env={"PATH": os.environ["PATH"], "RUNNER_TEMP": str(self.temp)},
            check=True,
        )

    def run(self, *words: str) -> dict[str, str]:
        """Check everything, or a share of it, and say how each task ended."""
        ended = scriptcheck("run", "--all", "--json", *words, folder=self.checkout)
        assert ended.returncode == 0, ended.stderr
        return {task["id"]: task["outcome"] for task in json.loads(ended.stdout)["tasks"]}


def a_shop(place: Path) -> Path:
    root = place / "origin"
    (root / "scripts").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "data" / "rows.txt").write_text("1 2 3\n")
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    for name in ("double", "count"):
        text = SCRIPT.replace("NAME", repr(name))
        (root / "scripts" / f"{name}.py").write_text(text)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    return root


def on_the_default_branch(place: Path, origin: Path, cached: Path | None = None) -> Machine:
    """Do what a push does there: two shares, and the job that puts together what they stored."""
    last = Machine(place / "last", origin)
    shares = []
    for number in (1, 2):
        machine = Machine(place / f"share{number}", origin)
        if cached is not None:
            shutil.copytree(cached, machine.store)
        machine.step("share", "touch")
        output = place / f"run{number}"
        machine.run("--shard", f"{number}/2", "--output", str(output))
        machine.step("share", "tar --null")
        kept = last.temp / "stored" / f"stored-by-scriptcheck-{number}-of-2"
        kept.mkdir(parents=True)
        shutil.copy(machine.temp / "stored.tar.gz", kept)
        shares.append(str(output))
    if cached is not None:
        shutil.copytree(cached, last.store)
    last.step("store", "tar -xzf")
    merging = ("report", "--learn", "--output", str(place / "merged"), "--merge", *shares)
    assert scriptcheck(*merging, folder=last.checkout).returncode == 0
    return last


@pytest.mark.slow
def test_a_later_run_finds_what_every_share_has_stored(tmp_path: Path) -> None:
    origin = a_shop(tmp_path)
    last = on_the_default_branch(tmp_path / "push", origin)
    later = Machine(tmp_path / "later", origin)
    shutil.copytree(last.store, later.store)

    outcomes = later.run()

    assert set(outcomes) >= TASKS
    assert set(outcomes.values()) == {"reused"}


def test_what_is_known_of_durations_is_that_of_all_shares(tmp_path: Path) -> None:
    last = on_the_default_branch(tmp_path / "push", a_shop(tmp_path))

    (file,) = (last.store / "history").glob("*.json")

    assert json.loads(file.read_text())["entries"]["tasks"].keys() >= TASKS


@pytest.mark.slow
def test_a_share_hands_on_what_it_has_stored_and_not_what_it_was_given(tmp_path: Path) -> None:
    origin = a_shop(tmp_path)
    first = on_the_default_branch(tmp_path / "first", origin)
    changed = origin / "scripts" / "count.py"
    changed.write_text(changed.read_text().replace("count", "counted"))
    commit(origin)
    given = first.store / "v1" / "blobs" / "00" / "unused"
    given.parent.mkdir(parents=True, exist_ok=True)
    given.write_text("of an earlier run\n")

    second = on_the_default_branch(tmp_path / "second", origin, cached=first.store)

    packed = [
        member
        for archive in second.temp.glob("stored/*/stored.tar.gz")
        for member in subprocess.run(
            ["tar", "-tzf", archive], capture_output=True, text=True, check=True
        ).stdout.splitlines()
    ]
    assert any("/results/" in member for member in packed)
    assert not any("unused" in member for member in packed)


def test_a_share_that_stored_nothing_hands_on_nothing(tmp_path: Path) -> None:
    machine = Machine(tmp_path, a_shop(tmp_path))
    machine.step("share", "touch")

    machine.step("share", "tar --null")

    assert (machine.temp / "stored.tar.gz").is_file()


def test_where_no_share_has_handed_on_anything_there_is_nothing_to_unpack(tmp_path: Path) -> None:
    machine = Machine(tmp_path, a_shop(tmp_path))

    machine.step("store", "tar -xzf")

    assert list(machine.store.iterdir()) == []
