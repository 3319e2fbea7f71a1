"""Which steps and nodes a change set can affect, and why.

A step is affected by its script and what that depends on, by its contract and settings, by the
data it is given, and by its libraries; a node by these and by how it is joined; and then all that
follow it. Git only plans: whether anything really runs is decided by content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.change import contract_changes
from ci_scriptcheck.change.contract_changes import Sides
from ci_scriptcheck.model.change import (
    Added,
    After,
    ChangeSet,
    Closure,
    Imports,
    LibraryChanged,
    Reads,
    Reason,
    ScriptChanged,
    Selection,
    SettingsChanged,
    Unknown,
)
from ci_scriptcheck.model.contract import WrittenBy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.model.project import Node, Pipeline, Project

Reasons = dict[str, Reason]


def select(  # noqa: PLR0913  (each is a part of the evidence)
    head: Project,
    base: Project | None,
    changes: ChangeSet,
    *,
    head_closures: Mapping[str, Closure],
    base_closures: Mapping[str, Closure],
    reads: Mapping[str, tuple[str, ...]],
    libraries: Mapping[str, LibraryChanged] | None = None,
    renamed: frozenset[str] = frozenset(),
) -> Selection:
    """Select what the changes can affect.

    Args:
        head: The project as it is.
        base: The project as it was, in the names of head; an empty one where base had none, `None`
            where base's cannot be read.
        changes: Which files differ.
        head_closures: Script or generator → what it depends on.
        base_closures: The same in base.
        reads: Step → files of the repository that its last run opened or looked for.
        libraries: Step → a library of which another version is asked for.
        renamed: Steps, and `pipeline/node`, that base has under other names.
    """
    if changes.unknown is not None:
        return everything(head, Unknown(why=changes.unknown))
    if base is None:
        name = changes.base_name or "base"
        return everything(head, Unknown(why=f"the settings of {name} cannot be read"))
    sides = Sides(
        head=head,
        base=base,
        touched=changes.touched(),
        come_or_gone=changes.come_or_gone(),
        moved={one.path: one for one in changes.files if one.old_path is not None},
        head_closures=head_closures,
        base_closures=base_closures,
        renamed=renamed,
    )
    code = {}
    for name in head.steps:
        reason = _code_reason(sides, name, reads.get(name, ())) or (libraries or {}).get(name)
        if reason is not None:
            code[name] = reason
    steps = _steps(sides, code)
    nodes = _nodes(sides, code)
    _follow(head, steps, nodes)
    return Selection(
        steps={name: steps[name] for name in head.steps if name in steps},
        nodes={name: nodes[name] for name in _node_names(head) if name in nodes},
    )


def everything(project: Project, reason: Reason) -> Selection:
    """Select all steps and nodes for one reason."""
    return Selection(
        steps=dict.fromkeys(project.steps, reason),
        nodes=dict.fromkeys(_node_names(project), reason),
    )


def _code_reason(sides: Sides, name: str, reads: tuple[str, ...]) -> Reason | None:
    """Say why what a step executes can differ."""
    after, before = sides.head.steps[name], sides.base.steps.get(name)
    if before is None:
        return Added()
    if after.script is not None and (
        after.script != before.script or after.script in sides.touched
    ):
        moved = sides.moved.get(after.script)
        if moved is None or moved.old_path != before.script:
            return ScriptChanged(file=after.script)
        return ScriptChanged(file=after.script, old_file=moved.old_path, is_same=moved.is_same)
    return _dependency_reason(sides, after.script) or _read_reason(sides, reads)


def _dependency_reason(sides: Sides, script: str | None) -> Reason | None:
    found = sorted(sides.touched_in_closure(script), key=lambda item: (len(item[1]), item[0]))
    modules = [item for item in found if item[0].endswith(".py")]
    if modules:
        file, chain = modules[0]
        return Imports(file=file, chain=chain)
    return Reads(file=found[0][0]) if found else None


def _read_reason(sides: Sides, reads: tuple[str, ...]) -> Reason | None:
    """Look for a change among what runs opened or looked for, and in the folders they listed.

    A folder's path ends in `/`. Where a run read more than is noted, that is `.`, for any file.
    """
    if "." in reads:
        found = sides.touched
    else:
        folders = tuple("" if path == "./" else path for path in reads if path.endswith("/"))
        listed = {path for path in sides.come_or_gone if path.startswith(folders)}
        found = sides.touched.intersection(reads) | listed
    return Reads(file=min(found)) if found else None


def _steps(sides: Sides, code: Mapping[str, Reason]) -> Reasons:
    found: Reasons = {}
    for name, after in sides.head.steps.items():
        reason = code.get(name)
        before = sides.base.steps.get(name)
        if reason is None and before is not None:
            also = [
                *contract_changes.own_name(sides, name),
                *contract_changes.scenario_names(
                    sides, after.settings.scenarios, before.settings.scenarios
                ),
                *contract_changes.rule_names(sides, name),
            ]
            reason = contract_changes.settings_reason(
                after, before, also=also
            ) or contract_changes.dataset_reason(sides, after.inputs, after.outputs, ())
        if reason is not None:
            found[name] = reason
    return found


def _nodes(sides: Sides, code: Mapping[str, Reason]) -> Reasons:
    found: Reasons = {}
    for pipeline in sides.head.pipelines.values():
        before = sides.base.pipelines.get(pipeline.name)
        for node in pipeline.nodes:
            reason = _node_reason(sides, pipeline, before, node, code.get(node.step))
            if reason is not None:
                found[f"{pipeline.name}/{node.name}"] = reason
    return found


def _node_reason(
    sides: Sides, pipeline: Pipeline, before: Pipeline | None, node: Node, code: Reason | None
) -> Reason | None:
    old = {item.name: item for item in before.nodes} if before is not None else {}
    if before is None or node.name not in old:
        return Added()
    if node.step != old[node.name].step:
        return SettingsChanged(names=("step",), file=node.place.file if node.place else None)
    also = [
        *contract_changes.own_name(sides, f"{pipeline.name}/{node.name}"),
        *contract_changes.scenario_names(sides, pipeline.scenarios, before.scenarios),
        *contract_changes.rule_names(sides, node.step),
        *_script_names(sides, node.step),
    ]
    return (
        code
        or contract_changes.settings_reason(node, old[node.name], also=also)
        or contract_changes.link_reason(pipeline, before, node.name)
        or contract_changes.dataset_reason(
            sides, node.inputs, node.outputs, pipeline.feeding(node.name)
        )
    )


def _script_names(sides: Sides, step: str) -> list[str]:
    after, before = sides.head.steps.get(step), sides.base.steps.get(step)
    if after is None or before is None:
        return []
    return contract_changes.script_names(after, before)


def _follow(head: Project, steps: Reasons, nodes: Reasons) -> None:
    """Add all that follow: in each pipeline, and where a dataset is what a node writes."""
    found = -1
    while found != len(nodes):
        found = len(nodes)
        for pipeline in head.pipelines.values():
            _follow_borrowed(head, pipeline, nodes)
            _follow_edges(pipeline, nodes)
    for name, step in head.steps.items():
        writer = next(_affected_writers(head, [port.dataset for port in step.inputs], nodes), None)
        if writer is not None:
            steps.setdefault(name, After(node=writer))


def _follow_edges(pipeline: Pipeline, nodes: Reasons) -> None:
    rank = {name: number for number, name in enumerate(pipeline.order())}
    own = [node.name for node in pipeline.nodes if f"{pipeline.name}/{node.name}" in nodes]
    affected = pipeline.downstream(own)
    for name in sorted(affected.difference(own)):
        producers = [producer for producer, consumer in pipeline.edges if consumer == name]
        # The nearest: of several, the one that runs last.
        nearest = max(
            affected.intersection(producers), key=lambda item: (rank.get(item, -1), item)
        )
        nodes[f"{pipeline.name}/{name}"] = After(node=nearest)


def _follow_borrowed(head: Project, pipeline: Pipeline, nodes: Reasons) -> None:
    for node in pipeline.nodes:
        fed = pipeline.feeding(node.name)
        names = [port.dataset for port in node.inputs if port.name not in fed]
        writer = next(_affected_writers(head, names, nodes), None)
        if writer is not None:
            nodes.setdefault(f"{pipeline.name}/{node.name}", After(node=writer))


def _affected_writers(head: Project, datasets: list[str | None], nodes: Reasons) -> Iterator[str]:
    for name in datasets:
        dataset = head.datasets.get(name or "")
        if dataset is not None and isinstance(dataset.origin, WrittenBy):
            writer = f"{dataset.origin.pipeline}/{dataset.origin.node}"
            if writer in nodes:
                yield writer


def _node_names(project: Project) -> Iterator[str]:
    for pipeline in project.pipelines.values():
        yield from (f"{pipeline.name}/{node.name}" for node in pipeline.nodes)
