"""On which terms the data of base and head are compared."""

from __future__ import annotations

from collections.abc import Mapping

from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.contract import Schema
from ci_scriptcheck.values import dataclass, field

ROUNDING = 1e-12
"""Share of themselves by which numbers with a fraction may differ and count as equal; whole ones may not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareTerms:
    """What is known of the data, and what may be told of them.

    Attributes:
        keys: File, or pattern with `*` → columns that tell the rows of its table apart.
        evidence: What may be told; of real data, aggregates.
        scratch: Folder, absolute, for what has to be unpacked; by default the process's own for
            temporary files.
        ways: Into JSON documents, that stand in the project's settings.
        rounding: Share of themselves by which numbers of tables with a fraction may differ and count as equal.
    """

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    evidence: Evidence = Evidence.VALUES
    scratch: str | None = None
    ways: tuple[str, ...] = ()
    rounding: float = ROUNDING


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftTerms:
    """What is known of the data of two executions, and what may be told of them.

    Attributes:
        ways: Into JSON documents, that stand in the project's settings.
        is_sample: Whether either side is a part, so that numbers of rows say nothing.
    """

    evidence: Evidence = Evidence.AGGREGATES
    ways: tuple[str, ...] = ()
    is_sample: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTerms:
    """What is known of the data at a port, and what may be told of them.

    Attributes:
        schema: What should hold of its tables: which categories there are, and by what rows are told apart.
    """

    evidence: Evidence = Evidence.AGGREGATES
    schema: Schema = field(default_factory=Schema)
