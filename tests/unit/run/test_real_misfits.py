"""What is said where real data do not fit their schema: in how many rows, and whether that may be by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ci_scriptcheck.model.mismatch import Mismatch
from ci_scriptcheck.model.plan import Input
from ci_scriptcheck.model.rules import RULES
from ci_scriptcheck.model.source import Copied, Fetched
from ci_scriptcheck.run.judgement import content
from ci_scriptcheck.run.judgement.exhibits import Misfit
from tests.unit.run.test_checks import a_case

if TYPE_CHECKING:
    from ci_scriptcheck.model.result import Finding

OUTSIDE = {"rule": "SC306", "column": "pieces", "expected": "1 to 20", "found": "values outside"}


def found(source: Any, **given: Any) -> Finding:
    """Give what is found about an input of 5,000 rows with such a source."""
    mismatch = Mismatch(**OUTSIDE | {"of_rows": 5_000} | given)
    misfit = Misfit(port="orders", is_input=True, dataset="orders", mismatch=mismatch)
    inputs = (Input(port="orders", parameter="orders", source=source),)
    case = a_case(misfits=(misfit,), task={"inputs": inputs})
    (one,) = content.look(case)
    return one


REAL = Fetched(dataset="orders")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"rows": 600},
            "`pieces` in input `orders` has values outside, where 1 to 20 is expected,"
            " in 600 of 5,000 rows (12 %)",
        ),
        (
            {"rows": 12},
            "`pieces` in input `orders` has values outside, where 1 to 20 is expected,"
            " in 12 of 5,000 rows (0.24 %): mistakes, or a rule?",
        ),
        (
            {
                "rule": "SC305",
                "rows": 50,
                "expected": "a value in every row",
                "found": "no value in 1 % of rows",
            },
            "`pieces` in input `orders` has no value in 1 % of rows, where a value in every row"
            " is expected (50 of 5,000)",
        ),
        (
            {"rule": "SC301", "of_rows": None, "expected": "a column of type int"},
            "input `orders` has no column `pieces`",
        ),
    ],
)
def test_of_real_data_the_warning_itself_says_in_how_many_rows_it_is_so(
    given: dict[str, Any], message: str
) -> None:
    one = found(REAL, **given)

    assert (one.rule, one.message) == ("SC501", message)
    assert not [line for line in one.evidence if "rows (" in line]


def test_of_a_copy_it_is_evidence_as_of_all_other_data() -> None:
    one = found(Copied(path="data"), rows=12)

    assert one.rule == "SC306"
    assert one.message.endswith("where 1 to 20 is expected")
    assert one.evidence[0] == "in 12 of 5,000 rows (0.24 %)"


def test_of_a_pattern_it_is_said_that_no_other_one_is_offered() -> None:
    one = found(REAL, rule="SC310", rows=1_200, column="code", found="other texts")

    assert one.advice == (
        "No pattern is offered for real data: correct `pattern` of `code` by hand, or leave it out."
    )
    assert found(REAL, rows=1_200).advice == RULES["SC501"].cure
