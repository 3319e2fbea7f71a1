"""Literal tests of a step, and further values of its settings: what it is run with beside its own."""

from __future__ import annotations

from collections.abc import Mapping

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.contract import Bound, Dataset, Json, Scalar
from ci_scriptcheck.values import dataclass, field

TOLERANCE = 1e-6
"""By how much numbers with a fraction may differ, relative to their size, where nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedRows:
    """Rows that have to come out, in the columns that they name.

    Attributes:
        file: The only file that is looked at; `None` takes all tables of the port together.
        ordered: Whether they have to come out in this order.
        tolerance: By how much numbers may differ, relative to their size; whole ones count exactly.
    """

    file: str | None = None
    rows: tuple[Mapping[str, Scalar], ...]
    ordered: bool = False
    tolerance: float = TOLERANCE
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTest:
    """Rows that go into a step, and what has to come out.

    Attributes:
        given: Input port → the dataset made of the rows; other inputs are as they usually are.
        env: Variables that are different in it; `None` unsets one.
        args: Attributes of `job_args` that are.
        rows: Output port → rows that have to come out.
        bounds: Output port → values that have to stand in its JSON files.
    """

    name: str
    given: Mapping[str, Dataset] = field(default_factory=dict)
    env: Mapping[str, str | None] = field(default_factory=dict)
    args: Mapping[str, Json] = field(default_factory=dict)
    rows: Mapping[str, tuple[ExpectedRows, ...]] = field(default_factory=dict)
    bounds: Mapping[str, tuple[Bound, ...]] = field(default_factory=dict)
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """Other values of some settings, with which a step is run alone once more.

    Attributes:
        name: `OUTPUT_FORMAT=PARQUET`, several with commas between.
    """

    name: str
    env: Mapping[str, str] = field(default_factory=dict)
    args: Mapping[str, Json] = field(default_factory=dict)
    place: Place | None = field(default=None, compare=False)
