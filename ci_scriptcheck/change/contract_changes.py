"""How a step, a node or a dataset differs between base and head, compared after parsing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck.model.change import (
    Closure,
    DatasetChanged,
    FileChange,
    LinkChanged,
    Reads,
    Reason,
    SettingsChanged,
)
from ci_scriptcheck.model.contract import CopiedFrom, Dataset, GeneratedBy, Port
from ci_scriptcheck.model.project import Link, Node, Pipeline, Project, Settings, Step
from ci_scriptcheck.values import dataclass, field, fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BY_KEY = frozenset({"env", "args", "call"})
_COMPARED_ELSEWHERE = frozenset({"origins", "requirements", "scenarios"})
"""Places do not matter, requirements count by the versions in them, scenarios by what they say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What is compared: both projects, both sides' closures, and the paths that differ.

    Attributes:
        come_or_gone: Those of them that are there on one side only.
        renamed: Steps, and `pipeline/node`, that base has under other names.
        moved: Path of a file → how it was renamed.
    """

    head: Project
    base: Project
    touched: frozenset[str]
    come_or_gone: frozenset[str]
    head_closures: Mapping[str, Closure]
    base_closures: Mapping[str, Closure]
    renamed: frozenset[str] = frozenset()
    moved: Mapping[str, FileChange] = field(default_factory=dict)

    def touched_in_closure(self, script: str | None) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Give the files that differ in what a script depends on, in base or head, each with its chain."""
        seen: set[str] = set()
        for closures in (self.head_closures, self.base_closures):
            closure = closures.get(script or "")
            if closure is None:
                continue
            for file in sorted(self.touched.intersection(closure.files) - seen):
                seen.add(file)
                yield file, tuple(closure.chains.get(file, (closure.script, file)))

    def touched_below(self, path: str) -> str | None:
        """Give the first path that differs and is this file, or lies in this folder."""
        if path in {"", "."}:
            return min(self.touched, default=None)
        start = f"{path.rstrip('/')}/"
        return min(
            (file for file in self.touched if file == path or file.startswith(start)), default=None
        )


def settings_reason(
    after: Step | Node, before: Step | Node, *, also: Iterable[str] = ()
) -> Reason | None:
    """Compare script, ports and settings; `also` are names of what else differs."""
    names = [*also]
    if isinstance(after, Step) and isinstance(before, Step):
        names += script_names(after, before)
        names += _further_tasks(after, before)
    names += _changed_ports("inputs", after.inputs, before.inputs)
    names += _changed_ports("outputs", after.outputs, before.outputs)
    names += _changed_settings(after.settings, before.settings)
    file = after.place.file if after.place is not None else None
    return SettingsChanged(names=tuple(names), file=file) if names else None


def own_name(sides: Sides, name: str) -> list[str]:
    """Name the name of a step or node where it is another: made data are drawn by it."""
    return ["name"] if name in sides.renamed else []


def script_names(after: Step, before: Step) -> list[str]:
    """Name the setting that has another script do a step."""
    return ["script"] if after.script != before.script else []


def _further_tasks(after: Step, before: Step) -> Iterator[str]:
    """Name tests that are new or say something else, and settings that are varied otherwise."""
    old = {test.name: test for test in before.tests}
    yield from (f"tests.{test.name}" for test in after.tests if old.get(test.name) != test)
    if after.variations != before.variations:
        yield "vary"


def scenario_names(sides: Sides, after: Iterable[str], before: Iterable[str]) -> list[str]:
    """Name the scenarios of a step or pipeline that are new or say something else."""
    names, old = tuple(after), tuple(before)
    changed = [
        f"scenarios.{name}"
        for name in names
        if sides.head.scenarios.get(name) != sides.base.scenarios.get(name)
    ]
    return changed + (["scenarios"] if set(names) != set(old) else [])


