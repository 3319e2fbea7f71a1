"""The repair loop: run a script with nothing, make what it missed, and run it again.

What comes of it is a draft for a person, never a test: that a script ended well on made-up data says
little about what it does with its own.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ci_scriptcheck.draft.bench import NOTHING
from ci_scriptcheck.draft.loop import Loop
from ci_scriptcheck.draft.trial import Trial
from ci_scriptcheck.run.process.request import Ended
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.draft.bench import Bench, Supplied
    from ci_scriptcheck.model.project import Step
    from ci_scriptcheck.run.process.request import Ending

ROUNDS = 60
SECONDS = 60.0
"""How often and for how many seconds one script is tried, unless told otherwise."""

_LONGEST_RUN = 30.0
"""Seconds that one run may take; who waits for a service waits longer."""
_SHORTEST_RUN = 1.0
"""Seconds that it may take at least: what is cut off at once shows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How often a script is started at most, and for how many seconds in all, waiting included."""

    rounds: int = ROUNDS
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What the loop came to.

    Attributes:
        trial: What was made up in the end.
        empty: Outputs to which nothing was written.
        last: How the last run ended, where not well, in one line.
        rounds: How often the script was started.
    """

    trial: Trial
    empty: tuple[str, ...]
    last: str | None
    rounds: int
    seconds: float

    @property
    def is_well(self) -> bool:
        """Whether the script ended without an error; it may have written nothing."""
        return self.last is None


def repair(bench: Bench, step: Step, budget: Budget, supplied: Supplied = NOTHING) -> Repaired:
    """Try a step's script until it ends well, nothing more can be made up, or the budget is used."""
    code = (bench.root / (step.script or "")).read_text(encoding="utf-8", errors="replace")
    loop = Loop(bench, Trial.of(step, code, supplied.folders), supplied)
    began = time.monotonic()

    def left() -> float:
        return budget.seconds - (time.monotonic() - began)

    ending = loop.run(bench, min(_LONGEST_RUN, budget.seconds))
    rounds = 1
    while rounds < budget.rounds and left() > 0 and loop.learn(ending):
        rounds += 1
        ending = loop.run(bench, min(_LONGEST_RUN, max(_SHORTEST_RUN, left())))
    if ending.how is Ended.RETURNED:
        completing = [loop.name_columns, loop.trial.leave_nothing_bare]
        if supplied is not NOTHING:
            # Others will read what comes of it, and want more than this script names.
            completing.insert(1, loop.trial.add_features)
        for complete in completing:
            if left() > 0:
                rounds += 1
                ending = loop.completed(bench, complete, ending, timeout=left())
    return Repaired(
        trial=loop.trial,
        empty=loop.empty() if ending.how is Ended.RETURNED else (),
        last=loop.in_words(ending),
        rounds=rounds,
        seconds=time.monotonic() - began,
    )


def once_more(bench: Bench, trial: Trial) -> Ending:
    """Run a script on what was made up for it, and leave what it writes in its folders."""
    loop = Loop(bench, trial, NOTHING)
    return loop.run(bench, _LONGEST_RUN)
