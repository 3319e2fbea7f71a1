"""What the settings name beside scripts and data: functions that make data, and requirements files."""

from __future__ import annotations

import ast
import posixpath
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place, cut_out, did_you_mean, nearest
from ci_scriptcheck.model.contract import GeneratedBy
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.project.paths import within
from ci_scriptcheck.project.script.syntax import Module, module_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.project import Project, Settings
    from ci_scriptcheck.model.tree import Tree
    from ci_scriptcheck.project.native.reading import Native


def missing_names(tree: Tree, native: Native, project: Project) -> Iterator[Finding]:
    """Report functions and files that the settings name and the repository does not have."""
    for name, dataset in project.datasets.items():
        if isinstance(dataset.origin, GeneratedBy) and tree.has(dataset.origin.file):
            yield from _generator(tree, native, name, dataset, dataset.origin)
    yield from _requirements(tree, native, project)


def _generator(
    tree: Tree, native: Native, name: str, dataset: Dataset, origin: GeneratedBy
) -> Iterator[Finding]:
    text = tree.read(origin.file).decode("utf-8", "replace")
    try:
        module = module_of(text)
    except SyntaxError as error:
        line = error.lineno or 1
        yield Finding(
            rule="SC107",
            severity=Level.ERROR,
            message=f"`{origin.file}`, which makes the dataset `{name}`, cannot be parsed: {error.msg}",
            subject=origin.file,
            place=Place(file=origin.file, line=line),
            excerpt=cut_out(text, line, around=1),
        )
        return
    if origin.function in module.names or _may_have_more(module):
        return
    path = ("datasets", name, "generator")
    place = native.source.place(path)
    yield Finding(
        rule="SC122",
        severity=Level.ERROR,
        message=f"`{origin.file}` defines no `{origin.function}`, which is to make the dataset `{name}`",
        subject=f"{origin.file}:{origin.function}",
        place=dataset.place if place.line == 1 else place,
        excerpt=native.source.excerpt(path),
        advice=did_you_mean(origin.function, module.functions),
    )


def _may_have_more(module: Module) -> bool:
    """Say whether names may come from where nobody can see: an asterisk, or a function for others."""
    return "__getattr__" in module.names or any(
        isinstance(node, ast.ImportFrom) and any(one.name == "*" for one in node.names)
        for node in ast.walk(module.tree)
    )


def _requirements(tree: Tree, native: Native, project: Project) -> Iterator[Finding]:
    """Report each file once, at the first of the settings that name it."""
    told: dict[str, Place | None] = {}
    for settings in _settings(project):
        for file in settings.requirements:
            told.setdefault(file, settings.origins.get("requirements"))
    for file, place in told.items():
        path = within(project.folder, file)
        if path is not None and tree.has(path):
            continue
        near = None if path is None else _near(path, tree, project.folder)
        yield Finding(
            rule="SC123",
            severity=Level.ERROR,
            message=f"`{file}`, which is to name the versions of libraries, is not there",
            subject=file,
            place=place,
            excerpt=None if place is None else cut_out(native.source.text, place.line or 1),
            advice=f"did you mean `{near}`?" if near else "files that git ignores are not seen",
        )


def _near(path: str, tree: Tree, folder: str) -> str | None:
    """Find the file of the project that was most likely meant, as the settings would name it."""
    files = [
        other
        for other in tree.paths()
        if posixpath.splitext(other)[1] == posixpath.splitext(path)[1]
        and (not folder or other.startswith(f"{folder}/"))
    ]
    same = [other for other in files if posixpath.basename(other) == posixpath.basename(path)]
    near = same[0] if same else nearest(path, files)
    return near if near is None or not folder else near.removeprefix(f"{folder}/")


def _settings(project: Project) -> Iterator[Settings]:
    yield from (step.settings for step in project.steps.values())
    for pipeline in project.pipelines.values():
        yield from (node.settings for node in pipeline.nodes)
