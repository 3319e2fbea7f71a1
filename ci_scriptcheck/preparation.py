"""What comes before a run: `prepare` what is to be done, and `supply` the real data that it needs.

Nothing of the project is run here. AWS is asked in deep dives: what executions did, and for data.
"""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck import circumstances, executions_beside, planning, real_data, scope
from ci_scriptcheck.change import affected
from ci_scriptcheck.change.git import laid_out
from ci_scriptcheck.change.git.repository import change_set, look, repository_root
from ci_scriptcheck.errors import ChangeError, FixtureError, UsageError
from ci_scriptcheck.executions_beside import Beside
from ci_scriptcheck.model import wanted
from ci_scriptcheck.model.change import Asked, ChangeSet
from ci_scriptcheck.model.options import Options
from ci_scriptcheck.model.plan import Mode, Plan, Share, Side
from ci_scriptcheck.model.project import Project
from ci_scriptcheck.modes import variants
from ci_scriptcheck.project import acceptances, cache, working_tree
from ci_scriptcheck.real_data import Asking
from ci_scriptcheck.reviewed import is_reviewed
from ci_scriptcheck.run import (
    handed_over,
    history,
    own_folders,
    run_directory,
)
from ci_scriptcheck.run.site import Site
from ci_scriptcheck.run.store.store import Store
from ci_scriptcheck.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
        beside: What executions did of its pipelines, in deep dives.
    """

    options: Options
    root: Path
    plan: Plan
    site: Site
    learned: history.History
    project: Project
    base: Project | None = None
    beside: Beside = field(default_factory=Beside)

    @property
    def workers(self) -> int:
        """How many workers may run at a time."""
        return self.options.workers or _processors()


def will_run(options: Options, environ: Mapping[str, str]) -> bool:
    """Say whether it is certain, before anything is read, that a warm host will be needed.

    That is so where steps are asked for whatever changed, and nothing is kept that could be reused.
    """
    if options.start_kind != "warm":
        return False
    if not options.everything and not options.selectors:
        return False
    return Store.of(repository_root(options.project), environ).is_empty


def prepare(
    options: Options,
    environ: Mapping[str, str],
    mask: Callable[[str], object] | None = None,
) -> Prepared:
    """Find what the change can break, and plan the tasks that show whether it did.

    A deep dive beside executions asks AWS what they did.

    Args:
        options: What was asked for.
        environ: The variables of this process.
        mask: Told each secret before it is used, where the runner of a job reads what is printed.

    Raises:
        UsageError: the settings or a selector cannot be understood.
        ChangeError: git cannot say what changed.
        FixtureError: executions cannot be read, and nothing else was asked for.
    """
    began = datetime.now(tz=UTC)
    root = repository_root(options.project)
    sight = look(root)
    own_folders.check(root, sight.tracked, environ=environ, output=options.output)
    with contextlib.suppress(OSError):  # nothing is kept then, and nothing to be overlooked
        run_directory.hide(root)
    tree = working_tree.WorkingTree(root, sight.files)
    project = _project(sight, tree, options)
    store = Store.of(root, environ)
    assignment = None if options.assignment is None else handed_over.read(options.assignment)
    learned = (
        history.load(history.file_of(store.folder, project.name, project.folder))
        if assignment is None
        else assignment.history
    )
    about = _scope(sight, tree, project, options, environ, learned)
    around = circumstances.found(root, tree, project, learned.seconds)
    if options.only_fetches:
        about = scope.with_any_library(root, tree, about)
        around = replace(around, missing={})
    reached = partial(scope.reached, root, tree, about, learned.reads)
    beside = executions_beside.of_scope(root, about, options, environ, reached, mask)
    around = replace(
        around,
        executed=beside.head,
        executed_on_base=beside.base,
        refused=frozenset(beside.refused),
    )
    plan = planning.planned(root, about, around, options, reached, assignment)
    plan = _but_for_refused(plan, beside)
    if plan.base is not None:
        plan = replace(plan, acceptances=acceptances.read(tree, project.folder))
    if plan.share is not None:
        plan = replace(plan, share=_dated(plan.share, environ, began))
    site = _site(root, store, plan, project, began, has_base=not options.only_fetches)
    return Prepared(
        options=options,
        root=root,
        plan=plan,
        site=site,
        learned=learned,
        project=project,
        base=_of_base(plan, about, reached),
        beside=beside,
    )


def _project(sight: Sight, tree: Tree, options: Options) -> Project:
    """Read the settings, and see to it that they are good for a run."""
    root = sight.root
    inside = options.project.resolve().relative_to(root).as_posix()
    project = cache.load_cached(tree, "" if inside == "." else inside, root / scope.CACHE)
    own_folders.check_interpreters(root, sight.tracked, project)
    if not project.steps and not project.findings:
        # Else a branch that empties the settings would pass without a word.
        raise UsageError(
            what=f"project `{project.name}` has no steps, so nothing would ever be checked",
            facts=("its settings describe no step, and no pipeline names a script",),
            advice="name the scripts under `pipelines:` or `steps:`",
        )
    return project


def _site(
    root: Path, store: Store, plan: Plan, project: Project, began: datetime, *, has_base: bool
) -> Site:
    """Say where the plan is carried out, and lay out base's files there where tasks of base are to run."""
    pythons = {task.settings.python for task in plan.tasks}
    has_base = has_base and any(task.side is Side.BASE for task in plan.tasks)
    base_root = (
        str(laid_out.lay_out(root, plan.base.commit, moment=began.timestamp()))
        if plan.base is not None and has_base
        else None
    )
    return Site(
        root=str(root),
        store=str(store.folder),
        began=began.timestamp(),
        today=began.date().isoformat(),
        versions={
            python or "": circumstances.modules_of(root, project, python) for python in pythons
        },
        base_root=base_root,
    )


