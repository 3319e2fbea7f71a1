"""`scriptcheck run`: check what this branch affects, or the named steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.cli import checking, options, report

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ci_scriptcheck.cli.console import Console


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Check, report, and give the exit code."""
    asked = options.of_run(given)
    if asked.assignment is not None:
        # Another job's file, put into the checkout, is no change of the project.
        report.overlook(asked.assignment)
    return checking.check(asked, given, console, environ)
