"""A page opened in a browser of its own, with all that went wrong and all that was asked for."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playwright.sync_api import CDPSession, Page

from ci_scriptcheck.report import html
from tests.browser.conftest import QUIET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import BrowserType

    from ci_scriptcheck.model.run_record import RunRecord

    Open = Callable[..., AbstractContextManager["Visit"]]


@dataclass(frozen=True)
class Visit:
    """What is on the screen.

    Attributes:
        page: The browser's own.
        meter: Counts since before the page was asked for.
        complaints: What stands in its console.
        requests: Every address that was asked for.
    """

    page: Page
    meter: CDPSession
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def value(self, script: str) -> Any:
        """Give what an expression of the page's language amounts to."""
        return self.page.evaluate(script)

    def loaded(self) -> float:
        """Give the seconds from the start of the navigation until all was there."""
        timing = "performance.getEntriesByType('navigation')[0]"
        return float(self.value(f"{timing}.loadEventEnd - {timing}.startTime")) / 1000

    def computed(self) -> float:
        """Give the seconds that a processor was busy with the page, whoever else it had to serve."""
        metrics = self.meter.send("Performance.getMetrics")["metrics"]
        return next(float(one["value"]) for one in metrics if one["name"] == "ThreadTime")

    def shown(self) -> list[str]:
        """List the tasks whose rows are shown, from the top."""
        found: list[str] = self.value(
            "[...document.querySelectorAll('#all-tasks tbody tr')]"
            ".filter(row => row.offsetParent !== null).map(row => row.cells[1].textContent)"
        )
        return found


def opener(chromium: BrowserType, executable: str, folder: Path) -> Open:
    """Give what opens the page of a record; options are those of a browser's context."""

    @contextmanager
    def opened(record: RunRecord, *, fragment: str = "", **options: Any) -> Iterator[Visit]:
        file = folder / "page.html"
        file.write_text(html.render(record), encoding="utf-8")
        with chromium.launch_persistent_context(
            folder / "profile", executable_path=executable, args=QUIET, **options
        ) as context:
            page = context.new_page()
            visit = Visit(page=page, meter=context.new_cdp_session(page))
            visit.meter.send("Performance.enable")
            visit.page.on("console", lambda told: visit.complaints.append(told.text))
            visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
            visit.page.on("request", lambda request: visit.requests.append(request.url))
            visit.page.goto(f"{file.as_uri()}{fragment}", wait_until="load")
            yield visit

    return opened
