"""The keys of `scriptcheck.yaml`, as they are written.

The JSON Schema of the file is made from these documents. What they mean together is for their
readers; nothing outside this package sees them.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args, get_origin

from pydantic import Field, model_validator

from ci_scriptcheck.model.aws import AwsSettings
from ci_scriptcheck.model.contract import ColumnType, Format
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.model.scenario import STANDARD, Expect
from ci_scriptcheck.model.step_test import TOLERANCE
from ci_scriptcheck.project.native.setting_documents import (
    Bytes,
    Count,
    Document,
    EnvValue,
    ExecutionText,
    InsidePath,
    JsonValue,
    Region,
    RoleArn,
    S3Uri,
    SampleText,
    SettingsDocument,
    Share,
    VariableName,
    VariedValue,
)


class PortDocument(Document):
    """What is said about a port; its dataset's name alone is the short form."""

    dataset: str | None = Field(default=None, description="Made from this, or must satisfy it")
    expects: str | None = Field(
        default=None, description="Checked against this dataset instead; any checks nothing"
    )
    file: InsidePath | None = Field(
        default=None, description="The script wants this file, not the folder"
    )
    as_: str | None = Field(default=None, alias="as", description="What the script calls the port")


class BoundDocument(Document):
    """What must hold of a value in a JSON output."""

    min: int | float | str | None = Field(default=None, description="Least value allowed")
    max: int | float | str | None = Field(default=None, description="Greatest value allowed")
    values: list[str | int | float | bool | None] | None = Field(
        default=None, description="The only values allowed"
    )


class InputDocument(PortDocument):
    """What is said about an input."""

    external: bool | None = Field(
        default=None, description="Fed by its dataset where no link feeds it"
    )
    from_: str | None = Field(
        default=None, alias="from", description="The supplier's port that feeds this one"
    )


class OutputDocument(PortDocument):
    """What is said about an output."""

    pack: InsidePath | None = Field(
        default=None, description="Archive that the platform packs afterwards"
    )
    values: dict[InsidePath, dict[str, BoundDocument | None] | None] | None = Field(
        default=None,
        description="Bounds of values in JSON files: file, then way to the value as folds[*].auc",
    )


class StepInputDocument(InputDocument):
    """What is said about an input of a step."""

    required: bool | None = Field(
        default=None, description="Whether the step cannot do without it; default: true"
    )


class StepOutputDocument(OutputDocument):
    """What is said about an output of a step."""

    required: bool | None = Field(
        default=None, description="Whether the step always writes it; default: true"
    )


Cell = str | int | float | bool | None
Row = dict[str, Cell]


class StepTestDocument(Document):
    """A literal test of a step: rows that go in, and rows that have to come out."""

    # `given` is a method of every document.
    given_: dict[str, list[Row] | dict[str, JsonValue]] = Field(
        default_factory=dict,
        alias="given",
        description="Rows of inputs, or files with their rows or content; others are as usual",
    )
    env: dict[VariableName, EnvValue] | None = Field(
        default=None, description="Variables that are different in this test"
    )
    args: dict[str, JsonValue] | None = Field(
        default=None, description="Attributes of job_args that are different in this test"
    )
    expect: dict[str, list[Row] | dict[str, JsonValue]] | Literal["success"] = Field(
        description="Rows of outputs, or files with their rows or, in JSON, some of their values;"
        " `success` asks for a good end alone"
    )
    ordered: bool = Field(default=False, description="Whether rows have to come out in this order")
    tolerance: Annotated[float, Field(ge=0)] = Field(
        default=TOLERANCE,
        description="By how much numbers may differ, relative to their size; whole ones count exactly",
    )


class VaryDocument(Document):
    """Settings with the values that a step is run alone with, each with each."""

    env: dict[VariableName, Annotated[list[VariedValue], Field(min_length=1)]] = Field(
        default_factory=dict
    )
    args: dict[str, Annotated[list[JsonValue], Field(min_length=1)]] = Field(default_factory=dict)


class StepDocument(SettingsDocument):
    """A step: its script, its ports and its settings."""

    script: str | None = None
    inputs: dict[str, str | StepInputDocument | None] | None = None
    outputs: dict[str, str | StepOutputDocument | None] | None = None
    tests: dict[str, StepTestDocument] | None = Field(
        default=None, description="Literal tests of the step alone"
    )
    vary: VaryDocument | None = Field(
        default=None, description="Further values of settings that the step is run alone with"
    )


class NodeNameDocument(SettingsDocument):
    """What holds for every node of a name, in all pipelines."""

    inputs: dict[str, str | InputDocument | None] | None = None
    outputs: dict[str, str | OutputDocument | None] | None = None


class NodeDocument(NodeNameDocument):
    """A node of one pipeline; the text of an input is `node.port`."""

    step: str | None = Field(default=None, description="Default: the step of the same name")


class PipelineDocument(Document):
    """A pipeline: its nodes, and further scenarios that run through it."""

    nodes: dict[str, NodeDocument | None] = Field(default_factory=dict)
    scenarios: list[str] | None = None


