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

ABOUT = {
    "SC1": "Found while settings, contracts and scripts are read: `scriptcheck plan --all` shows them"
    " all. What was so before the change is told and does not fail a run.",
    "SC2": "Found by running a script in a process of its own: how it ended, and what it read, wrote"
    " and logged until then.",
    "SC3": "Found by holding data against schemas: what is copied or made for an input, what a"
    " script writes, and what its readers expect. Links are compared without running.",
    "SC4": "Found by running base beside head on the same inputs. A difference belongs to the first"
    " step that was given the same and wrote something else; what differs between two equal runs of"
    " base is set aside.",
    "SC5": "Found in deep dives, on samples of real data: those that datasets name under `real`, or what"
    " an execution of the pipeline was given. They warn, as nobody knows yet who is right.",
}


def call(given: Namespace, console: Console, _environ: Mapping[str, str]) -> int:
    """Print one rule, or the list of all."""
    page = console.out_page
    if given.rule is None:
        console.tell(every_rule(page))
    elif given.rule.upper() in ABOUT:
        console.tell(a_group(given.rule.upper(), page))
    else:
        console.tell(one_rule(_found(given.rule), page))
    return 0


def one_rule(rule: Rule, page: Page) -> str:
    """Write a rule for somebody who met its code in a report."""
    head = f"{page.paint(rule.code, Ink.STRONG)}  {rule.title}  ({rule.level.value})"
    parts = [
        head,
        page.paragraph(rule.why, "  "),
        page.paragraph(f"For example: {rule.example}", "  "),
        page.paragraph(f"Cure: {rule.cure}", "  "),
        _settings(rule.code),
    ]
    return "\n\n".join(parts) + "\n"


def every_rule(page: Page) -> str:
    """List all rules, group by group."""
    return "\n\n".join(_listed(prefix, page) for prefix in ABOUT) + "\n"


def a_group(prefix: str, page: Page) -> str:
    """Write what the rules of a group have in common, and list them."""
    parts = [
        _listed(prefix, page),
        page.paragraph(ABOUT[prefix], "  "),
        f"  One of them: `scriptcheck explain {prefix}01`",
        _settings(prefix),
    ]
    return "\n\n".join(parts) + "\n"


def _listed(prefix: str, page: Page) -> str:
    rows = [
        f"  {code}  {rule.title}" + ("" if rule.level == "error" else f"  ({rule.level.value})")
        for code, rule in RULES.items()
        if code.startswith(prefix)
    ]
    return "\n".join([page.paint(f"{prefix}  {GROUPS[prefix]}", Ink.STRONG), *rows])


def _settings(code: str) -> str:
    return f'  In the settings: `rules: {{{code}: "off"}}`, or `warning`, or `error`'


def _found(code: str) -> Rule:
    rule = RULES.get(code.upper())
    if rule is None:
        advice = did_you_mean(code.upper(), RULES) or "`scriptcheck explain` lists them"
        raise UsageError(what=f"there is no rule `{code}`", advice=advice)
    return rule
