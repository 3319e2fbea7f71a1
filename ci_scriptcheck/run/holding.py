"""What was said to hold of an output, and does not: bounds on JSON values, rows of a test.

The files are read in the limited process; here is only what was asked of it and what came back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.data import reader
from ci_scriptcheck.model.codec import from_json
from ci_scriptcheck.model.mismatch import Breach
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.run.judgement.exhibits import OutOfBounds, RowsDiffer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ci_scriptcheck.data.asking import AskReader
    from ci_scriptcheck.model.plan import Output, Task
    from ci_scriptcheck.run.workspace import Workspace


def differing_rows(ask: AskReader, task: Task, space: Workspace) -> tuple[RowsDiffer, ...]:
    """Compare what a script wrote, before anything of it was packed, with the rows expected."""
    return tuple(
        found
        for output in task.outputs
        if output.rows
        for found in _differences(ask, output, space.output(output.port))
    )


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


def _differences(ask: AskReader, output: Output, folder: Path) -> Iterator[RowsDiffer]:
    answer = ask(reader.comparing(folder, output.rows))
    if "error" in answer:
        yield RowsDiffer(port=output.port, expected=output.rows[0], unreadable=answer["error"])
        return
    for expected, found in zip(output.rows, answer["differences"], strict=True):
        if "unreadable" in found:
            why = str(found["unreadable"])
            yield RowsDiffer(port=output.port, expected=expected, unreadable=why)
        elif found["rows"] or found["absent"]:
            yield RowsDiffer(
                port=output.port,
                expected=expected,
                absent=tuple(found["absent"]),
                table=from_json(Table, {key: found[key] for key in ("columns", "rows")}),
                equal=int(found["equal"]),
                missing=int(found["missing"]),
                further=int(found["further"]),
                changed=int(found["changed"]),
            )
