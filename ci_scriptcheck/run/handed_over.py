"""What the machine that cuts a plan hands to those that run its shares, as one file.

It says which share answers for which task, and what the plan was made with that other machines may
not have: what earlier runs taught. With that, all of them plan the same; where one does not all the
same, it says so instead of leaving a task to nobody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck import __version__, atomic
from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.run.history import History
from ci_scriptcheck.values import dataclass, field

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.plan import Plan

FORMAT = 1
_WRITER = (FORMAT, __version__)
_SHOWN = 3
_HOW_IT_IS_MADE = "`scriptcheck plan --shards auto --assignment FILE` writes it"
_SAME = "give `plan` and `run` the same steps and options, and the same commit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Which share answers for which task.

    Attributes:
        project: Name of the project.
        folder: Its folder, relative to the repository.
        base: Commit that is compared with; `None` where nothing is.
        head: Commit that is checked.
        of: How many shares there are.
        shares: Task of head → its share, counted from 1.
        history: What earlier runs taught where the plan was cut.
    """

    project: str
    folder: str
    base: str | None
    head: str | None
    of: int
    shares: Mapping[str, int]
    history: History = field(default_factory=History)


def made(whole: Plan, shares: Mapping[str, int], of: int, learned: History) -> Assignment:
    """Say who answers for what of a plan."""
    return Assignment(
        project=whole.project,
        folder=whole.folder,
        base=whole.changes.base,
        head=whole.changes.head,
        of=of,
        shares=shares,
        history=learned,
    )


def write(path: Path, assignment: Assignment) -> None:
    """Write an assignment to a file.

    Raises:
        UsageError: that is impossible.
    """
    content = {"format": FORMAT, "written_by": __version__, "assignment": to_json(assignment)}
    try:
        atomic.write_text(path, json.dumps(content, separators=(",", ":")))
    except OSError as error:
        raise UsageError(
            what=f"{path} cannot be written: {error.strerror}", advice="name another file"
        ) from error


def read(path: Path) -> Assignment:
    """Read what `write` wrote.

    Raises:
        UsageError: it is not there, or was not written by this version.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            what=f"{path} cannot be read: {error.strerror}", advice=_HOW_IT_IS_MADE
        ) from error
    try:
        data = json.loads(content)
        writer = (data["format"], data["written_by"])
        found = from_json(Assignment, data["assignment"]) if writer == _WRITER else None
    except (ValueError, KeyError, TypeError) as error:
        raise _none(path) from error
    if found is None:
        raise UsageError(
            what=f"{path} was written by scriptcheck {writer[1]}, this is {__version__}",
            advice="let one version cut the plan and run its shares",
        )
    # A share that no machine has would leave its tasks to nobody.
    if not all(share in range(1, found.of + 1) for share in found.shares.values()):
        raise _none(path)
    return found


def _none(path: Path) -> UsageError:
    return UsageError(what=f"{path} says of no plan which share runs what", advice=_HOW_IT_IS_MADE)


def check(assignment: Assignment, whole: Plan, of: int) -> None:
    """See to it that a plan is the one that was cut, so that no task is left to nobody.

    Raises:
        UsageError: it is not.
    """
    if of != assignment.of:
        raise UsageError(
            what=f"this plan was cut into {assignment.of}, not into {of} shares",
            advice="take the shares from the matrix that `scriptcheck plan --shards` printed",
        )
    here = (whole.project, whole.folder, whole.changes.base, whole.changes.head)
    there = (assignment.project, assignment.folder, assignment.base, assignment.head)
    for name, one, other in zip(("project", "folder", "base", "head"), here, there, strict=True):
        if one != other:
            raise UsageError(
                what=f"the plan that was cut has another {name}",
                facts=(f"`{one or 'none'}` here, and `{other or 'none'}` there",),
                advice=_SAME,
            )
    planned = {task.id for task in whole.of_head()}
    if planned != assignment.shares.keys():
        raise UsageError(
            what="this machine plans other tasks than were shared out",
            facts=tuple(
                f"{where}: {', '.join(sorted(names)[:_SHOWN])}{' and more' * (len(names) > _SHOWN)}"
                for where, names in (
                    ("only here", planned - assignment.shares.keys()),
                    ("only there", assignment.shares.keys() - planned),
                )
                if names
            ),
            advice=_SAME,
        )
