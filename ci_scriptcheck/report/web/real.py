"""What becomes of real data along pipelines, as tables of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model import flow
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.report import flow as words
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.model.run_record import RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFlow:
    """The way of real data along a pipeline.

    Attributes:
        stages: Rows at each port.
        notes: What else becomes of them there, a sentence for each port.
        turns: Columns that become others on the way.
    """

    name: str
    stages: Table
    notes: tuple[str, ...]
    turns: Table | None


def flows(record: RunRecord) -> tuple[ShownFlow, ...]:
    """Show the way of real data along each pipeline."""
    return tuple(
        ShownFlow(
            name=one.name,
            stages=words.stages(one),
            notes=tuple(words.notes(one)),
            turns=words.turns(one),
        )
        for one in flow.flows(record)
    )
