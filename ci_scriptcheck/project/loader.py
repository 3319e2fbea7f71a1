"""A tree of files → the project: finds the files, calls the readers, checks what they refer to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError, did_you_mean
from ci_scriptcheck.model.contract import CopiedFrom, Dataset, GeneratedBy
from ci_scriptcheck.model.project import Project, levelled
from ci_scriptcheck.model.result import Finding
from ci_scriptcheck.project import compatibility, own_file
from ci_scriptcheck.project.assembly import assembly
from ci_scriptcheck.project.assembly.pipelines import PipelineParts, read_pipelines
from ci_scriptcheck.project.assembly.steps import read_steps
from ci_scriptcheck.project.assembly.variables import references_of
from ci_scriptcheck.project.cursus.reading import (
    CONTRACT_ENDING,
    PIPELINE_ENDING,
    Folders,
    read_cursus,
)
from ci_scriptcheck.project.declared import Declared
from ci_scriptcheck.project.named_files import missing_names
from ci_scriptcheck.project.naming import default_name
from ci_scriptcheck.project.native.aws import read_aws
from ci_scriptcheck.project.native.datasets import read_datasets
from ci_scriptcheck.project.native.named_scripts import named_scripts
from ci_scriptcheck.project.native.reading import read_native
from ci_scriptcheck.project.native.scenarios import check_columns, read_scenarios
from ci_scriptcheck.project.paths import FILE_NAME, is_misnamed, within
from ci_scriptcheck.project.script.agreement import disagreements
from ci_scriptcheck.project.script.findings import (
    at_their_lines,
    at_their_ports,
    known_despite,
    missing_scripts,
    read_usage,
    steps_without_script,
    unfit_functions,
    unfit_programs,
)
from ci_scriptcheck.project.script.handover import unfit_handovers
from ci_scriptcheck.project.script.undeclared import undeclared_variables, with_undeclared
from ci_scriptcheck.project.script.usage import Usage
from ci_scriptcheck.project.working_tree import WorkingTree, exists, find_projects
from ci_scriptcheck.repository_path import folder_of
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ci_scriptcheck.model.tree import Tree
    from ci_scriptcheck.project.native.named_scripts import NamedScript
    from ci_scriptcheck.project.native.reading import Native

    UsageReader = Callable[[Tree, Iterable[str]], Mapping[str, Usage | Finding]]

__all__ = ["Loaded", "WorkingTree", "find_projects", "load", "load_project"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A project, and what it was made of.

    Attributes:
        usages: Script → what it uses, or why it cannot be parsed.
        listed: Endings of the files that were looked for in whole folders.
    """

    project: Project
    usages: Mapping[str, Usage | Finding]
    listed: tuple[str, ...] = ()


def load_project(tree: Tree, folder: str = "") -> Project:
    """Read the project whose settings file lies in a folder of the tree.

    Raises:
        UsageError: there is no such file, or it holds a mistake.
    """
    return load(tree, folder, read_usages).project


def read_usages(tree: Tree, scripts: Iterable[str]) -> dict[str, Usage | Finding]:
    """Parse scripts; those that do not exist are left out."""
    contents = tree.read_many(scripts)
    return {script: read_usage(script, content) for script, content in contents.items()}


def load(tree: Tree, folder: str, usages_of: UsageReader) -> Loaded:
    """Read a project, taking the usages of its scripts from a reader of the caller's.

    Raises:
        UsageError: as `load_project`.
    """
    file = within(folder, FILE_NAME)
    read = read_native(_content(tree, file), file or FILE_NAME)
    adapters = _adapters(tree, folder, read)
    parsed: dict[str, Usage | Finding] = {}

    def remembered(tree: Tree, scripts: Iterable[str]) -> Mapping[str, Usage | Finding]:
        parsed.update(usages_of(tree, scripts))
        return parsed

    try:
        return _put_together(tree, folder, read, adapters, remembered)
    except UsageError as error:
        # What the settings speak of may well stand in a file that nobody could read.
        broken = [one for one in adapters.findings if one.rule == "SC113"]
        broken += [one for one in parsed.values() if isinstance(one, Finding)]
        facts = tuple(f"{one.message} ({one.place})" for one in broken)
        error.facts += facts
        raise


