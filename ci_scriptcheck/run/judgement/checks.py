"""What a run amounts to: its ending and what it left become an outcome and findings.

Exit code 0 is not success: a script that read nothing, or wrote nothing, has not passed. Nothing
is opened here; all that is known lies in the `Case`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.project import levelled
from ci_scriptcheck.model.result import BROKEN, Finding, Level, Outcome
from ci_scriptcheck.model.scenario import Expect
from ci_scriptcheck.run.judgement import (
    chances,
    conduct,
    content,
    delivery,
    endings,
    holds,
    named_columns,
    refusal,
)
from ci_scriptcheck.run.process.request import Ended
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from ci_scriptcheck.run.judgement.case import Case

VACUOUS = frozenset({"SC209", "SC210"})
"""Rules that say that a script ended well and did nothing."""

_REFUSALS = frozenset({Ended.RAISED, Ended.EXITED})


def judge(case: Case) -> tuple[Outcome, tuple[Finding, ...]]:
    """Give the outcome of a run, and what is wrong with it: errors first, each once."""
    outcome, found = _as_ended(case)
    findings = levelled(case.rules, found)
    if outcome is Outcome.PASSED:
        outcome = _after_good_end(findings)
    findings = _with_known(case, outcome, findings)
    if outcome is Outcome.PASSED:
        outcome = _after_good_end(findings)
    return outcome, tuple(
        sorted(findings, key=lambda finding: finding.severity is not Level.ERROR)
    )


def _as_ended(case: Case) -> tuple[Outcome, list[Finding]]:
    how = case.ending.how
    ended = endings.describe(case)
    if how is Ended.LOST:
        return endings.OUTCOMES[how], [ended] if ended else []
    if how is Ended.RETURNED:
        accepted = refusal.accepted(case) if case.scenario.expect is Expect.ERROR else None
        if accepted is not None:
            return Outcome.PASSED, [accepted, *conduct.look(case)]
        found = [*delivery.look(case), *content.look(case), *holds.look(case)]
        found += [*named_columns.look(case), *conduct.look(case), *chances.look(case)]
        return Outcome.PASSED, found
    if refusal.is_refusal(case):
        return Outcome.PASSED, [*refusal.look(case), *conduct.look(case)]
    explaining = named_columns.look(case) if how in _REFUSALS else ()
    return endings.OUTCOMES[how], [*([ended] if ended else []), *explaining, *conduct.look(case)]


def _after_good_end(findings: tuple[Finding, ...]) -> Outcome:
    broken = {finding.rule for finding in findings if finding.severity is Level.ERROR}
    if not broken:
        return Outcome.PASSED
    return Outcome.VACUOUS if broken <= VACUOUS else Outcome.FAILED


def _with_known(
    case: Case, outcome: Outcome, findings: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    known = case.task.settings.known
    if known is None or outcome is Outcome.NOT_RUN:
        return findings
    if outcome not in BROKEN:
        passed = case.finding(
            "SC224",
            f"passed, although {' or '.join(known.rules)} is known to fail here: {known.reason}",
            subject=",".join(known.rules),
            place=case.task.place,
        )
        return (*findings, *levelled(case.rules, [passed]))
    if known.until is not None and case.today.isoformat() > known.until:
        late = f"this was known until {known.until}: {known.reason}"
        return tuple(
            replace(finding, evidence=(*finding.evidence, late))
            if finding.rule in known.rules
            else finding
            for finding in findings
        )
    return tuple(
        replace(finding, known=known.reason) if finding.rule in known.rules else finding
        for finding in findings
    )
