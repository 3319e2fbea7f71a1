"""The report of a run as JUnit XML: a suite for each pipeline, and one for the tasks alone.

Failed and vacuous are failures, crashed and timed out are errors, not run is skipped, reused is
passed. A failure that does not count is skipped with its reason, so that a viewer that reads
only this file comes to the same verdict as the exit code.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.dom import minidom

import junit_xml

from ci_scriptcheck.model import not_run, verdict
from ci_scriptcheck.model.result import BROKEN, Level, Outcome
from ci_scriptcheck.report import failure, lines, unsteady
from ci_scriptcheck.report.page import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.result import Finding, TaskResult
    from ci_scriptcheck.model.run_record import RunRecord
    from ci_scriptcheck.model.stopped import Stopped

ALONE = "isolation"
"""Name of the suite of the tasks alone."""

PROJECT = "project"
"""Name of the suite of what was found without running."""

# XML 1.0, production 2: what is no character there cannot be written at all, not even escaped.
# The other control characters are allowed, but pytest-style viewers stumble over them, and what
# changes the direction of text can make it say something else.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufddf\ufffe\uffff]"
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_COMMAND = re.compile(r"(?<![^\s>])::")
_CRASHES = frozenset({Outcome.CRASHED, Outcome.TIMED_OUT})


def render(record: RunRecord) -> str:
    """Write the XML; equal records give equal bytes."""
    suites: dict[str, list[junit_xml.TestCase]] = {PROJECT: [], ALONE: []}
    flaky: dict[int, str | None] = {}
    for task, result in verdict.with_tasks(record):
        case = _case(record, task, result)
        suites.setdefault(task.pipeline or ALONE, []).append(case)
        flaky[id(case)] = unsteady.sentence(result)
    counting = [
        item for item in verdict.found_without_running(record) if verdict.counts(item, record.plan)
    ]
    suites[PROJECT] += [_project_case(record.plan, item) for item in counting]
    suites[PROJECT] += [_stopped_case(record, record.stopped)] if record.stopped else []
    suites[PROJECT] += [_missing_case(record, number) for number in record.missing]
    written = {name: members for name, members in suites.items() if members}
    text = str(
        junit_xml.to_xml_report_string(
            [
                junit_xml.TestSuite(_clean(name), members, package=_clean(record.plan.project))
                for name, members in written.items()
            ],
            prettyprint=False,
            encoding="utf-8",
        )
    )
    cases = [id(case) for members in written.values() for case in members]
    text = _with_properties(text, [flaky.get(case) for case in cases])
    # A log may show this text, and GitHub's runner would obey it; a reader of XML sees no difference.
    return _COMMAND.sub("&#58;:", text).replace("##[", "#&#35;[")


def _with_properties(text: str, flaky: Sequence[str | None]) -> str:
    """Mark cases as flaky, and set the text in lines: the library has no properties of cases."""
    document = minidom.parseString(text.encode())  # noqa: S318  (written by us a moment ago)
    cases = document.getElementsByTagName("testcase")
    for case, unsure in zip(cases, flaky, strict=True):
        if unsure:
            properties = document.createElement("properties")
            told = document.createElement("property")
            told.setAttribute("name", "flaky")
            told.setAttribute("value", _line(unsure))
            properties.appendChild(told)
            case.insertBefore(properties, case.firstChild)
    return document.toprettyxml(encoding="utf-8").decode()


def _stopped_case(record: RunRecord, stopped: Stopped) -> junit_xml.TestCase:
    """Write why the run could not go on as an error: a file without cases would look like a pass."""
    place = stopped.where
    case = junit_xml.TestCase(
        "could not be checked",
        classname=_clean(record.plan.project),
        file=_clean(place.file) if place else None,
        line=place.line if place else None,
    )
    facts = [
        *([str(place)] if place else []),
        *stopped.facts,
        *([stopped.advice] if stopped.advice else []),
    ]
    case.add_error_info(
        message=_line(stopped.what), output=_text(facts), error_type="could not be checked"
    )
    return case


def _missing_case(record: RunRecord, number: int) -> junit_xml.TestCase:
    of = len(record.shares) + len(record.missing)
    case = junit_xml.TestCase(f"share {number}/{of}", classname=_clean(record.plan.project))
    case.add_error_info(
        message=_line(not_run.share_missing(number, of)), error_type="missing share"
    )
    return case


def _case(record: RunRecord, task: Task, result: TaskResult) -> junit_xml.TestCase:
    place = next((item.place for item in result.findings if item.place), None)
    case = junit_xml.TestCase(
        _clean(task.id),
        classname=_clean(record.plan.project),
        # Sums of decimals stay short where sums of floats grow long tails.
        elapsed_sec=Decimal(f"{result.seconds or 0:.3f}"),
        stdout=_text(result.log_tail) or None,
        status=result.outcome.value,
        file=_clean(task.script) if task.script else None,
        line=place.line if place and place.file == task.script else None,
    )
    if result.outcome is Outcome.NOT_RUN:
        case.add_skipped_info(message=_line(result.why_not or not_run.UNKNOWN))
    elif verdict.is_failure(task, result, record.plan):
        _add_failure(case, record, task, result)
    elif result.outcome in BROKEN:
        why = lines.excuse(task, result, record.plan)
        case.add_skipped_info(message=_line(f"{_what(result)} ({why})"))
    return case


def _add_failure(
    case: junit_xml.TestCase, record: RunRecord, task: Task, result: TaskResult
) -> None:
    message = _line(_what(result))
    output = _text(failure.block(record, [(task, result)], PLAIN).splitlines())
    rule = next(iter(_errors(result.findings)), None)
    kind = rule.rule if rule else result.outcome.value
    if result.outcome in _CRASHES:
        case.add_error_info(message=message, output=output, error_type=kind)
    else:
        case.add_failure_info(message=message, output=output, failure_type=kind)


def _project_case(plan: Plan, finding: Finding) -> junit_xml.TestCase:
    about = "/".join(name for name in (finding.pipeline, finding.step) if name)
    case = junit_xml.TestCase(
        _line(f"{finding.rule} {about or finding.subject}".rstrip()),
        classname=_clean(plan.project),
        file=_clean(finding.place.file) if finding.place else None,
        line=finding.place.line if finding.place else None,
    )
    facts = [*finding.evidence, *([finding.advice] if finding.advice else [])]
    where = [str(finding.place)] if finding.place else []
    case.add_failure_info(
        message=_line(finding.message), output=_text([*where, *facts]), failure_type=finding.rule
    )
    return case


def _what(result: TaskResult) -> str:
    errors = [f"{item.rule} {item.message}" for item in _errors(result.findings)]
    return "; ".join(errors) or result.outcome.value.replace("_", " ")


def _errors(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Level.ERROR]


def _line(text: str) -> str:
    """Make one line of a text: line ends in attributes do not survive XML."""
    return " ".join(_clean(text).split())


def _text(shown: Iterable[str]) -> str:
    return _clean("\n".join(shown))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", _COLOUR.sub("", text))
