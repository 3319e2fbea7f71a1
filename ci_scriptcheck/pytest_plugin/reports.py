"""What pytest is told of tasks that no worker reports: those not run, and those whose worker died."""

from __future__ import annotations

import pytest


def not_run(item: str, why: str) -> pytest.TestReport:
    """Make the report of an item that is skipped; `why` is a few words."""
    return pytest.TestReport(
        nodeid=item,
        location=(item, None, item),
        keywords={},
        outcome="skipped",
        longrepr=(item, 0, f"Skipped: {why}"),
        when="setup",
    )


def broken(item: str, text: str) -> pytest.TestReport:
    """Make the report of an item that ended with an error, in pytest's sense of the word."""
    return pytest.TestReport(
        nodeid=item,
        location=(item, None, item),
        keywords={},
        outcome="failed",
        longrepr=text,
        when="setup",
    )
