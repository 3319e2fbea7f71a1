"""Progress: a line for each finished task, and on a terminal the running ones below them.

The moving lines are drawn on standard error and taken away again, at the end and on Ctrl-C; a log
gets finished lines only.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, TextIO

from ci_scriptcheck.cli.console import terminal_size
from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.pytest_plugin.event import TaskFinished, TaskStarted
from ci_scriptcheck.report import console as console_report
from ci_scriptcheck.report import lines
from ci_scriptcheck.report.page import Detail, Page, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Self

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.pytest_plugin.event import Event

REDRAWN_EVERY = 0.25
"""Seconds between two drawings of the running tasks."""

MOST_RUNNING = 16
LINES_LEFT = 4
"""Lines of the terminal that stay free of running tasks."""


def moving_lines(  # noqa: PLR0913  (all that a line shows)
    plan: Plan,
    running: Mapping[str, float],
    *,
    done: int,
    failing: int,
    now: float,
    most: int,
    page: Page,
) -> list[str]:
    """Write the running tasks, longest first, and how far the run is.

    Args:
        plan: The plan of the run.
        running: Task → when it began, in seconds of the same clock as `now`.
        done: How many tasks have ended.
        failing: How many of those make the run fail.
        now: Seconds.
        most: Lines there is room for, besides the last.
        page: The terminal.
    """
    tasks = plan.by_id()
    column = lines.name_width(plan, page)
    oldest = sorted(running.items(), key=lambda item: (item[1], item[0]))
    shown = oldest if len(oldest) <= most else oldest[: max(most - 1, 0)]
    drawn = [lines.running_line(tasks[name], now - began, page, column) for name, began in shown]
    if len(oldest) > len(shown):
        drawn.append(page.cut(f"{'':>20}and {len(oldest) - len(shown)} more"))
    failed = f", {failing} failed" if failing else ""
    total = counted(len(plan.of_head()), "task")
    drawn.append(page.cut(f"{'':>20}{done} of {total} done{failed}"))
    return drawn


class Progress:
    """Shows events of a run as they come; closes by taking the moving lines away."""

    def __init__(
        self,
        plan: Plan,
        console: Console,
        *,
        told: TextIO,
        page: Page,
        environ: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._plan = plan
        self._tasks = plan.by_id()
        self._console = console
        self._told = told
        self._page = page
        self._column = lines.name_width(plan, page)
        self._environ = environ
        self._clock = clock
        self._running: dict[str, float] = {}
        self._done = 0
        self._failing = 0
        self._drawn = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._ticker: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self._console.moving:
            self._ticker = threading.Thread(target=self._tick, daemon=True)
            self._ticker.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._over.set()
        with self._lock:
            self._erase()
        if self._ticker is not None:
            self._ticker.join(timeout=1)

    def __call__(self, event: Event) -> None:
        """Take note of an event, and show it."""
        with self._lock:
            match event:
                case TaskStarted(task=name):
                    self._running[name] = self._clock()
                case TaskFinished(result=result):
                    task = self._tasks[result.task]
                    self._running.pop(task.id, None)
                    self._count(task, result)
            # Nothing runs while results that were there already are told, many in no time.
            if self._running:
                self._draw()

    def _count(self, task: Task, result: TaskResult) -> None:
        if task.side is Side.BASE:
            return
        self._done += 1
        self._failing += verdict.is_failure(task, result, self._plan)
        if not lines.is_cut_short(result):
            told = console_report.finished(task, result, self._plan, self._page, self._column)
            self._finish("\n".join(told))

    def _finish(self, line: str) -> None:
        if self._page.detail is Detail.QUIET:
            return
        self._erase()
        try:
            self._told.write(line + "\n")
            self._told.flush()
        except BrokenPipeError:
            # The reader left; the run goes on, and its end meets the closed pipe again.
            self._page = Page(detail=Detail.QUIET)

    def _tick(self) -> None:
        while not self._over.wait(REDRAWN_EVERY):
            with self._lock:
                if not self._over.is_set():
                    self._draw()

    def _draw(self) -> None:
        if not self._console.moving or self._over.is_set():
            return
        size = terminal_size(self._console.err, self._environ)
        if size is None:
            return
        page = Page(width=size.columns - 1)
        most = min(MOST_RUNNING, max(size.lines - LINES_LEFT, 1))
        drawn = moving_lines(
            self._plan,
            self._running,
            done=self._done,
            failing=self._failing,
            now=self._clock(),
            most=most,
            page=page,
        )
        text = "".join(f"{self._console.err_page.paint(line, lines.MOVING)}\n" for line in drawn)
        self._write(self._clearing() + text)
        self._drawn = len(drawn)

    def _erase(self) -> None:
        if self._drawn:
            self._write(self._clearing())
            self._drawn = 0

    def _clearing(self) -> str:
        # Up to the first moving line, and all below it away; also the `^C` that a terminal echoes.
        return f"\r\x1b[{self._drawn}A\x1b[J" if self._drawn else ""

    def _write(self, text: str) -> None:
        self._console.err.write(text)
        self._console.err.flush()
