"""A failure of head beside what base did: which errors base has, too, and which columns are new. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.result import Level
from ci_scriptcheck.run.judgement import counsel
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ci_scriptcheck.model.result import TaskResult


def also_on_base(result: TaskResult, base: TaskResult) -> TaskResult:
    """Mark the errors that base has too.

    Not those of what is installed: base runs in the same environment, which elsewhere may be another.
    """
    old = [one for one in base.findings if one.severity is Level.ERROR]
    return replace(
        result,
        findings=tuple(
            replace(one, also_on_base=True)
            if one.severity is Level.ERROR
            and not one.is_of_environment
            and any(one.is_no_worse_than(other) for other in old)
            else one
            for one in result.findings
        ),
    )


def with_new_columns_first(
    result: TaskResult,
    base: TaskResult,
    told: Callable[[tuple[str, ...]], tuple[str, ...]],
) -> TaskResult:
    """List the columns of inputs so that those stand first which the change has brought.

    A column that is asked for in vain is there under a new name, as a rule, and long lists are cut.

    Args:
        result: Of a task that asks for columns which no input has.
        base: Of its counterpart.
        told: Gives those names that may be told.
    """
    lines = dict(_lines(result, base, told))
    return replace(
        result,
        findings=tuple(
            replace(one, evidence=tuple(lines.get(text, text) for text in one.evidence))
            if one.lacking
            else one
            for one in result.findings
        ),
    )


def _lines(
    result: TaskResult,
    base: TaskResult,
    told: Callable[[tuple[str, ...]], tuple[str, ...]],
) -> Iterator[tuple[str, str]]:
    """Give the sentence about each input, and how it is to be."""
    for port, artefact in result.inputs.items():
        if port in base.inputs:
            columns = counsel.in_order(artefact)
            known = base.inputs[port].columns
            sorted_ = tuple(sorted(columns, key=known.__contains__))
            yield counsel.columns_of(port, columns, told), counsel.columns_of(port, sorted_, told)
