"""The report of a run as one HTML file that asks nobody for anything.

Style sheet and script stand in it, and its Content-Security-Policy allows these two, by their
hashes, and nothing else. Whatever comes from the project goes through `_safe` and Jinja's escaping,
wherever it stands in a template.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.not_run import UNKNOWN
from ci_scriptcheck.model.result import Outcome
from ci_scriptcheck.report import (
    data_changes,
    full_size,
    intended,
    lines,
    machines,
    made_and_real,
    mistake,
    summary,
    uncompared,
    warned,
    withheld,
)
from ci_scriptcheck.report.page import counted, seconds, written_out
from ci_scriptcheck.report.standing import MARKS, WORDS, Standing, standing, word
from ci_scriptcheck.report.web import differences, findings, pictures, real, tasks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jinja2 import Template

    from ci_scriptcheck.model.run_record import RunRecord

MOST_OPEN = 20
"""Failures that are shown unfolded."""

_VERDICT_MARKS = {
    Standing.PASSED: "✓",
    Standing.FAILED: "✗",
    Standing.EXCUSED: "!",
    Standing.WAITING: "\N{EN DASH}",
}
_TITLES = {
    "project": "Found without running",
    "pipelines": "Pipelines",
    "failures": "Failures",
    "differences": "Data that differ",
    "flows": "Real data",
    "costs": "Costs on all data",
    "made": "Made and real data",
    "uncompared": "Not compared",
    "warnings": "Warnings",
    "excused": "Not counted",
    "not_run": "Not run",
    "tasks": "All tasks",
}
_MEANINGS = {
    "PSI": "Population stability index: how far the values have shifted. Less than 0.1 is usually taken for"
    " the same distribution, more than 0.25 for another."
}
"""What heads of tables mean that not everybody knows."""

_COMMAND = re.compile(r"(?<![^\s>])::")
_CODE = re.compile(r"`([^`]+)`")


def render(record: RunRecord) -> str:
    """Write the page; equal records give equal bytes."""
    warnings = warned.warnings(record)
    alone = uncompared.told(record, lines.base_name(record.plan))
    same_end = data_changes.same_at_the_end(record)
    record = record.of_head()
    failures = findings.failures(record)
    failing = {task: shown.anchor for shown in failures for task in (shown.task, *shown.others)}
    rows = tasks.rows(record, failing)
    anchors = {row.task: row.failure or row.anchor for row in rows}
    parts = {
        "project": _project_findings(record),
        "pipelines": pictures.pictures(record, anchors),
        "failures": failures,
        "differences": differences.differences(record),
        "figures": differences.figures(record),
        "flows": real.flows(record),
        "costs": full_size.costs(record),
        "made": made_and_real.sources(record),
        "uncompared": alone,
        "warnings": list(warnings.new.items()),
        "old_warnings": list(warnings.old.items()),
        "excused": _excused(record),
        "not_run": _not_run(record),
        "tasks": rows,
    }
    text = _template().render(
        **_opening(record),
        **parts,
        same_end=same_end,
        untold=withheld.why(map(repr, parts.values())),
        sections=_sections(parts),
        anchors=anchors,
    )
    # A log may show this text, and GitHub's runner would obey it; a browser sees no difference.
    return _COMMAND.sub("&#58;:", text).replace("##[", "#&#35;[")


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("ci_scriptcheck.report.web"),
        autoescape=True,
        finalize=_safe,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(block=_block, counted=counted, prose=_prose, seconds=seconds)
    style, script = (Markup(_packaged(name)) for name in ("page.css", "page.js"))  # noqa: S704  (ours)
    environment.globals.update(
        style=style,
        script=script,
        policy=_policy(style, script),
        box=pictures.BOX,
        most_open=MOST_OPEN,
        change_lead=made_and_real.LEAD,
        kind_words=WORDS,
        meanings=_MEANINGS,
    )
    return environment.get_template("page.html")


def _packaged(name: str) -> str:
    folder = resources.files("ci_scriptcheck.report.web") / "templates"
    return (folder / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _safe(value: object) -> object:
    """Have no text of the project show what it is not: Jinja calls this for every expression."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return written_out(value)
    return value


