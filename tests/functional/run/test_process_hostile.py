"""Scripts that do what no script should: each is contained, and told of truthfully."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.project import Limits
from ci_scriptcheck.run.process.calls import call
from ci_scriptcheck.run.process.request import Ended
from tests.functional.run.process_stage import SMALL, Stage, left_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAIN = "def main(input_paths, output_paths, environ_vars, job_args):"


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path) -> Iterator[None]:
    """No process of the test survives it."""
    yield
    assert left_in(tmp_path) == []


def test_an_endless_loop_is_ended_at_its_time_and_says_where_it_was(stage: Stage) -> None:
    ending = stage.run(f"{MAIN}\n    while True:\n        pass\n", timeout=0.5)

    assert ending.how is Ended.TIMED_OUT
    assert [frame.line for error in ending.errors for frame in error.frames][-1:] in ([2], [3])
    assert ending.cpu_seconds > 0


def test_a_script_that_ignores_sigterm_is_ended(stage: Stage) -> None:
    ending = stage.run(
        f"""
        import signal, time
        {MAIN}
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            time.sleep(60)
        """,
        timeout=0.3,
    )

    assert ending.how is Ended.TIMED_OUT
    assert ending.errors[0].frames[-1].code == "time.sleep(60)"


def test_a_segmentation_fault_is_named_with_its_place(stage: Stage) -> None:
    ending = stage.run(f"import ctypes\n{MAIN}\n    ctypes.string_at(0)\n")

    assert (ending.how, ending.signal) == (Ended.SIGNALLED, "SIGSEGV")
    assert ending.errors[0].frames[-1].file.endswith("ctypes/__init__.py")
    assert [frame.line for frame in ending.errors[0].frames if frame.inside] == [3]


@pytest.mark.parametrize("status", [0, 3])
def test_a_process_that_vanishes_has_not_passed(stage: Stage, status: int) -> None:
    ending = stage.run(f"import os\n{MAIN}\n    os._exit({status})\n")

    assert (ending.how, ending.exit_status) == (Ended.NO_RESULT, status)


@pytest.mark.parametrize(
    ("argument", "status", "detail"),
    [
        ("0", 0, None),
        ("3", 3, None),
        ("", 0, None),
        ("True", 1, None),
        ("'no rows'", 1, "no rows"),
    ],
)
def test_an_exit_status_is_told(
    stage: Stage, argument: str, status: int, detail: str | None
) -> None:
    ending = stage.run(f"import sys\n{MAIN}\n    sys.exit({argument})\n")

    assert (ending.how, ending.exit_status, ending.detail) == (Ended.EXITED, status, detail)
    assert ending.errors[0].frames[-1].line == 3


def test_exec_is_no_way_out(stage: Stage) -> None:
    ending = stage.run(f"import os\n{MAIN}\n    os.execv('/bin/true', ['true'])\n")

    assert (ending.how, ending.detail) == (Ended.NO_RESULT, "it replaced itself by true")


def test_a_memory_bomb_is_ended(stage: Stage) -> None:
    ending = stage.run(
        f"{MAIN}\n    hoard = []\n    while True:\n        hoard.append(b'x' * 5_000_000)\n",
        memory=200_000_000,
    )

    assert ending.how is Ended.MEMORY
    assert 100_000_000 < ending.peak_memory < 600_000_000


def test_an_allocation_that_the_system_refuses_counts_as_memory(stage: Stage) -> None:
    ending = stage.run(f"{MAIN}\n    bytearray(10**13)\n", memory=200_000_000)

    assert (ending.how, ending.errors[0].type) == (Ended.MEMORY, "MemoryError")


def test_memory_of_all_processes_together_counts(stage: Stage) -> None:
    ending = stage.run(
        f"""
        import os, time
        {MAIN}
            for _ in range(4):
                if os.fork() == 0:
                    hoard = b"x" * 80_000_000
                    time.sleep(30)
            time.sleep(30)
        """,
        memory=200_000_000,
    )

    assert ending.how is Ended.MEMORY


def test_a_fork_bomb_is_ended_near_its_limit(stage: Stage) -> None:
    ending = stage.run(
        f"""
        import os, time
        {MAIN}
            for _ in range(9):  # 512 processes at most
                os.fork()
            time.sleep(30)
        """
    )

    assert ending.how is Ended.PROCESSES


def test_a_gigabyte_of_log_is_cut(stage: Stage) -> None:
    ending = stage.run(f"{MAIN}\n    for _ in range(1_000_000):\n        print('x' * 1000)\n")

    assert ending.how is Ended.LOG
    assert len(stage.log()) == SMALL.log_bytes


def test_a_million_files_are_stopped_near_the_limit(stage: Stage) -> None:
    ending = stage.run(
        f"""
        {MAIN}
            for number in range(1_000_000):
                open(output_paths["out"] + f"/{{number}}", "w").close()
        """
    )

    assert ending.how is Ended.OUTPUT
    assert len(list(stage.output(".").iterdir())) < 50_000


def test_too_many_bytes_are_stopped(stage: Stage) -> None:
    ending = stage.run(
        f"""
        {MAIN}
            with open(output_paths["out"] + "/big", "wb") as file:
                while True:
                    file.write(b"x" * 1_000_000)
        """,
        limits=Limits(output_bytes=20_000_000),
    )

    assert ending.how is Ended.OUTPUT
    assert stage.output("big").stat().st_size <= 20_000_000


def test_a_thread_left_behind_writes_nothing_more_once_the_end_is_told(stage: Stage) -> None:
    ending = stage.run("""
        import threading
        from pathlib import Path
        def main(input_paths, output_paths, environ_vars, job_args):
            def write():
                with Path(output_paths["out"], "rows.csv").open("a") as file:
                    while True:
                        file.write("x\\n")
                        file.flush()
            threading.Thread(target=write, daemon=True).start()
    """)
    written = stage.output("rows.csv").read_bytes()
    time.sleep(0.1)

    assert ending.how is Ended.RETURNED
    assert stage.output("rows.csv").read_bytes() == written


def test_a_daemon_left_behind_is_ended_and_named(stage: Stage) -> None:
    ending = stage.run(
        f"""
        import subprocess, os
        {MAIN}
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.execv("/bin/sleep", ["sleep", "61"])
                os._exit(0)
            return "fine"
        """
    )

    assert (ending.how, ending.leftovers) == (Ended.RETURNED, ("sleep 61",))


FORGING = """
    import json, os, threading, time
    def forge(*messages):
        for name in os.listdir("/proc/self/fd"):
            for message in messages:
                text = json.dumps(message).encode()
                try:
                    os.write(int(name), len(text).to_bytes(4, "big") + text)
                except OSError:
                    pass
    END = {"result": {"how": "returned", "returned": "forged", "cpu_used": 12345}}
