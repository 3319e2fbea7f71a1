"""Real data for a run: fetched while a line says how far that is, and told of in a line for each dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck import workflow
from ci_scriptcheck.model import wanted
from ci_scriptcheck.report import production
from ci_scriptcheck.report.page import Detail

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TextIO

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.fixtures.progress import Progress
    from ci_scriptcheck.report.page import Page

_CLEAR = "\r\x1b[2K"
"""Takes away what stands in the line of a terminal."""


def supplied(
    prepared: workflow.Prepared,
    console: Console,
    told: TextIO,
    page: Page,
    environ: Mapping[str, str],
) -> workflow.Prepared:
    """Fetch the real data that a run needs, and say how much of them was taken.

    Raises:
        FixtureError: they cannot be had, may not be read, or are too much.
    """
    if not prepared.plan.wanted() and not wanted.of_production(prepared.plan):
        return prepared
    from ci_scriptcheck.fixtures import progress

    def show(found: Progress) -> None:
        console.err.write(f"{_CLEAR}{progress.line(found)[: console.err_page.width]}")
        console.err.flush()

    if console.moving:
        try:
            prepared = workflow.supply(prepared, environ, show)
        finally:
            console.err.write(_CLEAR)
            console.err.flush()
    else:
        prepared = workflow.supply(prepared, environ)
    if page.detail is not Detail.QUIET:
        told.write("".join(f"{page.flow(line, 'real  ')}\n" for line in _lines(prepared, page)))
        told.write("".join(f"{one}\n" for one in production.told(prepared.plan, page)) + "\n")
        told.flush()
    return prepared


def _lines(prepared: workflow.Prepared, page: Page) -> Iterator[str]:
    """Tell of each dataset, and of the many places of executions together."""
    from ci_scriptcheck.fixtures import summary

    places = wanted.of_production(prepared.plan)
    fixtures = prepared.plan.fixtures
    is_all = page.detail is Detail.VERBOSE
    for name, one in fixtures.items():
        if is_all or name not in places:
            yield summary.line(one)
    produced = [one for name, one in fixtures.items() if name in places]
    if produced and not is_all:
        yield summary.of_production(produced)
