"""What earlier runs taught: how long each task took, and which files each step opened.

It lies in the store, so that it comes along where the store is kept between machines. It only
makes plans better; a missing or damaged history is an empty one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck import cache_file
from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.values import dataclass, field

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.plan import RunRecord

_FILE, _FORMAT = "history.json", "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The latest known figures.

    Attributes:
        seconds: Task id → wall time of its last run.
        reads: Step → files of the repository that its last runs opened or looked for, sorted.
    """

    seconds: Mapping[str, float] = field(default_factory=dict)
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def load(folder: Path) -> History:
    """Read the history that lies in a store's folder."""
    try:
        return from_json(History, cache_file.read(folder / _FILE, version=_FORMAT))
    except ValueError:
        return History()


def save(folder: Path, history: History) -> None:
    """Keep the history; where that is impossible, the next plan just knows less."""
    cache_file.write(folder / _FILE, to_json(history), version=_FORMAT)


def after(history: History, record: RunRecord) -> History:
    """Add what a run has shown; what it did not run stays as it was."""
    seconds = dict(history.seconds)
    reads = dict(history.reads)
    for task, result in zip(record.plan.tasks, record.results, strict=True):
        if result.seconds is not None:
            seconds[task.id] = round(result.seconds, 3)
        if result.reads:
            reads[task.step] = tuple(sorted({*reads.get(task.step, ()), *result.reads}))
    return History(seconds=seconds, reads=reads)
