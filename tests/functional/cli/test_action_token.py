"""The token of a job goes to no program that code of the repository may have replaced in it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.functional.cli.command import ROOT, commit, environment, git

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = "version: 1\ndefaults: {path: [.]}\n"


class Job:
    """One job of a repository, in which the action has been installed."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.temp, self.said = folder / "checkout", folder / "temp", folder / "said"
        self.checkout.mkdir()
        (self.checkout / "scriptcheck.yaml").write_text(SETTINGS)
        git(self.checkout, "init", "--quiet", "--initial-branch=main")
        commit(self.checkout)
        (self.temp / "scriptcheck" / "tool").mkdir(parents=True)
        (self.temp / "scriptcheck" / "tool" / "installed").touch()

    def untouched(self) -> str:
        """Carry out the step that installs, and give what it says to those that may get the token."""
        self.said.write_text("")
        self._called([str(ROOT / "action" / "set_up.py"), "tool"]).check_returncode()
        return self.said.read_text()

    def step(self, word: str) -> subprocess.CompletedProcess[str]:
        return self._called(["-m", "ci_scriptcheck.cli.action", word])

    def _called(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        about = {"GITHUB_OUTPUT": str(self.said), "GITHUB_WORKSPACE": str(self.checkout)}
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.checkout,
            env=environment() | about | {"RUNNER_TEMP": str(self.temp)},
            capture_output=True,
            text=True,
            check=False,
        )


def test_the_first_use_is_one_that_the_token_can_be_given_to(tmp_path: Path) -> None:
    job = Job(tmp_path)

    assert job.untouched() == "untouched=true\n"


def test_getting_history_runs_nothing_of_the_repository(tmp_path: Path) -> None:
    job = Job(tmp_path)

    assert job.step("history").stdout == ""
    assert job.untouched() == "untouched=true\n"


def test_what_comes_after_that_may_and_later_uses_are_told(tmp_path: Path) -> None:
    job = Job(tmp_path)

    job.step("scripts").check_returncode()

    assert job.untouched() == "untouched=false\n"
    assert "has no token" in job.step("history").stdout


def test_then_nothing_is_published_and_what_to_do_is_said(tmp_path: Path) -> None:
    job = Job(tmp_path)
    job.step("scripts")

    refused = job.step("publish")

    assert refused.returncode == 2
    assert "has run code of the repository" in refused.stderr
    assert "let another job publish" in refused.stderr
    assert "outcome<<" in job.said.read_text()
