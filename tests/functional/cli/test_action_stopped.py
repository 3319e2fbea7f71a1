"""A job that cannot check leaves a record that says so, under the name that the project's comment has."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.cli import action_inputs, installation, stopping
from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.stopped import of_error
from ci_scriptcheck.run import record as run_record
from tests.conftest import a_record
from tests.emulator import runner
from tests.functional.cli.command import ROOT, commit, environment, git

if TYPE_CHECKING:
    from ci_scriptcheck.model.run_record import RunRecord

SETTINGS = "version: 1\nproject: fraud\n"


class Job:
    """A job of a repository with a project at its top."""

    def __init__(self, folder: Path, settings: str | None = SETTINGS) -> None:
        self.checkout, self.temp, self.said = folder / "shop", folder / "temp", folder / "said"
        self.checkout.mkdir(parents=True)
        git(self.checkout, "init", "--quiet", "--initial-branch=main")
        self.write("scriptcheck.yaml", SETTINGS)
        if settings != SETTINGS:
            self.write("scriptcheck.yaml", settings)
        self.temp.mkdir()

    def write(self, name: str, text: str | None) -> None:
        file = self.checkout / name
        if text is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        commit(self.checkout)

    def leaves(self, **inputs: str) -> RunRecord:
        """Let the check of this job have ended badly, and give the record that is kept then."""
        found = action_inputs.for_a_record(self._environ(inputs))
        assert found is not None
        return stopping.leave(found, UsageError(what="no"), self._environ(inputs))

    def checks(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        words = ["-m", "ci_scriptcheck.cli.action", "check"]
        return self.calls([sys.executable, *words], **inputs)

    def calls(self, command: list[str], **inputs: str) -> subprocess.CompletedProcess[str]:
        self.said.write_text("")
        return subprocess.run(
            command,
            cwd=self.checkout,
            env=environment() | self._environ(inputs),
            capture_output=True,
            text=True,
            check=False,
        )

    def _environ(self, inputs: dict[str, str]) -> dict[str, str]:
        about = {
            "GITHUB_OUTPUT": str(self.said),
            "GITHUB_WORKSPACE": str(self.checkout),
            "GITHUB_BASE_REF": "main",
            "GITHUB_RUN_ATTEMPT": "2",
            "RUNNER_TEMP": str(self.temp),
        }
        return about | {f"INPUT_{name.strip('_').upper()}": text for name, text in inputs.items()}

    @property
    def outputs(self) -> dict[str, str]:
        return runner.outputs(self.said.read_text())

    @property
    def left(self) -> RunRecord:
        """Give the record that is kept of the job."""
        return run_record.read_record(Path(self.outputs["artifact-path"]))


def test_a_key_that_nobody_knows_is_in_the_record_with_its_place(tmp_path: Path) -> None:
    job = Job(tmp_path, SETTINGS + "pipelnes: {}\n")

    ended = job.checks()

    assert ended.returncode == 2
    stopped = job.left.stopped
    assert stopped is not None
    assert stopped.what == "unknown key `pipelnes`"
    assert str(stopped.where) == "scriptcheck.yaml:3"
    assert (stopped.code, stopped.attempt) == (2, 2)
    assert stopped.excerpt is not None
    assert stopped.excerpt.lines == ("pipelnes: {}",)
    assert job.outputs["outcome"] == "error"
    assert job.outputs["artifact"] == "scriptcheck"
    assert ended.stdout.count("::error ") == 1


def test_it_is_about_the_commit_that_is_checked_out(tmp_path: Path) -> None:
    job = Job(tmp_path)

    changes = job.leaves().plan.changes

    head = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=job.checkout, text=True)
    assert changes.head == head.strip()
    assert changes.base_name == "main"


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ("version: 1\nproject: fraud\npipelnes: {}\n", "fraud"),
        ("project: fraud\nsteps: [\n", "fraud"),
        (None, "fraud"),
        ("version: 7\n", "shop"),
    ],
    ids=["unknown key", "no YAML", "taken away by this change", "never named"],
)
def test_the_project_is_called_as_its_comment_is(
    tmp_path: Path, settings: str | None, name: str
) -> None:
    assert Job(tmp_path, settings).leaves().plan.project == name


def test_a_project_in_a_folder_is_called_by_the_way_to_it(tmp_path: Path) -> None:
    job = Job(tmp_path)
    job.write("eu/model/scriptcheck.yaml", "version: 7\n")

    plan = job.leaves(project="eu/model/").plan

    assert (plan.project, plan.folder) == ("eu/model", "eu/model")


@pytest.mark.parametrize("folder", ["teams/fruad", "../elsewhere", "/etc"])
def test_a_folder_that_is_not_there_takes_no_other_projects_name(
    tmp_path: Path, folder: str
) -> None:
    assert Job(tmp_path).leaves(project=folder).plan.project == folder


def test_where_nothing_is_checked_out_there_is_a_record_all_the_same(tmp_path: Path) -> None:
    job = Job(tmp_path)
    shutil.rmtree(job.checkout / ".git")

    assert job.leaves().plan.project == "shop"


def test_a_share_says_which_one_it_is(tmp_path: Path) -> None:
    share = Job(tmp_path).leaves(shard="2/3").plan.share

    assert share is not None
    assert (share.number, share.of, share.attempt) == (2, 3, 2)


def test_shares_that_cannot_be_merged_have_left_what_there_is_to_say(tmp_path: Path) -> None:
    job = Job(tmp_path)

    assert job.checks(command_="merge").returncode == 2

    assert "artifact" not in job.outputs


def test_no_report_of_it_looks_like_a_pass(tmp_path: Path) -> None:
    job = Job(tmp_path)

    job.leaves()

    kept = job.temp / "scriptcheck" / "artifacts" / "scriptcheck"
    assert {file.name for file in kept.iterdir()} == {"junit.xml", "record.json", "report.html"}
    assert 'errors="1"' in (kept / "junit.xml").read_text()
    assert "Could not be checked" in (kept / "report.html").read_text()
    public = json.loads((kept / "record.json").read_text())
    assert (public["exit_code"], public["stopped"]["what"]) == (2, "no")


@pytest.mark.parametrize(("why", "finished"), [("no", 1), ("an earlier use of the action", 0)])
def test_what_had_finished_by_then_is_kept_and_nothing_of_an_earlier_use(
    tmp_path: Path, why: str, finished: int
) -> None:
    job = Job(tmp_path)
    folder = job.checkout / ".scriptcheck" / "runs" / "scriptcheck"
    folder.mkdir(parents=True)
    run_record.write_record(folder, a_record(stopped=of_error(UsageError(what=why))))

    record = job.leaves()

    assert len(record.results) == finished
    assert record.stopped == of_error(UsageError(what="no"), attempt=2)


class Scripts(Job):
    """A job in which the scripts' libraries are installed, by the real uv."""

    def installs(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        uv = self.temp / "scriptcheck" / "uv" / "bin" / "uv"
        uv.parent.mkdir(parents=True, exist_ok=True)
        if not uv.exists():
            uv.symlink_to(shutil.which("uv") or "no uv")
        return self.calls(
            [sys.executable, "-I", str(ROOT / "action" / "set_up.py"), "scripts"],
            python=sys.executable,
            **inputs,
        )

    def told(self, **inputs: str) -> Any:
        """Install, check, and give what the record says then."""
        assert self.installs(**inputs).returncode == 1
        self.ended = self.checks(installed="failure", **inputs)
        assert self.ended.returncode == 2
        return self.left.stopped


def test_a_library_that_is_nowhere_is_told_with_the_file_that_names_it(tmp_path: Path) -> None:
    job = Scripts(tmp_path)
    job.write("requirements-dev.txt", "--no-index\npandsa\n")

    stopped = job.told(requirements="requirements-dev.txt\n")

    assert stopped.what == "could not install `requirements-dev.txt` (input `python-requirements`)"
    assert str(stopped.where) == "requirements-dev.txt"
    assert any("pandsa was not found" in fact for fact in stopped.facts), stopped.facts
    (shown,) = [line for line in job.ended.stdout.splitlines() if line.startswith("::error ")]
    assert shown.startswith("::error file=requirements-dev.txt,")
    assert "pandsa was not found" in shown


def test_a_file_that_is_beside_the_project_only_is_named_as_it_is_to_be_written(
    tmp_path: Path,
) -> None:
    job = Scripts(tmp_path)
    job.write("teams/fraud/requirements.txt", "--no-index\n")

    stopped = job.told(requirements="requirements.txt", project="teams/fraud")

    assert stopped.what.startswith("there is no file `requirements.txt`, which the input")
    assert stopped.where is None
    assert stopped.advice == "write `teams/fraud/requirements.txt`"


@pytest.mark.parametrize(
    "content", ["[", "[]", '{"what": 7, "facts": {}, "file": []}', "x" * 100_000]
)
def test_code_of_the_repository_that_writes_the_reason_writes_text_alone(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / installation.FILE).write_text(content)

    assert installation.failure(tmp_path).what == "what the scripts need could not be installed"


def test_nobody_waits_for_a_reason_that_is_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / installation.FILE)

    assert installation.failure(tmp_path).where is None
