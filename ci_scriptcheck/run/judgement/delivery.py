"""Whether a script that ended well did its work: it read its inputs, kept them, and wrote its outputs."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.model.contract import Stated
from ci_scriptcheck.model.result import EMPTY_ARCHIVE, Level
from ci_scriptcheck.model.scenario import Expect
from ci_scriptcheck.model.source import Synthetic
from ci_scriptcheck.run.judgement import drawn_apart
from ci_scriptcheck.run.judgement.case import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.plan import Output
    from ci_scriptcheck.model.result import Artefact, FileFacts, Finding
    from ci_scriptcheck.run.judgement.case import Case

# What tells about data, and is none: a step that leaves only this, beside a port that is named
# after something else, has written no data.
MOST_TABLES = 3
"""Tables that went in whose rows are counted one by one."""

_ABOUT_DATA = re.compile(
    r"(^|[_.\-])(metadata|manifest|diagnostics|success)([_.\-]|$)", re.IGNORECASE
)


def look(case: Case) -> Iterator[Finding]:
    """Find what is missing after a good end: outputs, rows, and inputs that were read."""
    yield from _outputs(case)
    yield from _no_files(case)
    yield from _unread(case)
    yield from _idle(case)


def _outputs(case: Case) -> Iterator[Finding]:
    wanted = case.task.outputs
    if wanted and not any(artefact.files for artefact in case.outputs.values()):
        if any(output.required for output in wanted):
            yield case.finding(
                "SC209", "wrote nothing at all", subject="outputs", evidence=_astray(case)
            )
        return
    found = [finding for output in wanted for finding in _output(case, output)]
    yield from found
    if not found:  # else it would say the same again
        yield from _no_rows_anywhere(case)


def _no_files(case: Case) -> Iterator[Finding]:
    """Find links that lead out, pipes and the like, which nobody downstream gets."""
    for port, odd in case.left_out.items():
        (name, kind), *others = odd.items()
        what = f"`{name}` in output `{port}` is" if name else f"output `{port}` is itself"
        yield case.finding(
            "SC232",
            f"{what} {kind}, which no reader gets",
            subject=port,
            port=port,
            evidence=tuple(f"`{other}` is {kind}" for other, kind in others),
        )


def _output(case: Case, output: Output) -> Iterator[Finding]:
    artefact = case.outputs.get(output.port)
    if artefact is not None and artefact.files:
        yield from _hollow(case, output, artefact)
    elif output.required:
        yield _missing(case, output)


def _missing(case: Case, output: Output) -> Finding:
    what = f"the file `{output.file}` of output" if output.file else "output"
    return case.finding(
        "SC208",
        f"{what} `{output.port}` was not written",
        subject=output.port,
        port=output.port,
        evidence=_astray(case),
    )


def _astray(case: Case) -> tuple[str, ...]:
    """Say which files went to the working folder instead, which is gone after the run."""
    folder = PurePosixPath(case.call.folder)
    written = (PurePosixPath(file) for file in case.ending.written)
    names = tuple(str(one.relative_to(folder)) for one in written if one.is_relative_to(folder))
    if not names:
        return ()
    return (
        f"wrote {shown(names)} in the working folder, where nothing is kept: build such paths"
        " from `output_paths`",
    )


def _hollow(case: Case, output: Output, artefact: Artefact) -> Iterator[Finding]:
    """Find an output that is there and holds nothing of what it is for."""
    if not output.required or case.scenario.expect is not Expect.SUCCESS or _is_of_few(case):
        return
    rows = _went_in(case)
    if all(_is_empty(file) for file in artefact.files if not _is_marker(file)):
        message = f"every file of output `{output.port}` is empty"
    elif _should_hold_rows(case, output) and not _may_hold_rows(artefact):
        message = f"output `{output.port}` holds no rows, and {rows}"
    elif case.rows_in and _is_only_about_data(output, artefact):
        names = shown(tuple(file.path for file in artefact.files))
        message = f"output `{output.port}` holds {names} and no data, and {rows}"
    else:
        return
    yield case.finding(
        "SC209", message, subject=output.port, port=output.port, advice=drawn_apart.advice(case)
    )


def _went_in(case: Case) -> str:
    """Say how many rows a script was given, those of each table if they are few."""
    tables = [
        (port, item.rows)
        for port, item in sorted(case.inputs.items())
        if item.rows and item.read is not False
    ]
    if not 1 < len(tables) <= MOST_TABLES:
        return f"{case.rows_in:,} rows went in"
    first, *others = tables
    told = [
        f"{first[1]:,} rows of `{first[0]}`",
        *(f"{rows:,} of `{port}`" for port, rows in others),
    ]
    return f"{', '.join(told[:-1])} and {told[-1]} went in"


def _is_of_few(case: Case) -> bool:
    """Say whether a test states the rows, so that none of them may have to be left."""
    sources = [item.source for item in case.task.inputs]
    named = [case.datasets.get(one.dataset) for one in sources if isinstance(one, Synthetic)]
    is_stated = any(one is not None and isinstance(one.origin, Stated) for one in named)
    return is_stated or any(output.rows for output in case.task.outputs)


def _is_empty(file: FileFacts) -> bool:
    return file.bytes == 0 or file.format == EMPTY_ARCHIVE


def _is_marker(file: FileFacts) -> bool:
    """Say whether a file is empty on purpose, as `_SUCCESS` and `__init__.py` are."""
    return PurePosixPath(file.path).name.startswith(("_", "."))


def _should_hold_rows(case: Case, output: Output) -> bool:
    dataset = case.datasets.get(output.expects or "")
    described = dataset is not None and bool(dataset.schema.columns) and dataset.schema.rows != 0
    return described and case.rows_in > 0


def _may_hold_rows(artefact: Artefact) -> bool:
    """Say whether there are rows, or files that nobody has looked into, such as archives."""
    return any(file.rows or _is_opaque(file) for file in artefact.files)


def _is_opaque(file: FileFacts) -> bool:
    return file.rows is None and not _is_empty(file) and file.format not in {"json", "text"}


def _is_only_about_data(output: Output, artefact: Artefact) -> bool:
    if _ABOUT_DATA.search(output.port) or _ABOUT_DATA.search(output.parameter):
        return False
    return all(
        _ABOUT_DATA.search(PurePosixPath(file.path).name) and not file.rows
        for file in artefact.files
    )


def _no_rows_anywhere(case: Case) -> Iterator[Finding]:
    """Find tables without rows at every output that has tables, where rows went in."""
    if not case.rows_in or case.scenario.expect is not Expect.SUCCESS:
        return
    if _is_of_few(case):
        return
    tables = {
        port: item.rows for port, item in sorted(case.outputs.items()) if item.rows is not None
    }
    # Trainings write a model beside an empty table.
    if tables and not any(_may_hold_rows(artefact) for artefact in case.outputs.values()):
        ports = shown(tuple(tables))
        yield case.finding(
            "SC209",
            f"no table of {ports} holds a row, and {_went_in(case)}",
            subject=next(iter(tables)),
            port=next(iter(tables)),
            advice=drawn_apart.advice(case),
        )


def _unread(case: Case) -> Iterator[Finding]:
    for wanted in case.task.inputs:
        artefact = case.inputs.get(wanted.port)
        if not wanted.required or artefact is None or artefact.read is not False:
            continue
        if any(file.bytes for file in artefact.files):
            yield case.finding(
                "SC210",
                f"input `{wanted.port}` was never read",
                subject=wanted.port,
                port=wanted.port,
                evidence=(f"it holds {shown(tuple(file.path for file in artefact.files))}",),
            )


def _idle(case: Case) -> Iterator[Finding]:
    """Say so where a script without outputs loses what it writes, or neither reads nor writes."""
    ending, task = case.ending, case.task
    if task.outputs:
        return
    touched = any(not file.endswith(".py") for file in ending.read)
    seen = (task.inputs, ending.spawned, ending.connections, ending.logged)
    is_idle = not touched and not any(seen)
    idle = ("read nothing and left nothing, so only that it ends was tested",) if is_idle else ()
    for message in _astray(case) or idle:
        yield case.finding("SC209", message, subject="ports", level=Level.WARNING)
