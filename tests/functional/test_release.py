"""The tag of a major version moves to its newest release, and to nothing else: by our own workflow's script."""

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
CHANGE = "--method PATCH repos/acme/tool/git/refs/tags/v1"
MAKE = "--method POST repos/acme/tool/git/refs -f ref=refs/tags/v1"
COMMIT = f"-f sha={'c' * 40}"


def released(folder: Path, tag: str, tags: Sequence[str]) -> list[str]:
    """Release a tag beside others, and give what GitHub was asked to change."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    (step,) = jobs["major"]["steps"]
    program, state = folder / "gh", folder / "state.json"
    program.write_text(GH.format(python=sys.executable))
    program.chmod(0o755)
    state.write_text(json.dumps({"tags": [*tags, tag], "asked": []}))
    subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={
            "PATH": f"{folder}:{os.environ['PATH']}",
            "REPOSITORY": "acme/tool",
            "STATE": str(state),
            "TAG": tag,
        },
        check=True,
    )
    asked: list[str] = json.loads(state.read_text())["asked"]
    return asked


def test_the_first_release_makes_the_tag(tmp_path: Path) -> None:
    assert released(tmp_path, "v1.0.0", ["v0.9.0"]) == [f"{MAKE} {COMMIT} --silent"]


def test_a_newer_release_moves_it(tmp_path: Path) -> None:
    assert released(tmp_path, "v1.10.0", ["v1", "v1.9.0", "v1.11.0rc1", "v10.0.0"]) == [
        f"{CHANGE} {COMMIT} -F force=true --silent"
    ]


@pytest.mark.parametrize("tag", ["v1.9.9", "v1.11.0rc1", "v1.11.0.dev1", "v0.3.0", "v1.11"])
def test_an_older_one_and_one_for_trial_move_nothing(tmp_path: Path, tag: str) -> None:
    assert released(tmp_path, tag, ["v1", "v1.10.0"]) == []
