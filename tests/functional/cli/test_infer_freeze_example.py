"""An example whose data were frozen: what ran on the real sample runs on the made one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import ROOT, commit, git, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

KEPT = ("carrier", "origin", "dest", "time_hour")
"""What the settings name the values of; all else is replaced."""


@pytest.mark.slow
def test_penguins_are_told_apart_by_what_was_learned_of_made_ones(tmp_path: Path) -> None:
    project = tmp_path / "penguins"
    shutil.copytree(ROOT / "examples/penguins", project)
    shutil.copy(ROOT / "examples/requirements.txt", tmp_path)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")

    words = ("--keep", "species", "--keep", "island", "--keep", "sex")
    ended = scriptcheck("infer", "--freeze", "data", *words, folder=project)

    assert ended.returncode == 0, ended.stderr
    settings = (project / "scriptcheck.yaml").read_text()
    frozen = "copy: frozen/penguins/penguins.csv"
    settings = settings.replace("copy: data/penguins.csv", frozen)
    (project / "scriptcheck.yaml").write_text(settings)
    commit(tmp_path)
    # Among what it expects: that nine of ten birds are told.
    ran = scriptcheck("run", "--all", "--mode", "pipeline", folder=project)
    assert (ran.returncode, "9 passed" in ran.stdout) == (0, True), ran.stdout + ran.stderr


@pytest.mark.slow
def test_the_flights_run_on_a_frozen_sample_of_theirs(tmp_path: Path) -> None:
    project = tmp_path / "flights"
    shutil.copytree(ROOT / "examples/flights", project)
    shutil.copy(ROOT / "examples/requirements.txt", tmp_path)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    keeping = [word for name in KEPT for word in ("--keep", name)]

    words = ("data/training", "data/calibration", "data/weather", "--rows", "600")
    ended = scriptcheck("infer", "--freeze", *words, *keeping, folder=project)

    assert ended.returncode == 0, ended.stderr
    settings = (project / "scriptcheck.yaml").read_text()
    settings = settings.replace("copy: data/weather", "copy: frozen/weather")
    for part in ("training", "calibration"):
        settings = settings.replace(f"copy: data/{part}", f"copy: frozen/flights/{part}")
    (project / "scriptcheck.yaml").write_text(settings)
    shutil.rmtree(project / "data")
    commit(tmp_path)
    ran = scriptcheck("run", "--all", "--mode", "pipeline", folder=project)
    assert (ran.returncode, "8 passed" in ran.stdout) == (0, True), ran.stdout + ran.stderr
