"""`scriptcheck explain`: what a rule means, why it matters, and how to cure it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError, did_you_mean
from ci_scriptcheck.model.rules import RULES
from ci_scriptcheck.report.page import Ink

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.model.rule import Rule
    from ci_scriptcheck.report.page import Page

GROUPS = {
    "SC1": "The project, found without running",
    "SC2": "Running a script",
    "SC3": "Data between steps",
    "SC4": "This change against base",
    "SC5": "Real data",
}


def call(given: Namespace, console: Console, _environ: Mapping[str, str]) -> int:
    """Print one rule, or the list of all."""
    page = console.out_page
    console.tell(every_rule(page) if given.rule is None else one_rule(_found(given.rule), page))
    return 0


def one_rule(rule: Rule, page: Page) -> str:
    """Write a rule for somebody who met its code in a report."""
    head = f"{page.paint(rule.code, Ink.STRONG)}  {rule.title}  ({rule.level.value})"
    parts = [
        head,
        page.paragraph(rule.why, "  "),
        page.paragraph(f"For example: {rule.example}", "  "),
        page.paragraph(f"Cure: {rule.cure}", "  "),
        "  In the settings: " + f'`rules: {{{rule.code}: "off"}}`, or `warning`, or `error`',
    ]
    return "\n\n".join(parts) + "\n"


def every_rule(page: Page) -> str:
    """List all rules, group by group."""
    parts = []
    for prefix, title in GROUPS.items():
        rows = [
            f"  {code}  {rule.title}"
            + ("" if rule.level == "error" else f"  ({rule.level.value})")
            for code, rule in RULES.items()
            if code.startswith(prefix)
        ]
        if rows:
            parts.append("\n".join([page.paint(f"{prefix}  {title}", Ink.STRONG), *rows]))
    return "\n\n".join(parts) + "\n"


def _found(code: str) -> Rule:
    rule = RULES.get(code.upper())
    if rule is None:
        advice = did_you_mean(code.upper(), RULES) or "`scriptcheck explain` lists them"
        raise UsageError(what=f"there is no rule `{code}`", advice=advice)
    return rule
