"""Real data for a run: fetched while a line says how far that is, and told of in a line for each dataset."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ci_scriptcheck import preparation
from ci_scriptcheck.model import wanted
from ci_scriptcheck.report import production
from ci_scriptcheck.report.page import Detail, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ci_scriptcheck.cli.console import Console
    from ci_scriptcheck.fixtures.progress import Progress
    from ci_scriptcheck.model.fixture import Fixture
    from ci_scriptcheck.model.plan import Plan
    from ci_scriptcheck.report.page import Page

_CLEAR = "\r\x1b[2K"
"""Takes away what stands in the line of a terminal."""


def supplied(
    prepared: preparation.Prepared,
    console: Console,
    environ: Mapping[str, str],
    mask: Callable[[str], object] | None = None,
) -> preparation.Prepared:
    """Fetch the real data that a run needs.

    Raises:
        FixtureError: they cannot be had, may not be read, or are too much.
    """
    if not prepared.plan.wanted() and not wanted.of_production(prepared.plan):
        return prepared
    with shown(console) as report:
        return preparation.supply(prepared, environ, report, mask)


@contextmanager
def shown(console: Console) -> Iterator[Callable[[Progress], None]]:
    """Give what shows how far fetching is in a line of a terminal, which is gone afterwards, whatever happened."""
    if not console.moving:
        yield lambda _: None
        return
    from ci_scriptcheck.fixtures import progress

    def show(found: Progress) -> None:
        console.err.write(f"{_CLEAR}{progress.line(found)[: console.err_page.width]}")
        console.err.flush()

    try:
        yield show
    finally:
        console.err.write(_CLEAR)
        console.err.flush()


def told(plan: Plan, page: Page) -> str:
    """Write how much of each dataset there is and how it was chosen, and of executions what was had of them."""
    if not plan.fixtures:
        return ""
    real = "".join(f"{page.flow(visible(line), 'real  ')}\n" for line in _of_datasets(plan, page))
    return real + "".join(f"{one}\n" for one in production.told(plan, page))


def lines(fixtures: Iterable[Fixture], page: Page) -> str:
    """Write how much of each of these there is, and how it was chosen."""
    from ci_scriptcheck.fixtures import summary

    return "".join(f"{page.flow(visible(summary.line(one)), 'real  ')}\n" for one in fixtures)


def _of_datasets(plan: Plan, page: Page) -> Iterator[str]:
    """Tell of each dataset, and of the many places of executions together."""
    from ci_scriptcheck.fixtures import summary

    places = wanted.of_production(plan)
    is_all = page.detail is Detail.VERBOSE
    for name, one in plan.fixtures.items():
        if is_all or name not in places:
            yield summary.line(one)
    produced = [one for name, one in plan.fixtures.items() if name in places]
    if produced and not is_all:
        yield summary.of_production(produced)
