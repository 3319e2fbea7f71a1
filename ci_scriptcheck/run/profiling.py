"""What real data, and what is made of them, hold at each port of a task, as wholes, and what is made in their place elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from ci_scriptcheck.data.compare.terms import ProfileTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.contract import Schema
from ci_scriptcheck.model.plan import Side, Task
from ci_scriptcheck.model.port_profile import PortProfile
from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.model.source import Copied, Fetched, Synthetic, Upstream
from ci_scriptcheck.run import made_beside, reading
from ci_scriptcheck.run.context import Context
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ci_scriptcheck.model.plan import Input, Output
    from ci_scriptcheck.model.result import TaskResult
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
        tables = reading.profiled(self.context.ask, given.near, self._terms(name))
        real = PortProfile(
            port=item.port,
            is_input=True,
            dataset=name,
            is_sample=self.context.plan.is_sampled(item.source),
            tables=tables,
        )
        dataset = self.context.plan.datasets.get(name)
        if dataset is None or not tables:
            return real
        made = made_beside.profiled(self.context, self.task, item, dataset, evidence=self.evidence)
        return replace(real, made=made)

    def _from_production(self, item: Input, given: Supply) -> PortProfile:
        """Look at what production gave, in each of the folders that it fills."""
        terms = self._terms(item.expects)
        tables = [
            replace(table, name=f"{inside}{table.name}")
            for inside, folder in sorted((given.folders or {"": given.near}).items())
            for table in reading.profiled(self.context.ask, folder, terms)
        ]
        return PortProfile(port=item.port, is_input=True, tables=tuple(tables))

    def written(self, result: TaskResult) -> Iterator[PortProfile]:
        space = self.context.workspace(self.task.id)
        for output in self.task.outputs:
            if output.port in result.outputs and result.outputs[output.port].files:
                folder = space.output(output.port)
                terms = self._terms(_expected(output))
                tables = reading.profiled(self.context.ask, folder, terms)
                yield PortProfile(port=output.port, tables=tables)

    def _terms(self, dataset: str | None) -> ProfileTerms:
        known = self.context.plan.datasets.get(dataset or "")
        schema = Schema() if known is None else known.schema
        return ProfileTerms(evidence=self.evidence, schema=schema)


def _expected(output: Output) -> str | None:
    """Give the dataset that an output has to be like: its own, or what a reader asks for."""
    asked = (reader.expects for reader in output.readers if not reader.is_implied)
    return output.expects or next(asked, None)
