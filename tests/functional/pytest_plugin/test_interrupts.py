"""A signal ends a session at once, with results for all that had finished."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.run import record
from tests.conftest import a_plan
from tests.functional.pytest_plugin.test_session import a_node

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]


class Program:
    """`interrupted.py` at work on a plan whose tasks but the first hang."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder = folder
        tasks = [a_node("quick", "passes"), *(a_node(f"n{i}", "hangs", "quick") for i in range(5))]
        record.write_plan(folder, a_plan(*tasks))
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.functional.pytest_plugin.interrupted",
                str(folder),
                str(workers),
            ],
            cwd=ROOT,
            start_new_session=True,
        )

    def wait_until_some_hang(self, count: int) -> None:
        begun = self.folder / "begun"
        while not begun.exists() or len(list(begun.glob("n*"))) < count:
            assert self.process.poll() is None
            time.sleep(0.02)

    def processes(self) -> list[psutil.Process]:
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]


@pytest.fixture
def programs() -> Iterator[list[Program]]:
    started: list[Program] = []
    yield started
    for program in started:
        if program.process.poll() is None:
            os.killpg(program.process.pid, signal.SIGKILL)
        program.process.wait()


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("to_group", ["group", "controller"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_processes_and_keeps_what_finished(
    tmp_path: Path, programs: list[Program], number: int, to_group: str, workers: int
) -> None:
    program = Program(tmp_path, workers)
    programs.append(program)
    program.wait_until_some_hang(workers)
    processes = program.processes()

    (os.killpg if to_group == "group" else os.kill)(program.process.pid, number)
    program.process.wait(timeout=30)

    assert [one for one in processes if one.is_running() and one.status() != "zombie"] == []
    assert (tmp_path / "ended").read_text() == (
        "KeyboardInterrupt" if number == signal.SIGINT else "Terminated"
    )
    assert (tmp_path / "closed").exists()
    outcomes = {}
    for task in record.read_plan(tmp_path).tasks:
        result = record.read_result(tmp_path, task.id)
        assert result is not None
        outcomes[task.node] = (result.outcome, result.why_not)
    assert outcomes.pop("quick") == (Outcome.PASSED, None)
    assert set(outcomes.values()) == {(Outcome.NOT_RUN, "interrupted")}
