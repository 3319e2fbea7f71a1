"""What we read of the files of the Cursus convention, key by key, and on which line a key stands.

Keys that are not named here are left alone: the files belong to another tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, Field

from ci_scriptcheck.errors import Place
from ci_scriptcheck.values import dataclass, field

Name = Annotated[str, Field(pattern=r"^[^/\s][^/\r\n]*$")]
"""Of a step or node; a slash would part it from its pipeline."""


class Registry(BaseModel):
    """What the step is on the platform."""

    sagemaker_step_type: str | None = None
    requires: str | None = None


class ContractPort(BaseModel):
    """Where a port lies in the container."""

    path: str | None = None
    required: bool = True


class Variables(BaseModel):
    """The environment variables of the script."""

    required: list[str] = Field(default_factory=list)
    optional: dict[str, str | int | float | bool | None] = Field(default_factory=dict)


class JobArgument(BaseModel):
    """One argument of the command line."""

    flag: str


class Contract(BaseModel):
    """What the script and the platform agreed on."""

    entry_point: str | None = None
    inputs: dict[str, ContractPort] = Field(default_factory=dict)
    outputs: dict[str, ContractPort] = Field(default_factory=dict)
    env_vars: Variables | None = None
    job_arguments: list[JobArgument] | None = None
    input_source_overrides: dict[str, Any] = Field(default_factory=dict)


class Dependency(BaseModel):
    """What an input can be fed by."""

    type: str | None = None
    required: bool | None = None
    compatible_sources: list[str] = Field(default_factory=list)
    semantic_keywords: list[str] = Field(default_factory=list)


class OutputSpec(BaseModel):
    """What an output is known by."""

    type: str | None = None
    aliases: list[str] = Field(default_factory=list)
    semantic_keywords: list[str] = Field(default_factory=list)


class Specification(BaseModel):
    """How the step is joined to others."""

    dependencies: dict[str, Dependency] = Field(default_factory=dict)
    outputs: dict[str, OutputSpec] = Field(default_factory=dict)


class Variant(BaseModel):
    """What is different for one type of job, laid over the rest part by part."""

    contract: dict[str, Any] = Field(default_factory=dict)
    spec: dict[str, Any] = Field(default_factory=dict)


class Interface(BaseModel):
    """A whole `*.step.yaml`."""

    step_type: Name
    registry: Registry = Field(default_factory=Registry)
    contract: Contract = Field(default_factory=Contract)
    spec: Specification = Field(default_factory=Specification)
    variants: dict[str, Variant | None] = Field(default_factory=dict)


class Dag(BaseModel):
    """Nodes, and which of them are joined."""

    nodes: list[Name]
    edges: list[tuple[str, str]] = Field(default_factory=list)


class DagFile(BaseModel):
    """A whole `*.dag.json`."""

    dag: Dag


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The lines of the keys of a file, by their path from the top."""

    file: str
    lines: Mapping[tuple[str, ...], int] = field(repr=False)

    def place(self, *keys: str) -> Place:
        """Give the line of a key, or of the nearest one around it."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return Place(file=self.file, line=self.lines.get(keys, 1))


def read_contract(file: str, text: bytes) -> tuple[dict[str, Any], Lines]:
    """Read a contract as PyYAML does, which the convention is written for.

    Raises:
        ValueError: it is not a mapping.
        yaml.YAMLError: it is not YAML.
    """
    loader = yaml.CSafeLoader(text)
    try:
        top = loader.get_single_node()
        data = None if top is None else loader.construct_document(top)
    finally:
        loader.dispose()
    lines: dict[tuple[str, ...], int] = {}
    _note_lines(top, (), lines, set())
    # Pydantic's own error would not say that the whole file is meant.
    if not isinstance(data, dict):
        raise ValueError("the file is not a mapping")  # noqa: TRY004  (the file's fault)
    return data, Lines(file=file, lines=lines)


def _note_lines(
    node: object, keys: tuple[str, ...], lines: dict[tuple[str, ...], int], seen: set[int]
) -> None:
    # Aliases can nest so that walking through each of them again would never end.
    if not isinstance(node, yaml.MappingNode) or id(node) in seen:
        return
    seen.add(id(node))
    for key, value in node.value:
        lines[*keys, str(key.value)] = key.start_mark.line + 1
        _note_lines(value, (*keys, str(key.value)), lines, seen)
