"""How a script behaved: where it wrote and read, what it asked for, left running and logged."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place, did_you_mean
from ci_scriptcheck.model.contract import CopiedFrom
from ci_scriptcheck.model.platform_variables import is_platform_variable
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.run.judgement.case import shown
from ci_scriptcheck.run.process.request import Ended

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ci_scriptcheck.model.result import Finding
    from ci_scriptcheck.run.judgement.case import Case
    from ci_scriptcheck.run.process.request import LoggedError

_SYSTEM = ("/dev", "/proc", "/sys")
_SHOWN_ERRORS = 5
_PIP = re.compile(r"^(\S*/)?(pip[\d.]*|uv)\s|\s-m\s+pip\s")
_CODE = (".py", ".pyc", ".so")


def look(case: Case) -> Iterator[Finding]:
    """Find what a script must not do, however it ended."""
    yield from _changed_inputs(case)
    yield from _strangers(case)
    yield from _refused(case)
    yield from _started(case)
    yield from _undeclared(case)
    if case.ending.how is Ended.RETURNED:
        yield from _logged(case)


def _changed_inputs(case: Case) -> Iterator[Finding]:
    for port, files in sorted(case.changed.items()):
        given = {file.path for file in case.inputs[port].files} if port in case.inputs else set()
        spoilt = tuple(name for name in files if name in given)
        if spoilt:
            message = f"changed {shown(spoilt)} in input `{port}`"
            yield case.finding("SC211", message, subject=port, port=port)
        elif files:
            # What was given is still whole; a second attempt would only find more than that.
            message = f"added {shown(files)} to input `{port}`"
            yield case.finding("SC211", message, subject=port, port=port, level=Level.WARNING)


def _strangers(case: Case) -> Iterator[Finding]:
    written = _outside(case, case.ending.written)
    if written:
        yield case.finding("SC212", f"wrote {shown(written)}", subject=written[0])
    read = tuple(
        file
        for file in _outside(case, case.ending.read)
        if not any(_is_below(file, place) for place in (case.call.tree, *written))
    )
    if read:
        yield case.finding("SC213", f"read {shown(read)}", subject=read[0])
    yield from _stand_ins(case)


def _stand_ins(case: Case) -> Iterator[Finding]:
    """Report files that the settings copy in place of real data, where they were read themselves.

    What lies in an import root goes with the code, and is there wherever the code is.
    """
    roots = zip(case.task.settings.path, case.call.target.roots, strict=True)
    code = [root for path, root in roots if PurePosixPath(path) != PurePosixPath()]
    copied = {
        str(PurePosixPath(case.call.tree, dataset.origin.path)): name
        for name, dataset in sorted(case.datasets.items())
        if isinstance(dataset.origin, CopiedFrom)
    }
    for file in case.ending.read:
        place = next((one for one in copied if _is_below(file, one)), None)
        is_code = file.endswith(_CODE) or any(_is_below(file, root) for root in code)
        if place is None or is_code:
            continue
        yield case.finding(
            "SC213",
            f"read `{case.relative(file)}`, which only stands in for dataset `{copied[place]}`",
            subject=case.relative(file),
            evidence=("where the script works for real, the repository is not there",),
            advice="Read it from an input.",
            level=Level.ERROR,
        )


def _outside(case: Case, files: Iterable[str]) -> tuple[str, ...]:
    call = case.call
    own = (call.folder, call.private, call.log, *call.writable, *call.outputs, *_SYSTEM)
    return tuple(
        file
        for file in files
        if "__pycache__" not in file and not any(_is_below(file, folder) for folder in own)
    )


def _is_below(file: str, folder: str) -> bool:
    return PurePosixPath(file).is_relative_to(folder)


def _refused(case: Case) -> Iterator[Finding]:
    ending = case.ending
    if ending.refused:
        said = case.task.settings.origins.get("network")
        yield case.finding(
            "SC214",
            f"asked for {shown(ending.refused)}",
            subject=ending.refused[0],
            evidence=(f"{said} allows no such address",) if said else (),
            level=Level.ERROR if said else None,
        )
    if ending.pip_calls:
        yield case.finding(
            "SC215",
            f"wanted to install packages: {shown(ending.pip_calls)}",
            subject=ending.pip_calls[0],
        )
    if ending.leftovers:
        yield case.finding(
            "SC216",
            f"left {shown(ending.leftovers)} running",
            subject=ending.leftovers[0],
        )


def _started(case: Case) -> Iterator[Finding]:
    """Report other programs, but for those that were answered in place of being started."""
    own = [one for one in case.ending.started if not _PIP.search(one.command)]
    if own:
        first, *further = own
        yield case.finding(
            "SC231",
            f"started `{case.shortened(first.command)}`",
            subject=first.command.split()[0] if first.command.split() else first.command,
            place=Place(file=case.relative(first.file), line=first.line),
            evidence=tuple(
                f"and `{case.shortened(one.command)}`, {case.relative(one.file)}:{one.line}"
                for one in further[:_SHOWN_ERRORS]
            ),
        )


def _undeclared(case: Case) -> Iterator[Finding]:
    """Report variables that only the code knows of; a project that declares none means none."""
    declared = case.task.declared
    if not declared:
        return
    for asked in case.ending.asked_in_vain:
        if asked.name in declared or is_platform_variable(asked.name):
            continue
        yield case.finding(
            "SC230",
            f"asked for the variable `{asked.name}`, which nothing declares",
            subject=asked.name,
            place=Place(file=case.relative(asked.file), line=asked.line),
            advice=_likely(asked.name, declared),
        )


def _likely(name: str, declared: tuple[str, ...]) -> str | None:
    near = did_you_mean(name, declared)
    return None if near is None else f"{near} Else declare it, or set it under `env:`."


def _logged(case: Case) -> Iterator[Finding]:
    """Report errors that the project's own code logged; libraries log theirs for other readers."""
    own = [logged for logged in case.ending.logged if logged.inside]
    for logged in own[:_SHOWN_ERRORS]:
        yield _of_logged(case, logged, more=len(own) - _SHOWN_ERRORS)


def _of_logged(case: Case, logged: LoggedError, *, more: int) -> Finding:
    first, *further = case.shortened(logged.text).splitlines() or [""]
    times = (f"logged {logged.count:,} times",) if logged.count > 1 else ()
    others = (f"{more:,} other errors were logged, too",) if more > 0 else ()
    file = case.relative(logged.file)
    return case.finding(
        "SC218",
        f"logged {logged.level.lower()} `{first}` and ended well",
        subject=f"{file}: {first}",
        place=Place(file=file, line=logged.line),
        evidence=(*(line for line in further[:3] if line.strip()), *times, *others),
    )
