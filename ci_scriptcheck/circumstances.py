"""How things stand where a run is planned: what is installed, what is there, what code names."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck import repository_file
from ci_scriptcheck.change.dependencies import installed
from ci_scriptcheck.modes.malformed import is_malformed
from ci_scriptcheck.modes.sources import Circumstances
from ci_scriptcheck.run.process import interpreters
from ci_scriptcheck.scope import CACHE, LIBRARIES
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.model.change import Closure
    from ci_scriptcheck.model.project import Project, Settings
    from ci_scriptcheck.model.tree import Tree
    from ci_scriptcheck.scope import Base


def found(root: Path, tree: Tree, project: Project, weights: Mapping[str, float]) -> Circumstances:
    """Look what the planners must know: which modules and scripts are there."""
    scripts = {step.script for step in project.steps.values() if step.script is not None}
    wanted: dict[str | None, set[str]] = {}
    for settings in _settings(project):
        wanted.setdefault(settings.python, set()).update(settings.needs)
    return Circumstances(
        missing={
            python: frozenset(names - modules_of(root, project, python).keys())
            for python, names in wanted.items()
            if names
        },
        absent=frozenset(script for script in scripts if not tree.has(script)),
        weights=weights,
    )


def on_base(base: Base, circumstances: Circumstances) -> Circumstances:
    """Give how things stand for base's tasks, which run on the same machine with other scripts."""
    scripts = {step.script for step in base.project.steps.values() if step.script is not None}
    absent = frozenset(script for script in scripts if not base.tree.has(script))
    return replace(circumstances, absent=absent, executed=circumstances.executed_on_base)


def names_in_code(
    root: Path, project: Project, closures: Mapping[str, Closure]
) -> Mapping[str, frozenset[str]]:
    """Find which columns and files of the datasets each script names, its own imports included.

    Only for the scripts of steps that meet malformed data, as it reads all their code.
    """
    datasets = project.datasets.values()
    wanted = {column.name for dataset in datasets for column in dataset.schema.columns}
    wanted |= {Path(entry.name).name for dataset in datasets for entry in dataset.files}
    met = {
        node.step
        for pipeline in project.pipelines.values()
        if any(is_malformed(project, scenario) for scenario in pipeline.scenarios)
        for node in pipeline.nodes
    }
    scripts = {
        step.script
        for step in project.steps.values()
        if step.name in met
        or any(is_malformed(project, scenario) for scenario in step.settings.scenarios)
    }
    return {
        name: _named_by(root, closure, wanted)
        for name, closure in closures.items()
        if name in scripts
    }


def modules_of(root: Path, project: Project, python: str | None) -> Mapping[str, tuple[str, str]]:
    """Give the modules that an interpreter has, named as settings do, with their versions."""
    file = interpreters.located(root, project.folder, python)
    return installed.library_versions(Path(file), cache=root / CACHE / LIBRARIES)


def _named_by(root: Path, closure: Closure, wanted: set[str]) -> frozenset[str]:
    code = []
    for file in closure.files:
        with contextlib.suppress(OSError):
            code.append(repository_file.read(str(root), file).decode(errors="replace"))
    text = "\n".join(code)
    return frozenset(
        name for name in wanted if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    )


def _settings(project: Project) -> Iterator[Settings]:
    """Give the settings of every step and node."""
    yield from (step.settings for step in project.steps.values())
    for pipeline in project.pipelines.values():
        yield from (node.settings for node in pipeline.nodes)
