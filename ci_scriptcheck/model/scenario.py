"""Named conditions of the synthetic data, and what a script has to do under them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ci_scriptcheck.model.contract import Json
from ci_scriptcheck.values import dataclass, field


class Condition(StrEnum):
    """The built-in scenarios; every scenario of a project extends one of them."""

    STANDARD = "standard"
    EDGE_CASES = "edge_cases"
    ONE_ROW = "one_row"
    NO_ROWS = "no_rows"
    LARGE_VOLUME = "large_volume"
    MALFORMED = "malformed"


class Expect(StrEnum):
    """What passing means."""

    SUCCESS = "success"
    EITHER = "either"
    """Ends well, or with a clear error and no half-written output."""
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A condition with the project's own changes.

    Attributes:
        rows: Rows of each table, where the condition's own number is not wanted.
        columns: Column name → the keys of its schema that are different here.
    """

    name: str
    condition: Condition = Condition.STANDARD
    expect: Expect = Expect.SUCCESS
    rows: int | None = None
    columns: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)


STANDARD = "standard"
"""The scenario in which all data are as usual."""

REAL = "real"
"""What stands for a scenario where data are real ones: no project may have one of this name."""

BUILT_IN: Mapping[str, Scenario] = {
    STANDARD: Scenario(name=STANDARD),
    "edge_cases": Scenario(name="edge_cases", condition=Condition.EDGE_CASES),
    "one_row": Scenario(name="one_row", condition=Condition.ONE_ROW, expect=Expect.EITHER, rows=1),
    "no_rows": Scenario(name="no_rows", condition=Condition.NO_ROWS, expect=Expect.EITHER, rows=0),
    "large_volume": Scenario(name="large_volume", condition=Condition.LARGE_VOLUME, rows=100_000),
    "malformed": Scenario(name="malformed", condition=Condition.MALFORMED, expect=Expect.ERROR),
}
