"""Joins the stages of a run: `prepare` what is to be done, `supply` real data, `start`, `conclude` with the record.

Between the last two, `pytest_plugin.execution` runs what has no result yet. Each stage gives a value
that the next one takes; what crosses processes lies in the run directory. Heavy libraries are
imported by the stages that need them, so that a run with nothing to do is over before they would be.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck import circumstances, planning, production, real_data, scope
from ci_scriptcheck.change import affected, mentions
from ci_scriptcheck.change.dependencies.default_interpreter import VARIABLE
from ci_scriptcheck.change.git import laid_out
from ci_scriptcheck.change.git.repository import change_set, look, repository_root
from ci_scriptcheck.errors import ChangeError, ScriptcheckError, UsageError
from ci_scriptcheck.model import not_run, wanted
from ci_scriptcheck.model.change import Asked, ChangeSet
from ci_scriptcheck.model.options import Options
from ci_scriptcheck.model.plan import Machine, Plan, RunRecord, Share, Side
from ci_scriptcheck.model.project import Project
from ci_scriptcheck.model.result import Outcome, TaskResult
from ci_scriptcheck.model.stopped import Stopped, of_error
from ci_scriptcheck.modes import variants
from ci_scriptcheck.project import acceptances, cache, working_tree
from ci_scriptcheck.real_data import Asking
from ci_scriptcheck.run import (
    flaky,
    handed_over,
    history,
    own_folders,
    reasons,
    record,
    reuse,
    run_directory,
)
from ci_scriptcheck.run.process import interpreters
from ci_scriptcheck.run.site import Site
from ci_scriptcheck.run.store.store import Store
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.change.git.repository import Sight
    from ci_scriptcheck.fixtures.progress import Progress as Fetching
    from ci_scriptcheck.model.tree import Tree
    from ci_scriptcheck.scope import Scope


def _silent(_: Fetching) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A planned run.

    Attributes:
        root: The repository, absolute.
        learned: What earlier runs taught, which the plan was made with.
        project: As it is checked.
        base: The same as base has it; `None` where nothing is compared with.
    """

    options: Options
    root: Path
    plan: Plan
    site: Site
    learned: history.History
    project: Project
    base: Project | None = None

    @property
    def workers(self) -> int:
        """How many workers may run at a time."""
        return self.options.workers or _processors()


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A run that has a directory, in which its plan lies, and the results that need no run."""

    prepared: Prepared
    run_directory: Path
    ready: Mapping[str, TaskResult]


def will_run(options: Options, environ: Mapping[str, str]) -> bool:
    """Say whether it is certain, before anything is read, that a warm host will be needed.

    That is so where steps are asked for whatever changed, and nothing is kept that could be reused.
    """
    if options.start_kind != "warm":
        return False
    if not options.everything and not options.selectors:
        return False
    return Store.of(repository_root(options.project), environ).is_empty


def prepare(options: Options, environ: Mapping[str, str]) -> Prepared:
    """Find what the change can break, and plan the tasks that show whether it did.

    Raises:
        UsageError: the settings or a selector cannot be understood.
        ChangeError: git cannot say what changed.
    """
    began = datetime.now(tz=UTC)
    root = repository_root(options.project)
    inside = options.project.resolve().relative_to(root).as_posix()
    sight = look(root)
    own_folders.check(root, sight.tracked, environ=environ, output=options.output)
    with contextlib.suppress(OSError):  # nothing is kept then, and nothing to be overlooked
        run_directory.hide(root)
    tree = working_tree.WorkingTree(root, sight.files)
    project = cache.load_cached(tree, "" if inside == "." else inside, root / scope.CACHE)
    own_folders.check_interpreters(root, sight.tracked, project)
    if not project.steps and not project.findings:
        # Else a branch that empties the settings would pass without a word.
        raise UsageError(
            what=f"project `{project.name}` has no steps, so nothing would ever be checked",
            facts=("its settings describe no step, and no pipeline names a script",),
            advice="name the scripts under `pipelines:` or `steps:`",
        )
    store = Store.of(root, environ)
    assignment = None if options.assignment is None else handed_over.read(options.assignment)
    learned = (
        history.load(history.file_of(store.folder, project.name, project.folder))
        if assignment is None
        else assignment.history
    )
    about = _scope(sight, tree, project, options, environ, learned)
    around = circumstances.found(root, tree, project, learned.seconds)
    reached = partial(scope.reached, root, tree, about, learned.reads)
    beside = production.of_scope(root, about, options, environ, reached)
    around = replace(around, executed=beside.head, executed_on_base=beside.base)
    plan = planning.planned(root, about, around, options, reached, assignment)
    if plan.base is not None:
        plan = replace(plan, acceptances=acceptances.read(tree, project.folder))
    if plan.share is not None:
        plan = replace(plan, share=_dated(plan.share, environ, began))
    pythons = {task.settings.python for task in plan.tasks}
    has_base = any(task.side is Side.BASE for task in plan.tasks)
    base_root = (
        str(laid_out.lay_out(root, plan.base.commit, moment=began.timestamp()))
        if plan.base is not None and has_base
        else None
    )
    site = Site(
        root=str(root),
        store=str(store.folder),
        began=began.timestamp(),
        today=began.date().isoformat(),
        versions={
            python or "": circumstances.modules_of(root, project, python) for python in pythons
        },
        base_root=base_root,
    )
    return Prepared(
        options=options,
        root=root,
        plan=plan,
        site=site,
        learned=learned,
        project=project,
        base=_of_base(plan, about, reached),
    )


def _of_base(plan: Plan, about: Scope, reached: Callable[[], Scope]) -> Project | None:
    """Give the project as base has it, which says what real data may be read."""
    there = about.base
    is_real = plan.wanted() or wanted.of_production(plan)
    if there is None and is_real and about.changes.base is not None:
        there = reached().base
    return None if there is None else there.project


def _dated(share: Share, environ: Mapping[str, str], began: datetime) -> Share:
    """Say which attempt of its job this is, so that a later one stands for an earlier one."""
    attempt = environ.get("GITHUB_RUN_ATTEMPT", "")
    return replace(
        share,
        attempt=int(attempt) if attempt.isdecimal() else share.attempt,
        began=began.timestamp(),
    )


def supply(
    prepared: Prepared, environ: Mapping[str, str], report: Callable[[Fetching], None] = _silent
) -> Prepared:
    """Fetch the real data that the plan needs, if it needs any, and put them into it.

    Args:
        prepared: What is to be run.
        environ: The variables of this process.
        report: Told how far fetching is.

    Raises:
        FixtureError: they cannot be had, may not be read, or are too much.
    """
    asking = Asking(
        root=prepared.root,
        head=prepared.project,
        base=prepared.base,
        environ=environ,
        report=report,
    )
    return replace(prepared, plan=real_data.supplied(prepared.plan, asking))


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
    record.write_record(started.run_directory, found)
    if len(started.ready) < len(prepared.plan.tasks):
        prepared.site.opened_store().trim()
    plan = prepared.plan
    learned = history.file_of(Path(prepared.site.store), plan.project, plan.folder)
    history.save(learned, history.after(history.load(learned), found))
    return found


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


def _scope(
    sight: Sight,
    tree: Tree,
    project: Project,
    options: Options,
    environ: Mapping[str, str],
    learned: history.History,
) -> Scope:
    root = sight.root
    if not options.selectors and not options.everything:
        changes = change_set(
            root,
            base=options.base,
            environ=environ,
            default_base=project.base,
            sight=sight,
            is_exact=options.is_exact,
        )
        return scope.of_change(root, tree, project, changes, reads=learned.reads)
    if options.selectors:
        selection = scope.named(root, tree, project, variants.names(project, options.selectors))
    else:
        selection = affected.everything(project, Asked())
    try:
        changes = change_set(
            root,
            base=options.base,
            environ=environ,
            default_base=project.base,
            sight=sight,
            is_exact=options.is_exact,
        )
    except ChangeError:
        if options.base is not None:
            raise
        # What changed is not asked for; it would only have been shown.
        changes = ChangeSet(base=None, head=None)
    return scope.of_choice(root, tree, project, changes, selection)


def _processors() -> int:
    """Count the processors that this process may use; macOS does not tell, and has all of them."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
