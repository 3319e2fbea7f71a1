"""Steps and nodes as they are named on the command line: `train`, `fraud/*`, `+train`, `train+`."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError, did_you_mean
from ci_scriptcheck.model.change import Asked, Reason, Selection

if TYPE_CHECKING:
    from ci_scriptcheck.model.project import Pipeline, Project


def select_named(project: Project, selectors: tuple[str, ...]) -> Selection:
    """Give what is asked for by name.

    A name without `/` is a step or a node: the step alone, and its nodes in all pipelines. One with
    `/` is a node of one pipeline, or a whole pipeline. `+` before it adds what feeds it, `+` after
    it what follows; patterns with `*` may be used for all of them.

    Raises:
        UsageError: a name fits nothing.
    """
    steps: dict[str, Reason] = {}
    nodes: dict[str, Reason] = {}
    for selector in selectors:
        name = selector.removeprefix("+").removesuffix("+")
        found = _nodes(project, name)
        alone = set() if "/" in name else _steps(project, name, found)
        if not found and not alone:
            raise _unknown(project, name)
        for pipeline, named in found.items():
            whole = _widened(project.pipelines[pipeline], named, selector)
            nodes.update({f"{pipeline}/{node}": Asked() for node in whole})
            if "/" not in name:
                alone |= {project.pipelines[pipeline].node(node).step for node in whole}
        steps.update({step: Asked() for step in alone})
    return Selection(steps=dict(sorted(steps.items())), nodes=dict(sorted(nodes.items())))


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


def _steps(project: Project, name: str, found: dict[str, frozenset[str]]) -> set[str]:
    if name in found and name not in project.steps:
        # A whole pipeline was named: its steps follow from its nodes.
        return set()
    return {step for step in project.steps if fnmatchcase(step, name)}


def _widened(pipeline: Pipeline, nodes: frozenset[str], selector: str) -> frozenset[str]:
    before = pipeline.upstream(nodes) if selector.startswith("+") else nodes
    after = pipeline.downstream(nodes) if selector.endswith("+") else nodes
    return before | after


def _unknown(project: Project, name: str) -> UsageError:
    nodes = [
        f"{pipeline.name}/{node.name}"
        for pipeline in project.pipelines.values()
        for node in pipeline.nodes
    ]
    plain = [node.rpartition("/")[2] for node in nodes]
    known = (*project.steps, *project.pipelines, *nodes, *plain)
    return UsageError(
        what=f"no step and no node is called `{name}`",
        advice=did_you_mean(name, known) or "`scriptcheck plan --all` lists them",
    )
