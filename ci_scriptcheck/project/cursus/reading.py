"""Reads contracts (`*.step.yaml`) and pipelines (`*.dag.json`) of the Cursus convention.

The files belong to another tool, which checks them itself: keys that we have no use for are left
alone. A file that cannot be read is a finding, so that the rest of the project is still checked.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from ci_scriptcheck.errors import Place, UsageError
from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.project.cursus.documents import (
    ContractPort,
    DagFile,
    Dependency,
    Interface,
    Lines,
    OutputSpec,
    Variables,
    Variant,
    read_contract,
)
from ci_scriptcheck.project.declared import (
    Declared,
    DeclaredNode,
    DeclaredPipeline,
    DeclaredPort,
    DeclaredStep,
)
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ci_scriptcheck.model.tree import Tree

CONTRACT_ENDING = ".step.yaml"
PIPELINE_ENDING = ".dag.json"

JOB_TYPE = "job_type"

ACCEPTS: Mapping[str, tuple[str, ...]] = {
    "model_artifacts": ("model_artifacts",),
    "training_data": ("training_data", "processing_output"),
    "processing_output": ("processing_output", "training_data"),
    "hyperparameters": ("hyperparameters", "custom_property"),
    "payload_samples": ("payload_samples", "processing_output"),
    "custom_property": ("custom_property",),
}
"""Type of a dependency → types of outputs that suit it, as the convention's own resolver has it."""

PACKED: Mapping[str, str] = {
    "/opt/ml/model": "model.tar.gz",
    "/opt/ml/output/data": "output.tar.gz",
}
"""Folders that SageMaker packs after a training job → name of the archive."""

