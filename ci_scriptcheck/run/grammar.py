"""Whose grammar decides: scripts are parsed in ours, and run in that of their own interpreter."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from ci_scriptcheck.model.result import Finding, Level
from ci_scriptcheck.run.process import interpreters
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ci_scriptcheck.model.project import Project, Settings

_OURS = f"{sys.version_info.major}.{sys.version_info.minor}"
_VERSION = re.compile(r"\d+\.\d+")


def left_to_their_own(
    findings: Iterable[Finding], project: Project, root: Path
) -> tuple[Finding, ...]:
    """Have errors of syntax only warn in code that never runs in a Python of our version.

    What ours refuses another may take, and the other way round: that is for the run to show.
    """
    findings = tuple(findings)
    if not any(one.rule == "SC107" for one in findings):
        return findings
    pythons = _pythons(project)
    everywhere = frozenset().union(*pythons.values()) if pythons else frozenset()
    return tuple(
        _left(one, pythons.get(one.subject, everywhere), project.folder, root)
        if one.rule == "SC107"
        else one
        for one in findings
    )


def _left(finding: Finding, pythons: frozenset[str | None], folder: str, root: Path) -> Finding:
    others = {
        python: interpreters.identity(interpreters.located(root, folder, python))[0]
        for python in sorted(filter(None, pythons))
    }
    if None in pythons or not others or _OURS in others.values():
        return finding
    named = [
        f"`{python}` is Python {version}"
        if _VERSION.fullmatch(version)
        else f"`{python}` is another"
        for python, version in others.items()
    ]
    told = f"read as Python {_OURS}; {', '.join(named)}, and its run decides"
    return replace(
        finding,
        severity=Level.WARNING if finding.severity is Level.ERROR else finding.severity,
        evidence=(*finding.evidence, told),
        advice="declare its `inputs:` and `outputs:`, which cannot be read from it here",
    )


def _pythons(project: Project) -> dict[str, frozenset[str | None]]:
    """Give for each script the interpreters that it runs in, as the settings name them."""
    found: dict[str, frozenset[str | None]] = {}

    def add(step: str, settings: Settings) -> None:
        script = project.steps[step].script
        if script is not None:
            found[script] = found.get(script, frozenset()) | {settings.python}

    for step in project.steps.values():
        add(step.name, step.settings)
    for pipeline in project.pipelines.values():
        for node in pipeline.nodes:
            add(node.step, node.settings)
    return found
