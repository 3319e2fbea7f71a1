"""A finding as a comment tells it: rule, place, lines of code, evidence; and those of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import LONGEST_LINE
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.model.rules import RULES
from ci_scriptcheck.report import escaping, mistake
from ci_scriptcheck.report.page import counted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ci_scriptcheck.errors import Excerpt, Place
    from ci_scriptcheck.model.result import Finding
    from ci_scriptcheck.report.comment.sheet import Sheet
    from ci_scriptcheck.report.comment.story import Story

MOST_MESSAGE = 400
MOST_SENTENCES = 20
MOST_BESIDE = 90
"""Characters of a message that is repeated as a comment beside the line of code."""

RAISED = frozenset({"SC201", "SC202"})
"""Rules about exceptions, whose message is the script's."""

_LANGUAGES = {"py": "python", "yaml": "yaml", "yml": "yaml", "json": "json", "toml": "toml"}
_WITH_COMMENTS = frozenset({"python", "yaml", "toml"})


def message(finding: Finding, sheet: Sheet) -> str:
    """Write the first line of what is wrong; what a script said itself stands as it said it."""
    if finding.rule in RAISED:
        return escaping.code(_first(finding), MOST_MESSAGE) or rule(finding.rule)
    return sheet.prose(_first(finding), MOST_MESSAGE) or rule(finding.rule)


def rule(code: str) -> str:
    """Write the code of a rule; a record may come from who can write anything into it."""
    return code if code in RULES else escaping.name(code)


def where(finding: Finding, sheet: Sheet) -> str:
    """Write the place, and the rule by which `scriptcheck explain` tells more."""
    if finding.place is None:
        about = RULES.get(finding.rule)
        return f"Rule {rule(finding.rule)}{f': {about.title}' if about else ''}"
    return f"{sheet.place(finding.place)} · {rule(finding.rule)}"


def parts(finding: Finding, sheet: Sheet) -> Iterator[str]:
    """Write the evidence: the rest of the message, lines of code, what was seen, a table."""
    further = finding.message.splitlines()[1:]
    if further and sheet.room.has_excerpts:
        yield escaping.fenced(further[:MOST_SENTENCES])
    if finding.excerpt and sheet.room.has_excerpts:
        yield code(finding.place, finding.excerpt, _first(finding))
    yield sheet.evidence(finding.evidence[:MOST_SENTENCES])
    yield sheet.table(finding.table) if finding.table else ""


def of_project(story: Story, sheet: Sheet) -> list[str]:
    """Write what was found without running and counts, the first few in full."""
    shown = [
        item
        for item in story.found
        if mistake.is_shown(item, story.plan) and item.severity is Level.ERROR
    ]
    if not shown:
        return []
    full, brief = shown[: sheet.room.sections], shown[sheet.room.sections :]
    told = ["#### Found without running"]
    told += [part for item in full for part in _in_full(item, sheet)]
    lines = [f"- {_line(item, sheet)}" for item in brief[: sheet.room.lines]]
    if len(brief) > len(lines):
        lines.append(f"- and {counted(len(brief) - len(lines), 'error')} not shown here")
    return [*told, "\n".join(lines)]


def _in_full(finding: Finding, sheet: Sheet) -> Iterator[str]:
    yield _line(finding, sheet)
    yield from parts(finding, sheet)
    named = (("pipeline", finding.pipeline), ("step", finding.step))
    about = [
        f"{noun} {escaping.name(name)}"
        for noun, name in named
        if name and name not in finding.message
    ]
    if about:
        yield f"In {', '.join(about)}."
    if finding.advice:
        yield f"**Help:** {sheet.prose(finding.advice)}"


def _line(finding: Finding, sheet: Sheet) -> str:
    place = f" · {sheet.place(finding.place)}" if finding.place else ""
    return f"**{rule(finding.rule)}** {message(finding, sheet)}{place}"


def code(place: Place | None, excerpt: Excerpt, said: str) -> str:
    """Write lines of a file, with what happened beside the one that matters."""
    suffix = place.file.rpartition(".")[2].casefold() if place else ""
    language = _LANGUAGES.get(suffix, "text")
    lines = _dedented([line.expandtabs(4) for line in excerpt.lines])
    number = excerpt.marked - excerpt.first
    if language in _WITH_COMMENTS and 0 <= number < len(lines) and len(lines) > 1:
        beside = said if len(said) <= MOST_BESIDE else "here"
        lines[number] = f"{shortened(lines[number]).rstrip()}   # {beside}"
    return escaping.fenced(_without_empty_ends(lines), language, LONGEST_LINE + MOST_BESIDE + 5)


def _dedented(lines: list[str]) -> list[str]:
    """Take away the space that all lines begin with."""
    indents = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    return [line[min(indents, default=0) :] for line in lines]


def _without_empty_ends(lines: list[str]) -> list[str]:
    told = [number for number, line in enumerate(lines) if line.strip()]
    return lines[told[0] : told[-1] + 1] if told else []


def _first(finding: Finding) -> str:
    return (finding.message.splitlines() or [""])[0]
