"""Runs from the command line, on the demonstration's repository and its pull request."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.cli.demo import pull_request
from tests.functional.cli.command import environment, scriptcheck

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def main(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the repository, with `main` checked out."""
    return pull_request.lay_out(tmp_path_factory.mktemp("main"))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the repository, with the pull request checked out."""
    root = pull_request.lay_out(tmp_path_factory.mktemp("broken"))
    pull_request.break_it(root)
    return root


def steady(text: str) -> str:
    """Replace what differs from run to run and from version to version."""
    text = re.sub(r"\d+\.\d s", "0.1 s", text)
    text = re.sub(r"runs/\w+", "runs/7f3a1c", text)
    return re.sub(r"scriptcheck \d\S*", "scriptcheck 1.0.0", text)


def test_a_pull_request_that_breaks_a_script_is_caught(
    broken: Path, golden: Callable[[str], object]
) -> None:
    ended = scriptcheck("run", "--base", "main", "--no-reuse", "--workers", "2", folder=broken)

    assert (ended.returncode, ended.stderr) == (1, "")
    # Written again from the record, tasks stand in the plan's order.
    assert steady(scriptcheck("report", folder=broken).stdout) == golden("demo/pull_request.txt")


def test_the_plan_of_a_pull_request(
    broken: Path, tmp_path: Path, golden: Callable[[str], object]
) -> None:
    empty = {"SCRIPTCHECK_STORE": str(tmp_path / "store")}

    ended = scriptcheck("plan", folder=broken, variables=empty)

    assert ended.returncode == 0
    assert steady(ended.stdout) == golden("demo/plan.txt")


def test_a_script_is_named_by_its_path_from_any_folder(broken: Path) -> None:
    plans = [
        scriptcheck("plan", "train", "--json", folder=broken),
        scriptcheck("plan", "scripts/train.py", "--json", folder=broken),
        scriptcheck("plan", "train.py", "-C", "..", "--json", folder=broken / "scripts"),
        scriptcheck("plan", str(broken / "scripts" / "train.py"), "--json", folder=broken),
    ]

    assert {"train", "fraud/train"} <= {
        task["id"] for task in json.loads(plans[0].stdout)["tasks"]
    }
    assert len({plan.stdout for plan in plans}) == 1


def test_a_plan_is_json_too(broken: Path) -> None:
    plan = json.loads(scriptcheck("plan", "--json", folder=broken).stdout)

    assert {task["id"] for task in plan["tasks"]} >= {"preprocess", "fraud/train"}


def test_json_leaves_only_the_record_on_standard_output(broken: Path) -> None:
    ended = scriptcheck("run", "--json", folder=broken)

    assert json.loads(ended.stdout)["exit_code"] == ended.returncode == 1
    assert "FAILED  fraud/train" in ended.stderr


def test_junit_is_written_beside_the_text(broken: Path) -> None:
    ended = scriptcheck("run", "--junit", "made/junit.xml", folder=broken)

    suites = ET.parse(broken / "made" / "junit.xml").getroot()  # noqa: S314  (we wrote it)
    assert [suite.attrib["name"] for suite in suites] == ["isolation", "fraud"]
    assert sum(int(suite.attrib["failures"]) for suite in suites) == 1
    assert "FAILED  fraud/train" in ended.stdout


def test_a_page_is_written_beside_the_text_and_later_from_the_record(broken: Path) -> None:
    ended = scriptcheck("run", "--html", "made/page.html", folder=broken)
    told = scriptcheck("report", "html", folder=broken)

    page = (broken / "made" / "page.html").read_text(encoding="utf-8")
    assert ended.returncode == 1
    assert page.startswith("<!doctype html>")
    assert page == told.stdout


@pytest.mark.parametrize(
    ("here", "words"),
    [(".", ()), ("scripts", ()), ("..", ("-C", "shop"))],
    ids=["at the top", "from a folder below", "from above"],
)
def test_the_places_of_a_failure_can_be_opened_where_the_command_was_called(
    broken: Path, here: str, words: tuple[str, ...]
) -> None:
    folder = (broken / here).resolve()

    ran = scriptcheck(*words, "run", folder=folder).stdout
    told = scriptcheck(*words, "report", folder=folder).stdout

    for text in (ran, told):
        (record,) = re.findall(r"^record  (.*)$", text, re.MULTILINE)
        (look,) = re.findall(r"^  look +(.*)$", text, re.MULTILINE)
        assert (folder / record).is_file()
        assert (folder / look).is_dir()
        assert not record.startswith("/")


def test_the_places_of_a_run_in_another_repository_are_absolute(
    broken: Path, tmp_path: Path
) -> None:
    shown = scriptcheck("-C", str(broken), "run", folder=tmp_path).stdout

    assert f"record  {broken}/.scriptcheck/runs/" in shown


def test_a_command_named_by_a_failure_repeats_it(broken: Path) -> None:
    shown = scriptcheck("run", folder=broken).stdout
    (command,) = re.findall(r"reproduce +scriptcheck (.*)", shown)

    ended = scriptcheck(*command.split(), folder=broken)

    assert ended.returncode == 1
    assert "FAILED  fraud/train" in ended.stdout


def test_quiet_prints_failures_only(main: Path, broken: Path) -> None:
    assert scriptcheck("run", "-q", folder=broken).stdout.startswith("FAILED  fraud/train")
    passed = scriptcheck("run", "--all", "-q", folder=main).stdout
    assert len(passed.splitlines()) == 1


def test_a_run_with_nothing_to_do_imports_nothing_that_takes_long(main: Path) -> None:
    scriptcheck("run", "--all", folder=main)
    slow = ("ast", "dataclasses", "duckdb", "inspect", "pandas", "pydantic", "pytest", "yaml")
    code = (
        "import os, sys; from ci_scriptcheck.cli.main import main\n"
        "main(['run', '--all', '--quiet'], os.environ)\n"
        f"print([name for name in {slow} if name in sys.modules], file=sys.stderr)"
    )

    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=main,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert ended.stderr == "[]\n"


def test_all_is_reused_when_nothing_changed(main: Path) -> None:
    scriptcheck("run", "--all", folder=main)

    ended = scriptcheck("run", "--all", folder=main)

    assert ended.returncode == 0
    assert "12 reused in" in ended.stdout


def test_nothing_to_do_is_said(main: Path) -> None:
    ended = scriptcheck("run", folder=main)

    assert ended.returncode == 0
    assert ended.stdout.endswith(
        "no file changed: nothing to check; `scriptcheck run --all` checks every step,"
        " `scriptcheck run --base HEAD~1` what the last commit can break\n"
    )


def test_one_script_is_checked_by_its_path_or_its_name(main: Path) -> None:
    for name in ("scripts/ingest.py", "ingest"):
        ended = scriptcheck("test-script", name, "--no-reuse", folder=main)

        assert ended.returncode == 0
        assert re.search(r"passed .* ingest +asked for", ended.stdout)


def test_a_script_in_a_scenario_of_its_own(main: Path) -> None:
    ended = scriptcheck("test-script", "ingest", "--scenario", "one_row", folder=main)

    assert ended.returncode == 0
    assert "ingest[one_row]" in ended.stdout


def test_a_pipeline_in_a_scenario_of_its_own(main: Path) -> None:
    ended = scriptcheck("test-pipeline", "fraud", "--scenario", "one_row", folder=main)

    assert ended.returncode == 0
    assert "fraud/train[one_row]" in ended.stdout


def test_verbose_prints_what_each_script_printed(main: Path) -> None:
    ended = scriptcheck("test-script", "ingest", "--no-reuse", "-v", folder=main)

    assert re.search(r"passed .* ingest .*\n +\| kept 2000 orders\n", ended.stdout)


def test_a_plan_names_the_results_that_are_there(main: Path) -> None:
    scriptcheck("run", "--all", folder=main)

    assert "preprocess (reused)" in scriptcheck("plan", "--all", folder=main).stdout


def test_one_pipeline_is_checked_from_end_to_end(main: Path) -> None:
    ended = scriptcheck("test-pipeline", "fraud", "--no-reuse", folder=main)

    assert ended.returncode == 0
    assert "6 passed" in ended.stdout


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("test-pipeline", "frad"), "did you mean `fraud`?"),
        (("test-script", "ingets"), "did you mean `ingest`?"),
        (("run", "fraud/trian"), "did you mean `fraud/train`?"),
        (("test-script", "ingest", "--scenario", "one_rwo"), "did you mean `one_row`?"),
        (("run", "--all", "train"), "leave one of them out"),
    ],
)
def test_a_mistyped_name_is_answered_with_the_nearest(
    main: Path, words: tuple[str, ...], advice: str
) -> None:
    ended = scriptcheck(*words, folder=main)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert advice in ended.stderr


def test_a_base_that_does_not_exist_ends_with_three(main: Path) -> None:
    assert scriptcheck("run", "--base", "nobody", folder=main).returncode == 3


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"]
)
def test_a_signal_ends_the_run_and_leaves_a_record(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    root = pull_request.lay_out(tmp_path)
    script = root / "scripts" / "split.py"
    script.write_text(f"import time\nprint('here', flush=True)\n{script.read_text()}")
    slow = script.read_text().replace("    features =", "    time.sleep(600)\n    features =")
    script.write_text(slow)
    started = subprocess.Popen(
        [sys.executable, "-m", "ci_scriptcheck", "run", "--mode", "pipeline"],
        cwd=root,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert started.stdout is not None
    told = ""
    while "fraud/preprocess" not in told:
        told += started.stdout.readline()
    started.send_signal(number)
    rest, _ = started.communicate(timeout=60)

    assert started.returncode == code, told + rest
    assert f"interrupted by {number.name}" in rest
    (record,) = (root / ".scriptcheck" / "runs").glob("*/record.json")
    outcomes = {task["id"]: task["outcome"] for task in json.loads(record.read_text())["tasks"]}
    assert outcomes["fraud/preprocess"] == "passed"
    assert outcomes["fraud/split"] == outcomes["fraud/train"] == "not_run"


def test_the_demonstration_catches_its_pull_request(tmp_path: Path) -> None:
    ended = scriptcheck("demo", "--output", str(tmp_path / "demo"))

    assert ended.returncode == 0, ended.stdout + ended.stderr
    left = {path.name for path in (tmp_path / "demo").iterdir()}
    assert left == {"junit.xml", "log.txt", "record.json", "run", "shop"}
    assert "FAILED  fraud/train" in (tmp_path / "demo" / "log.txt").read_text()
    again = subprocess.run(
        ["/bin/sh", "-c", ended.stdout.splitlines()[-1]],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "FAILED  fraud/train" in again.stdout


@pytest.mark.parametrize("command", [["run"], ["run", "--all"], ["plan"]])
def test_settings_that_a_branch_empties_do_not_pass(tmp_path: Path, command: list[str]) -> None:
    root = pull_request.lay_out(tmp_path)
    (root / "scriptcheck.yaml").write_text("version: 1\n")

    ended = scriptcheck(*command, folder=root)

    assert ended.returncode == 2
    assert "has no steps, so nothing would ever be checked" in ended.stderr


@pytest.mark.parametrize(
    ("skipped", "share", "expected"),
    [
        (("a",), "1/2", 0),
        (("a",), "2/2", 0),
        (("a", "h"), "1/2", 1),
        (("a", "h"), "2/2", 1),
        (("a",), "2/3", 0),
        (("a", "h"), None, 1),
    ],
)
def test_a_share_is_good_where_all_that_is_left_to_it_is_skipped_and_others_test_the_rest(
    tmp_path: Path, skipped: tuple[str, ...], share: str | None, expected: int
) -> None:
    root = pull_request.lay_out(tmp_path)
    for name in ("a", "h"):
        (root / "scripts" / f"{name}.py").write_text("def main():\n    return 1\n")
    more = dict.fromkeys(skipped, ", skip: it needs a queue")
    steps = "".join(
        f"  {name}: {{script: scripts/{name}.py{more.get(name, '')}}}\n" for name in ("a", "h")
    )
    (root / "scriptcheck.yaml").write_text(f"version: 1\nsteps:\n{steps}")

    words = ["--shard", share] if share else []
    ended = scriptcheck("run", "a", "h", *words, folder=root)

    assert ended.returncode == expected, ended.stdout + ended.stderr
    assert ("nothing was tested" in ended.stdout) == bool(expected)
    assert ("nothing to check in this share" in ended.stdout) == (share == "2/3")
