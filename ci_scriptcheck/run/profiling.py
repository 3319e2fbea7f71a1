"""What real data, and what is made of them, hold at each port of a task, as wholes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare.terms import ProfileTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.contract import Schema
from ci_scriptcheck.model.plan import Fetched, Side, Task
from ci_scriptcheck.model.port_profile import PortProfile
from ci_scriptcheck.run import reading
from ci_scriptcheck.run.context import Context
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ci_scriptcheck.model.plan import Output
    from ci_scriptcheck.model.port_profile import TableProfile
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
            if isinstance(item.source, Fetched):
                yield PortProfile(
                    port=item.port,
                    is_input=True,
                    dataset=item.source.dataset,
                    tables=self._tables(supplies[item.port].near, item.source.dataset),
                )

    def written(self, result: TaskResult) -> Iterator[PortProfile]:
        space = self.context.workspace(self.task.id)
        for output in self.task.outputs:
            if output.port in result.outputs and result.outputs[output.port].files:
                folder = space.output(output.port)
                yield PortProfile(port=output.port, tables=self._tables(folder, _expected(output)))

    def _tables(self, folder: Path, dataset: str | None) -> tuple[TableProfile, ...]:
        known = self.context.plan.datasets.get(dataset or "")
        schema = Schema() if known is None else known.schema
        terms = ProfileTerms(evidence=self.evidence, schema=schema)
        return reading.profiled(self.context.ask, folder, terms)


def _expected(output: Output) -> str | None:
    """Give the dataset that an output has to be like: its own, or what a reader asks for."""
    asked = (reader.expects for reader in output.readers if not reader.is_implied)
    return output.expects or next(asked, None)
