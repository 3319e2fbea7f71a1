"""Where following imports begins: the scripts of a project, and the generators of its datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import GeneratedBy
from ci_scriptcheck.repository_path import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ci_scriptcheck.model.project import Project, Settings


def entry_points(project: Project) -> Mapping[str, tuple[str, ...]]:
    """Give the import roots of every script and generator, relative to the repository.

    Where several steps and nodes share a script, it gets the roots of all of them.
    """
    found: dict[str, dict[str, None]] = {}
    for script, settings in _scripts(project):
        roots = found.setdefault(script, {})
        roots.update(dict.fromkeys(_roots(project.folder, settings.path)))
    every_root = dict.fromkeys(root for roots in found.values() for root in roots)
    for dataset in project.datasets.values():
        if isinstance(dataset.origin, GeneratedBy):
            found.setdefault(dataset.origin.file, {}).update(every_root)
    return {script: tuple(roots) for script, roots in sorted(found.items())}


def _scripts(project: Project) -> Iterator[tuple[str, Settings]]:
    for step in project.steps.values():
        if step.script is not None:
            yield step.script, step.settings
    for pipeline in project.pipelines.values():
        for node in pipeline.nodes:
            step_of = project.steps.get(node.step)
            if step_of is not None and step_of.script is not None:
                yield step_of.script, node.settings


def _roots(folder: str, paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        root = joined(folder, path)
        if root is not None:
            yield root
