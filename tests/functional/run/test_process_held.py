"""What a script holds outside of its own memory and of all folders counts against its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.project import Limits
from ci_scriptcheck.run.process.request import Ended

if TYPE_CHECKING:
    from tests.functional.run.process_stage import Stage

MEGABYTES = 10**6


@pytest.mark.parametrize(
    "opened",
    [
        "os.memfd_create('a')",
        "os.open(f'/dev/shm/scriptcheck-test-{number}', os.O_CREAT | os.O_RDWR)",
    ],
)
def test_files_in_memory_count_as_memory(stage: Stage, opened: str) -> None:
    ending = stage.run(
        f"""
        import os, time
        def main():
            for number in range(40):
                kept = {opened}
                os.write(kept, bytes({5 * MEGABYTES}))
                time.sleep(0.05)
            time.sleep(3)
        """,
        memory=150 * MEGABYTES,
    )

    assert ending.how is Ended.MEMORY


def test_a_file_in_memory_that_a_process_has_mapped_counts_once(stage: Stage) -> None:
    ending = stage.run(
        f"""
        import mmap, os, time
        def main():
            kept = os.memfd_create("a")
            os.ftruncate(kept, {45 * MEGABYTES})
            mapped = mmap.mmap(kept, 0)
            mapped.write(b"x" * mapped.size())
            time.sleep(0.5)
        """,
        memory=130 * MEGABYTES,
    )

    assert ending.how is Ended.RETURNED
    assert ending.peak_memory < 110 * MEGABYTES


def test_files_that_were_removed_while_open_count_as_output(stage: Stage) -> None:
    ending = stage.run(
        f"""
        import os, time
        def main():
            kept = []
            for number in range(12):
                kept.append(open(str(number), "wb"))
                kept[-1].write(bytes({4 * MEGABYTES}))
                kept[-1].flush()
                os.unlink(str(number))
            time.sleep(3)
        """,
        limits=Limits(output_bytes=20 * MEGABYTES),
    )

    assert ending.how is Ended.OUTPUT


def test_threads_have_a_limit_as_processes_have(stage: Stage) -> None:
    text = """
        import threading, time
        def main():
            threading.stack_size(65536)
            for _ in range({count}):
                threading.Thread(target=time.sleep, args=({seconds},), daemon=True).start()
            time.sleep({seconds})
    """
    few = stage.run(text.format(count=100, seconds=0.3), limits=Limits(processes=8))
    many = stage.run(text.format(count=1200, seconds=5), limits=Limits(processes=8))

    assert few.how is Ended.RETURNED
    assert many.how is Ended.PROCESSES
    assert "threads at one time" in str(many.detail)
