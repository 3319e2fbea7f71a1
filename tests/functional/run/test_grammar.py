"""An error of syntax counts where our Python reads the script as its own would."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.project import Node, Pipeline, Project, Settings, Step
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.run import grammar

if TYPE_CHECKING:
    from pathlib import Path

OURS = f"{sys.version_info.major}.{sys.version_info.minor}"
UNPARSABLE = Finding(rule="SC107", severity=Level.ERROR, message="?", subject="train.py")
SPARED = Finding(rule="SC106", severity=Level.ERROR, message="?", subject="train.py")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder, version in ((".venv", "3.99.1"), (".ours", OURS)):
        (tmp_path / folder / "bin").mkdir(parents=True)
        (tmp_path / folder / "pyvenv.cfg").write_text(f"version = {version}\n")
    return tmp_path


def told(root: Path, python: str | None, in_pipeline: str | None = None) -> tuple[Finding, ...]:
    node = Node(name="train", step="train", settings=Settings(python=in_pipeline or python))
    project = Project(
        name="shop",
        steps={"train": Step(name="train", script="train.py", settings=Settings(python=python))},
        pipelines={"daily": Pipeline(name="daily", nodes=(node,), links=(), edges=())},
    )
    return grammar.left_to_their_own((UNPARSABLE, SPARED), project, root)


def test_code_for_another_version_is_only_warned_of(root: Path) -> None:
    warned, spared = told(root, ".venv/bin/python")

    assert warned.severity is Level.WARNING
    assert warned.evidence == (
        f"read as Python {OURS}; `.venv/bin/python` is Python 3.99, and its run decides",
    )
    assert spared == SPARED


@pytest.mark.parametrize("python", [None, ".ours/bin/python"])
def test_code_for_our_version_is_wrong(root: Path, python: str | None) -> None:
    assert told(root, python) == (UNPARSABLE, SPARED)


def test_code_for_both_versions_is_wrong(root: Path) -> None:
    assert told(root, ".venv/bin/python", in_pipeline=".ours/bin/python") == (UNPARSABLE, SPARED)
