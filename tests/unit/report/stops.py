"""Runs that could not check what they were to, as reports tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.errors import Excerpt, Place
from ci_scriptcheck.model.plan import Counts, Share
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.model.stopped import Stopped
from tests.conftest import a_change, a_plan, a_record, a_result, a_task

if TYPE_CHECKING:
    from ci_scriptcheck.model.run_record import RunRecord

UNKNOWN_KEY = Stopped(
    what="unknown key `pipelnes`",
    where=Place(file="scriptcheck.yaml", line=5),
    excerpt=Excerpt(first=5, lines=("pipelnes: {daily: [prepare.py, train.py]}",), marked=5),
    advice="did you mean `pipelines`?",
    code=2,
)
NOT_INSTALLED = Stopped(
    what="could not install `requirements-dev.txt` (input `python-requirements`)",
    where=Place(file="requirements-dev.txt"),
    facts=(
        "No solution found when resolving dependencies:",
        "Because pandsa was not found in the package registry and you require pandsa, we can conclude"
        " that your requirements are unsatisfiable.",
    ),
    advice="`uv pip install -r requirements-dev.txt` shows it on your machine; the log of this job has all"
    " that uv said",
    code=2,
)
EVIL = '`</details>` ::error::x ##[group] @everyone #1 | <img src=x> \x1b[31m \u202e "'


def a_stopped_record(stopped: Stopped = UNKNOWN_KEY, **given: Any) -> RunRecord:
    """Make the record of a job that could not check anything."""
    plan: dict[str, Any] = {
        "modes": (),
        "changes": a_change(base=None, base_name=None),
        "counts": Counts(),
    }
    return a_record(a_plan(**plan | given), stopped=stopped, run="", seconds=0.0)


def a_stopped_share(number: int, of: int, *, attempt: int = 1, **given: Any) -> RunRecord:
    """Make the record of a share that ended before it knew the plan."""
    stopped = Stopped(what=f"share {number} has no disk", code=2, attempt=attempt)
    return a_stopped_record(stopped, share=Share(number=number, of=of, attempt=attempt), **given)


def not_installed() -> RunRecord:
    return a_stopped_record(NOT_INSTALLED)


def stopped_midway() -> RunRecord:
    """Make the record of a run whose machine gave up."""
    stopped = Stopped(
        what="the run directory cannot be written: No space left on device",
        advice="free some space, or name another folder with `--output`",
        code=2,
    )
    tasks = (a_task("prepare"), a_task("train"))
    broken = a_result("train", Outcome.CRASHED, why_not=stopped.what)
    return a_record(a_plan(*tasks), broken, stopped=stopped)


def a_hostile_stop() -> RunRecord:
    """Put the same text wherever a stranger has a say."""
    return a_stopped_record(
        Stopped(
            what=EVIL * 40,
            where=Place(file=EVIL, line=3),
            facts=(EVIL * 1000,) * 40,
            advice=EVIL * 1000,
            excerpt=Excerpt(first=3, lines=(EVIL * 1000,) * 3, marked=3),
            code=0,
        ),
        project=EVIL,
    )
