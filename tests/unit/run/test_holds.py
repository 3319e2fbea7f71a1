"""What is said where an output does not hold what was said of it."""

from __future__ import annotations

from typing import Any

import pytest

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.contract import Bound
from ci_scriptcheck.model.mismatch import Breach
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.run.judgement.checks import judge
from ci_scriptcheck.run.judgement.exhibits import OutOfBounds
from tests.unit.run.test_checks import a_case, lies

AUC = Bound(
    file="*.json", path="folds[*].auc", min=0.6, place=Place(file="scriptcheck.yaml", line=7)
)


def broken(**given: Any) -> OutOfBounds:
    parts: dict[str, Any] = {"number": 0, "file": "metrics.json"}
    return OutOfBounds(port="result", bound=AUC, breach=Breach(**parts | given))


@pytest.mark.parametrize(
    ("breach", "message", "evidence"),
    [
        (
            {"places": (("folds[1].auc", "0.41"), ("folds[4].auc", "null")), "count": 9},
            "`folds[1].auc` in `metrics.json` of output `result` is 0.41, where at least 0.6 is"
            " expected",
            ("`folds[4].auc` is null", "9 values are out of bounds"),
        ),
        (
            {"places": (("folds", "empty (`*` asks for one item at least)"),), "count": 1},
            "`folds` in `metrics.json` of output `result` is empty (`*` asks for one item at"
            " least), where at least 0.6 is expected",
            (),
        ),
        (
            {"missing": "folds[0].auc", "beside": ("acu", "f1")},
            "`metrics.json` of output `result` has no `folds[0].auc`, where at least 0.6 is"
            " expected",
            ("beside it is `acu`, `f1`",),
        ),
        (
            {"broken": "is not there", "beside": ("metric.json",)},
            "`metrics.json` of output `result` is not there, and `folds[*].auc` in it is to be"
            " at least 0.6",
            ("the output holds `metric.json`",),
        ),
    ],
)
def test_a_value_out_of_bounds_is_told_with_file_way_expected_and_found(
    breach: dict[str, Any], message: str, evidence: tuple[str, ...]
) -> None:
    outcome, (found,) = judge(a_case(out_of_bounds=(broken(**breach),)))

    assert (outcome, found.rule) == (Outcome.FAILED, "SC314")
    assert (found.message, found.evidence) == (message, evidence)
    assert found.place == AUC.place


def test_an_output_that_was_not_written_is_told_once() -> None:
    case = a_case(out_of_bounds=(broken(broken="is not there"),), outputs={"result": lies()})

    assert [found.rule for found in judge(case)[1]] == ["SC209"]
