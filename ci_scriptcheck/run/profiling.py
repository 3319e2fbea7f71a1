"""What real data, and what is made of them, hold at each port of a task, as wholes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, assert_never

from ci_scriptcheck import repository_file
from ci_scriptcheck.data.compare.terms import ProfileTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model import schema_suggestion
from ci_scriptcheck.model.contract import (
    CopiedFrom,
    GeneratedBy,
    Schema,
    Stated,
    Synthesized,
    WrittenBy,
)
from ci_scriptcheck.model.plan import Copied, Fetched, Side, Synthetic, Task, Upstream
from ci_scriptcheck.model.port_profile import PortProfile
from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.model.scenario import STANDARD
from ci_scriptcheck.project.native import schema_change
from ci_scriptcheck.run import reading, supply, workspace
from ci_scriptcheck.run.context import Context
from ci_scriptcheck.run.making import Unmakeable
from ci_scriptcheck.run.record import quoted
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.plan import Input, Output, Source
    from ci_scriptcheck.model.port_profile import TableProfile
    from ci_scriptcheck.model.result import TaskResult
    from ci_scriptcheck.model.schema_suggestion import ColumnChange
    from ci_scriptcheck.run.supply import Supply


def added(
    context: Context,
    task: Task,
    result: TaskResult,
    supplies: Mapping[str, Supply],
    *,
    evidence: Evidence,
) -> TaskResult:
    """Add to a result what lies at the ports of its task, where that comes from data that were fetched.

    Of inputs only what was fetched itself: all else is some other task's output.

    Args:
        context: The run.
        task: The task.
        result: How it ended.
        supplies: Input port → what it was given.
        evidence: What may be told.
    """
    if not task.is_fetched or task.side is not Side.HEAD:
        return result
    looking = _Looking(context=context, task=task, evidence=evidence)
    found = [*looking.given(supplies)]
    if result.is_usable:
        found += looking.written(result)
    return replace(result, profiles=tuple(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looking:
    context: Context
    task: Task
    evidence: Evidence

    def given(self, supplies: Mapping[str, Supply]) -> Iterator[PortProfile]:
        for item in self.task.inputs:
            match item.source:
                case Fetched(dataset=name):
                    yield self._fetched(item, name, supplies[item.port])
                case FromProduction():
                    yield self._from_production(item, supplies[item.port])
                case Synthetic() | Copied() | Upstream():
                    pass
                case _:
                    assert_never(item.source)

    def _fetched(self, item: Input, name: str, given: Supply) -> PortProfile:
        terms = self._terms(name, self.evidence)
        tables = reading.profiled(self.context.ask, given.near, terms)
        real = PortProfile(port=item.port, is_input=True, dataset=name, tables=tables)
        dataset = self.context.plan.datasets.get(name)
        return real if dataset is None else self._beside_made(item, real, dataset)

    def _from_production(self, item: Input, given: Supply) -> PortProfile:
        """Look at what production gave, in each of the folders that it fills."""
        terms = self._terms(item.expects, self.evidence)
        tables = [
            replace(table, name=f"{inside}{table.name}")
            for inside, folder in sorted((given.folders or {"": given.near}).items())
            for table in reading.profiled(self.context.ask, folder, terms)
        ]
        return PortProfile(port=item.port, is_input=True, tables=tuple(tables))

    def _beside_made(self, item: Input, real: PortProfile, dataset: Dataset) -> PortProfile:
        """Add what is made for the same port elsewhere, and what of the schema would make it alike."""
        if not dataset.schema.columns or not real.tables:
            return real
        made = self._made(item, dataset)
        changes, notes = schema_suggestion.suggested(dataset.schema, made, real.tables)
        if not changes or dataset.place is None:
            return replace(real, made=made, unsaid=notes)
        file = dataset.place.file
        try:
            text = repository_file.read(str(self.context.root), file).decode()
        except (OSError, UnicodeDecodeError):
            return replace(real, made=made, unsaid=notes)
        new, lost = schema_change.changed(text, dataset.name, changes, file=file)
        return replace(
            real,
            made=made,
            suggestion=schema_change.patch(text, new, file),
            unsaid=(*notes, *(_by_hand(one, file) for one in changes if one.name in lost)),
        )

    def _made(self, item: Input, dataset: Dataset) -> tuple[TableProfile, ...]:
        """Look at what the port is given in runs without real data."""
        source: Source
        match dataset.origin:
            case Synthesized() | GeneratedBy():
                source = Synthetic(dataset=dataset.name, node=self.task.node)
            case CopiedFrom(path=path):
                source = Copied(path=path)
            case WrittenBy() | Stated():
                return ()
            case _:
                assert_never(dataset.origin)
        usual = replace(self.task, scenario=STANDARD)
        try:
            given = supply.of_input(self.context, usual, replace(item, source=source), {})
            folder = self._laid_out(item.port, given)
        except (Unmakeable, OSError):
            # Nobody asked for them: the run is none the worse.
            return ()
        evidence = Evidence.VALUES if _is_made_up(dataset) else self.evidence
        return reading.profiled(self.context.ask, folder, self._terms(dataset.name, evidence))

    def _laid_out(self, port: str, given: Supply) -> Path:
        """Give the folder with what was made, taken from the store where it lies only there."""
        files = given.artefact.files
        if all((given.near / file.path).is_file() for file in files):
            return given.near
        folder = self.context.workspace(self.task.id).folder / "made" / quoted(port)
        workspace.stage(given.artefact, folder, partial(supply.bring, self.context, given))
        return folder

    def written(self, result: TaskResult) -> Iterator[PortProfile]:
        space = self.context.workspace(self.task.id)
        for output in self.task.outputs:
            if output.port in result.outputs and result.outputs[output.port].files:
                folder = space.output(output.port)
                terms = self._terms(_expected(output), self.evidence)
                tables = reading.profiled(self.context.ask, folder, terms)
                yield PortProfile(port=output.port, tables=tables)

    def _terms(self, dataset: str | None, evidence: Evidence) -> ProfileTerms:
        known = self.context.plan.datasets.get(dataset or "")
        schema = Schema() if known is None else known.schema
        return ProfileTerms(evidence=evidence, schema=schema)


def _is_made_up(dataset: Dataset) -> bool:
    """Say whether no value of it is real: copies, and what a generator gives, may be, and what columns repeat."""
    is_drawn = isinstance(dataset.origin, Synthesized)
    return is_drawn and not any(column.references for column in dataset.schema.columns)


def _expected(output: Output) -> str | None:
    """Give the dataset that an output has to be like: its own, or what a reader asks for."""
    asked = (reader.expects for reader in output.readers if not reader.is_implied)
    return output.expects or next(asked, None)


def _by_hand(change: ColumnChange, file: str) -> str:
    said = schema_change.entry(change)
    return (
        f"`{said}` has to be written by hand: where {file} says it, other things would change, too"
    )
