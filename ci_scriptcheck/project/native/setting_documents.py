"""The settings of a step as they are written in `scriptcheck.yaml`, and the kinds of values that all keys share."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from ci_scriptcheck.model.aws import SampleSize
from ci_scriptcheck.model.project import Network
from ci_scriptcheck.project.native import names_in_aws, paths_and_variables, units

Seconds = Annotated[
    float,
    BeforeValidator(units.seconds),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "string", "pattern": units.TIME_PATTERN},
            ]
        }
    ),
]
Bytes = Annotated[
    int,
    BeforeValidator(units.size),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": units.SIZE_PATTERN},
            ]
        }
    ),
]
SampleText = Annotated[
    SampleSize,
    BeforeValidator(units.sample),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": f"{units.SIZE_PATTERN}|^all$"},
            ]
        }
    ),
]
S3Uri = Annotated[
    str,
    AfterValidator(names_in_aws.uri),
    WithJsonSchema({"type": "string", "pattern": "^s3://"}),
]
RoleArn = Annotated[
    str,
    AfterValidator(names_in_aws.role),
    WithJsonSchema({"type": "string", "pattern": names_in_aws.ROLE_PATTERN}),
]
Region = Annotated[
    str,
    AfterValidator(names_in_aws.region),
    WithJsonSchema({"type": "string", "pattern": names_in_aws.REGION_PATTERN}),
]
ExecutionText = Annotated[
    str,
    AfterValidator(names_in_aws.execution),
    WithJsonSchema({"type": "string", "pattern": names_in_aws.EXECUTION_PATTERN}),
]
VariableName = Annotated[str, AfterValidator(paths_and_variables.variable_name)]
EnvValue = Annotated[
    str | None,
    AfterValidator(paths_and_variables.variable_value),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"]}),
]
VariedValue = Annotated[
    str,
    AfterValidator(paths_and_variables.variable_value),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]
InsidePath = Annotated[str, AfterValidator(paths_and_variables.path_inside)]
JsonValue = Annotated[Any, WithJsonSchema({})]
Positive = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Times = Annotated[float, Field(ge=1)]


class Document(BaseModel):
    """What all documents share: unknown keys are mistakes, and no type is bent into another."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False
    )

    def given(self) -> dict[str, object]:
        """Give the keys that are written, by their names here."""
        fields = type(self).model_fields
        return {name: getattr(self, name) for name in fields if name in self.model_fields_set}


class LimitsDocument(Document):
    """What one run may use."""

    processes: Positive | None = None
    log: Bytes | None = None
    output_bytes: Bytes | None = None
    output_files: Positive | None = None


class ToleranceDocument(Document):
    """Up to where a difference from base is no finding."""

    rows: Share | None = Field(
        default=None, description="Share of the rows of a table that may come or go"
    )
    nulls: Share | None = Field(
        default=None, description="Share of the rows that may lose the value of a column"
    )
    values: Share | None = Field(
        default=None, description="Share of the rows that may hold another value of a column"
    )
    numbers: Share | None = Field(
        default=None, description="By which share of itself a number in a JSON file may move"
    )
    slower: Times | None = Field(
        default=None, description="How many times as long as on base a script may take"
    )
    memory: Times | None = Field(
        default=None, description="How many times as much memory as on base it may hold"
    )


class KnownDocument(Document):
    """A failure that is expected."""

    rule: str | Annotated[list[str], Field(min_length=1)]
    reason: str
    until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None

    def rules(self) -> tuple[str, ...]:
        """List the rules by which it fails."""
        return (self.rule,) if isinstance(self.rule, str) else tuple(self.rule)


class SettingsDocument(Document):
    """What can be said for every step, for one, and for one node."""

    python: str | None = Field(default=None, description="Interpreter of the scripts")
    requirements: list[str] | None = Field(
        default=None, description="Files that name the versions of the libraries"
    )
    path: list[str] | None = Field(
        default=None, description="Import roots, searched after the script's own folder"
    )
    timeout: Seconds | None = Field(
        default=None, description="Time one run may take, such as 90s or 5m"
    )
    memory: Bytes | None = Field(default=None, description="Memory one run may use, such as 2GiB")
    limits: LimitsDocument | None = None
    network: Annotated[Network, Field(strict=False)] | None = Field(
        default=None, description="Which addresses a script may connect to"
    )
    rows: Count | None = Field(default=None, description="Rows of a table that is made")
    seed: int | None = None
    scenarios: list[str] | None = Field(
        default=None, description="Scenarios of a step that runs alone"
    )
    env: dict[VariableName, EnvValue] | None = Field(
        default=None, description="Environment of the script; null unsets a variable"
    )
    args: dict[str, JsonValue] | None = Field(default=None, description="Attributes of job_args")
    call: dict[str, JsonValue] | None = Field(
        default=None, description="Further parameters of main"
    )
    tolerance: ToleranceDocument | None = Field(
        default=None, description="Up to where a difference from base is no finding"
    )
    needs: list[str] | None = Field(
        default=None, description="Modules without which the step is not run"
    )
    skip: str | None = Field(default=None, description="Why the step is not run")
    known: KnownDocument | None = Field(default=None, description="A failure that is expected")
