"""A project full of hostile scripts: each is contained and told of truthfully, the others unharmed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from tests.functional.cli.command import environment
from tests.functional.hostile import scripts
from tests.functional.hostile.stage import lay_out
from tests.functional.run.process_stage import left_in

if TYPE_CHECKING:
    from pathlib import Path

ALL = scripts.ENDINGS | scripts.ATTACKS
ORDINARY = ("first_ordinary", "last_ordinary")
SECRET = dict.fromkeys(
    ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"), "hunter2"
)
CONTROL = re.compile(r"[^\n\t\x20-\x7e\u00a0-\u2029\u202f-\ud7ff\ue000-\uffff]")


def test_every_hostile_script_is_contained_and_told_of_truthfully(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "zoo", ALL)

    ended = scriptcheck(root, "run", "--all", "--mode", "isolation", "--junit", "junit.xml", "-v")

    assert (ended.returncode, ended.stderr) == (1, "")
    record = json.loads(the_record(root))
    told = {task["step"]: task for task in record["tasks"]}
    assert [wrong for name in ALL if (wrong := untrue(name, told[name]))] == []
    assert {told[name]["outcome"] for name in ORDINARY} == {"passed"}
    assert left_in(tmp_path) == []
    for text in (ended.stdout, the_record(root), (root / "junit.xml").read_text()):
        assert CONTROL.findall(text) == []
        assert "hunter2" not in text
        assert "root:x:" not in text
    assert re.findall(r"^ *::.*|.*##\[.*", ended.stdout, re.MULTILINE) == []
    assert cases(root) == told.keys()
    nothing_was_poisoned(root)


def nothing_was_poisoned(root: Path) -> None:
    """Only what passed is reused, and it is what it was; nothing else was taken for it."""
    ended = scriptcheck(root, "run", *ORDINARY, "exits_with_0", "--json")

    told = {task["step"]: task for task in json.loads(ended.stdout)["tasks"]}
    assert {told[name]["outcome"] for name in ORDINARY} == {"reused"}
    assert {told[name]["outputs"]["out"]["rows"] for name in ORDINARY} == {2}
    assert told["exits_with_0"]["outcome"] == "failed"


def untrue(name: str, task: dict[str, Any]) -> str | None:
    """Say what is wrong with the report about a script."""
    expected = ALL[name]
    errors = [item for item in task["findings"] if item["severity"] == "error"]
    warnings = [
        f"{item['rule']} {item['message']}"
        for item in task["findings"]
        if item["severity"] == "warning"
    ]
    rule = errors[0]["rule"] if errors else None
    message = errors[0]["message"] if errors else ""
    truth = expected.truth
    said = (task["outcome"], rule, truth.says in message, expected.warns in str(warnings))
    if said == (truth.outcome, truth.rule, True, True):
        return None
    return f"{name}: {task['outcome']} {rule} {message} {warnings}"


def the_record(root: Path) -> str:
    (record,) = (root / ".scriptcheck" / "runs").glob("*/record.json")
    return record.read_text()


def cases(root: Path) -> set[str]:
    found = ET.parse(root / "junit.xml").getroot().iter("testcase")  # noqa: S314  (we wrote it)
    return {case.attrib["name"] for case in found}


def scriptcheck(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ci_scriptcheck", *words],
        cwd=root,
        env=environment() | SECRET,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