def _prose(text: str) -> Markup:
    """Set what stands in backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(written_out(text)))))  # noqa: S704  (escaped)


def _opening(record: RunRecord) -> dict[str, object]:
    """Give what the first lines show."""
    stands = _verdict(record)
    return {
        "record": record,
        "plan": record.plan,
        "verdict": stands,
        "mark": _VERDICT_MARKS[stands],
        "headline": _headline(record),
        "counts": _counts(record),
        "scope": "" if record.stopped and not record.results else lines.scope(record.plan),
        "stopped": findings.stopped(record.stopped) if record.stopped else None,
        "compared": lines.commits(record.plan.changes),
        "base": lines.base_name(record.plan),
        "interruption": summary.interruption(record),
        "missing": machines.missing(record),
        "machines": machines.told(record),
        "intended": intended.hint(record),
        "project_excused": _project_excused(record),
    }


def _sections(parts: Mapping[str, Sequence[object]]) -> list[tuple[str, str, int]]:
    """List the parts that there are, for the table of contents: anchor, title, number."""
    return [
        (anchor, title, len(parts[anchor])) for anchor, title in _TITLES.items() if parts[anchor]
    ]


def _block(lines: Iterable[str]) -> Markup:
    """Set lines below each other, where the style sheet keeps their ends."""
    return Markup("\n").join(escape(_safe(line)) for line in lines)


def _verdict(record: RunRecord) -> Standing:
    if record.stopped or verdict.failures(record) or verdict.exit_code(record) == 1:
        return Standing.FAILED
    if record.interrupted is not None:
        return Standing.EXCUSED
    return Standing.PASSED if record.results else Standing.WAITING


def _headline(record: RunRecord) -> str:
    """Say in one line what the run amounts to."""
    if record.stopped is not None:
        what = summary.stop(record.stopped, record)
        return f"{what[0].upper()}{what[1:]}"
    if record.interrupted is not None:
        return f"Interrupted by {record.interrupted}"
    plan, total = record.plan, len(record.results)
    failed = len(verdict.failures(record))
    wrong = mistake.does_fail(verdict.found_without_running(record), plan)
    told = [counted(wrong, "error in the project", "errors in the project")] if wrong else []
    if record.missing:
        told.append(f"{counted(len(record.missing), 'share')} left no record")
    if failed:
        share = "the only task" if total == 1 else f"{failed:,} of {total:,} tasks"
        told.append(f"{share} failed")
    if told:
        return f"{told[0][0].upper()}{', '.join(told)[1:]}"
    if not total:
        return "Nothing to check"
    if verdict.has_tested_nothing(record):
        return "Nothing that was asked for was run"
    return _all_well(record)


def _all_well(record: RunRecord) -> str:
    total = len(record.results)
    numbers = verdict.summary(record)
    good = numbers[Outcome.PASSED] + numbers[Outcome.REUSED]
    if good < total:
        return f"Nothing failed: {good:,} of {counted(total, 'task')} passed"
    return "The only task passed" if total == 1 else f"All {counted(total, 'task')} passed"


def _counts(record: RunRecord) -> list[tuple[Standing, str, str, int]]:
    """Count the tasks by what they mean and how they ended: standing, mark, words, number."""
    numbers: dict[tuple[Standing, Outcome], int] = {}
    for task, result in verdict.with_tasks(record):
        key = (standing(task, result, record.plan), result.outcome)
        numbers[key] = numbers.get(key, 0) + 1
    order = list(Standing)
    return [
        (stands, MARKS[outcome], _words(stands, outcome), number)
        for (stands, outcome), number in sorted(
            numbers.items(),
            key=lambda item: (order.index(item[0][0]), list(Outcome).index(item[0][1])),
        )
    ]


def _words(stands: Standing, outcome: Outcome) -> str:
    return f"{word(outcome)}, not counted" if stands is Standing.EXCUSED else word(outcome)


def _project_findings(record: RunRecord) -> list[findings.ShownFinding]:
    found = verdict.found_without_running(record)
    return [findings.shown(item, record) for item in found if mistake.is_shown(item, record.plan)]


def _project_excused(record: RunRecord) -> list[str]:
    found = verdict.found_without_running(record)
    return mistake.excused(
        [item for item in found if not mistake.is_shown(item, record.plan)], record.plan
    )


def _excused(record: RunRecord) -> list[tuple[str, str]]:
    """Give each failure that does not count with the reason."""
    return [
        (task.id, lines.excuse(task, result, record.plan))
        for task, result in summary.excused(record)
    ]


def _not_run(record: RunRecord) -> list[tuple[str, list[str]]]:
    """Give each reason with the tasks that were not run for it, the commonest first."""
    reasons: dict[str, list[str]] = {}
    for result in record.results:
        if result.outcome is Outcome.NOT_RUN:
            reasons.setdefault(result.why_not or UNKNOWN, []).append(result.task)
    return sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))
