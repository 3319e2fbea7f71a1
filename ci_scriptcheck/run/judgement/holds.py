"""Whether what was said to hold of the outputs holds: values within bounds, rows as expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import did_you_mean
from ci_scriptcheck.run.judgement.case import shown
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.model.result import Finding
    from ci_scriptcheck.run.judgement.case import Case
    from ci_scriptcheck.run.judgement.exhibits import OutOfBounds, RowsDiffer


def look(case: Case) -> Iterator[Finding]:
    """Find what came out otherwise than was said; an output that is not there is told elsewhere."""
    for one in case.out_of_bounds:
        artefact = case.outputs.get(one.port)
        if artefact is not None and artefact.files:
            yield _out_of_bounds(case, one)
    for differing in case.differing_rows:
        artefact = case.outputs.get(differing.port)
        if artefact is not None and artefact.files:
            yield _rows_differ(case, differing)


def _out_of_bounds(case: Case, one: OutOfBounds) -> Finding:
    bound, breach = one.bound, one.breach
    file = f"`{breach.file}` of output `{one.port}`"
    evidence: tuple[str, ...] = ()
    advice = None
    if breach.broken is not None:
        message = f"{file} {breach.broken}, and `{bound.path}` in it is to be {bound.in_words()}"
        evidence = (f"the output holds {shown(breach.beside)}",) if breach.beside else ()
        advice = did_you_mean(breach.file, breach.beside)
    elif breach.missing is not None:
        message = f"{file} has no `{breach.missing}`, where {bound.in_words()} is expected"
        evidence = (f"beside it is {shown(breach.beside, limit=8)}",) if breach.beside else ()
        advice = did_you_mean(breach.missing.rpartition(".")[2], breach.beside)
    else:
        (at, value), *others = breach.places
        message = f"`{at}` in {file} is {value}, where {bound.in_words()} is expected"
        evidence = tuple(f"`{way}` is {other}" for way, other in others)
        if breach.count > len(breach.places):
            evidence = (*evidence, f"{breach.count:,} values are out of bounds")
    return case.finding(
        "SC314",
        message,
        subject=f"{one.port} {bound.file} {bound.path}",
        port=one.port,
        place=bound.place,
        evidence=evidence,
        advice=advice,
    )


def _rows_differ(case: Case, one: RowsDiffer) -> Finding:
    wanted = len(one.expected.rows)
    where = f"output `{one.port}`"
    if one.expected.file is not None:
        where = f"`{one.expected.file}` of {where}"
    evidence: tuple[str, ...] = ()
    if one.unreadable is not None:
        message = f"{where} holds no rows to compare: {one.unreadable}"
    elif one.absent:
        message = f"{where} has no column {shown(one.absent)}"
    else:
        kinds = ("changed", "missing", "further")
        counts = {kind: int(getattr(one, kind)) for kind in kinds}
        told = ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count)
        message = f"{one.equal:,} of {wanted:,} expected rows came out in {where}: {told}"
        evidence = ("changed cells are shown as expected → found",) if one.changed else ()
    found = case.finding(
        "SC315",
        message,
        subject=f"{one.port} {one.expected.file or ''} {case.task.variant}".strip(),
        port=one.port,
        place=one.expected.place,
        evidence=evidence,
    )
    return replace(found, table=one.table)
