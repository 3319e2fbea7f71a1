"""How a run ended, in a finding: an exception, an exit, a signal, a limit, or no result at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.run.judgement import counsel
from ci_scriptcheck.run.privacy.texts import WHERE, is_part_withheld
from ci_scriptcheck.run.process.request import Ended
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ci_scriptcheck.model.project import Limits
    from ci_scriptcheck.model.result import Finding
    from ci_scriptcheck.run.judgement.case import Case
    from ci_scriptcheck.run.process.request import Ending, Raised

_THREADS = re.compile(r"[\d,]+ threads")

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


def describe(case: Case) -> Finding | None:
    """Say in a finding how the run ended; `None` where it returned."""
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
        evidence=(*_detail(case, message), *_where(case)),
    )


def _detail(case: Case, message: str) -> tuple[str, ...]:
    """Give what the message does not say already."""
    detail = case.shortened(case.ending.detail or "")
    said = case.ending.how in {Ended.TIMED_OUT, Ended.LOG, Ended.OUTPUT}
    return () if said or detail in {"", message} else (detail,)


def _of_exception(case: Case, rule: str, raised: Raised) -> Finding:
    first, *further = case.shortened(raised.text).splitlines() or [""]
    frames = _frames(case, raised)
    help_ = counsel.counsel(case)
    found = case.finding(
        rule,
        f"{raised.type}: {first}" if first.strip() else raised.type,
        subject=raised.type,
        place=frames[-1] if frames else None,
        frames=frames,
        evidence=(
            *_cut(further),
            *_causes(case),
            *_where(case),
            *(help_.facts if help_ else ()),
        ),
    )
    # The rule's own cure would only say what every reader does anyway.
    return replace(
        found,
        advice=help_.advice if help_ else None,
        lacking=help_.lacking if help_ else (),
        is_of_environment=bool(help_ and help_.is_of_environment),
        is_told_in_part=case.known is not None,
    )


def _where(case: Case) -> tuple[str, ...]:
    """Say where to read what is withheld."""
    return (WHERE,) if any(is_part_withheld(one.text) for one in case.ending.errors) else ()


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


def _message(case: Case) -> str:  # noqa: C901, PLR0911, PLR0912  (one sentence for each ending)
    ending, task, limits = case.ending, case.task, case.call.limits
    match ending.how:
        case Ended.NO_FUNCTION:
            return f"{task.script} defines no function `main`"
        case Ended.EXITED:
            return _exit_message(case)
        case Ended.SIGNALLED:
            after = " after `main` had returned" if ending.finished else ""
            return f"ended by {ending.signal or 'a signal'}{after}"
        case Ended.TIMED_OUT:
            return f"still running after {case.call.timeout:g} s{_going_on(case)}"
        case Ended.MEMORY:
            return f"used more than {case.call.memory / 1024**2:,.0f} MiB of memory"
        case Ended.PROCESSES:
            return f"had {_too_many(ending, limits)} at one time"
        case Ended.LOG:
            return f"printed more than {limits.log_bytes:,} bytes"
        case Ended.OUTPUT:
            most = f"{limits.output_files:,} files or {limits.most_bytes:,} bytes"
            return ending.detail or f"wrote more than {most}"
        case Ended.NO_RESULT:
            return _vanished(case)
        case Ended.LOST:
            return "the process that ran this task was lost"
        case _:
            return f"`main` {ending.how.value.replace('_', ' ')}"


def _going_on(case: Case) -> str:
    if not case.ending.finished:
        return ""
    return ": `main` returned, but a thread or an exit function goes on"


def _vanished(case: Case) -> str:
    ended = f"the process ended with status {case.ending.exit_status}"
    if case.ending.finished:
        return f"{ended} in a thread or an exit function, after `main` returned"
    return f"{ended}, without a result of `main`"


def _too_many(ending: Ending, limits: Limits) -> str:
    found = _THREADS.match(ending.detail or "")
    return found[0] if found else f"more than {limits.processes:,} processes"


def _exit_message(case: Case) -> str:
    status = case.ending.exit_status
    said = case.shortened(case.ending.errors[0].text) if case.ending.errors else ""
    said = (said.splitlines() or [""])[0].strip()
    message = f"left by `sys.exit` with status {status} before `main` returned"
    return f"{message}: {said}" if said and said != str(status) else message
