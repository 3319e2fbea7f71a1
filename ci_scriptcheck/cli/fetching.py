"""Real data for a run: fetched while a line says how far that is, and told of in a line for each dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck import workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.fixtures.progress import Progress
    from ci_scriptcheck.model.fixture import Fixture
    from ci_scriptcheck.report.page import Page

_CLEAR = "\r\x1b[2K"
"""Takes away what stands in the line of a terminal."""


def supplied(
    prepared: workflow.Prepared,
    console: Console,
    environ: Mapping[str, str],
    mask: Callable[[str], object] | None = None,
) -> workflow.Prepared:
    """Fetch the real data that a run needs.

    Raises:
        FixtureError: they cannot be had, may not be read, or are too much.
    """
    if not prepared.plan.wanted():
        return prepared
    from ci_scriptcheck.fixtures import progress

    def show(found: Progress) -> None:
        console.err.write(f"{_CLEAR}{progress.line(found)[: console.err_page.width]}")
        console.err.flush()

    if console.moving:
        try:
            prepared = workflow.supply(prepared, environ, show, mask)
        finally:
            console.err.write(_CLEAR)
            console.err.flush()
    else:
        prepared = workflow.supply(prepared, environ, mask=mask)
    return prepared


def lines(fixtures: Iterable[Fixture], page: Page) -> str:
    """Write how much of each dataset there is, and how it was chosen, in a line each."""
    from ci_scriptcheck.fixtures import summary

    return "".join(f"{page.flow(summary.line(one), 'real  ')}\n" for one in fixtures)
