"""Scripts that pass and fail with the same code and data, run for real."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import commit, git, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """\
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    if Path("{mood}").exists():
        raise OSError("the moon is full")
    (Path(output_paths["out"]) / "out.txt").write_text("done")
"""


@pytest.fixture
def moody(tmp_path: Path) -> Path:
    """Make a project whose script fails while something exists that is no input of it."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "train.py").write_text(SCRIPT.format(mood=tmp_path / "mood"))
    (root / "scriptcheck.yaml").write_text(
        "version: 1\nsteps: {train: {script: train.py, outputs: {out: {}}}}\n"
    )
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    return root


def run(root: Path, *words: str, **variables: str) -> tuple[int, str, list[str]]:
    """Run everything, and give the exit code, what was told, and how equal runs ended."""
    ended = scriptcheck("run", "--all", *words, folder=root, variables=variables)
    told = scriptcheck("report", "json", folder=root)
    (task,) = json.loads(told.stdout)["tasks"]
    return ended.returncode, ended.stdout, task["flaky"]


def test_what_failed_and_passes_when_it_is_run_again_is_told_as_flaky(moody: Path) -> None:
    mood = moody.parent / "mood"
    mood.touch()
    assert run(moody)[::2] == (1, [])
    mood.unlink()

    code, told, outcomes = run(moody)

    assert (code, outcomes) == (0, ["failed", "passed"])
    assert "flaky  train: with the same code and data it failed once and passed once" in told
    # Its pass is reused, and it is not forgotten.
    assert run(moody)[::2] == (0, ["failed", "passed", "passed"])
    junit = scriptcheck("report", "junit", folder=moody).stdout
    assert '<property name="flaky" value="with the same code and data' in junit


def test_a_flaky_failure_still_fails(moody: Path) -> None:
    assert run(moody)[0] == 0
    (moody.parent / "mood").touch()

    code, told, outcomes = run(moody, "--no-reuse")

    assert (code, outcomes) == (1, ["passed", "failed"])
    assert "It is flaky: with the same code and data it failed once and passed once." in told


def test_another_script_is_another_run(moody: Path) -> None:
    mood = moody.parent / "mood"
    mood.touch()
    run(moody)
    mood.unlink()
    with (moody / "train.py").open("a") as file:
        file.write("# mended\n")

    assert run(moody)[::2] == (0, [])


def test_what_a_later_attempt_of_a_share_mends_is_flaky_in_the_merged_run(
    moody: Path, tmp_path: Path
) -> None:
    mood = tmp_path / "mood"
    mood.touch()
    for attempt in ("1", "2"):
        own = {
            "SCRIPTCHECK_STORE": str(tmp_path / f"store{attempt}"),
            "GITHUB_RUN_ATTEMPT": attempt,
        }
        output = ("--output", str(tmp_path / "shares" / attempt))
        scriptcheck("run", "--all", "--shard", "1/1", *output, folder=moody, variables=own)
        mood.unlink(missing_ok=True)

    ended = scriptcheck("report", "--merge", str(tmp_path / "shares"), folder=moody)

    assert ended.returncode == 0
    assert (
        "flaky  train: with the same code and data it failed once and passed once" in ended.stdout
    )
    assert ended.stderr.startswith("left out ")
