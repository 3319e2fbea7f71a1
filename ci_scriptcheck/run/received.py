"""A record that somebody else's code may have written, taken only if it is one in all its parts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import PublishError, UsageError
from ci_scriptcheck.model import conformity
from ci_scriptcheck.model.run_record import RunRecord
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.run import record as run_record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ci_scriptcheck.model.plan import Task

MOST_SHARES = 256
"""As many jobs as a matrix may have."""

_LONGEST = 300
"""Characters of what is wrong."""


def read(content: bytes, name: str) -> RunRecord:
    """Read a record that comes from the artifact of this name.

    Raises:
        PublishError: it is none that this version writes.
    """
    try:
        record = run_record.of_bytes(content)
        conformity.check(record, RunRecord, "the record")
    except UsageError as error:
        raise _refused(name, error.what) from None
    except (ValueError, RecursionError) as error:
        raise _refused(name, str(error)) from None
    _check_names(record, name)
    _check_shares(record, name)
    return record


def _check_names(record: RunRecord, name: str) -> None:
    """See to it that results are of tasks, and each of another one; all reports rely on it."""
    own = record.plan.tasks
    others = record.plan.share.others if record.plan.share else ()
    tasks = Counter(task.id for task in (*own, *others))
    results = Counter(result.task for result in record.results)
    twice = [one for one, count in (*tasks.items(), *results.items()) if count > 1]
    if twice:
        raise _refused(name, f"it holds {twice[0]!r:.100} twice")
    known = {task.id for task in own}
    if results.keys() != known:
        raise _refused(name, "its results are not those of its tasks")
    # What other machines run is a plan, too, once the shares are merged.
    if not (_needed(own) <= known and _needed(others) <= tasks.keys()):
        raise _refused(name, "it has inputs from tasks that it does not have")


def _needed(tasks: Iterable[Task]) -> set[str]:
    inputs = (one for task in tasks for one in task.inputs)
    return {one.source.task for one in inputs if isinstance(one.source, Upstream)}


def _check_shares(record: RunRecord, name: str) -> None:
    """See to it that it is one of so many shares as there can be: all of them are counted up."""
    if len(record.shares) + len(record.missing) > MOST_SHARES:
        raise _refused(name, f"it was made of more than {MOST_SHARES} shares")
    share = record.plan.share
    if share is None:
        return
    if not 1 <= share.number <= share.of <= MOST_SHARES:
        raise _refused(name, f"it is share {share.number}/{share.of}")
    if not all(1 <= owner <= share.of for owner in share.owners.values()):
        raise _refused(name, "it leaves tasks to shares that there are not")


def _refused(name: str, why: str) -> PublishError:
    # It may quote the record, which says what a stranger likes, at any length.
    why = why if len(why) <= _LONGEST else f"{why[:_LONGEST]}…"
    return PublishError(
        what=f"the record in the artifact `{name}` is refused: {why}",
        advice="have both workflows use one version of scriptcheck",
    )
