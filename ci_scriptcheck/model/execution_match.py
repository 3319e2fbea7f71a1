"""Which step of an execution did the work of which node of a pipeline, and which of its ports carried what.

Nothing is guessed: what fits in no way, or in two, is told with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Literal

from ci_scriptcheck.model.contract import ColumnType, Port
from ci_scriptcheck.model.execution import (
    Execution,
    ExecutionPort,
    ExecutionStep,
)
from ci_scriptcheck.model.project import Node, Pipeline, Project, Step
from ci_scriptcheck.values import dataclass, field

_UNLIKE = re.compile(r"[^a-z0-9]+")

PortSide = Literal["input", "output"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What fills a port of a node, or a folder of it.

    Attributes:
        inside: Folder of the node's port that it fills, where a port holds several channels.
        below: Folder of the execution's port that is taken, where that holds more.
    """

    port: ExecutionPort
    inside: str = ""
    below: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """What could not be brought together.

    Attributes:
        node: Of the pipeline; `None` where a step of the execution is left over.
        port: Of the node; `None` where the node itself has no step.
        side: On which side of the node the port is, as both may have one of its name.
        why: A sentence without a full stop.
    """

    why: str
    node: str | None = None
    port: str | None = None
    side: PortSide | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedNode:
    """A node, and the step that did its work.

    Attributes:
        inputs: Port → what filled it.
        outputs: Port → where it was written.
    """

    step: ExecutionStep
    inputs: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    outputs: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the settings of a project say of the data of a port.

    Attributes:
        is_public: Whether its values may be shown.
        ways: Into its JSON documents.
        categories: Columns of its tables whose values are listed, and may be named.
    """

    is_public: bool = False
    ways: tuple[str, ...] = ()
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """A pipeline beside an execution of it."""

    nodes: Mapping[str, MatchedNode] = field(default_factory=dict)
    unmatched: tuple[Unmatched, ...] = ()


def matched(pipeline: Pipeline, steps: Mapping[str, Step], execution: Execution) -> Matching:
    """Bring nodes and steps together: by the node's name, by its step's name, then by script and ports.

    Args:
        pipeline: Of the project.
        steps: Of the project, by name.
        execution: Of what may be this pipeline.
    """
    found, wrong = _steps(pipeline, steps, execution)
    nodes: dict[str, MatchedNode] = {}
    for node in pipeline.nodes:
        if node.name not in found:
            continue
        step = found[node.name]
        sides = []
        both: tuple[tuple[PortSide, tuple[Port, ...], tuple[ExecutionPort, ...]], ...] = (
            ("input", node.inputs, step.inputs),
            ("output", node.outputs, step.outputs),
        )
        for side, ports, others in both:
            parts = {port.name: _parts(port, others) for port in ports}
            sides.append({name: part for name, part in parts.items() if part})
            wrong += [
                Unmatched(
                    node=node.name,
                    port=port.name,
                    side=side,
                    why=_why_no_port(port, side, step, others),
                )
                for port in ports
                if not parts[port.name]
            ]
        nodes[node.name] = MatchedNode(step=step, inputs=sides[0], outputs=sides[1])
    taken = {id(node.step) for node in nodes.values()}
    wrong += [
        Unmatched(why=f"step `{step.name}` of the execution fits no node of `{pipeline.name}`")
        for step in execution.steps
        if id(step) not in taken
    ]
    return Matching(nodes=nodes, unmatched=tuple(wrong))


def said(project: Project, execution: Execution) -> Mapping[tuple[str, str], Said]:
    """Give what a project says of what the steps of an execution wrote and read.

    Of its pipelines, the one counts of which most nodes are found.

    Returns:
        Names of a step of the execution and of a port of it → what is said.
    """
    matchings = [
        (pipeline, matched(pipeline, project.steps, execution))
        for _, pipeline in sorted(project.pipelines.items())
    ]
    if not matchings:
        return {}
    pipeline, found = max(matchings, key=lambda pair: len(pair[1].nodes))
    told: dict[tuple[str, str], Said] = {}
    for name, one in found.nodes.items():
        node = pipeline.node(name)
        for ports, parts in ((node.inputs, one.inputs), (node.outputs, one.outputs)):
            for port in ports:
                dataset = project.datasets.get(port.expects or port.dataset or "")
                words = Said(
                    is_public=dataset is not None and dataset.public,
                    ways=tuple(bound.path for bound in port.bounds),
                    categories=frozenset(
                        column.name
                        for column in (dataset.schema.columns if dataset else ())
                        if column.type is ColumnType.CATEGORY
                    ),
                )
                told |= {
                    (one.step.name, part.port.name): words for part in parts.get(port.name, ())
                }
    return told


def _steps(
    pipeline: Pipeline, steps: Mapping[str, Step], execution: Execution
) -> tuple[dict[str, ExecutionStep], list[Unmatched]]:
    found: dict[str, ExecutionStep] = {}
    why: dict[str, str] = {}

    def settle(candidates: Callable[[Node], Iterable[ExecutionStep]], how: str) -> None:
        left = [node for node in pipeline.nodes if node.name not in found]
        free = {id(step) for step in execution.steps} - {id(step) for step in found.values()}
        fitting = {
            node.name: [step for step in candidates(node) if id(step) in free] for node in left
        }
        for name, ones in fitting.items():
            rivals = [
                other
                for other, theirs in fitting.items()
                if other != name and any(one is step for one in theirs for step in ones)
            ]
            if len(ones) == 1 and not rivals:
                found[name] = ones[0]
            elif ones:
                names = ", ".join(f"`{one.name}`" for one in ones)
                who = f"; so does {', '.join(f'`{one}`' for one in rivals)}" if rivals else ""
                why[name] = f"by its {how}, it fits {names}{who}"

    settle(lambda node: _called(execution, node.name), "name")
    settle(lambda node: _called(execution, node.step), "step's name")
    settle(lambda node: _with_script(execution, node, steps), "script and ports")
    unread = {plain(one.name): one for one in execution.unread}
    wrong = []
    for node in pipeline.nodes:
        if node.name in found:
            continue
        left_out = unread.get(plain(node.name)) or unread.get(plain(node.step))
        reason = why.get(node.name) or "no step of the execution has its name, or its script"
        if left_out is not None:
            reason = f"step `{left_out.name}` {left_out.why}"
        wrong.append(Unmatched(node=node.name, why=reason))
    return found, wrong


def _called(execution: Execution, name: str) -> list[ExecutionStep]:
    exact = [step for step in execution.steps if step.name == name]
    return exact or [step for step in execution.steps if plain(step.name) == plain(name)]


def _with_script(
    execution: Execution, node: Node, steps: Mapping[str, Step]
) -> list[ExecutionStep]:
    """Give the steps that ran the node's script, of several those that share most ports with it."""
    step = steps.get(node.step)
    if step is None or step.script is None:
        return []
    script = PurePosixPath(step.script).name
    ran = [one for one in execution.steps if script in scripts_of(one)]
    shared = [_shared(node, one) for one in ran]
    return [one for one, count in zip(ran, shared, strict=True) if count == max(shared)]


