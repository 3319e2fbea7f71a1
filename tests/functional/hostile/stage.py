"""A repository whose project is full of hostile scripts, beside ordinary ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.functional.cli.command import commit, git
from tests.functional.hostile.scripts import ORDINARY, Hostile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SETTINGS = """\
version: 1
project: zoo
defaults:
  memory: 300MiB
  limits: {processes: 20, log: 100KB, output_bytes: 20MB, output_files: 200}
datasets:
  raw: {copy: data}
steps:
"""
STEP = """\
  {name}:
    script: scripts/{name}.py
    inputs: {{data: raw}}
    outputs: {{out: {{}}}}
    timeout: {timeout}
"""


def lay_out(root: Path, scripts: Mapping[str, Hostile]) -> Path:
    """Make a repository with one commit: every hostile script a step, and two ordinary ones."""
    steps = {"first_ordinary": ORDINARY}
    steps |= {name: script.source for name, script in scripts.items()}
    steps |= {"last_ordinary": ORDINARY}
    (root / "data").mkdir(parents=True)
    (root / "scripts").mkdir()
    (root / "data" / "rows.csv").write_text("a,b\n1,2\n3,4\n")
    settings = SETTINGS
    for name, source in steps.items():
        (root / "scripts" / f"{name}.py").write_text(source)
        is_endless = name in scripts and scripts[name].truth.outcome == "timed_out"
        settings += STEP.format(name=name, timeout="2s" if is_endless else "30s")
    (root / "scriptcheck.yaml").write_text(settings)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    return root
