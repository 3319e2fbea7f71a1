"""What the tasks of a finished run wrote, brought together again from its folder and the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.run import record as run_record
from ci_scriptcheck.run.store import copying, store
from ci_scriptcheck.run.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.result import TaskResult
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
    """Put copies of the files of an output into a folder.

    Raises:
        UsageError: they are no more, neither in the run's folder nor in the store.
    """
    space = Workspace(run_directory / "tasks" / run_record.quoted(result.task))
    for file in result.outputs[port].files:
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
                raise UsageError(
                    what=f"what `{result.task}` wrote to `{port}` is not kept any more",
                    facts=(f"the run was {run_directory}",),
                    advice="run it again: `scriptcheck run --no-reuse`",
                ) from None