def scripts_of(step: ExecutionStep) -> frozenset[str]:
    """Give the names of the scripts that a job was told to run."""
    words = [*step.arguments, step.hyperparameters.get("sagemaker_program", "")]
    # The code of a processing job is an input, which may be the script itself.
    words += [port.place.prefix for port in step.inputs if port.place is not None]
    names = (PurePosixPath(word.strip("\"' ")).name for word in words)
    return frozenset(name for name in names if name.endswith(".py"))


def _shared(node: Node, step: ExecutionStep) -> int:
    sides = ((node.inputs, step.inputs), (node.outputs, step.outputs))
    return sum(bool(_parts(port, others)) for ports, others in sides for port in ports)


def _parts(port: Port, others: tuple[ExecutionPort, ...]) -> tuple[Part, ...]:
    """Give what fills a port: what is called as it, else what lay at its path, in it, or around it."""
    names = {plain(port.name), plain(port.parameter)}
    called = [one for one in others if one.name in {port.name, port.parameter}]
    called = called or [one for one in others if plain(one.name) in names]
    if len(called) == 1:
        return (Part(port=called[0]),)
    if port.path is None:
        return ()
    placed = [one for one in others if one.path is not None]
    exact = [one for one in placed if _clean(one.path) == _clean(port.path)]
    if len(exact) == 1:
        return (Part(port=exact[0]),)
    return tuple(_within(port.path, placed)) or tuple(_around(port.path, placed))


def _within(path: str, placed: Iterable[ExecutionPort]) -> Iterator[Part]:
    for one in placed:
        inside = _below(_clean(path), _clean(one.path))
        if inside:
            yield Part(port=one, inside=inside)


def _around(path: str, placed: Iterable[ExecutionPort]) -> Iterator[Part]:
    found = [(_below(_clean(one.path), _clean(path)), one) for one in placed]
    around = [(below, one) for below, one in found if below]
    if around:
        # Of folders in each other, the innermost is the one that was written to.
        below, one = min(around, key=lambda pair: len(pair[0]))
        yield Part(port=one, below=below)


def _why_no_port(
    port: Port, side: PortSide, step: ExecutionStep, others: tuple[ExecutionPort, ...]
) -> str:
    names = ", ".join(f"`{one.name}`" for one in others) or "none"
    at = f" or lies at {port.path}" if port.path is not None else ""
    return f"no {side} of step `{step.name}` is called so{at}; it has {names}"


def _clean(path: str | None) -> str:
    return "/" + (path or "").strip("/")


def _below(folder: str, path: str) -> str:
    """Give the rest of a path below a folder; nothing where it is not below."""
    return path.removeprefix(f"{folder}/") if path.startswith(f"{folder}/") else ""


def plain(name: str) -> str:
    """Write a name as it is whatever way of joining words was chosen: `XGBoost-Training` as `xgboosttraining`."""
    return _UNLIKE.sub("", name.lower())
