"""What was said to hold of an output, and does not: bounds on values in its JSON files.

The files are read in the limited process; here is only what was asked of it and what came back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.data import reader
from ci_scriptcheck.data.bounds import Breach
from ci_scriptcheck.model.codec import from_json
from ci_scriptcheck.model.contract import Bound
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from ci_scriptcheck.model.plan import Output, Task
    from ci_scriptcheck.run.context import AskReader
    from ci_scriptcheck.run.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfBounds:
    """A bound of an output, and how it does not hold."""

    port: str
    bound: Bound
    breach: Breach


def out_of_bounds(ask: AskReader, task: Task, space: Workspace) -> tuple[OutOfBounds, ...]:
    """Hold what a script wrote, before anything of it was packed, against bounds of its outputs."""
    return tuple(
        OutOfBounds(port=output.port, bound=output.bounds[breach.number], breach=breach)
        for output in task.outputs
        if output.bounds
        for breach in _breaches(ask, output, space.output(output.port))
    )


def _breaches(ask: AskReader, output: Output, folder: Path) -> tuple[Breach, ...]:
    answer = ask(reader.holding(folder, output.bounds))
    if "error" in answer:
        return (Breach(number=0, file=output.bounds[0].file, broken=f"ended {answer['error']}"),)
    return tuple(from_json(Breach, item) for item in answer["breaches"])
