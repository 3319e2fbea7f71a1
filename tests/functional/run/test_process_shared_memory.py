"""Shared memory lies in no folder of a run: what can be told to be a run's own goes with it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.run.process.request import Ended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.functional.run.process_stage import Stage

SHARED = Path("/dev/shm")  # noqa: S108  (what lies there is what this is about)
SEGMENTS = Path("/proc/sysvipc/shm")

pytestmark = pytest.mark.skipif(
    not (SHARED.is_dir() and SEGMENTS.is_file()), reason="there is no shared memory here"
)


@pytest.fixture(autouse=True)
def foreign() -> Iterator[Path]:
    """See to it that what somebody else has there stays."""
    file = SHARED / f"scriptcheck-test-{os.getpid()}"
    file.write_text("of somebody else")
    time.sleep(0.1)  # which makes it older than the run, by any clock
    yield file
    file.unlink()


def segments() -> set[str]:
    return {line.split()[1] for line in SEGMENTS.read_text().splitlines()[1:]}


def test_what_a_script_has_in_use_at_its_limit_is_removed_where_it_is_its_own(
    stage: Stage, foreign: Path
) -> None:
    before = {file.name for file in SHARED.iterdir()}
    ending = stage.run(
        f"""
        import mmap, time
        from multiprocessing.shared_memory import SharedMemory
        def main():
            with open({str(foreign)!r}, "rb") as file:
                used = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
            memory = SharedMemory(create=True, size=100_000)
            memory.buf[0] = 1
            time.sleep(60)
        """,
        timeout=1.0,
    )
    stage.run("def main(): pass\n")

    assert ending.how is Ended.TIMED_OUT
    assert {file.name for file in SHARED.iterdir()} - before == set()


@pytest.mark.parametrize("end", ["pass", "os.kill(os.getpid(), 11)"])
def test_segments_of_system_v_that_a_script_made_are_removed(stage: Stage, end: str) -> None:
    before = segments()
    ending = stage.run(
        f"""
        import ctypes, os
        def main():
            made = ctypes.CDLL(None).shmget(0, 100_000, 0o1600)
            assert made >= 0
            {end}
        """
    )
    stage.run("def main(): pass\n")

    assert ending.how is (Ended.RETURNED if end == "pass" else Ended.SIGNALLED)
    assert ending.signal in {None, signal.SIGSEGV.name}
    assert segments() - before == set()
