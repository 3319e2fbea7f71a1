"""Observations as `scriptcheck doctor` prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.cli import doctor
from ci_scriptcheck.cli.examination import Health, Observation
from ci_scriptcheck.report.page import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable

OBSERVATIONS = (
    Observation(about="scriptcheck", text="runs on Python 3.11.7, linux"),
    Observation(
        about="python",
        text=".venv/bin/python lacks torch and lib\x1b[2J",
        health=Health.DOUBTFUL,
        advice="install them there, or say `needs: [...]` for the steps that may be left out",
    ),
    Observation(
        about="settings",
        text="unknown key `bla` in `defaults`",
        health=Health.BAD,
        facts=("scriptcheck.yaml:7",),
    ),
)


def test_what_doctor_prints(golden: Callable[[str], object]) -> None:
    lines = [line for item in OBSERVATIONS for line in doctor.lines(item, PLAIN)]

    assert "\n".join(lines) + "\n" == golden("doctor.txt")
