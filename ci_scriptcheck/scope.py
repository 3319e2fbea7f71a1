"""What a run is about: the project as it is and as it was, what changed, and what that can affect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.change import affected, lost_links, renames
from ci_scriptcheck.change.closure import imports
from ci_scriptcheck.change.closure.entry_points import entry_points
from ci_scriptcheck.change.git.repository import CommitTree
from ci_scriptcheck.errors import ScriptcheckError, UsageError
from ci_scriptcheck.model.change import ChangeSet, Closure, LibraryChanged, Selection, Unknown
from ci_scriptcheck.model.contract import CopiedFrom
from ci_scriptcheck.model.project import Project, levelled
from ci_scriptcheck.model.result import Finding
from ci_scriptcheck.model.tree import Tree
from ci_scriptcheck.project import cache
from ci_scriptcheck.project.paths import FILE_NAME, within
from ci_scriptcheck.project.selectors import select_named, steps_of_script, unknown
from ci_scriptcheck.values import dataclass, field, replace

if TYPE_CHECKING:
    from ci_scriptcheck.model.plan import Mode

CACHE = ".scriptcheck/cache"
"""Where parsed projects and import facts are remembered, relative to the repository."""

IMPORTS = "imports.json"
"""File of it that remembers what modules import."""

LIBRARIES = "libraries.json"
"""File of it that remembers what interpreters have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The project as base has it.

    Attributes:
        project: With the names that head has for what it calls otherwise.
        tree: The files of its commit.
        closures: Script → the files it depends on there.
        libraries: Step → a library of which it has another version there than what is installed here.
    """

    project: Project
    tree: Tree
    closures: Mapping[str, Closure]
    libraries: Mapping[str, LibraryChanged] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a run is about.

    Attributes:
        closures: Script → the files it depends on, for every script of the project.
        findings: The project's, those that base has too marked as such.
        base: What is compared with; `None` where that cannot be read, or is of no interest.
    """

    project: Project
    changes: ChangeSet
    selection: Selection
    closures: Mapping[str, Closure] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    base: Base | None = None


def of_change(
    root: Path,
    tree: Tree,
    project: Project,
    changes: ChangeSet,
    *,
    reads: Mapping[str, tuple[str, ...]],
) -> Scope:
    """Find what a change can affect.

    Args:
        root: The repository.
        tree: Its working folder.
        project: As the working folder has it.
        changes: What differs from base.
        reads: Step → files that it opened when it last ran.
    """
    if changes.base is None:
        why = changes.unknown or "nothing is known to compare with"
        selection = affected.everything(project, Unknown(why=why))
        return of_choice(root, tree, project, changes, selection)
    if not changes.files:
        return Scope(project=project, changes=changes, selection=Selection())
    # Not needed where nothing is compared, as in a run of everything.
    from ci_scriptcheck.change.closure.base_closures import closures_in_base
    from ci_scriptcheck.change.dependencies.changes import library_changes

    base_tree = CommitTree(root, changes.base)
    base = _base_project(root, base_tree, project)
    renamed = renames.between(project, base, changes) if base else renames.Renames()
    base = base and renames.told(base, renamed)
    closures = closures_of(root, tree, project)
    base_closures = closures_in_base(
        base_tree,
        entry_points(base or project),
        head=tree,
        head_scripts=entry_points(project),
        head_closures=closures,
        changes=changes,
        cache=root / CACHE / IMPORTS,
    )
    libraries = library_changes(
        (project, tree, closures),
        (base or project, base_tree, base_closures),
        changes.touched(),
        root,
        cache=root / CACHE / LIBRARIES,
    )
    selection = affected.select(
        project,
        base,
        changes,
        head_closures=closures,
        base_closures=base_closures,
        reads=reads,
        renamed=renamed.on_head(),
        libraries=libraries.of_either,
    )
    there = (
        Base(
            project=base,
            tree=base_tree,
            closures=base_closures,
            libraries=libraries.of_base,
        )
        if base
        else None
    )
    with_lost = _with_lost_links(tree, base_tree, project, base, changes)
    return Scope(
        project=project,
        changes=changes,
        selection=selection,
        closures=closures,
        findings=_told_apart(with_lost, _before_settings(tree, base_tree, project) or base),
        base=there,
    )


def of_choice(
    root: Path, tree: Tree, project: Project, changes: ChangeSet, selection: Selection
) -> Scope:
    """Take what somebody chose, whatever changed."""
    return Scope(
        project=project,
        changes=changes,
        selection=selection,
        closures=closures_of(root, tree, project),
        findings=about(selection, project, _told_apart(project, None)),
    )


def with_any_library(root: Path, tree: Tree, about: Scope) -> Scope:
    """Give everything where the change may be one of libraries, and what they affect is not known here."""
    from ci_scriptcheck.change.dependencies.requirements import files_of, pins_of

    project = about.project
    files = {file for step in project.steps.values() for file in files_of(project, step)}
    if about.changes.touched().isdisjoint(pins_of(tree, sorted(files)).files):
        return about
    selection = affected.everything(project, Unknown(why="libraries may have changed"))
    return replace(of_choice(root, tree, project, about.changes, selection), base=about.base)


def reached(root: Path, tree: Tree, about: Scope, reads: Mapping[str, tuple[str, ...]]) -> Scope:
    """Give what the change can affect, whatever was chosen."""
    return of_change(root, tree, about.project, about.changes, reads=reads)


def project_of_base(about: Scope, reached: Callable[[], Scope]) -> Project | None:
    """Give the project as base has it, which where steps were chosen by name has to be looked for."""
    there = about.base
    if there is None and about.changes.base is not None:
        there = reached().base
    return None if there is None else there.project


