"""The command from outside: streams, exit codes, and what may go wrong at the edges."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ci_scriptcheck import __version__
from ci_scriptcheck.cli import main
from ci_scriptcheck.run import record
from tests.conftest import a_record
from tests.functional.cli.command import environment, scriptcheck

HEAVY = ("pydantic", "pandas", "numpy", "duckdb", "pyarrow", "pytest", "yaml", "subprocess")


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """Make the run directory of a run that passed."""
    record.write_record(tmp_path, a_record())
    return tmp_path


def test_help_goes_to_standard_output() -> None:
    ended = scriptcheck("--help")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Check the pipeline scripts that a change can break.")


def test_the_version_is_one_line() -> None:
    assert scriptcheck("-V").stdout == f"scriptcheck {__version__}\n"


def test_no_command_is_a_mistake_that_shows_the_help() -> None:
    ended = scriptcheck()

    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Usage: scriptcheck <command>" in ended.stderr


def test_mistakes_go_to_standard_error() -> None:
    ended = scriptcheck("rnu")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "error: unknown command `rnu`\n   = help: did you mean `run`?\n"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from ci_scriptcheck.cli import main; main.main(['--help'], {});"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )

    assert ended.stderr == "[]\n"


def test_what_speaks_to_aws_waits_with_boto3_until_it_is_used() -> None:
    code = (
        "import sys; from ci_scriptcheck.cli import aws_examination;"
        "from ci_scriptcheck.fixtures import allowed, credentials, trial;"
        "print([name for name in ('boto3', 'botocore', 'requests') if name in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )

    assert ended.stdout == "[]\n"


def test_colour_comes_when_asked_for_and_never_to_a_pipe_by_itself() -> None:
    assert "\x1b[" not in scriptcheck("explain", "SC201").stdout
    assert "\x1b[" in scriptcheck("explain", "SC201", "--color", "always").stdout
    assert "\x1b[" not in scriptcheck("explain", "SC201", "--color", "never").stdout


def test_an_unknown_rule_is_answered_with_the_nearest() -> None:
    ended = scriptcheck("explain", "sc20l")

    assert ended.returncode == 2
    assert "did you mean `SC2" in ended.stderr


def test_a_finished_run_is_written_again(finished: Path) -> None:
    ended = scriptcheck("report", "--run", str(finished))

    assert ended.returncode == 0
    assert "1 passed in 6.9 s" in ended.stdout


def test_a_report_goes_to_a_file(finished: Path) -> None:
    target = finished / "made" / "report.xml"

    ended = scriptcheck("report", "junit", "--run", str(finished), "-o", str(target))

    assert (ended.returncode, ended.stdout) == (0, "")
    assert target.read_text().startswith("<?xml")


def test_the_comment_on_a_pull_request_is_written_without_links(finished: Path) -> None:
    target = finished / "comment.md"

    ended = scriptcheck("report", "markdown", "--run", str(finished), "--output", str(target))

    assert (ended.returncode, ended.stdout) == (0, "")
    assert target.read_text().startswith("<!-- scriptcheck:")
    assert "### ✅ The only affected step passed" in target.read_text()
    assert "](http" not in target.read_text()


def test_the_record_is_json(finished: Path) -> None:
    import json

    ended = scriptcheck("report", "json", "--run", str(finished))

    assert json.loads(ended.stdout)["summary"]["passed"] == 1


def test_the_newest_run_is_reported_unless_one_is_named(tmp_path: Path) -> None:
    for name in ("older", "newer"):
        directory = tmp_path / ".scriptcheck" / "runs" / name
        directory.mkdir(parents=True)
        record.write_record(directory, a_record(run=name, interrupted="SIGINT"))

    assert (
        "record  .scriptcheck/runs/newer/record.json"
        in scriptcheck("report", folder=tmp_path).stdout
    )


def test_the_newest_run_is_found_from_a_project_below_the_repository(tmp_path: Path) -> None:
    directory = tmp_path / ".scriptcheck" / "runs" / "newer"
    project = tmp_path / "fraud"
    for folder in (directory, project, tmp_path / ".git"):
        folder.mkdir(parents=True)
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    record.write_record(directory, a_record(run="newer", interrupted="SIGINT"))

    assert (
        "record  ../.scriptcheck/runs/newer/record.json"
        in scriptcheck("report", folder=project).stdout
    )


def test_without_a_run_there_is_nothing_to_report(tmp_path: Path) -> None:
    ended = scriptcheck("report", folder=tmp_path)

    assert ended.returncode == 2
    assert "there is no finished run to report" in ended.stderr


def test_a_full_disk_is_named(finished: Path) -> None:
    ended = scriptcheck("report", "--run", str(finished), "-o", "/dev/full")

    assert ended.returncode == 2
    assert ended.stderr.startswith("error: /dev/full cannot be written: No space left on device\n")


def test_a_full_standard_output_is_named() -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "ci_scriptcheck", "explain"],
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert ended.returncode == 2
    assert ended.stderr.startswith("error: No space left on device\n")
    assert "Traceback" not in ended.stderr


def test_a_reader_that_leaves_ends_the_command_quietly() -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "ci_scriptcheck", "explain"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    started.stdout.close()
    started.stdout = None
    _, errors = started.communicate(timeout=60)

    assert (started.returncode, errors) == (141, "")


def test_a_name_that_the_terminal_cannot_write_does_not_end_the_report(finished: Path) -> None:
    variables = {"PYTHONIOENCODING": "ascii"}

    ended = scriptcheck("report", "--run", str(finished), variables=variables)

    assert ended.returncode == 0
    assert "9c1e2f4 \\u2192 1f0c9ab" in ended.stdout


class _Broken(list[str]):
    def __len__(self) -> int:
        raise RuntimeError("a fault of ours")


def test_a_fault_of_our_own_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(_Broken(), {}) == 70

    told = capsys.readouterr().err
    assert "RuntimeError: a fault of ours" in told
    assert f"error: scriptcheck {__version__} itself failed" in told


def test_a_library_of_ours_that_is_missing_is_no_fault_of_ours() -> None:
    code = (
        "import sys; sys.modules['pyrage'] = None;"
        "from ci_scriptcheck.cli import main; sys.exit(main.main(['fetch-fixtures', '--new-key'], {}))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: `pyrage` is missing, which scriptcheck needs\n")
    assert "= help: install scriptcheck again: `pip install" in ended.stderr
