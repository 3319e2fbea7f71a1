"""Steps and nodes as they are named on the command line: `train`, `fraud/*`, `+train`, `train+`.

The path of a script stands for the steps that run it, so that shells can complete what is typed.
"""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError, did_you_mean
from ci_scriptcheck.model.change import Asked, Reason, Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ci_scriptcheck.model.project import Pipeline, Project

_LISTED = 5
"""Steps that a message names; more would hide what it says."""


def no_dependants(_file: str) -> tuple[str, ...]:
    """Know of no file which steps depend on it."""
    return ()


def select_named(
    project: Project,
    selectors: tuple[str, ...],
    *,
    called_from: str = "",
    dependants: Callable[[str], tuple[str, ...]] = no_dependants,
) -> Selection:
    """Give what is asked for by name.

    A name without `/` is a step or a node: the step alone, and its nodes in all pipelines. One with
    `/` is a node of one pipeline, or a whole pipeline; else, as any name that fits nothing, the path
    of a script, which stands for the steps that run it. `+` before it adds what feeds it, `+` after
    it what follows; patterns with `*` may be used for all of them.

    Args:
        project: Whose steps they are.
        selectors: What was typed.
        called_from: Folder that paths count from, relative to the repository.
        dependants: Says which steps depend on a file of the repository, for the advice.

    Raises:
        UsageError: a name fits nothing.
    """
    steps: dict[str, Reason] = {}
    nodes: dict[str, Reason] = {}
    for selector in selectors:
        name = selector.removeprefix("+").removesuffix("+")
        found = _nodes(project, name)
        is_alone = "/" not in name
        alone = _steps(project, name, found) if is_alone else set()
        if not found and not alone:
            alone = set(steps_of_script(project, name, called_from))
            found = _nodes_of(project, alone)
            is_alone = True
        if not found and not alone:
            raise unknown(project, name, called_from, dependants)
        for pipeline, named in found.items():
            whole = _widened(project.pipelines[pipeline], named, selector)
            nodes.update({f"{pipeline}/{node}": Asked() for node in whole})
            if is_alone:
                alone |= {project.pipelines[pipeline].node(node).step for node in whole}
        steps.update({step: Asked() for step in alone})
    return Selection(steps=dict(sorted(steps.items())), nodes=dict(sorted(nodes.items())))


def steps_of_script(project: Project, path: str, called_from: str = "") -> tuple[str, ...]:
    """List the steps that run the script at a path, or those whose paths fit a pattern."""
    paths = _paths(project, path, called_from)
    return tuple(
        step.name
        for step in project.steps.values()
        if step.script is not None and any(fnmatchcase(step.script, one) for one in paths)
    )


def unknown(
    project: Project,
    name: str,
    called_from: str = "",
    dependants: Callable[[str], tuple[str, ...]] = no_dependants,
) -> UsageError:
    """Say that a name fits nothing, and what it may have been meant for."""
    for path in _paths(project, name, called_from):
        steps = dependants(path)
        if steps:
            return _no_script(path, steps)
    nodes = [
        f"{pipeline.name}/{node.name}"
        for pipeline in project.pipelines.values()
        for node in pipeline.nodes
    ]
    plain = [node.rpartition("/")[2] for node in nodes]
    scripts = [step.script for step in project.steps.values() if step.script is not None]
    known = (*project.steps, *project.pipelines, *nodes, *plain)
    if name.endswith(".py"):
        return UsageError(
            what=f"no step runs a script `{name}`",
            advice=did_you_mean(name, scripts) or "`scriptcheck plan --all` lists the steps",
        )
    return UsageError(
        what=f"no step and no node is called `{name}`",
        advice=did_you_mean(name, known) or "`scriptcheck plan --all` lists them",
    )


def _no_script(path: str, steps: tuple[str, ...]) -> UsageError:
    listed = ", ".join(f"`{step}`" for step in steps[:_LISTED])
    more = f" and {len(steps) - _LISTED} more" if len(steps) > _LISTED else ""
    verb = "depends" if len(steps) == 1 else "depend"
    return UsageError(
        what=f"`{path}` is the script of no step",
        facts=(f"{listed}{more} {verb} on it",),
        advice=f"name them: `scriptcheck run {' '.join(steps)}`"
        if len(steps) <= _LISTED
        else "change it, and `scriptcheck run` finds them all",
    )


def _paths(project: Project, written: str, called_from: str) -> tuple[str, ...]:
    """Give what a path can mean in the repository: from here, from the project, from the top."""
    places: Iterable[str] = (called_from, project.folder, "")
    paths = (posixpath.normpath(posixpath.join(place, written)) for place in places)
    return tuple(dict.fromkeys(paths))


def _nodes(project: Project, name: str) -> dict[str, frozenset[str]]:
    """Give the nodes that a name fits, by pipeline."""
    found = {
        pipeline.name: frozenset(
            node.name
            for node in pipeline.nodes
            if (
                fnmatchcase(f"{pipeline.name}/{node.name}", name)
                if "/" in name
                else fnmatchcase(node.name, name) or fnmatchcase(node.step, name)
            )
        )
        for pipeline in project.pipelines.values()
    }
    found = {pipeline: nodes for pipeline, nodes in found.items() if nodes}
    if not found and name in project.pipelines:
        found[name] = frozenset(node.name for node in project.pipelines[name].nodes)
    return found


def _nodes_of(project: Project, steps: set[str]) -> dict[str, frozenset[str]]:
    found = {
        pipeline.name: frozenset(node.name for node in pipeline.nodes if node.step in steps)
        for pipeline in project.pipelines.values()
    }
    return {pipeline: nodes for pipeline, nodes in found.items() if nodes}


def _steps(project: Project, name: str, found: dict[str, frozenset[str]]) -> set[str]:
    if name in found and name not in project.steps:
        # A whole pipeline was named: its steps follow from its nodes.
        return set()
    return {step for step in project.steps if fnmatchcase(step, name)}


def _widened(pipeline: Pipeline, nodes: frozenset[str], selector: str) -> frozenset[str]:
    before = pipeline.upstream(nodes) if selector.startswith("+") else nodes
    after = pipeline.downstream(nodes) if selector.endswith("+") else nodes
    return before | after
