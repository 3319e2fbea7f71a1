"""Joins the stages of a run that was prepared: `start`, and `conclude` with the record.

Between the two, `pytest_plugin.execution` runs what has no result yet. Each stage gives a value
that the next one takes; what crosses processes lies in the run directory. Heavy libraries are
imported by the stages that need them, so that a run with nothing to do is over before they would be.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change import mentions
from ci_scriptcheck.change.dependencies.default_interpreter import VARIABLE
from ci_scriptcheck.errors import ScriptcheckError, UsageError
from ci_scriptcheck.model import not_run, wanted
from ci_scriptcheck.model.result import Outcome, TaskResult
from ci_scriptcheck.model.run_record import Machine, RunRecord
from ci_scriptcheck.model.stopped import Stopped, of_error
from ci_scriptcheck.preparation import Prepared
from ci_scriptcheck.run import (
    belonging,
    flaky,
    history,
    reasons,
    record,
    reuse,
    run_directory,
    suggesting,
)
from ci_scriptcheck.run.privacy import records
from ci_scriptcheck.run.process import interpreters
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.model.frozen import Belonging


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A run that has a directory, in which its plan lies, and the results that need no run."""

    prepared: Prepared
    run_directory: Path
    ready: Mapping[str, TaskResult]


def start(prepared: Prepared) -> Started:
    """Make the run directory, write the plan, and find the results that need no run.

    Raises:
        UsageError: the run directory cannot be written, an interpreter is not there, or real data
            that are needed were not fetched.
    """
    options = prepared.options
    plan = prepared.plan
    missing = {*plan.wanted(), *wanted.of_production(plan)} - set(plan.fixtures)
    if missing:
        raise UsageError(
            what=f"the real data of `{min(missing)}` were not fetched",
            advice="`scriptcheck run --mode deep-dive` fetches what it needs",
        )
    _find_interpreters(prepared)
    folder = run_directory.make(prepared.root, options.output, moment=time.time_ns())
    ready = reuse.reusable(
        prepared.plan,
        prepared.root,
        prepared.site.opened_store(),
        prepared.site.libraries,
        today=date.fromisoformat(prepared.site.today),
        base_root=None if prepared.site.base_root is None else Path(prepared.site.base_root),
    )
    record.write_plan(folder, prepared.plan)
    record.write_site(folder, prepared.site)
    for result in ready.values():
        record.write_result(folder, result)
    return Started(prepared=prepared, run_directory=folder, ready=ready)


def _find_interpreters(prepared: Prepared) -> None:
    plan = prepared.plan
    needed = (task for task in plan.tasks if task.script is not None and task.blocked is None)
    for named, settings in {task.settings.python: task.settings for task in needed}.items():
        python = Path(interpreters.located(prepared.root, plan.folder, named))
        if not python.is_file() or not os.access(python, os.X_OK):
            raise UsageError(
                what=f"there is no interpreter `{named or python}`",
                where=settings.origins.get("python"),
                facts=(f"it was to be {python}",) if named else (),
                advice="make it, or name another one under `python:`"
                if named
                else f"make it, or name another one in {VARIABLE}",
            )


def conclude(
    started: Started, *, interrupted: str | None = None, stopped: Stopped | None = None
) -> RunRecord:
    """Gather the results into the record, and write it.

    Args:
        started: The run.
        interrupted: Name of the signal that ended the run early.
        stopped: Why it could not go on.

    Raises:
        UsageError: the run directory cannot be written.
    """
    prepared = started.prepared
    why = not_run.INTERRUPTED if interrupted else not_run.NOT_REACHED
    found = RunRecord(
        plan=prepared.plan,
        run=_relative(started.run_directory, prepared.root),
        results=tuple(
            record.read_result(started.run_directory, task.id) or reasons.left_out(task.id, why)
            for task in prepared.plan.tasks
        ),
        seconds=round(prepared.site.clock(), 3),
        machine=_machine(prepared.workers),
        interrupted=interrupted,
        stopped=stopped,
    )
    found = flaky.marked(found, prepared.learned)
    if interrupted is None:
        found = mentions.told(found, prepared.root)
        belong = () if stopped else _belonging(found, prepared.root)
        found = suggesting.told(found, prepared.root, belong)
    found = _without_untold_names(started, found)
    record.write_record(started.run_directory, found)
    if len(started.ready) < len(prepared.plan.tasks):
        prepared.site.opened_store().trim()
    plan = prepared.plan
    learned = history.file_of(Path(prepared.site.store), plan.project, plan.folder)
    history.save(learned, history.after(history.load(learned), found))
    return found


def _belonging(found: RunRecord, root: Path) -> tuple[Belonging, ...]:
    """Find which columns repeat those of others; who has no room for that, or no time, has a run all the same."""
    with contextlib.suppress(OSError, ScriptcheckError, KeyboardInterrupt):
        return belonging.found(found, root)
    return ()


def _without_untold_names(started: Started, found: RunRecord) -> RunRecord:
    """Leave out names that may be values of real data, in what single tasks have left as well."""
    site = started.prepared.site
    base_root = Path(site.base_root) if site.base_root else None
    told = records.withheld(found, started.prepared.root, base_root)
    for before, after in zip(found.results, told.results, strict=True):
        if after != before:
            record.write_result(started.run_directory, after)
    return told


def salvage(started: Started, error: ScriptcheckError) -> RunRecord | None:
    """Write the record of what finished before a run could not go on; `None` where that cannot be done.

    What did not finish counts as crashed, so that nobody takes this record for a good run.
    """
    from ci_scriptcheck.run.workspace import remove_tree

    folder = started.run_directory
    with contextlib.suppress(OSError, ScriptcheckError):
        for task in started.prepared.plan.tasks:
            if not record.has_result(folder, task.id):
                # On a full disk, what an unfinished task has laid out gives room for the record.
                remove_tree(folder / "tasks" / record.quoted(task.id))
                result = TaskResult(task=task.id, outcome=Outcome.CRASHED, why_not=error.what)
                record.write_result(folder, result)
        return conclude(started, stopped=of_error(error))
    return None


def _machine(workers: int) -> Machine:
    system = os.uname()
    return Machine(
        system=f"{system.sysname} {system.release} {system.machine}",
        python=".".join(str(part) for part in sys.version_info[:3]),
        processors=os.cpu_count() or 1,
        workers=workers,
    )


def _relative(folder: Path, root: Path) -> str:
    return folder.relative_to(root).as_posix() if folder.is_relative_to(root) else str(folder)
