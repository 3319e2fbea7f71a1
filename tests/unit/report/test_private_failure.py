"""What is told of failures on private data, from the exception to the text on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.report import console
from ci_scriptcheck.report.page import PLAIN
from ci_scriptcheck.run.judgement import withheld
from ci_scriptcheck.run.judgement.checks import judge
from ci_scriptcheck.run.privacy.classes import Code
from ci_scriptcheck.run.privacy.texts import KnownNames
from ci_scriptcheck.run.process.request import Ended, Ending, Frame, Raised
from tests.conftest import a_plan, a_record, a_result, a_task
from tests.unit.run.test_checks import a_case, a_table, lies

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.model.result import Finding

KNOWN = KnownNames(names=frozenset({"total", "turnover", "country", "price"}))
LINE = Frame(file="/repo/scripts/train.py", line=7, function="main", code="", inside=True)
PANDAS = Frame(file="/venv/pandas/core/base.py", line=244, function="__getitem__")


def found(kind: str, text: str) -> tuple[Finding, ...]:
    """Give what is found of an exception in a script that was given private data."""
    raised = Raised(type=kind, text=text, frames=(LINE, PANDAS))
    ending = withheld.of_ending(Ending(how=Ended.RAISED, errors=(raised,)), Code(), KNOWN)
    inputs = {"data": lies(a_table("country", "price", "turnover", "Kowalczyk"), read=True)}
    _, findings = judge(a_case(ending, inputs=inputs, known=KNOWN))
    return findings


def test_failures_on_private_data_read_as_reviewed(golden: Callable[[str], object]) -> None:
    failures = {
        "known": found("KeyError", "'Column not found: total'"),
        "partly": found("ValueError", "cannot cast 'price' of Kowalczyk-7319"),
        "withheld": found("ValueError", "no country is called Kowalczyk-7319"),
    }
    tasks = [a_task(name, is_private=True) for name in failures]
    results = [
        a_result(name, Outcome.FAILED, findings=findings) for name, findings in failures.items()
    ]

    told = console.ending(a_record(a_plan(*tasks), *results), PLAIN)

    assert told == golden("console/private_failures.txt")
    assert "Kowalczyk" not in told
