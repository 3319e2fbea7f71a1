"""Projects that are known to be checked in a run, and of which no job has left a record.

Which jobs a run has is not known to the one that publishes; its workflow can say which projects they check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck import __version__
from ci_scriptcheck.errors import PublishError
from ci_scriptcheck.model.change import ChangeSet
from ci_scriptcheck.model.plan import Counts, Plan
from ci_scriptcheck.model.run_record import Machine, RunRecord
from ci_scriptcheck.model.stopped import Stopped
from ci_scriptcheck.repository_path import joined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.github.event import Job

_WHAT = "no job of this run has left a record of the project"
_HELP = "look into the log of the job that was to check it: it ended before that, or never began"


def missing(expected: Iterable[str], found: Iterable[RunRecord]) -> tuple[str, ...]:
    """Give the folders of those that are expected and were not found, as paths in the repository."""
    there = {record.plan.folder for record in found}
    wanted = dict.fromkeys(joined("", one) or "" for one in expected)
    return tuple(folder for folder in wanted if folder not in there)


def as_problem(folder: str) -> PublishError:
    """Say that nothing is known of a project."""
    return PublishError(what=f"{_WHAT} in `{folder or '.'}`", advice=_HELP)


def as_record(folder: str, job: Job) -> RunRecord:
    """Give what there is to be said in its place.

    What its settings call the project is not known here, so it has the name that it has without them.
    """
    return RunRecord(
        plan=Plan(
            version=__version__,
            project=folder or job.repository.rpartition("/")[2],
            folder=folder,
            modes=(),
            changes=ChangeSet(base=None, head=job.head, base_name=job.base),
            counts=Counts(),
        ),
        run="",
        results=(),
        seconds=0.0,
        machine=Machine(system="", python="", processors=1, workers=1),
        stopped=Stopped(what=_WHAT, advice=_HELP, code=2, attempt=job.attempt.number),
    )
