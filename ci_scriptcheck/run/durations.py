"""How long tasks took the last time they ran, so that the longest way through a plan is begun first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.run import atomic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.run.store import Store

_MOST = 20_000
_MEASURED = frozenset({Outcome.PASSED, Outcome.FAILED, Outcome.VACUOUS})


def known(store: Store, project: str) -> Mapping[str, float]:
    """Give task id → seconds; empty where nothing is known."""
    start = f"{project}:"
    return {
        name.removeprefix(start): seconds
        for name, seconds in _read(store).items()
        if name.startswith(start)
    }


def note(store: Store, project: str, results: Iterable[TaskResult]) -> None:
    """Write down how long these took, those that ran; where it cannot be kept, nothing is lost."""
    took = {
        f"{project}:{result.task}": round(result.seconds, 3)
        for result in results
        if result.outcome in _MEASURED and result.seconds is not None
    }
    if not took:
        return
    merged = list((_read(store) | took).items())[-_MOST:]
    try:
        atomic.write_text(store.durations, json.dumps(dict(merged), separators=(",", ":")))
    except OSError:
        return


def _read(store: Store) -> dict[str, float]:
    try:
        data: Any = json.loads(store.durations.read_bytes())
        return {name: float(seconds) for name, seconds in data.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