"""


def test_a_forged_farewell_does_not_hide_a_process_that_goes_on(stage: Stage) -> None:
    ending = stage.run(
        FORGING
        + """
    def main(input_paths, output_paths, environ_vars, job_args):
        if os.fork() == 0:
            os.execv("/bin/sh", ["sh", "-c", 'while :; do echo >> "$0"; done', output_paths["out"] + "/rows"])
        time.sleep(0.2)
        forge(END, {"leaving": True})
        time.sleep(5)
    """
    )
    written = stage.output("rows").read_bytes()
    time.sleep(0.1)

    assert written != b""
    assert stage.output("rows").read_bytes() == written
    assert [words[:8] for words in ending.leftovers] == ["sh -c wh"]
    assert ending.cpu_seconds < 100
    assert stage.run("def main(): return 1\n").returned == "1"


def test_a_forged_farewell_is_not_taken_for_the_end_while_a_second_thread_runs(
    stage: Stage,
) -> None:
    script = """
    def main():
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
        forge(END, {"leaving": True})
        time.sleep(5)
    """

    ending = stage.run(FORGING + script)

    # What it says of itself is believed only where nothing can come after it.
    assert ending.cpu_seconds < 100


def test_deleting_its_own_folder_harms_nobody(stage: Stage) -> None:
    ending = stage.run(
        f"""
        import os, shutil
        {MAIN}
            shutil.rmtree(os.getcwd(), ignore_errors=True)
            shutil.rmtree(os.environ["HOME"], ignore_errors=True)
            shutil.rmtree(output_paths["out"], ignore_errors=True)
        """
    )

    assert ending.how is Ended.RETURNED


def test_changing_folder_and_streams_loses_nothing(stage: Stage) -> None:
    ending = stage.run(
        f"""
        import io, os, sys
        {MAIN}
            print("before")
            os.chdir("/")
            sys.stdout = sys.stderr = io.StringIO()
            print("swallowed")
            os.write(1, b"by number")
            logged = open("x") if False else None
            raise ValueError("after")
        """
    )

    assert (ending.how, ending.errors[0].text) == (Ended.RAISED, "after")
    assert "before" in stage.log()
    assert "by number" in stage.log()


def test_closing_every_descriptor_is_told_as_no_result_or_return(stage: Stage) -> None:
    ending = stage.run(f"import os\n{MAIN}\n    os.closerange(3, 256)\n    return 1\n")

    assert ending.how is Ended.RETURNED


def test_an_exception_without_a_text_is_still_told(stage: Stage) -> None:
    ending = stage.run(
        f"""
        class Broken(Exception):
            def __str__(self):
                raise RuntimeError("no text for you")
        {MAIN}
            raise Broken()
        """
    )

    assert ending.how is Ended.RAISED
    assert ending.errors[0].type == "step.Broken"
    assert ending.errors[0].text == "<no message: its __str__ raised RuntimeError>"


def test_control_and_hidden_characters_are_written_out(stage: Stage) -> None:
    ending = stage.run(
        f"{MAIN}\n    raise ValueError('caf\\u00e9 \\x1b[31m \\u202e \\x00 \\ud800 ' + 'x' * 9000)\n"
    )

    text = ending.errors[0].text
    assert text.startswith("café \\x1b[31m \\u202e \\x00 \\ud800 xxx")
    assert "characters cut" in text
    assert len(text) < 5000


def test_a_forked_copy_does_not_speak_for_the_script(stage: Stage) -> None:
    ending = stage.run(
        f"""
        import os
        {MAIN}
            if os.fork() == 0:
                return "copy"
            os.wait()
            return "original"
        """
    )

    assert ending.returned == "'original'"


def test_a_signal_of_its_own_is_told(stage: Stage) -> None:
    ending = stage.run(f"import os\n{MAIN}\n    os.kill(os.getpid(), 9)\n")

    assert (ending.how, ending.signal) == (Ended.SIGNALLED, "SIGKILL")


def test_a_script_cannot_end_what_watches_it(stage: Stage) -> None:
    ending = stage.run(f"import os\n{MAIN}\n    os.kill(os.getppid(), 9)\n")

    if "signals outside: Landlock" in ending.protections:
        assert ending.errors[0].type == "PermissionError"
    else:
        assert ending.how is Ended.LOST


def test_threads_after_a_fork_do_their_work(stage: Stage) -> None:
    ending = stage.run(
        f"""
        from concurrent.futures import ThreadPoolExecutor, ProcessPoolExecutor
        import math
        {MAIN}
            with ThreadPoolExecutor(4) as threads, ProcessPoolExecutor(2) as processes:
                return sum(threads.map(abs, range(5))) + sum(processes.map(math.floor, [1.5, 2.5]))
        """
    )

    assert (ending.returned, ending.leftovers) == ("13", ())


def test_interrupting_the_wait_ends_the_run(stage: Stage) -> None:
    wanted = stage.prepare(f"import time\n{MAIN}\n    time.sleep(60)\n")

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt):
            call(stage.address, wanted)
    finally:
        signal.signal(signal.SIGALRM, before)
