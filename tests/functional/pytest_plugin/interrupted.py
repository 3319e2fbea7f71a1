"""A program that works off the plan in a folder, and tells how that ended; tests interrupt it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from ci_scriptcheck.pytest_plugin.session import run_plan
from ci_scriptcheck.run import record
from tests.functional.pytest_plugin.acting import ACTING

if TYPE_CHECKING:
    from types import FrameType


class Terminated(KeyboardInterrupt):
    """SIGTERM."""


def main(folder: Path, workers: int) -> None:
    signal.signal(signal.SIGTERM, terminate)
    tasks = tuple(task.id for task in record.read_plan(folder).tasks)
    ended = "by itself"
    try:
        run_plan(folder, tasks=tasks, workers=workers, on_event=lambda _: None, work=ACTING)
    except KeyboardInterrupt as interruption:
        ended = type(interruption).__name__
    (folder / "ended").write_text(ended)


def terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
