"""The tutorial, followed to the letter."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import ROOT, environment

if TYPE_CHECKING:
    from pathlib import Path

TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(\w+)(?: title=(\S+))?\n(.*?)```", re.DOTALL)

# Somebody who follows a tutorial has a name, and git's own defaults.
SOMEBODY = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
}


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Write the files, type the commands, and give what each block prints."""
    start = tmp_path_factory.mktemp("tutorial")
    (start / "bin").mkdir()
    command = start / "bin" / "scriptcheck"
    command.write_text('#!/bin/sh\nexec python -m ci_scriptcheck "$@"\n')
    command.chmod(0o755)
    folder = start
    told: list[str] = []
    for kind, title, text in BLOCK.findall(TUTORIAL):
        if title:
            (folder / title).write_text(text)
        elif kind == "console" and "pip install" not in text:
            told.append(typed(text, folder, start / "bin"))
            folder = start / "shop"
    return told


def typed(text: str, folder: Path, tools: Path) -> str:
    variables = environment() | SOMEBODY
    variables["PATH"] = f"{tools}:{variables['PATH']}"
    ended = subprocess.run(
        ["/bin/sh", "-c", text],
        cwd=folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    return ended.stdout


def test_everything_passes_before_the_change(followed: list[str]) -> None:
    _, first, _, _ = followed

    assert re.search(r"(passed|reused) .* daily/summarise +asked for", first)
    assert "FAILED" not in first


def test_the_plan_shows_what_the_change_can_break(followed: list[str]) -> None:
    _, _, change, _ = followed

    assert re.search(r"prepare +prepare.py changed", change)
    assert re.search(r"daily/summarise +after prepare", change)


def test_the_change_is_caught_as_the_tutorial_says(followed: list[str]) -> None:
    _, _, change, _ = followed

    shown = re.findall(r"(?m)^ +(\w+) +[\d.]+ s +(\S+) +(\w.*)$", change)
    assert shown == re.findall(r"(?m)^ +(\w+) +[\d.]+ s +(\S+) +(\w.*)$", TUTORIAL)
    assert "SC401 column `total` of `prepared.csv` is gone" in change
    assert "`summarise` names it in `daily`; alone, `prepare` has no reader" in change
    assert "input `prepared` has `turnover`, " in change
    assert "SC201 KeyError: 'Column not found: total'" in change
    assert "--> summarise.py:8" in change


def test_no_command_of_the_tutorial_is_misspelt(followed: list[str]) -> None:
    assert "error:" not in "".join(followed)
    assert "Traceback" not in "".join(followed)
