"""What a step reads and writes: datasets with their schemas, and the ports that carry them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.aws import SampleSize
from ci_scriptcheck.values import dataclass, field

Scalar = str | int | float | bool | None
"""One cell of a table. Dates and times are ISO 8601 text."""

Json = Scalar | tuple["Json", ...] | Mapping[str, "Json"]
"""What JSON can say; lists are tuples, so that values stay frozen."""


class Format(StrEnum):
    """How a file of a dataset is written."""

    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"
    JSONL = "jsonl"
    JSON = "json"
    TEXT = "text"
    ANY = "any"


class ColumnType(StrEnum):
    """What the cells of a column mean."""

    STRING = "string"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    DATE = "date"
    DATETIME = "datetime"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table, and what must hold of its cells.

    Attributes:
        min: Least value allowed; dates as ISO text.
        max: Greatest value allowed; dates as ISO text.
        outside: Greatest share of cells whose value lies outside of them all the same, 0 to 1; none is made so.
        nulls: Greatest share of cells without a value, 0 to 1.
        values: The only values allowed, where there are just some.
        pattern: Regular expression that each whole text matches.
        references: `dataset.column` whose values this one repeats.
        formula: DuckDB expression over the row; the column's own name stands for the value drawn.
    """

    name: str
    type: ColumnType
    min: Scalar = None
    max: Scalar = None
    outside: float = 0.0
    nulls: float = 0.0
    values: tuple[Scalar, ...] = ()
    pattern: str | None = None
    unique: bool = False
    references: str | None = None
    formula: str | None = None

    @property
    def referred(self) -> tuple[str, str] | None:
        """Dataset and column whose values it repeats; only the column's name may hold dots."""
        return None if self.references is None else parted(self.references)

    @property
    def value_type(self) -> ColumnType | None:
        """The type that counts: of a category that of its values, `None` where it names none."""
        if self.type is not ColumnType.CATEGORY:
            return self.type
        kinds = {type(value) for value in self.values if value is not None}
        if not kinds:
            return None
        if kinds == {bool}:
            return ColumnType.BOOL
        if kinds == {int}:
            return ColumnType.INT
        return ColumnType.FLOAT if kinds <= {int, float} else ColumnType.STRING


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What must hold of the tables of a dataset.

    Attributes:
        key: Columns that together tell the rows apart.
        rows: How many rows are made; the settings say it where this does not.
        closed: Whether further columns are findings.
        checks: Name and DuckDB condition over the table `data`, for what must hold of the content.
    """

    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    rows: int | None = None
    closed: bool = False
    checks: Mapping[str, str] = field(default_factory=dict)


PARTS = 2
"""Into how many files a name with `*` is split."""


class Said(StrEnum):
    """What the settings say of a file; data is made with the rest, and never held against it."""

    ALL = "all"
    FORMAT = "format"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """A file, or several by a pattern with `*`, that holds a share of the rows (0 to 1).

    Attributes:
        said: Whether the settings say its name, or its format at least.
    """

    name: str
    format: Format
    share: float = 1.0
    said: Said = Said.ALL

    def names(self) -> tuple[str, ...]:
        """List the files it is written as."""
        if "*" not in self.name:
            return (self.name,)
        return tuple(self.name.replace("*", f"{number:05d}") for number in range(PARTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFile:
    """A file whose content stands in the settings."""

    name: str
    text: str


Entry = TableFile | GivenFile


def _written(value: Scalar) -> str:
    return json.dumps(value, ensure_ascii=False)


def parted(reference: str) -> tuple[str, str]:
    """Take `dataset.column` apart."""
    dataset, _, column = reference.partition(".")
    return dataset, column


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthesized:
    """Made from the schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedFrom:
    """A file or folder of the repository, as it is."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedBy:
    """Made by a function of the project, `def f(rows, rng, scenario) -> DataFrame | str | bytes`."""

    file: str
    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenBy:
    """What an output port of a node of a pipeline holds."""

    pipeline: str
    node: str
    port: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Rows that stand in the settings; cells that they do not give are drawn from the schema.

    Attributes:
        tables: File → its rows; an empty name stands for all rows, laid out as the dataset says.
    """

    tables: Mapping[str, tuple[Mapping[str, Scalar], ...]]


Origin = Synthesized | CopiedFrom | GeneratedBy | WrittenBy | Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What a port carries: schema, files, how to make it, and where the real one is.

    Attributes:
        real: Prefix in S3 of the real data.
        sample: How much of it is fetched, where that is not as for all datasets.
        sample_by: Column by whose values rows are chosen, so that datasets with it keep fitting each other.
        public: Whether values of the real data may be shown in reports.
    """

    name: str
    schema: Schema
    files: tuple[Entry, ...]
    origin: Origin
    real: str | None = None
    sample: SampleSize | None = None
    sample_by: str | None = None
    public: bool = False
    place: Place | None = field(default=None, compare=False)

    @property
    def is_private(self) -> bool:
        """Say whether its files are real data, of which reports tell nothing that is one row's."""
        is_made = not isinstance(self.origin, CopiedFrom | GeneratedBy)
        return self.real is not None and not self.public and not is_made


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What must hold of a value in a JSON output.

    Attributes:
        file: Name of the file within the port's folder, or a pattern.
        path: Way to the value, as `model.json_path` reads it.
        min: Least value allowed.
        max: Greatest value allowed.
        values: The only values allowed, where there are just some.
        length: How many items a list has.
        tolerance: By how much a number may differ from one of `values`.
    """

    file: str
    path: str
    min: Scalar = None
    max: Scalar = None
    values: tuple[Scalar, ...] = ()
    length: int | None = None
    tolerance: float = 0.0
    place: Place | None = field(default=None, compare=False)

    def in_words(self) -> str:
        """Say what it allows, such as `at least 0.6 and at most 1`."""
        if self.length is not None:
            return f"a list of {self.length:,}"
        listed = [_written(value) for value in self.values]
        parts = [f"one of {', '.join(listed)}" if len(listed) > 1 else item for item in listed[:1]]
        parts += [f"at least {_written(self.min)}"] if self.min is not None else []
        parts += [f"at most {_written(self.max)}"] if self.max is not None else []
        return " and ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One named input or output of a step.

    Attributes:
        parameter: The key by which the script knows it, in `input_paths` or `output_paths`.
        required: Whether the step cannot do without it.
        dataset: Name of the dataset that an input is made from, or that an output must satisfy.
        expects: Name of the dataset that the content is checked against; `None` checks nothing.
        insists: Whether that was said of it, so that the names of files count as well; of an input
            that says no more than what it is made from they do not.
        external: Whether an input is fed by its dataset where no link feeds it.
        file: Name of the file inside the port's folder that the script wants instead of the folder.
        pack: Archive into which the platform packs the content after the run.
        supplier: The supplier's output of this name settles a tie between links.
        path: Where the port lies in the platform's container.
        bounds: What must hold of values in JSON files of an output.
    """

    name: str
    parameter: str
    required: bool = True
    dataset: str | None = None
    expects: str | None = None
    insists: bool = False
    external: bool = False
    file: str | None = None
    pack: str | None = None
    supplier: str | None = None
    path: str | None = None
    bounds: tuple[Bound, ...] = ()
    place: Place | None = field(default=None, compare=False)
