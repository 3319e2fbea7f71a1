"""A record that somebody else's code may have written, taken only if it is one in all its parts."""

from __future__ import annotations

from collections import Counter

from ci_scriptcheck.errors import PublishError, UsageError
from ci_scriptcheck.model import conformity
from ci_scriptcheck.model.plan import RunRecord, Upstream
from ci_scriptcheck.run import record as run_record

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
    return record


def _check_names(record: RunRecord, name: str) -> None:
    """See to it that results are of tasks, and each of another one; all reports rely on it."""
    tasks = Counter(task.id for task in record.plan.tasks)
    results = Counter(result.task for result in record.results)
    twice = [one for one, count in (*tasks.items(), *results.items()) if count > 1]
    if twice:
        raise _refused(name, f"it holds {twice[0]!r:.100} twice")
    if results.keys() != tasks.keys():
        raise _refused(name, "its results are not those of its tasks")
    needed = {
        one.source.task
        for task in record.plan.tasks
        for one in task.inputs
        if isinstance(one.source, Upstream)
    }
    if not needed <= tasks.keys():
        raise _refused(name, "it has inputs from tasks that it does not have")


def _refused(name: str, why: str) -> PublishError:
    # It may quote the record, which says what a stranger likes, at any length.
    why = why if len(why) <= _LONGEST else f"{why[:_LONGEST]}…"
    return PublishError(
        what=f"the record in the artifact `{name}` is refused: {why}",
        advice="have both workflows use one version of scriptcheck",
    )
