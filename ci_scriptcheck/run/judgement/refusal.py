"""Whether a script refused bad data as it should: with a clear error, and no half-written outputs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.defect import wrong_text
from ci_scriptcheck.model.scenario import Expect
from ci_scriptcheck.model.source import Synthetic
from ci_scriptcheck.run.process.request import Ended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.defect import Defect
    from ci_scriptcheck.model.plan import Input
    from ci_scriptcheck.model.result import Finding
    from ci_scriptcheck.run.judgement.case import Case

_REFUSALS = frozenset({Ended.RAISED, Ended.EXITED})


def is_refusal(case: Case) -> bool:
    """Say whether the script ended by refusing its data, where it may."""
    expected = case.scenario.expect is not Expect.SUCCESS
    return expected and case.ending.how in _REFUSALS and _is_told(case)


def look(case: Case) -> Iterator[Finding]:
    """Find what is wrong with a refusal."""
    damaged = _damaged(case)
    if damaged is not None and not _names(case, *damaged):
        yield _unclear(case, *damaged)
    yield from _half_written(case)


def accepted(case: Case) -> Finding | None:
    """Say that bad data were accepted; `None` where the script never opened them."""
    damaged = _damaged(case)
    if damaged is None:
        message = f"ended well on the data of scenario `{case.scenario.name}`"
        return case.finding("SC225", message, subject="accepted")
    item, defect = damaged
    given = case.inputs.get(item.port)
    if given is not None and given.read is False:
        return None
    message = f"ended well, although {defect.of_input(item.port)}"
    return case.finding("SC225", message, subject="accepted", port=item.port)


def _is_told(case: Case) -> bool:
    """Say whether the script told in words what it refuses, and did not just leave."""
    ending = case.ending
    said = [raised.text.strip() for raised in ending.errors]
    if ending.how is Ended.RAISED:
        return any(said)
    words = [text for text in said if text and text != str(ending.exit_status)]
    return bool(ending.exit_status) and bool(words or ending.logged)


def _damaged(case: Case) -> tuple[Input, Defect] | None:
    for item in case.task.inputs:
        if isinstance(item.source, Synthetic) and item.source.defect is not None:
            return item, item.source.defect
    return None


def _names(case: Case, item: Input, defect: Defect) -> bool:
    """Say whether what was raised or logged names the file, the column or the value."""
    if case.ending.how is Ended.EXITED and case.ending.logged:
        return True
    texts = [raised.text for raised in case.ending.errors]
    texts += [logged.text for logged in case.ending.logged]
    files = [defect.file] if defect.file else []
    if defect.column is not None:
        given = case.inputs.get(item.port)
        files = [file.path for file in given.files] if given else []
    names = {item.port, item.parameter, *files, *(name.rpartition("/")[2] for name in files)}
    names |= {defect.column} if defect.column else set()
    names |= {wrong_text(defect.type)} if defect.type else set()
    said = "\n".join(texts)
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said) for name in names)


def _unclear(case: Case, item: Input, defect: Defect) -> Finding:
    raised = case.ending.errors[0] if case.ending.errors else None
    frames = tuple(
        Place(file=case.relative(frame.file), line=frame.line)
        for frame in (raised.frames if raised else ())
        if frame.inside
    )
    first = (case.shortened(raised.text).splitlines() or [""])[0] if raised else ""
    said = f"`{raised.type}: {first}`" if raised else "the error"
    return case.finding(
        "SC229",
        f"{defect.of_input(item.port)}, and {said} does not say so",
        subject=defect.what.value,
        port=item.port,
        place=frames[-1] if frames else None,
        frames=frames,
    )


def _half_written(case: Case) -> Iterator[Finding]:
    for port, artefact in sorted(case.outputs.items()):
        if artefact.files:
            yield case.finding(
                "SC226",
                f"`{port}` holds files although the script refused its data",
                subject=port,
                port=port,
                evidence=tuple(
                    f"{file.path} ({file.bytes:,} bytes)" for file in artefact.files[:5]
                ),
            )
