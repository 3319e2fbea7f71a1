"""Data that does not fit its schema, in findings: what was expected, by whom, and what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import nearest
from ci_scriptcheck.model.production import FromProduction
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.model.rules import RULES
from ci_scriptcheck.model.source import Fetched
from ci_scriptcheck.model.suggested_bounds import is_few
from ci_scriptcheck.run.judgement.case import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ci_scriptcheck.model.mismatch import Mismatch
    from ci_scriptcheck.model.result import Finding
    from ci_scriptcheck.model.source import Source
    from ci_scriptcheck.run.judgement.case import Case
    from ci_scriptcheck.run.judgement.exhibits import Misfit

_REAL = "SC501"
"""One rule for all that real data have otherwise than their schema says: the schema is to learn from it."""


def look(case: Case) -> Iterator[Finding]:
    """Find where outputs, and inputs that were copied or generated, do not fit."""
    groups: dict[object, list[Misfit]] = {}
    for misfit in case.misfits:
        if not _is_told(case, misfit):
            groups.setdefault(_kind(misfit), []).append(misfit)
    for group in groups.values():
        yield _finding(case, group)


def _is_told(case: Case, misfit: Misfit) -> bool:
    """Say whether a table without rows is told as an output in which nothing came out."""
    mismatch = misfit.mismatch
    if mismatch.rule != "SC309" or mismatch.of_rows or misfit.is_input:
        return False
    return any(
        output.port == misfit.port and output.required and output.expects is not None
        for output in case.task.outputs
    )


def _kind(misfit: Misfit) -> object:
    """Say what misfits share that are told together: missing columns, and equal ones of several readers."""
    mismatch = misfit.mismatch
    if mismatch.rule == "SC301" and mismatch.column is not None:
        return (misfit.port, misfit.is_input, misfit.dataset, mismatch.file, "columns")
    return (misfit.port, misfit.is_input, mismatch)


def _finding(case: Case, group: Sequence[Misfit]) -> Finding:
    misfit = group[0]
    mismatch = misfit.mismatch
    columns = tuple(dict.fromkeys(one.mismatch.column or "" for one in group))
    is_part = mismatch.rule == "SC309" and bool(mismatch.of_rows)
    about = mismatch.column if mismatch.rule != "SC301" else ", ".join(columns)
    is_real = misfit.is_input and isinstance(_source(case, misfit), Fetched | FromProduction)
    message = _message(case, misfit, columns)
    return case.finding(
        _REAL if is_real else mismatch.rule,
        f"{message}{_how_often(mismatch)}" if is_real else message,
        subject=" ".join(filter(None, [misfit.port, about or mismatch.file])),
        port=misfit.port,
        evidence=(*(() if is_real else _rows(mismatch)), *_expecting(group)),
        advice=_advice_on_real(mismatch) if is_real else _advice(case, misfit),
        level=Level.WARNING if is_part or _is_only_made_so(group) else None,
        extent=_extent(mismatch),
    )


def _source(case: Case, misfit: Misfit) -> Source | None:
    return next((one.source for one in case.task.inputs if one.port == misfit.port), None)


def _extent(mismatch: Mismatch) -> float | None:
    if mismatch.rows is None or not mismatch.of_rows:
        return None
    return mismatch.rows / mismatch.of_rows


def _is_only_made_so(group: Sequence[Misfit]) -> bool:
    """Say whether a file has a name that nobody expects: readers' data are only made with it."""
    readers = [reader for misfit in group for reader in misfit.readers]
    is_layout = group[0].mismatch.rule == "SC304"
    return (
        is_layout
        and all(misfit.readers for misfit in group)
        and all(reader.is_implied for reader in readers)
    )


def _message(case: Case, misfit: Misfit, columns: tuple[str, ...]) -> str:  # noqa: PLR0911  (a sentence for each rule)
    mismatch, where = misfit.mismatch, _where(case, misfit)
    match mismatch.rule:
        case "SC301" if mismatch.column is not None:
            names = shown(columns, limit=5)
            return f"{where} has no column{'s' if len(columns) > 1 else ''} {names}"
        case "SC301":
            return f"{where} has {mismatch.found}, where {mismatch.expected} are expected"
        case "SC303" if mismatch.column is None:
            return f"{where} is {mismatch.found}, where {mismatch.expected} is expected"
        case "SC304":
            return f"{where} has no file {mismatch.expected}"
        case "SC309":
            return f"{where} holds no rows"
        case "SC312":
            return f"{where} has a further column `{mismatch.column}`, and its schema is closed"
        case "SC313":
            return f"`{mismatch.column}` does not hold in {where}: `{mismatch.expected}`"
        case _:
            return f"`{mismatch.column}` in {where} has {mismatch.found}, where {mismatch.expected} is expected"


def _where(case: Case, misfit: Misfit) -> str:
    side = "input" if misfit.is_input else "output"
    file = misfit.mismatch.file
    artefact = (case.inputs if misfit.is_input else case.outputs).get(misfit.port)
    is_plain = file is None or misfit.mismatch.rule == "SC304"
    if is_plain or artefact is None or len(artefact.files) < 2:
        return f"{side} `{misfit.port}`"
    return f"`{file}` of {side} `{misfit.port}`"


def _rows(mismatch: Mismatch) -> Iterator[str]:
    if mismatch.rule in {"SC304", "SC301"} and mismatch.column is None:
        if mismatch.rule == "SC304":
            yield f"it holds {mismatch.found}"
    elif mismatch.rule == "SC301":
        yield f"it has {mismatch.found}"
    elif mismatch.rule == "SC313" and mismatch.found != "it does not hold":
        yield mismatch.found
    if mismatch.rows is not None and mismatch.of_rows:
        yield _count(mismatch.rows, mismatch.of_rows)


def _how_often(mismatch: Mismatch) -> str:
    """Say in how many rows it is so, where that is to tell a mistake in the data from a rule that the schema lacks."""
    if mismatch.rows is None or not mismatch.of_rows:
        return ""
    question = ": mistakes, or a rule?" if is_few(mismatch.rows, mismatch.of_rows) else ""
    if mismatch.rule == "SC305":  # its share is told already
        return f" ({mismatch.rows:,} of {mismatch.of_rows:,}){question}"
    return f", {_count(mismatch.rows, mismatch.of_rows)}{question}"


def _count(rows: int, of_rows: int) -> str:
    return f"in {rows:,} of {of_rows:,} rows ({100 * rows / of_rows:.3g} %)"


def _expecting(group: Sequence[Misfit]) -> Iterator[str]:
    for misfit in {(one.dataset, one.readers): one for one in group}.values():
        if not misfit.readers:
            yield f"dataset `{misfit.dataset}` says so"
        for reader in misfit.readers:
            yield f"`{reader.node}` expects it of its input `{reader.port}` (dataset `{misfit.dataset}`)"


def _advice_on_real(mismatch: Mismatch) -> str | None:
    """Say that no change is offered where the run shows none: the form of texts would tell what they hold."""
    if mismatch.rule != "SC310":
        return None
    return f"No pattern is offered for real data: correct `pattern` of `{mismatch.column}` by hand, or leave it out."


def _advice(case: Case, misfit: Misfit) -> str | None:
    mismatch = misfit.mismatch
    artefact = (case.inputs if misfit.is_input else case.outputs).get(misfit.port)
    if mismatch.rule == "SC301" and mismatch.column is not None and artefact is not None:
        near = nearest(mismatch.column, artefact.columns)
        if near is not None and near != mismatch.column:
            return f"Is `{near}` the one? {RULES['SC301'].cure}"
    return None
