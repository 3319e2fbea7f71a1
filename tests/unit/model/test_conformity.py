"""A value holds what its annotations say, or the part that does not is named."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model import conformity
from ci_scriptcheck.model.aws import SampleSize
from ci_scriptcheck.model.result import Table
from ci_scriptcheck.model.run_record import RunRecord
from ci_scriptcheck.values import replace
from tests.conftest import a_record, a_result
from tests.unit.report.compared import a_compared_record
from tests.unit.report.records import RAISED, a_failing_record

TWISTED = Place(file="a.py", line=True)
TEXT_FOR_A_ROW: Any = "ab"
TORN = Table(columns=("a",), rows=(TEXT_FOR_A_ROW,))


@pytest.mark.parametrize("record", [a_record(), a_failing_record(), a_compared_record()])
def test_what_we_write_conforms(record: RunRecord) -> None:
    conformity.check(record, RunRecord)


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ({"run": 5}, "it.run"),
        ({"seconds": "fast"}, "it.seconds"),
        ({"seconds": math.nan}, "it.seconds"),
        ({"seconds": math.inf}, "it.seconds"),
        ({"seconds": 10**400}, "it.seconds"),
        ({"missing": (10**400,)}, "it.missing"),
        ({"interrupted": 9}, "it.interrupted"),
        ({"machine": None}, "it.machine"),
        ({"results": [a_result()]}, "it.results"),
        ({"results": (a_result(findings=("text",)),)}, "findings[0]"),
        ({"results": (a_result(outputs={"port": 5}),)}, "outputs['port']"),
        (
            {"results": (a_result(findings=(replace(RAISED, place=TWISTED),)),)},
            "findings[0].place.line",
        ),
        (
            {"results": (a_result(findings=(replace(RAISED, table=TORN),)),)},
            "rows[0]",
        ),
    ],
)
def test_what_does_not_is_named(parts: dict[str, Any], where: str) -> None:
    with pytest.raises(ValueError, match="is no ") as refused:
        conformity.check(replace(a_record(), **parts), RunRecord)

    assert where in str(refused.value)


@pytest.mark.parametrize(("size", "is_one"), [("all", True), (5, True), ("most", False)])
def test_a_word_of_a_few_is_one_of_them(size: Any, is_one: bool) -> None:
    if is_one:
        conformity.check(size, SampleSize)
    else:
        with pytest.raises(ValueError, match="is no "):
            conformity.check(size, SampleSize)
