"""JUnit XML as other programs read it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.report import junit
from tests.conftest import a_plan, a_record, a_result, a_task
from tests.unit.report.records import (
    a_failing_record,
    a_record_of_three_machines,
    a_record_with_a_missing_share,
)
from tests.unit.report.test_console import (
    STORIES,
    all_kinds_of_outcome,
    findings_of_the_project,
    hostile_texts,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def cases(xml: str) -> dict[str, ET.Element]:
    found = ET.fromstring(xml.encode()).iter("testcase")  # noqa: S314  (we wrote it)
    return {case.attrib["name"]: case for case in found}


def test_the_xml_of_a_failing_run(golden: Callable[[str], object]) -> None:
    assert junit.render(a_failing_record()) == golden("junit/failing.xml")


@pytest.mark.parametrize("name", ["stopped", "not_installed"])
def test_the_xml_of_a_run_that_could_not_check(name: str, golden: Callable[[str], object]) -> None:
    assert junit.render(STORIES[name]()) == golden(f"junit/{name}.xml")


def test_the_xml_of_every_outcome(golden: Callable[[str], object]) -> None:
    assert junit.render(all_kinds_of_outcome()) == golden("junit/all_kinds_of_outcome.xml")


def test_the_xml_of_findings_without_a_run(golden: Callable[[str], object]) -> None:
    assert junit.render(findings_of_the_project()) == golden("junit/findings_of_the_project.xml")


def test_the_xml_of_several_machines_marks_what_is_flaky(golden: Callable[[str], object]) -> None:
    assert junit.render(a_record_of_three_machines()) == golden("junit/several_machines.xml")


def test_a_share_that_left_no_record_is_an_error_of_its_own() -> None:
    case = cases(junit.render(a_record_with_a_missing_share()))["share 2/3"]

    (error,) = case.iter("error")
    assert error.attrib["message"] == "share 2/3 has left no record"


@pytest.mark.parametrize(
    ("outcome", "element"),
    [
        (Outcome.PASSED, None),
        (Outcome.REUSED, None),
        (Outcome.FAILED, "failure"),
        (Outcome.VACUOUS, "failure"),
        (Outcome.CRASHED, "error"),
        (Outcome.TIMED_OUT, "error"),
        (Outcome.NOT_RUN, "skipped"),
    ],
)
def test_each_outcome_has_its_element(outcome: Outcome, element: str | None) -> None:
    record = a_record(a_plan(a_task()), a_result("train", outcome))

    children = [child.tag for child in cases(junit.render(record))["train"]]

    assert children == ([element] if element else [])


def test_characters_that_xml_forbids_are_removed() -> None:
    assert "train" in cases(junit.render(hostile_texts()))


def test_every_character_there_is_gives_readable_xml() -> None:
    every = "".join(chr(code) for code in range(0x3000)) + "\ud800\ufffe\U0001f600"
    result = a_result("train", Outcome.FAILED, log_tail=(every,), why_not=every)

    assert "train" in cases(junit.render(a_record(None, result)))