def rule_names(sides: Sides, step: str) -> list[str]:
    """Name the rules that count differently for a step."""
    if sides.head.rules == sides.base.rules:
        return []
    same = set(sides.head.rules) & set(sides.base.rules)
    changed = [rule for rule in (*sides.head.rules, *sides.base.rules) if rule not in same]
    # The same settings in another order: the last one wins, so any may count differently.
    concerned = changed or [*sides.head.rules]
    return sorted({f"rules.{rule.rule}" for rule in concerned if rule.concerns(step)})


def link_reason(after: Pipeline, before: Pipeline, node: str) -> Reason | None:
    """Compare what is joined to a node's inputs."""
    links = _links_to(after, node) ^ _links_to(before, node)
    edges = _edges_to(after, node) ^ _edges_to(before, node)
    producers = sorted({link.producer for link in links} | edges)
    return LinkChanged(joint=f"{producers[0]} -> {node}") if producers else None


def dataset_reason(
    sides: Sides, inputs: Iterable[Port], outputs: Iterable[Port], fed: Iterable[str]
) -> Reason | None:
    """Compare the datasets of ports; an input that a link feeds is only checked against one."""
    fed_ports = frozenset(fed)
    for port in inputs:
        if port.dataset is not None and port.name not in fed_ports:
            reason = _content_reason(sides, port.dataset, set())
            if reason is not None:
                return reason
        if port.expects is not None and (reason := _schema_reason(sides, port.expects)):
            return reason
    for port in outputs:
        for name in (port.dataset, port.expects):
            if name is not None and (reason := _schema_reason(sides, name)):
                return reason
    return None


def _schema_reason(sides: Sides, name: str) -> Reason | None:
    if sides.head.datasets.get(name) != sides.base.datasets.get(name):
        return DatasetChanged(dataset=name)
    return None


def _content_reason(sides: Sides, name: str, seen: set[str]) -> Reason | None:
    """Compare a dataset, the files it is made from, and those that its columns refer to."""
    seen.add(name)
    reason = _schema_reason(sides, name)
    dataset = sides.head.datasets.get(name)
    if reason is not None or dataset is None:
        return reason
    file = _touched_origin(sides, dataset)
    if file is not None:
        return Reads(file=file, dataset=name)
    if _referred(sides.head, name) != _referred(sides.base, name):
        # What others refer to is drawn in another way: the same for all nodes.
        return DatasetChanged(dataset=name)
    for column in dataset.schema.columns:
        other = column.referred[0] if column.referred else None
        if (
            other is not None
            and other not in seen
            and (reason := _content_reason(sides, other, seen))
        ):
            return reason
    return None


def _referred(project: Project, name: str) -> frozenset[str]:
    """Give the columns of a dataset that columns of others refer to."""
    references = [
        column.referred for other in project.datasets.values() for column in other.schema.columns
    ]
    return frozenset(found[1] for found in references if found and found[0] == name)


def _touched_origin(sides: Sides, dataset: Dataset) -> str | None:
    match dataset.origin:
        case CopiedFrom(path=path):
            return sides.touched_below(path)
        case GeneratedBy(file=file):
            if file in sides.touched:
                return file
            return next((name for name, _ in sides.touched_in_closure(file)), None)
        case _:
            return None


def _changed_ports(kind: str, after: tuple[Port, ...], before: tuple[Port, ...]) -> list[str]:
    new, old = ({port.name: port for port in ports} for ports in (after, before))
    return [f"{kind}.{name}" for name in sorted({*new, *old}) if new.get(name) != old.get(name)]


def _changed_settings(after: Settings, before: Settings) -> Iterator[str]:
    for item in fields(Settings):
        new, old = getattr(after, item.name), getattr(before, item.name)
        if item.name in _COMPARED_ELSEWHERE or new == old:
            continue
        if item.name in _BY_KEY:
            yield from (
                f"{item.name}.{key}"
                for key in sorted({*new, *old})
                if new.get(key) != old.get(key)
            )
        else:
            yield item.name


def _links_to(pipeline: Pipeline, node: str) -> set[Link]:
    return {link for link in pipeline.links if link.consumer == node}


def _edges_to(pipeline: Pipeline, node: str) -> set[str]:
    return {producer for producer, consumer in pipeline.edges if consumer == node}
