"""What the tasks of a finished run wrote, brought together again from its folder and the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.model.comparison import NAME_WITHHELD
from ci_scriptcheck.run import record as run_record
from ci_scriptcheck.run import workspace
from ci_scriptcheck.run.store import copying, store
from ci_scriptcheck.run.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.result import FileFacts, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord


def outputs(record: RunRecord) -> dict[tuple[str, str], TaskResult]:
    """Give (task, port) of all that the tasks of head wrote, with the task's result."""
    return {
        (result.task, port): result
        for result in record.of_head().results
        for port, artefact in sorted(result.outputs.items())
        if artefact.files
    }


def bring(
    run_directory: Path, kept: store.Store, result: TaskResult, port: str, folder: Path
) -> None:
    """Put copies of the files of an output into a folder, by their own names.

    Raises:
        UsageError: they are no more, neither in the run's folder nor in the store.
    """
    space = Workspace(run_directory / "tasks" / run_record.quoted(result.task))
    files = _files(space, kept, result, port)
    if files is None:
        raise _no_more(result, port, run_directory)
    for file in files:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        for place in (space.packed(port), space.output(port)):
            source = place / file.path
            if source.is_file() and copying.copy_file(source, target) == file.digest:
                break
        else:
            try:
                kept.bring(file, target)
            except store.Damaged:
                raise _no_more(result, port, run_directory) from None


def _files(
    space: Workspace, kept: store.Store, result: TaskResult, port: str
) -> tuple[FileFacts, ...] | None:
    """Give the files of an output by their own names, where a record of private data has labels; `None` if nothing has them."""
    made = result.outputs[port]
    if not any(NAME_WITHHELD in file.path for file in made.files):
        return made.files
    for place in (space.packed(port), space.output(port)):
        found = workspace.collect(place, most=len(made.files))
        if found.digest == made.digest:
            return found.files
    stored = kept.find(result.key, lambda _: True) if result.key else None
    if stored is None or port not in stored.outputs or stored.outputs[port].digest != made.digest:
        return None
    return stored.outputs[port].files


def _no_more(result: TaskResult, port: str, run_directory: Path) -> UsageError:
    return UsageError(
        what=f"what `{result.task}` wrote to `{port}` is not kept any more",
        facts=(f"the run was {run_directory}",),
        advice="run it again: `scriptcheck run --no-reuse`",
    )
