"""`scriptcheck run`: check what this branch affects, or the named steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.cli import checking, options

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ci_scriptcheck.cli.console import Console


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Check, report, and give the exit code."""
    return checking.check(options.of_run(given), given, console, environ)
