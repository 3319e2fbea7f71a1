"""On which terms data is held against a schema."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ci_scriptcheck.model.contract import Dataset
from ci_scriptcheck.values import dataclass, field


class Evidence(StrEnum):
    """What may be told of the data."""

    VALUES = "values"
    AGGREGATES = "aggregates"
    """Of real data: counts and shares, and figures and values that ten rows stand for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked of the data, beside its schema.

    Attributes:
        has_rows: Whether its tables have to hold rows.
        whole: Whether it stands for the whole of such data, so that its `checks` have to hold.
        chance: Whether the share of cells without a value, or outside of their bounds, may exceed the allowed one by
            chance: a sample of rows of which just as many may be so.
        others: Dataset that columns refer to → the folder or file, absolute, where it lies.
        datasets: Those datasets, by name.
    """

    evidence: Evidence = Evidence.VALUES
    has_rows: bool = True
    whole: bool = True
    chance: bool = False
    others: Mapping[str, str] = field(default_factory=dict)
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