def _put_together(
    tree: Tree, folder: str, read: Native, adapters: Declared, usages_of: UsageReader
) -> Loaded:
    named = named_scripts(read, folder, adapters.steps)
    scripts = [one.script for one in named.values()]
    scripts.extend(step.script for step in adapters.steps.values() if step.script)
    found = usages_of(tree, sorted(set(scripts)))
    usages = {script: one for script, one in found.items() if isinstance(one, Usage)}
    read_, strange = read_steps(read, adapters.steps, named, usages)
    pipelines, odd = read_pipelines(
        PipelineParts(
            native=read, folder=folder, steps=read_, named=named, adapters=adapters.pipelines
        )
    )
    datasets = read_datasets(read, folder, references_of(read, read_), _root(tree))
    _check_files(tree, read, datasets)
    check_columns(
        read, {column.name for one in datasets.values() for column in one.schema.columns}
    )
    parts = assembly.Parts(native=read, steps=read_, pipelines=pipelines, datasets=datasets)
    assembled, joined, wrong = assembly.assemble(parts)
    steps = with_undeclared(assembled, joined, usages)
    project = Project(
        name=read.document.project or default_name(_root(tree), folder),
        folder=folder,
        base=read.document.base,
        steps=steps,
        datasets=datasets,
        pipelines=joined,
        scenarios=read_scenarios(read),
        aws=read_aws(read, datasets, joined),
        rules=assembly.rule_settings(parts),
        files=tuple(sorted({read.source.file, *adapters.files, *found})),
    )
    missing = (*adapters.findings, *missing_scripts(named, read, tree))
    unread = _unread(named, read, usages)
    findings = (
        *missing,
        *(one for one in found.values() if isinstance(one, Finding)),
        *missing_names(tree, read, project),
        *unfit_functions(steps, usages),
        *unfit_programs(steps, usages),
        *undeclared_variables(steps, usages),
        *unfit_handovers(steps, adapters.steps, usages),
        *disagreements(steps, adapters.steps, usages),
        *compatibility.disagreements(joined, datasets),
        *steps_without_script(steps, joined, {one.step for one in missing}),
        *at_their_lines(
            at_their_ports(
                known_despite((*strange, *odd, *wrong), unread, joined),
                project,
                [name for name, step in read_.items() if step.native and not step.has_own_ports],
                read.source,
            ),
            {
                name: step.declared.script
                for name, step in read_.items()
                if step.has_own_ports and step.declared.script is not None
            },
            usages,
            tree.read,
        ),
    )
    return Loaded(
        project=replace(project, findings=levelled(project.rules, findings)),
        usages=found,
        listed=(CONTRACT_ENDING, PIPELINE_ENDING) if adapters.files else (),
    )


def _unread(
    named: Mapping[str, NamedScript], read: Native, usages: Mapping[str, Usage]
) -> frozenset[str]:
    """Name the steps whose ports only their scripts could tell, which cannot be read or have no `main`."""
    written = read.document.steps
    return frozenset(
        step
        for step, one in named.items()
        if (one.script not in usages or not usages[one.script].is_defined)
        and ((said := written.get(step)) is None or said.inputs is None or said.outputs is None)
    )


def _content(tree: Tree, file: str | None) -> bytes:
    found = None if file is None else own_file.content(tree, file, what="the settings")
    if found is not None:
        return found
    misnamed = [one for one in tree.paths() if is_misnamed(one, folder_of(file or FILE_NAME))]
    if misnamed:
        raise UsageError(
            what=f"there is no `{file or FILE_NAME}`",
            facts=(f"`{misnamed[0]}` is there, and nothing reads a file of this name",),
            advice=f"rename it: `git mv {misnamed[0]} {file or FILE_NAME}`",
        )
    others = find_projects(tree)
    raise UsageError(
        what=f"there is no `{file or FILE_NAME}`",
        facts=tuple(
            f"`{other}` holds one" if other else "the repository's top folder holds one"
            for other in others[:5]
        ),
        advice="name the folder with `--project`" if others else "run `scriptcheck init`",
    )


def _adapters(tree: Tree, folder: str, read: Native) -> Declared:
    written = read.document.adapters.cursus
    if written is None:
        return Declared()
    folders: dict[str, str | None] = {}
    for key in ("interfaces", "scripts", "pipelines"):
        said = getattr(written, key)
        folders[key] = None if said is None else within(folder, said)
        if said is not None and folders[key] is None:
            path = ("adapters", "cursus", key)
            raise read.source.mistake(f"`{said}` leads out of the repository", path)
    return read_cursus(
        tree,
        Folders(
            interfaces=folders["interfaces"] or "",
            scripts=folders["scripts"] or "",
            pipelines=folders["pipelines"],
            place=read.source.place(("adapters", "cursus")),
        ),
    )


def _check_files(tree: Tree, read: Native, datasets: Mapping[str, Dataset]) -> None:
    """See to it that what datasets are copied from, or made by, is there."""
    for name, dataset in datasets.items():
        match dataset.origin:
            case CopiedFrom(path=path):
                key = "copy"
            case GeneratedBy(file=path):
                key = "generator"
            case _:
                continue
        if not exists(tree, path):
            raise read.source.mistake(
                f"`{path}`, which the dataset `{name}` is made from, {_absence(tree, path)}",
                ("datasets", name, key),
                advice=_likely(tree, path),
            )


def _absence(tree: Tree, path: str) -> str:
    """Say why git does not show a path."""
    root = _root(tree)
    if root is None or not (root / path).exists():
        return "does not exist"
    place = root / path
    if place.is_dir() and not any(place.iterdir()):
        return "is an empty folder"
    if any((above / ".git").exists() for above in (place, *place.parents) if above != root):
        return "lies in a repository of its own"
    return "is ignored by git"


def _likely(tree: Tree, path: str) -> str:
    """Name what was meant: a file or folder of nearly this path, or one of this name elsewhere."""
    absence = _absence(tree, path)
    if absence == "is ignored by git":
        return f"take it out of `.gitignore`, or add it: `git add --force {path}`"
    if absence != "does not exist":
        return "a dataset is made from files that git has, or would take"
    known = {str(above) for one in tree.paths() for above in PurePosixPath(one).parents} - {"."}
    name = path.rpartition("/")[2]
    known |= {
        one
        for one in tree.paths()
        if folder_of(one) == folder_of(path) or one.rpartition("/")[2] == name
    }
    return did_you_mean(path, known) or "files that git ignores are not seen"


def _root(tree: Tree) -> Path | None:
    # Trees in memory have no folder.
    root = getattr(tree, "root", None)
    return root if isinstance(root, Path) else None
