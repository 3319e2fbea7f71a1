"""Progress on a terminal, where lines move, and in a log, where they do not."""

from __future__ import annotations

import io
import os
import pty
import re
from typing import TYPE_CHECKING

from ci_scriptcheck.cli.console import Console
from ci_scriptcheck.cli.progress import Progress, moving_lines
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.pytest_plugin.event import TaskFinished, TaskStarted
from ci_scriptcheck.report.page import PLAIN, Detail, Page
from tests.conftest import a_plan, a_result, a_task

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.model.plan import Plan

TASKS = ("load", "prepare", "train", "evaluate")


def plan() -> Plan:
    return a_plan(*(a_task(name) for name in TASKS))


def in_a_log(page: Page = PLAIN) -> tuple[Progress, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    console = Console(out=out, err=err, out_page=page, err_page=page)
    return Progress(plan(), console, told=out, page=page, environ={}), out, err


def screen(text: str) -> list[str]:
    """Give the lines that a terminal shows after this text."""
    shown: list[str] = [""]
    for part in re.split(r"(\r\x1b\[\d+A\x1b\[J|\r?\n)", text):
        if part.startswith("\r\x1b["):
            up = int(re.sub(r"\D", "", part[3:].partition("A")[0]))
            shown[-1 - up :] = [""]
        elif part in {"\n", "\r\n"}:
            shown.append("")
        else:
            shown[-1] += part
    return shown


def drained(terminal: int) -> str:
    """Give all that was written to a terminal so far."""
    os.set_blocking(terminal, False)
    text = b""
    while True:
        try:
            text += os.read(terminal, 65_536)
        except BlockingIOError:
            return text.decode()


def test_a_log_gets_a_line_for_each_finished_task_and_nothing_else() -> None:
    progress, out, err = in_a_log()

    with progress:
        progress(TaskStarted(task="load"))
        progress(TaskFinished(result=a_result("load")))

    assert out.getvalue() == "   passed    2.0 s  load        changed\n"
    assert err.getvalue() == ""


def test_quiet_tells_no_finished_task() -> None:
    progress, out, _ = in_a_log(Page(detail=Detail.QUIET))

    with progress:
        progress(TaskFinished(result=a_result("load")))

    assert out.getvalue() == ""


def test_a_reader_that_left_does_not_end_the_run() -> None:
    err = io.StringIO()
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", buffering=1) as out:
        console = Console(out=out, err=err, out_page=PLAIN, err_page=PLAIN)
        with Progress(plan(), console, told=out, page=PLAIN, environ={}) as progress:
            progress(TaskFinished(result=a_result("load")))
            progress(TaskFinished(result=a_result("train")))
        # What is left in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())

    assert err.getvalue() == ""


def test_a_terminal_shows_running_tasks_and_ends_without_them() -> None:
    controller, terminal = pty.openpty()
    with os.fdopen(terminal, "w") as stream:
        console = Console(out=stream, err=stream, out_page=PLAIN, err_page=PLAIN, moving=True)
        with Progress(plan(), console, told=stream, page=PLAIN, environ={}) as progress:
            for name in TASKS:
                progress(TaskStarted(task=name))
            for name in TASKS:
                progress(TaskFinished(result=a_result(name, Outcome.PASSED)))
        text = drained(controller)
    os.close(controller)

    assert "running" in text
    assert [line.split()[3] for line in screen(text) if line] == list(TASKS)


def test_the_moving_lines_fit_the_terminal(golden: Callable[[str], object]) -> None:
    tasks = [a_task(f"a_rather_long_name_of_a_step_{number}") for number in range(20)]
    running = {task.id: float(number) for number, task in enumerate(tasks)}

    drawn = moving_lines(
        a_plan(*tasks), running, done=3, failing=1, now=130.0, most=6, page=Page(width=50)
    )

    assert max(map(len, drawn)) <= 50
    assert "\n".join(drawn) + "\n" == golden("progress/many_running.txt")


def test_drawing_again_leaves_no_trace_of_what_was_drawn_before() -> None:
    controller, terminal = pty.openpty()
    with os.fdopen(terminal, "w") as stream:
        console = Console(out=stream, err=stream, out_page=PLAIN, err_page=PLAIN, moving=True)
        with Progress(plan(), console, told=stream, page=PLAIN, environ={}) as progress:
            progress(TaskStarted(task="load"))
            progress(TaskStarted(task="train"))
            progress(TaskFinished(result=a_result("train")))
            text = drained(controller)
    os.close(controller)

    lines = [line.split()[0] for line in screen(text) if line]
    assert lines == ["passed", "running", "1"]
