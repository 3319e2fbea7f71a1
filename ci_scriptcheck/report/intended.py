"""What to type where a difference from base is intended, and what became of what was accepted before."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ci_scriptcheck.report.page import visible

if TYPE_CHECKING:
    from ci_scriptcheck.model.plan import Plan
    from ci_scriptcheck.model.result import Finding


def command(plan: Plan, task: str) -> str:
    """Give the command that accepts what a task writes otherwise than on base."""
    folder = ["-C", plan.folder] if plan.folder else []
    return shlex.join(["scriptcheck", *folder, "accept", task, "--reason", "…"])


def is_acceptable(finding: Finding) -> bool:
    """Say whether a finding is about a difference from base, which a person can accept."""
    return finding.rule.startswith("SC4") and finding.port is not None


def lapsed(finding: Finding) -> str | None:
    """Say that an acceptance fits no more, where one does not: it stood for another difference."""
    if finding.lapsed is None:
        return None
    return f"accepted before as another difference ({visible(finding.lapsed)}); look again"