def named(root: Path, tree: Tree, project: Project, selectors: tuple[str, ...]) -> Selection:
    """Give what somebody asked for by name, or by the path of a script.

    Raises:
        UsageError: a name fits nothing.
    """
    return select_named(
        project,
        tuple(_inside(root, selector) for selector in selectors),
        called_from=_called_from(root),
        dependants=partial(dependants, root, tree, project),
    )


def nothing_to_run(selectors: tuple[str, ...], modes: tuple[Mode, ...]) -> UsageError:
    """Say that what was named gives no task in the modes that were asked for."""
    names = ", ".join(f"`{name}`" for name in selectors)
    return UsageError(
        what=f"there is nothing to run for {names} in mode {' or '.join(modes)}",
        facts=("a step that stands in no pipeline is run alone, in mode isolation",),
        advice="`scriptcheck plan --all` lists what can be run, and in which mode",
    )


def running(root: Path, tree: Tree, project: Project, script: str) -> tuple[str, ...]:
    """List the steps that run the script at a path.

    Raises:
        UsageError: there is none.
    """
    path, here = _inside(root, script), _called_from(root)
    found = steps_of_script(project, path, here)
    if not found:
        raise unknown(project, path, here, partial(dependants, root, tree, project))
    return found


def dependants(root: Path, tree: Tree, project: Project, file: str) -> tuple[str, ...]:
    """List the steps that a file can affect by being imported, opened or copied."""
    if not tree.has(file):
        return ()
    closures = closures_of(root, tree, project)
    copied = {
        name
        for name, dataset in project.datasets.items()
        if isinstance(dataset.origin, CopiedFrom)
        and f"{file}/".startswith(f"{dataset.origin.path}/")
    }
    return tuple(
        step.name
        for step in project.steps.values()
        if any(port.dataset in copied for port in step.inputs)
        or (step.script is not None and file in closures[step.script].files)
    )


def about(
    selection: Selection, project: Project, findings: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """Leave out what concerns other steps and pipelines than the chosen ones."""
    pipelines = {name.rpartition("/")[0] for name in selection.nodes}
    nodes = [
        node
        for name in sorted(pipelines)
        for node in project.pipelines[name].nodes
        if f"{name}/{node.name}" in selection.nodes
    ]
    steps = {*selection.steps, *(node.step for node in nodes), *(node.name for node in nodes)}
    return tuple(
        finding
        for finding in findings
        if finding.pipeline in {None, *pipelines} and finding.step in {None, *steps}
    )


def closures_of(root: Path, tree: Tree, project: Project) -> Mapping[str, Closure]:
    """Find the files that each script and generator of a project depends on."""
    return imports.closures(tree, entry_points(project), cache=root / CACHE / IMPORTS)


def _called_from(root: Path) -> str:
    here = Path.cwd().resolve()
    return here.relative_to(root).as_posix() if here.is_relative_to(root) else ""


def _inside(root: Path, selector: str) -> str:
    """Write an absolute path relative to the repository; all else stays as it is."""
    is_below = selector.startswith("/") and Path(selector).is_relative_to(root)
    return Path(selector).relative_to(root).as_posix() if is_below else selector


def _base_project(root: Path, tree: Tree, head: Project) -> Project | None:
    """Read the project as base has it: an empty one where it has none, `None` if unreadable."""
    if not tree.has(within(head.folder, FILE_NAME) or ""):
        return Project(name=head.name, folder=head.folder)
    try:
        return cache.load_cached(tree, head.folder, root / CACHE)
    except ScriptcheckError:
        return None


def _before_settings(tree: Tree, base: Tree, head: Project) -> Project | None:
    """Read what base would have shown, had it had the settings file that is new here.

    Who begins to check a repository has not broken what has long been there. What stands in the
    settings themselves is new, and what they speak of beside contracts and scripts may be.
    """
    settings = within(head.folder, FILE_NAME) or ""
    if base.has(settings) or not head.findings:
        return None
    from ci_scriptcheck.project.laid_over import LaidOver
    from ci_scriptcheck.project.loader import load_project

    added = {path for path in tree.paths() if not base.has(path)}
    try:
        found = load_project(
            LaidOver(base, tree, {settings} | (added - set(head.files))), head.folder
        )
    except ScriptcheckError:
        return None
    old = (one for one in found.findings if one.place is not None and base.has(one.place.file))
    return replace(found, findings=tuple(old))


def _with_lost_links(
    tree: Tree, base_tree: Tree, head: Project, base: Project | None, changes: ChangeSet
) -> Project:
    """Add to the findings those of links that scripts of this change took out."""
    suspected = lost_links.suspected(head, base, changes) if base else ()
    if not suspected:
        return head
    from ci_scriptcheck.project.laid_over import LaidOver
    from ci_scriptcheck.project.loader import load_project

    scripts = sorted({one.script for one in suspected})
    try:
        restored = load_project(LaidOver(tree, base_tree, scripts), head.folder)
    except ScriptcheckError:
        return head
    lost = lost_links.by_scripts(suspected, restored)
    old, new = base_tree.read_many(scripts), tree.read_many(scripts)
    texts = {
        script: lost_links.Texts(
            base=old[script].decode("utf-8", "replace"),
            head=new[script].decode("utf-8", "replace"),
        )
        for script in scripts
    }
    findings = lost_links.told(lost, head, texts, changes.base_name or "base")
    return replace(head, findings=levelled(head.rules, findings))


def _told_apart(head: Project, base: Project | None) -> tuple[Finding, ...]:
    """Mark the findings that base has too."""
    old = {finding.identity() for finding in base.findings} if base else set()
    return tuple(
        replace(finding, also_on_base=finding.identity() in old) for finding in head.findings
    )
