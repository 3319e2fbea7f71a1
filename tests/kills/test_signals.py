"""SIGINT and SIGTERM at random moments: the record of what finished is there within two seconds."""

from __future__ import annotations

import os
import signal
import time
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.kills.test_kills import assert_nothing_is_left
from tests.kills.victim import Victim

if TYPE_CHECKING:
    from pathlib import Path

RECORDED_WITHIN = 2.0
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.mark.parametrize("moment", range(4))
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("to", ["group", "controller"])
@pytest.mark.parametrize("number", list(CODES))
def test_the_record_is_written_within_two_seconds(
    tmp_path: Path, number: signal.Signals, to: str, workers: int, moment: int
) -> None:
    victim = Victim(tmp_path / "victim")
    for step in ("left", "middle", "right"):
        victim.salt(step, 1, sleep=60)
    run = victim.start(workers=workers)
    while not run.has_begun():
        assert run.process.poll() is None, run.finish()
        time.sleep(0.01)
    time.sleep(Random(moment).uniform(0, 1))  # noqa: S311  (repeatable)

    began = time.monotonic()
    (os.killpg if to == "group" else os.kill)(run.process.pid, number)
    output = run.finish()
    seconds = time.monotonic() - began

    assert run.process.returncode == CODES[number], output
    assert seconds < RECORDED_WITHIN
    record = victim.record()
    assert record.interrupted == number.name
    assert {result.outcome.value for result in record.results} <= {"passed", "not_run"}
    assert_nothing_is_left(run)