PACKING_JOBS = ("Training", "Tuning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where the files of the convention lie, relative to the repository.

    Attributes:
        place: Where the settings name them, for messages.
    """

    interfaces: str
    scripts: str
    pipelines: str | None = None
    place: Place | None = None


def read_cursus(tree: Tree, folders: Folders) -> Declared:
    """Read every contract and pipeline below the folders.

    Raises:
        UsageError: a folder holds no such file.
    """
    contracts = _below(tree, folders.interfaces, CONTRACT_ENDING)
    pipelines = _below(tree, folders.pipelines, PIPELINE_ENDING) if folders.pipelines else ()
    _expect(contracts, folders.interfaces, f"*{CONTRACT_ENDING}", folders.place)
    if folders.pipelines is not None:
        _expect(pipelines, folders.pipelines, f"*{PIPELINE_ENDING}", folders.place)
    texts = tree.read_many((*contracts, *pipelines))
    steps, findings = _read_steps(tree, folders, {path: texts[path] for path in contracts})
    read_pipelines, broken = _read_pipelines(
        {_pipeline_name(path, folders.pipelines or ""): (path, texts[path]) for path in pipelines},
        steps,
    )
    return Declared(
        steps=steps,
        pipelines=read_pipelines,
        findings=(*findings, *broken),
        files=tuple(sorted((*contracts, *pipelines))),
    )


def _below(tree: Tree, folder: str, ending: str) -> tuple[str, ...]:
    start = f"{folder.rstrip('/')}/" if folder.strip("/.") else ""
    return tuple(path for path in tree.paths() if path.startswith(start) and path.endswith(ending))


def _expect(found: tuple[str, ...], folder: str, pattern: str, place: Place | None) -> None:
    if not found:
        raise UsageError(
            what=f"the folder `{folder}` holds no `{pattern}`",
            where=place,
            advice="correct the folder under `adapters: cursus:`",
        )


def _pipeline_name(path: str, folder: str) -> str:
    below = PurePosixPath(path).relative_to(folder) if folder else PurePosixPath(path)
    return str(below).removesuffix(PIPELINE_ENDING)


def _read_steps(
    tree: Tree, folders: Folders, texts: Mapping[str, bytes]
) -> tuple[dict[str, DeclaredStep], list[Finding]]:
    steps: dict[str, DeclaredStep] = {}
    findings: list[Finding] = []
    for path, text in texts.items():
        try:
            step = _step(tree, folders, path, text)
        except (ValueError, RecursionError, yaml.YAMLError) as error:
            findings.append(_unreadable(path, error))
            continue
        if step.name in steps:
            findings.append(_twice(step, steps[step.name]))
            continue
        steps[step.name] = step
        if step.script_expected is not None:
            findings.append(_no_script(step, folders.scripts))
    return steps, findings


def _step(tree: Tree, folders: Folders, path: str, text: bytes) -> DeclaredStep:
    data, where = read_contract(path, text)
    interface = Interface.model_validate(data)
    script, expected = _script(tree, folders, interface)
    step = _declared(interface, where)
    variants = {
        suffix: replace(_declared(_for_job(data, changes), where), script=script)
        for suffix, changes in interface.variants.items()
        if changes is not None
    }
    return replace(step, script=script, script_expected=expected, variants=variants)


def _for_job(data: Mapping[str, Any], changes: Variant) -> Interface:
    # A variant's own `step_type` is a name for other tools; nodes name the step itself.
    own = {"contract": changes.contract, "spec": changes.spec}
    return Interface.model_validate(_merged(data, own))


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[key] = _merged(old, value) if both and old is not None else value
    return merged


def _script(tree: Tree, folders: Folders, interface: Interface) -> tuple[str | None, str | None]:
    """Find the script that a contract names; give its path, or the name of what is missing."""
    named = interface.contract.entry_point
    if named is None:
        return None, None
    path = str(PurePosixPath(folders.scripts) / named)
    if tree.has(path):
        return path, None
    # A library that the contract requires brings the script along.
    brought = (interface.registry.requires or "none").casefold() != "none"
    return None, None if brought else named


def _declared(interface: Interface, where: Lines) -> DeclaredStep:
    contract = interface.contract
    variables = contract.env_vars or Variables()
    flags = [argument.flag for argument in contract.job_arguments or ()]
    return DeclaredStep(
        name=interface.step_type,
        inputs=_inputs(interface, where),
        outputs=_outputs(interface, where),
        env={name: _as_text(value) for name, value in variables.optional.items()},
        required_env=tuple(variables.required),
        arguments=tuple(flag.lstrip("-").replace("-", "_") for flag in flags),
        flags=tuple(flags),
        env_known=contract.env_vars is not None,
        env_places={
            **{
                name: where.place("contract", "env_vars", "required")
                for name in variables.required
            },
            **{
                name: where.place("contract", "env_vars", "optional", name)
                for name in variables.optional
            },
        },
        place=where.place("contract", "entry_point"),
    )


def _as_text(value: str | float | bool | None) -> str:  # noqa: FBT001  (what YAML can hold)
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _inputs(interface: Interface, where: Lines) -> tuple[DeclaredPort, ...]:
    contract, dependencies = interface.contract, interface.spec.dependencies
    ports = []
    for name in dict.fromkeys((*contract.inputs, *dependencies)):
        own = contract.inputs.get(name, ContractPort())
        wanted = dependencies.get(name, Dependency())
        ports.append(
            DeclaredPort(
                name=name,
                parameter=name,
                required=own.required if wanted.required is None else wanted.required,
                kind=wanted.type,
                accepts=ACCEPTS.get(wanted.type or "", ()),
                keywords=tuple(wanted.semantic_keywords),
                sources=tuple(source.replace("-", "_") for source in wanted.compatible_sources),
                path=own.path,
                external=name in contract.input_source_overrides,
                place=where.place("contract", "inputs", name),
            )
        )
    return tuple(ports)


def _outputs(interface: Interface, where: Lines) -> tuple[DeclaredPort, ...]:
    contract, outputs = interface.contract, interface.spec.outputs
    packs = PACKED if interface.registry.sagemaker_step_type in PACKING_JOBS else {}
    ports = []
    for name in dict.fromkeys((*contract.outputs, *outputs)):
        path = contract.outputs.get(name, ContractPort()).path
        written = outputs.get(name, OutputSpec())
        ports.append(
            DeclaredPort(
                name=name,
                parameter=name,
                kind=written.type,
                aliases=tuple(written.aliases),
                keywords=tuple(written.semantic_keywords),
                path=path,
                pack=packs.get((path or "").rstrip("/")),
                place=where.place("contract", "outputs", name),
            )
        )
    return tuple(ports)


def _read_pipelines(
    files: Mapping[str, tuple[str, bytes]], steps: Mapping[str, DeclaredStep]
) -> tuple[dict[str, DeclaredPipeline], list[Finding]]:
    pipelines: dict[str, DeclaredPipeline] = {}
    findings: list[Finding] = []
    for name, (path, text) in files.items():
        try:
            dag = DagFile.model_validate_json(text).dag
        except ValueError as error:
            findings.append(_unreadable(path, error))
            continue
        lines = text.decode("utf-8", "replace").split("\n")
        nodes = tuple(
            _node(node, steps, Place(file=path, line=_line_of(node, lines)))
            for node in dict.fromkeys(dag.nodes)
        )
        known = {node.name for node in nodes}
        pipelines[name] = DeclaredPipeline(
            name=name,
            nodes=nodes,
            edges=tuple(dict.fromkeys(edge for edge in dag.edges if known.issuperset(edge))),
            place=Place(file=path, line=1),
        )
        strangers = dict.fromkeys(end for edge in dag.edges for end in edge if end not in known)
        findings.extend(
            _stranger(end, name, Place(file=path, line=_line_of(end, lines))) for end in strangers
        )
    return pipelines, findings


def _node(name: str, steps: Mapping[str, DeclaredStep], place: Place) -> DeclaredNode:
    fitting = [step for step in steps if name == step or name.startswith(f"{step}_")]
    if not fitting:
        return DeclaredNode(name=name, step=None, place=place)
    step = max(fitting, key=len)
    suffix = name[len(step) + 1 :]
    wants_type = suffix and JOB_TYPE in steps[step].for_job(suffix).arguments
    return DeclaredNode(
        name=name,
        step=step,
        suffix=suffix,
        args={JOB_TYPE: suffix} if wants_type else {},
        place=place,
    )


def _line_of(name: str, lines: Iterable[str]) -> int:
    quoted = json.dumps(name)
    return next((number for number, line in enumerate(lines, 1) if quoted in line), 1)


def _unreadable(path: str, error: Exception) -> Finding:
    what, line = _what_is_wrong(error)
    return Finding(
        rule="SC113",
        severity=Level.ERROR,
        message=f"`{PurePosixPath(path).name}` cannot be read: {what}",
        subject=path,
        place=Place(file=path, line=line),
    )


def _what_is_wrong(error: Exception) -> tuple[str, int | None]:
    match error:
        case ValidationError():
            first = error.errors(include_url=False)[0]
            at = ".".join(str(part) for part in first["loc"])
            return (f"{at}: {first['msg']}" if at else first["msg"]), None
        case yaml.MarkedYAMLError(problem_mark=mark) if mark is not None:
            return f"{error.problem}", mark.line + 1
        case _:
            return " ".join(str(error).split()), None


def _twice(step: DeclaredStep, first: DeclaredStep) -> Finding:
    other = first.place.file if first.place else "another file"
    return Finding(
        rule="SC109",
        severity=Level.ERROR,
        message=f"the step `{step.name}` is declared here and in `{other}`",
        subject=step.name,
        step=step.name,
        place=step.place,
    )


def _no_script(step: DeclaredStep, folder: str) -> Finding:
    return Finding(
        rule="SC106",
        severity=Level.ERROR,
        message=f"`{step.name}` is to run `{step.script_expected}`, which is not there",
        subject=f"{step.script_expected}",
        step=step.name,
        place=step.place,
        evidence=(f"looked for in `{folder}`",),
    )


def _stranger(name: str, pipeline: str, place: Place) -> Finding:
    return Finding(
        rule="SC112",
        severity=Level.ERROR,
        message=f"a joint names `{name}`, which is not among the nodes",
        subject=name,
        pipeline=pipeline,
        place=place,
    )
