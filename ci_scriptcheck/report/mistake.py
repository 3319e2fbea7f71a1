"""Errors of the set-up, and findings that need no run: what, where, the line, facts, help."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.result import Level
from ci_scriptcheck.report.lines import base_name
from ci_scriptcheck.report.page import Detail, Ink, code_line, counted, listed, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ci_scriptcheck.errors import Excerpt, Place, ScriptcheckError
    from ci_scriptcheck.model.plan import Plan
    from ci_scriptcheck.model.result import Finding
    from ci_scriptcheck.model.stopped import Stopped
    from ci_scriptcheck.report.page import Page

MOST = 30
"""Findings of the project that are shown in full."""


def error(problem: ScriptcheckError | Stopped, page: Page) -> str:
    """Write an error with which the run cannot go on."""
    head = page.flow(visible(problem.what), "error: ").replace(
        "error:", page.paint("error:", Ink.BAD), 1
    )
    facts = [*problem.facts, *([f"help: {problem.advice}"] if problem.advice else [])]
    return "\n".join([head, *_body(problem.where, problem.excerpt, facts, page)])


def project_findings(findings: Sequence[Finding], plan: Plan, page: Page) -> list[str]:
    """Write what was found without running, a block each; what base has too is only counted."""
    counting = [item for item in findings if is_shown(item, plan)]
    most = len(counting) if page.detail is Detail.VERBOSE else MOST
    blocks = [_block(finding, page) for finding in counting[:most]]
    if len(counting) > most:
        more = counted(len(counting) - most, "more finding")
        blocks.append(f"{more}, shown with `-v`")
    old = [item for item in findings if not is_shown(item, plan)]
    return [*blocks, *excused(old, plan)]


def is_shown(finding: Finding, plan: Plan) -> bool:
    """Say whether a finding of the project is told in full: it is news, or everything is."""
    old = finding.also_on_base and not plan.strict
    return finding.severity is not Level.OFF and finding.known is None and not old


def _block(finding: Finding, page: Page) -> str:
    ink = Ink.BAD if finding.severity is Level.ERROR else Ink.WARNING
    word = page.paint(f"{finding.severity.value}:", ink)
    facts = list(finding.evidence)
    about = [
        f"{noun} `{name}`"
        for noun, name in (("pipeline", finding.pipeline), ("step", finding.step))
        if name and name not in finding.message
    ]
    if about:
        facts.append(f"in {', '.join(about)}")
    if finding.advice:
        facts.append(f"help: {finding.advice}")
    head = page.flow(visible(finding.message), f"{finding.severity.value}: {finding.rule} ", "  ")
    head = head.replace(f"{finding.severity.value}:", word, 1)
    return "\n".join([head, *_body(finding.place, finding.excerpt, facts, page)])


def _body(
    where: Place | None, excerpt: Excerpt | None, facts: list[str], page: Page
) -> Iterator[str]:
    gutter = max(2, len(str(excerpt.marked))) if excerpt else 2
    bar = f"{' ' * gutter} |"
    if where:
        yield f"{' ' * gutter}--> {page.paint(visible(str(where)), Ink.PLACE)}"
    if excerpt and excerpt.first <= excerpt.marked < excerpt.first + len(excerpt.lines):
        line = code_line(excerpt.lines[excerpt.marked - excerpt.first])
        yield bar
        yield page.cut(f"{excerpt.marked:>{gutter}} | {line}".rstrip())
        yield bar
    yield from (page.flow(visible(fact), f"{' ' * gutter} = ") for fact in facts)


def excused(findings: list[Finding], plan: Plan) -> list[str]:
    """Count or name, in lines, the findings that are no news."""
    lines = []
    old = [item for item in findings if item.also_on_base and item.severity is not Level.OFF]
    if old:
        by_rule = Counter(finding.rule for finding in old)
        rules = listed([f"{number} {rule}" for rule, number in sorted(by_rule.items())])
        noun = counted(len(old), "finding is", "findings are")
        lines.append(
            f"{noun} also on {base_name(plan)}: {rules}; `scriptcheck plan --all` shows all"
        )
    known = [item for item in findings if item.known is not None and not item.also_on_base]
    lines += [
        f"known  {item.rule} {visible(item.message)}: {visible(item.known or '')}"
        for item in known
    ]
    return lines


def does_fail(findings: Iterable[Finding], plan: Plan) -> int:
    """Count those findings of the project that make the run fail."""
    return sum(verdict.counts(finding, plan) for finding in findings)
