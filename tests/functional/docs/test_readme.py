"""What the README shows is what happens."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from tests.functional.cli.command import ROOT, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(kind: str, containing: str) -> str:
    """Give the first example of a kind with a text in it."""
    found: list[str] = re.findall(rf"```{kind}\n(.*?)```", README, re.DOTALL)
    return next(text for text in found if containing in text)


def without_times(text: str) -> str:
    return re.sub(r"\d+\.\d s", "0.1 s", text)


def test_the_demonstration_prints_what_the_readme_shows(tmp_path: Path) -> None:
    tasks, failure = block("text", "FAILED  fraud/train").split("FAILED  fraud/train\n")

    told = without_times(scriptcheck("demo", "--output", str(tmp_path / "demo")).stdout)

    assert failure in told
    # The tasks stand in the order in which they end.
    assert all(line in told.splitlines() for line in without_times(tasks).splitlines())


def test_the_script_and_the_settings_of_the_readme_run_together(tmp_path: Path) -> None:
    data = tmp_path / "tests" / "data"
    data.mkdir(parents=True)
    (data / "orders.csv").write_text("price,pieces\n1.5,2\n3,4\n")
    (tmp_path / "prepare.py").write_text(block("python", "# prepare.py"))
    (tmp_path / "train.py").write_text(block("python", "# train.py"))
    (tmp_path / "scriptcheck.yaml").write_text(block("yaml", "version: 1"))
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)

    ended = scriptcheck("run", "--all", folder=tmp_path)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.count("daily/") == 2