class ColumnDocument(Document):
    """A column of a table."""

    type: Annotated[ColumnType, Field(strict=False)] | None = None
    min: int | float | str | None = None
    max: int | float | str | None = None
    outside: Share | None = Field(
        default=None, description="Greatest share of cells outside of min and max all the same"
    )
    nulls: Share | None = Field(
        default=None, description="Greatest share of cells without a value"
    )
    values: list[str | int | float | bool | None] | None = None
    pattern: str | None = Field(
        default=None, description="Regular expression that whole texts match"
    )
    unique: bool | None = None
    references: str | None = Field(
        default=None, description="dataset.column whose values it repeats"
    )
    formula: str | None = Field(
        default=None, description="DuckDB SQL; the column's own name stands for the value drawn"
    )


class DatasetDocument(Document):
    """What a port carries."""

    extends: str | None = None
    format: Annotated[Format, Field(strict=False)] | None = None
    files: str | dict[str, JsonValue] | None = Field(
        default=None,
        description="A name, a pattern, or files with their share of the rows or their content",
    )
    rows: Count | None = None
    key: str | list[str] | None = None
    columns: dict[str, ColumnDocument | None] | None = None
    closed: bool | None = Field(default=None, description="Whether further columns are findings")
    checks: dict[str, str | None] | None = Field(
        default=None, description="What must hold of the content, as SQL over the table"
    )
    # `copy` is a method of every pydantic model.
    copy_: str | None = Field(default=None, alias="copy", description="A file or folder, as it is")
    generator: str | None = Field(default=None, description="file.py:function that makes it")
    from_: str | None = Field(
        default=None, alias="from", description="pipeline/node.port that writes it"
    )
    real: S3Uri | None = Field(default=None, description="Prefix in S3 of the real data")
    sample: SampleText | None = Field(
        default=None, description="How much of the real data is fetched, such as 50MB or all"
    )
    sample_by: str | None = Field(
        default=None, description="Column by whose values rows are chosen"
    )
    public: bool | None = None


class ScenarioDocument(Document):
    """A condition of the data that is the project's own."""

    extends: str = STANDARD
    expect: Annotated[Expect, Field(strict=False)] | None = None
    rows: Count | None = None
    columns: dict[str, ColumnDocument] | None = None


class RuleDocument(Document):
    """How much a rule counts, for some steps."""

    level: Annotated[Level, Field(strict=False)]
    steps: list[str] = Field(default_factory=list)


class AwsDocument(Document):
    """As whom real data are read, which, and how much of them."""

    role: RoleArn | None = Field(
        default=None, description="ARN of the role that a job in Actions assumes"
    )
    region: Region | None = Field(default=None, description="Default: as boto3 finds it")
    prefixes: Annotated[list[S3Uri], Field(min_length=1)] | None = Field(
        default=None, description="Nothing else is ever read; default: what datasets name as real"
    )
    budget: Bytes = Field(
        default=AwsSettings().budget, description="Bytes that all of a run fetches"
    )
    sample: SampleText = Field(
        default=AwsSettings().sample, description="How much of each dataset is fetched, or all"
    )
    executions: dict[str, ExecutionText] | None = Field(
        default=None,
        description="Pipeline → the name of its SageMaker pipeline, or the ARN of an execution, for deep dives",
    )
    requester_pays: bool = Field(
        default=False, description="Whether our side pays for requests, where owners do not"
    )


class CursusDocument(Document):
    """Where a Cursus repository keeps its contracts, scripts and pipelines."""

    interfaces: str
    scripts: str
    pipelines: str | None = None


class AdaptersDocument(Document):
    """Formats that are read as they are."""

    cursus: CursusDocument | None = None


class ProjectDocument(Document):
    """The whole file."""

    version: Literal[1] = 1
    project: str | None = Field(
        default=None,
        description="Default: the folder's path, at the top of the repository its name",
    )
    base: str | None = Field(default=None, description="Default: the remote's default branch")
    defaults: SettingsDocument = Field(default_factory=SettingsDocument)
    adapters: AdaptersDocument = Field(default_factory=AdaptersDocument)
    aws: AwsDocument = Field(default_factory=AwsDocument)
    datasets: dict[str, DatasetDocument | None] = Field(default_factory=dict)
    steps: dict[str, StepDocument | None] = Field(default_factory=dict)
    nodes: dict[str, NodeNameDocument | None] = Field(default_factory=dict)
    pipelines: dict[str, list[str] | PipelineDocument] = Field(default_factory=dict)
    scenarios: dict[str, ScenarioDocument | None] = Field(default_factory=dict)
    rules: dict[str, Annotated[Level, Field(strict=False)] | RuleDocument] = Field(
        default_factory=dict
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_parts_are_left_out(cls, data: object) -> object:
        # A key whose lines are all commented out holds null.
        if isinstance(data, dict):
            return {key: value for key, value in data.items() if value is not None}
        return data


def keys_at(path: tuple[str | int, ...], wanted: object = ProjectDocument) -> tuple[str, ...]:
    """Give the keys that a mapping at a path of the file may have."""
    if isinstance(wanted, type) and issubclass(wanted, Document):
        fields = {item.alias or name: item for name, item in wanted.model_fields.items()}
        if not path:
            return tuple(fields)
        within = fields.get(str(path[0]))
        return () if within is None else keys_at(path[1:], within.annotation)
    deeper = path[1:] if get_origin(wanted) in {dict, list} else path
    found = (keys_at(deeper, part) for part in get_args(wanted))
    return tuple(dict.fromkeys(key for keys in found for key in keys))
