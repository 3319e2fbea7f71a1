"""What a port is given in runs without real data, made and looked at beside the real data that it is given here."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, assert_never

from ci_scriptcheck.data.compare.terms import ProfileTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.contract import CopiedFrom, GeneratedBy, Stated, Synthesized, WrittenBy
from ci_scriptcheck.model.scenario import STANDARD
from ci_scriptcheck.model.source import Synthetic
from ci_scriptcheck.run import reading, supply, workspace
from ci_scriptcheck.run.making import Unmakeable
from ci_scriptcheck.run.record import quoted
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.plan import Input, Task
    from ci_scriptcheck.model.port_profile import TableProfile
    from ci_scriptcheck.model.source import Source
    from ci_scriptcheck.run.context import Context
    from ci_scriptcheck.run.supply import Supply


def profiled(
    context: Context, task: Task, item: Input, dataset: Dataset, *, evidence: Evidence
) -> tuple[TableProfile, ...]:
    """Say what the tables hold that are made for a dataset at a port; nothing where none are, or can be.

    Args:
        context: The run.
        task: Whose port it is.
        item: The port.
        dataset: What real data were fetched of for it.
        evidence: What may be told of the real data, and of whatever may hold some.
    """
    source = _source(task, dataset)
    if source is None or not dataset.schema.columns:
        return ()
    usual = replace(task, scenario=STANDARD)
    try:
        given = supply.of_input(context, usual, replace(item, source=source), {})
        folder = _laid_out(context, task, item.port, given)
    except (Unmakeable, OSError):
        # Nobody asked for them: the run is none the worse.
        return ()
    told = Evidence.VALUES if _is_made_up(dataset) else evidence
    terms = ProfileTerms(evidence=told, schema=dataset.schema)
    return reading.profiled(context.ask, folder, terms)


def _source(task: Task, dataset: Dataset) -> Source | None:
    match dataset.origin:
        case Synthesized() | GeneratedBy():
            return Synthetic(dataset=dataset.name, node=task.node)
        case CopiedFrom() | WrittenBy() | Stated():
            # Nothing is made for them: the schema only says what must hold of them.
            return None
        case _:
            assert_never(dataset.origin)


def _laid_out(context: Context, task: Task, port: str, given: Supply) -> Path:
    """Give the folder with what was made, taken from the store where it lies only there."""
    if all((given.near / file.path).is_file() for file in given.artefact.files):
        return given.near
    folder = context.workspace(task.id).folder / "made" / quoted(port)
    workspace.stage(given.artefact, folder, partial(supply.bring, context, given))
    return folder


def _is_made_up(dataset: Dataset) -> bool:
    """Say whether no value of it is real: copies, and what a generator gives, may be, and what columns repeat."""
    is_drawn = isinstance(dataset.origin, Synthesized)
    return is_drawn and not any(column.references for column in dataset.schema.columns)
