"""How a run ended, in a finding: an exception, an exit, a signal, a limit, or no result at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place, nearest
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.run.process.request import Ended

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.result import Finding
    from ci_scriptcheck.run.judgement.case import Case
    from ci_scriptcheck.run.process.request import Raised

OUTCOMES: Mapping[Ended, Outcome] = {
    Ended.RETURNED: Outcome.PASSED,
    Ended.RAISED: Outcome.FAILED,
    Ended.IMPORT_FAILED: Outcome.FAILED,
    Ended.NO_FUNCTION: Outcome.FAILED,
    Ended.EXITED: Outcome.FAILED,
    Ended.SIGNALLED: Outcome.CRASHED,
    Ended.TIMED_OUT: Outcome.TIMED_OUT,
    Ended.MEMORY: Outcome.CRASHED,
    Ended.PROCESSES: Outcome.CRASHED,
    Ended.LOG: Outcome.CRASHED,
    Ended.OUTPUT: Outcome.CRASHED,
    Ended.NO_RESULT: Outcome.CRASHED,
    Ended.CANCELLED: Outcome.NOT_RUN,
    Ended.LOST: Outcome.CRASHED,
}

RULE_OF: Mapping[Ended, str] = {
    Ended.RAISED: "SC201",
    Ended.IMPORT_FAILED: "SC202",
    Ended.NO_FUNCTION: "SC110",
    Ended.EXITED: "SC203",
    Ended.SIGNALLED: "SC204",
    Ended.TIMED_OUT: "SC205",
    Ended.MEMORY: "SC206",
    Ended.NO_RESULT: "SC207",
    Ended.PROCESSES: "SC220",
    Ended.LOG: "SC221",
    Ended.OUTPUT: "SC222",
    Ended.LOST: "SC223",
}

_SHOWN_LINES = 8

_MISSING_KEY = re.compile(r"\s*['\"](?:Column not found: )?(.+)['\"]\s*")
"""What a `KeyError` says; pandas adds words where a group lacks the column."""


def describe(case: Case) -> Finding | None:
    """Say in a finding how the run ended; `None` where it returned, or was cancelled by us."""
    how = case.ending.how
    if how not in RULE_OF:
        return None
    if how in {Ended.RAISED, Ended.IMPORT_FAILED} and case.ending.errors:
        return _of_exception(case, RULE_OF[how], case.ending.errors[0])
    message = _message(case)
    frames = _frames(case, case.ending.errors[0]) if case.ending.errors else ()
    return case.finding(
        RULE_OF[how],
        message,
        subject=how.value,
        place=frames[-1] if frames else None,
        frames=frames,
        evidence=_detail(case, message),
    )


def _detail(case: Case, message: str) -> tuple[str, ...]:
    """Give what the message does not say already."""
    detail = case.shortened(case.ending.detail or "")
    said = case.ending.how in {Ended.TIMED_OUT, Ended.LOG, Ended.OUTPUT}
    return () if said or detail in {"", message} else (detail,)


def _of_exception(case: Case, rule: str, raised: Raised) -> Finding:
    first, *further = case.shortened(raised.text).splitlines() or [""]
    frames = _frames(case, raised)
    return case.finding(
        rule,
        f"{raised.type}: {first}" if first.strip() else raised.type,
        subject=raised.type,
        place=frames[-1] if frames else None,
        frames=frames,
        evidence=(*_cut(further), *_causes(case)),
        advice=_advice(case, raised),
    )


def _frames(case: Case, raised: Raised) -> tuple[Place, ...]:
    return tuple(
        Place(file=case.relative(frame.file), line=frame.line)
        for frame in raised.frames
        if frame.inside
    )


def _cut(lines: list[str]) -> list[str]:
    kept = [line.rstrip() for line in lines if line.strip()]
    more = len(kept) - _SHOWN_LINES
    return [*kept[:_SHOWN_LINES], f"... {more} more lines"] if more > 0 else kept


def _causes(case: Case) -> list[str]:
    causes = []
    first = case.ending.errors[0]
    for raised in case.ending.errors[1:]:
        frames = _frames(case, raised)
        # Libraries raise their own error anew; that it was the same one inside says nothing.
        if not frames and (raised.type, raised.text) == (first.type, first.text):
            continue
        where = f" at {frames[-1]}" if frames else ""
        text = (case.shortened(raised.text).splitlines() or [""])[0]
        causes.append(f"raised while handling {raised.type}: {text}{where}")
    return causes


def _advice(case: Case, raised: Raised) -> str | None:
    if raised.type == "ModuleNotFoundError":
        found = re.search(r"No module named '([^']+)'", raised.text)
        name = f"`{found[1]}`" if found else "it"
        return f"Install {name}, name it under `needs:`, or add its import root under `path:`."
    if raised.type == "TypeError" and "required positional argument" in raised.text:
        return "Give the parameter a default, or a value under `call:`."
    if raised.type in {"SyntaxError", "IndentationError", "TabError"}:
        return "Correct the syntax at the place shown."
    return _advice_on_columns(case, raised) if raised.type == "KeyError" else None


def _advice_on_columns(case: Case, raised: Raised) -> str | None:
    wanted = _MISSING_KEY.fullmatch(raised.text)
    columns = frozenset(name for artefact in case.inputs.values() for name in artefact.columns)
    if wanted is None or not columns or wanted[1] in columns:
        return None
    near = nearest(wanted[1], columns)
    if near is None and raised.frames and raised.frames[-1].inside:
        # The script's own line raised it, not a library of tables: some dictionary lacks the key.
        return None
    hint = f"; did you mean `{near}`?" if near else "."
    return f"No input has a column `{wanted[1]}`{hint}"


def _message(case: Case) -> str:  # noqa: C901, PLR0911, PLR0912  (one sentence for each ending)
    ending, task, limits = case.ending, case.task, case.call.limits
    match ending.how:
        case Ended.NO_FUNCTION:
            return f"{task.script} defines no function `{task.function}`"
        case Ended.EXITED:
            return _exit_message(case)
        case Ended.SIGNALLED:
            after = f" after `{task.function}` had returned" if ending.finished else ""
            return f"ended by {ending.signal or 'a signal'}{after}"
        case Ended.TIMED_OUT:
            return f"still running after {case.call.timeout:g} s{_going_on(case)}"
        case Ended.MEMORY:
            return f"used more than {case.call.memory / 1024**2:,.0f} MiB of memory"
        case Ended.PROCESSES:
            return f"had more than {limits.processes:,} processes at one time"
        case Ended.LOG:
            return f"printed more than {limits.log_bytes:,} bytes"
        case Ended.OUTPUT:
            most = f"{limits.output_files:,} files or {limits.output_bytes:,} bytes"
            return ending.detail or f"wrote more than {most}"
        case Ended.NO_RESULT:
            return _vanished(case)
        case Ended.LOST:
            return "the process that ran this task was lost"
        case _:
            return f"`{task.function}` {ending.how.value.replace('_', ' ')}"


def _going_on(case: Case) -> str:
    if not case.ending.finished:
        return ""
    return f": `{case.task.function}` returned, but a thread or an exit function goes on"


def _vanished(case: Case) -> str:
    ended = f"the process ended with status {case.ending.exit_status}"
    if case.ending.finished:
        return f"{ended} in a thread or an exit function, after `{case.task.function}` returned"
    return f"{ended}, without a result of `{case.task.function}`"


def _exit_message(case: Case) -> str:
    status = case.ending.exit_status
    said = case.shortened(case.ending.errors[0].text) if case.ending.errors else ""
    said = (said.splitlines() or [""])[0].strip()
    message = f"left by `sys.exit` with status {status} before `{case.task.function}` returned"
    return f"{message}: {said}" if said and said != str(status) else message
