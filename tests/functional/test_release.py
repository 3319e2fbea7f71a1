"""A release has its own section of the change log, and the tag of its major version: by our own workflow's scripts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
GH = """\
#!{python}
import json, os, sys

state = json.load(open(os.environ["STATE"]))
words = [word for word in sys.argv[1:] if not word.startswith("--")]
if "matching-refs" in sys.argv[3]:
    print("\\n".join(f"refs/tags/{{tag}}" for tag in state["tags"]))
elif "/commits/" in sys.argv[2]:
    print("c" * 40)
elif "/git/ref/tags/" in sys.argv[2]:
    sys.exit(sys.argv[2].rpartition("/")[2] not in state["tags"])
else:
    state["asked"].append(" ".join(sys.argv[2:]))
    json.dump(state, open(os.environ["STATE"], "w"))
"""
NOTING = """\
#!{python}
import pathlib, sys

pathlib.Path("words").write_text("\\n".join(sys.argv[1:]))
"""
CHANGES = """\
# Changelog

## Unreleased

- Later.

## 1.2.0rc1 - 2026-01-03

- For trial.

## 1.2.0 (2026-01-04)

- The release.

### More of it

- Again.

## 1.1.10

- The tenth.

## 1.1.1

- The first.
"""
CHANGE = "--method PATCH repos/acme/tool/git/refs/tags/v1"
MAKE = "--method POST repos/acme/tool/git/refs -f ref=refs/tags/v1"
COMMIT = f"-f sha={'c' * 40}"


def released(folder: Path, tag: str, tags: Sequence[str]) -> list[str]:
    """Release a tag beside others, and give what GitHub was asked to change."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    (step,) = jobs["major"]["steps"]
    state = folder / "state.json"
    state.write_text(json.dumps({"tags": [*tags, tag], "asked": []}))
    called(step["run"], folder, GH, TAG=tag, REPOSITORY="acme/tool", STATE=str(state))
    asked: list[str] = json.loads(state.read_text())["asked"]
    return asked


def made(folder: Path, tag: str, changes: str) -> tuple[list[str], str]:
    """Make a release of a tag, and give the words that GitHub's program was called with, and the notes."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    step = jobs["release"]["steps"][-1]
    (folder / "CHANGELOG.md").write_text(changes)
    (folder / "dist").mkdir()
    (folder / "dist" / "tool.whl").touch()
    called(step["run"], folder, NOTING, TAG=tag)
    return (folder / "words").read_text().splitlines(), (folder / "notes.md").read_text().strip()


def called(script: str, folder: Path, gh: str, **variables: str) -> None:
    """Run a step of a workflow as GitHub does, with a program in the place of `gh`."""
    program = folder / "gh"
    program.write_text(gh.format(python=sys.executable))
    program.chmod(0o755)
    subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": f"{folder}:{os.environ['PATH']}", **variables},
        check=True,
    )


def test_the_first_release_makes_the_tag(tmp_path: Path) -> None:
    assert released(tmp_path, "v1.0.0", ["v0.9.0"]) == [f"{MAKE} {COMMIT} --silent"]


def test_a_newer_release_moves_it(tmp_path: Path) -> None:
    assert released(tmp_path, "v1.10.0", ["v1", "v1.9.0", "v1.11.0rc1", "v10.0.0"]) == [
        f"{CHANGE} {COMMIT} -F force=true --silent"
    ]


@pytest.mark.parametrize("tag", ["v1.9.9", "v1.11.0rc1", "v1.11.0.dev1", "v0.3.0", "v1.11"])
def test_an_older_one_and_one_for_trial_move_nothing(tmp_path: Path, tag: str) -> None:
    assert released(tmp_path, tag, ["v1", "v1.10.0"]) == []


@pytest.mark.parametrize(
    ("tag", "notes"),
    [
        ("v1.2.0", "- The release.\n\n### More of it\n\n- Again."),
        ("v1.2.0rc1", "- For trial."),
        ("v1.1.1", "- The first."),
        ("v1.1.10", "- The tenth."),
    ],
)
def test_a_release_has_the_section_of_its_own_version(
    tmp_path: Path, tag: str, notes: str
) -> None:
    assert made(tmp_path, tag, CHANGES)[1] == notes


@pytest.mark.parametrize("changes", [CHANGES, CHANGES + "\n## 1.1\n\n## 2.0.0\n\n"])
def test_without_such_a_section_nothing_is_released(tmp_path: Path, changes: str) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        made(tmp_path, "v1.1", changes)

    assert not (tmp_path / "words").exists()


@pytest.mark.parametrize(
    ("tag", "is_trial"), [("v1.2.0", False), ("v1.1.10", False), ("v1.2.0rc1", True)]
)
def test_what_is_no_plain_version_is_released_for_trial(
    tmp_path: Path, tag: str, is_trial: bool
) -> None:
    words, _ = made(tmp_path, tag, CHANGES)

    assert words[:3] == ["release", "create", tag]
    assert ("--prerelease" in words) is is_trial
    assert words[-1] == "dist/tool.whl"
