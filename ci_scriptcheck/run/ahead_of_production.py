"""A step that fails on what production gave it, as this branch writes something else there.

It asks for a column that the step before it writes since this change; production cannot have written it. Only that
is excused: whatever else is wrong with a step counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.plan import Side
from ci_scriptcheck.model.production import AHEAD
from ci_scriptcheck.model.result import BROKEN, Artefact, Level
from ci_scriptcheck.run import record
from ci_scriptcheck.run.judgement.case import shown
from ci_scriptcheck.run.privacy import of_tasks
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ci_scriptcheck.model.plan import Task
    from ci_scriptcheck.model.result import Finding, TaskResult
    from ci_scriptcheck.run.context import Context

    Told = Callable[[tuple[str, ...]], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """An input that production gave.

    Attributes:
        supplier: The node before it, which writes it.
        given: What production's wrote there.
        here: What this branch's writes there.
    """

    port: str
    supplier: str
    given: Artefact
    here: Artefact

    def has_brought(self, names: tuple[str, ...]) -> bool:
        """Say whether this branch writes some columns there, and production wrote none of them."""
        return self.here.columns.issuperset(names) and self.given.columns.isdisjoint(names)


def judged(context: Context, task: Task, result: TaskResult) -> TaskResult:
    """Excuse a failure for want of what this branch writes, and say of others that they were given something older."""
    if task.side is not Side.HEAD or result.outcome not in BROKEN:
        return result
    inputs = tuple(_inputs(context, task, result))
    if not inputs:
        return result
    if task.is_private:
        artefacts = [one for each in inputs for one in (each.given, each.here)]
        return excused(
            result, inputs, of_tasks.of_artefacts(context.plan, context.root, artefacts).told
        )
    return excused(result, inputs, tuple)


def excused(result: TaskResult, inputs: tuple[Supplied, ...], told: Told) -> TaskResult:
    """Say of each error of a task whether the change explains it, which production has not run.

    Args:
        result: Of a task that failed.
        inputs: That production gave, of which it is known what this branch writes there.
        told: Gives those names of columns that may be told.
    """
    others = tuple(sentence for one in inputs if (sentence := _sentence(one, told)) is not None)

    def judged(finding: Finding) -> Finding:
        if finding.severity is not Level.ERROR or finding.known is not None:
            return finding
        if finding.lacking:
            for one in inputs:
                if one.has_brought(finding.lacking):
                    why = f"its `{one.port}` is what production's `{one.supplier}` wrote, and this branch writes {shown(finding.lacking)} there"
                    return replace(finding, known=f"{AHEAD}: {why}")
        return replace(finding, evidence=(*finding.evidence, *others))

    return replace(result, findings=tuple(map(judged, result.findings)))


def _inputs(context: Context, task: Task, result: TaskResult) -> Iterator[Supplied]:
    for item in task.inputs:
        if item.here is None or item.port not in result.inputs:
            continue
        made = record.read_result(context.run_directory, item.here.task)
        if made is not None and made.is_usable and item.here.port in made.outputs:
            yield Supplied(
                port=item.port,
                supplier=context.tasks[item.here.task].node,
                given=result.inputs[item.port],
                here=made.outputs[item.here.port],
            )


def _sentence(one: Supplied, told: Told) -> str | None:
    """Say which columns this branch writes otherwise than production did, if any may be told."""
    new = told(tuple(sorted(one.here.columns - one.given.columns)))
    gone = told(tuple(sorted(one.given.columns - one.here.columns)))
    parts = [f"writes {shown(new)} there"] if new else []
    parts += [f"no longer writes {shown(gone)}"] if gone else []
    if not parts:
        return None
    said = " and ".join(parts)
    return f"its `{one.port}` is what production's `{one.supplier}` wrote; this branch {said}"
