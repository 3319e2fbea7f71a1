"""What the schemas that apply to a port say of how its data are compared. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.data.compare.terms import CompareTerms
from ci_scriptcheck.data.validate.terms import Evidence
from ci_scriptcheck.model.contract import ColumnType

if TYPE_CHECKING:
    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.model.plan import Output, Plan, Task


def of(plan: Plan, task: Task, port: str) -> CompareTerms:
    """Say by what the rows of a port's tables are told apart: the key of its schema, if it has one."""
    output = _output(task, port)
    return CompareTerms(
        evidence=Evidence.AGGREGATES if task.is_private else Evidence.VALUES,
        keys={
            entry.name: dataset.schema.key
            for dataset in reversed(_datasets(plan, task, port))
            if dataset.schema.key
            for entry in dataset.files
        },
        ways=() if output is None else tuple(bound.path for bound in output.bounds),
    )


def categories(plan: Plan, task: Task, port: str) -> frozenset[str]:
    """Give the columns of a port whose values are categories, which its schemas list, and may be named."""
    return frozenset(
        column.name
        for dataset in _datasets(plan, task, port)
        for column in dataset.schema.columns
        if column.type is ColumnType.CATEGORY
    )


def _datasets(plan: Plan, task: Task, port: str) -> list[Dataset]:
    output = _output(task, port)
    readers = () if output is None else output.readers
    expected = [None if output is None else output.expects, *(one.expects for one in readers)]
    return [plan.datasets[name] for name in expected if name is not None and name in plan.datasets]


def _output(task: Task, port: str) -> Output | None:
    return next((one for one in task.outputs if one.port == port), None)