def _of_base(plan: Plan, about: Scope, reached: Callable[[], Scope]) -> Project | None:
    """Give the project as base has it, which says what real data may be read."""
    if plan.wanted() or wanted.of_production(plan):
        return scope.project_of_base(about, reached)
    return None if about.base is None else about.base.project


def _but_for_refused(plan: Plan, beside: Beside) -> Plan:
    """Have no task run beside an execution that could not be read; each reason is told once.

    Raises:
        FixtureError: nothing else was asked for.
    """
    reasons: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for pipeline, error in beside.refused.items():
        reasons.setdefault((error.what, error.facts), []).append(pipeline)
    for pipelines in reasons.values():
        plan = real_data.blocked(plan, beside.refused[pipelines[0]], pipelines)
    is_idle = all(task.blocked is not None for task in plan.tasks)
    if beside.refused and is_idle and plan.modes == (Mode.DEEP_DIVE,):
        raise next(iter(beside.refused.values()))
    return plan


def _dated(share: Share, environ: Mapping[str, str], began: datetime) -> Share:
    """Say which attempt of its job this is, so that a later one stands for an earlier one."""
    attempt = environ.get("GITHUB_RUN_ATTEMPT", "")
    return replace(
        share,
        attempt=int(attempt) if attempt.isdecimal() else share.attempt,
        began=began.timestamp(),
    )


def supply(
    prepared: Prepared,
    environ: Mapping[str, str],
    report: Callable[[Fetching], None] = _silent,
    mask: Callable[[str], object] | None = None,
) -> Prepared:
    """Fetch the real data that the plan needs, if it needs any, and put them into it.

    Args:
        prepared: What is to be run.
        environ: The variables of this process.
        report: Told how far fetching is.
        mask: Told each secret before it is used, where the runner of a job reads what is printed.

    Raises:
        FixtureError: they cannot be had, may not be read, or are too much, and nothing else was asked for.
    """
    asking = Asking(
        root=prepared.root,
        head=prepared.project,
        base=prepared.base,
        environ=environ,
        base_is_named=prepared.options.base is not None,
        is_reviewed=is_reviewed(environ, prepared.root),
        divided=prepared.beside.divided,
        runs_code=not prepared.options.only_fetches,
        report=report,
        mask=mask,
    )
    try:
        plan = real_data.supplied(prepared.plan, asking)
    except FixtureError as error:
        if prepared.plan.modes == (Mode.DEEP_DIVE,):
            raise
        # What can be checked without them is.
        plan = real_data.blocked(prepared.plan, error)
    return replace(prepared, plan=plan)


def _scope(
    sight: Sight,
    tree: Tree,
    project: Project,
    options: Options,
    environ: Mapping[str, str],
    learned: history.History,
) -> Scope:
    root = sight.root
    changed = partial(
        change_set,
        root,
        base=options.base,
        environ=environ,
        default_base=project.base,
        sight=sight,
        is_exact=options.is_exact,
    )
    if not options.selectors and not options.everything:
        return scope.of_change(root, tree, project, changed(), reads=learned.reads)
    if options.selectors:
        selection = scope.named(root, tree, project, variants.names(project, options.selectors))
    else:
        selection = affected.everything(project, Asked())
    try:
        changes = changed()
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
