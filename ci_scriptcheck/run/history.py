"""What earlier runs taught: how long each task took, how it ended, and which files each step opened.

It lies in the store, so that it comes along where the store is kept between machines. It only
makes plans better; a missing or damaged history is an empty one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck import cache_file
from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.model.result import BROKEN, ENDED_WELL, Outcome
from ci_scriptcheck.run.store.digest import of_text
from ci_scriptcheck.values import dataclass, field

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.run_record import RunRecord

_FORMAT = "3"
MOST_TASKS = 5000
"""Tasks that are remembered, those of the latest runs; a project with more is planned like a new one."""

MOST_READS = 2_000
"""Files that are remembered of one task; one that read more counts as having read all."""

ANY_FILE = "."

MOST_ENDINGS = 8
"""Endings that are remembered of one task, the latest; equal ones in a row are one."""

MOST_COMPARED = 200
"""Files by which two runs are told apart; of a run that opened more it is not remembered how it ended."""

_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How one run of a task ended.

    Attributes:
        key: Its content key.
        outcome: Passed, or in which way it failed.
        reads: Files that it opened or looked for → the first digits of their digests.
    """

    key: str
    outcome: Outcome
    reads: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, result: TaskResult, *, is_good: bool) -> Ending | None:
        """Say how a task ended; `None` where it did not run, or opened too much to be told apart.

        `is_good` says whether the script did its work, whatever its outputs were held against.
        """
        ran = result.outcome is Outcome.REUSED or result.outcome in {Outcome.PASSED, *BROKEN}
        if result.key is None or not ran or len(result.reads) > MOST_COMPARED:
            return None
        reads = {path: digest[:_DIGITS] for path, digest in sorted(result.reads.items())}
        outcome = Outcome.PASSED if is_good else result.outcome
        return cls(key=result.key, outcome=outcome, reads=reads)

    def is_same_run(self, other: Ending) -> bool:
        """Say whether another run did the same with the same; one that ended early opened less."""
        both = self.reads.keys() & other.reads.keys()
        return self.key == other.key and all(self.reads[it] == other.reads[it] for it in both)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What the last run of one task showed.

    Attributes:
        seconds: Its wall time.
        reads: Files of the repository that it opened or looked for, and folders it listed, sorted.
        endings: How its last runs ended, the latest last.
    """

    step: str
    seconds: float | None = None
    reads: tuple[str, ...] = ()
    endings: tuple[Ending, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The latest known figures of one project.

    Attributes:
        tasks: Task id → what its last run showed; the task that ran last is the last one.
    """

    tasks: Mapping[str, Learned] = field(default_factory=dict)

    @property
    def seconds(self) -> Mapping[str, float]:
        """Give task id → wall time of its last run."""
        found = {name: task.seconds for name, task in self.tasks.items()}
        return {name: seconds for name, seconds in found.items() if seconds is not None}

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        """Give step → files that the last runs of its tasks opened or looked for, sorted."""
        found: dict[str, set[str]] = {}
        for task in self.tasks.values():
            found.setdefault(task.step, set()).update(task.reads)
        return {step: tuple(sorted(files)) for step, files in found.items()}


def file_of(store: Path, project: str, folder: str) -> Path:
    """Say where the history of a project lies: a repository, and a store, may hold several."""
    return store / "history" / f"{of_text(f'{project} {folder}')[:16]}.json"


def load(file: Path) -> History:
    """Read a history."""
    try:
        return from_json(History, cache_file.read(file, version=_FORMAT))
    except ValueError:
        return History()


def save(file: Path, history: History) -> None:
    """Keep a history; where that is impossible, the next plan just knows less."""
    cache_file.write(file, to_json(history), version=_FORMAT)


def after(history: History, record: RunRecord) -> History:
    """Take over what a run has shown; what it did not run stays as it was, as long as there is room."""
    tasks = dict(history.tasks)
    for task, result in zip(record.plan.tasks, record.results, strict=True):
        # Nor is anything learned of what real data lead to: others share it.
        if result.seconds is None or task.side is Side.BASE or task.is_fetched:
            continue
        before = tasks.pop(task.id, None)
        # One that ended early has not shown all that it reads.
        is_whole = result.outcome in ENDED_WELL
        reads = {*result.reads, *(before.reads if before and not is_whole else ())}
        tasks[task.id] = Learned(
            step=task.step,
            seconds=round(result.seconds, 3),
            reads=tuple(sorted(reads)) if len(reads) <= MOST_READS else (ANY_FILE,),
            endings=_endings(before, result),
        )
    return History(tasks=dict(list(tasks.items())[-MOST_TASKS:]))


def _endings(before: Learned | None, result: TaskResult) -> tuple[Ending, ...]:
    known = before.endings if before else ()
    ending = Ending.of(result, is_good=result.is_usable)
    if ending is None or ending in known[-1:]:
        return known
    return (*known, ending)[-MOST_ENDINGS:]
